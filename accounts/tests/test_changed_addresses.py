"""Somebody whose address an administrator changes is told so, at the old one and at the new one."""

import pytest
from django.core import mail
from django.db import connection

from accounts.services.users import delete_user, update_user


def mails():
    return {message.to[0]: message for message in mail.outbox}


def test_both_addresses_are_told(admin, tester, run_jobs):
    old = tester.email
    update_user(actor=admin, user=tester, email="new@example.com")
    run_jobs()
    assert set(mails()) == {old, "new@example.com"}
    told = mails()[old]
    assert told.subject == "The address of your QA Portal account was changed"
    assert "This one does not belong to it any more" in told.body
    assert "new@example.com" not in told.body + str(told.alternatives)
    assert "An administrator gave your account this address" in mails()["new@example.com"].body


def test_the_mail_is_left_to_jobs_that_name_no_address(admin, tester):
    update_user(actor=admin, user=tester, email="new@example.com")
    assert mail.outbox == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT queue_name, args::text FROM procrastinate_jobs")
        rows = cursor.fetchall()
    assert {queue for queue, _args in rows} == {"outbound"}
    assert "@" not in str([args for _queue, args in rows])


@pytest.mark.parametrize("fields", [{"first_name": "Tom"}, {"email": "CASE"}])
def test_what_is_no_other_address_is_told_to_nobody(admin, tester, run_jobs, fields):
    if "email" in fields:
        fields = {"email": tester.email.upper()}
    update_user(actor=admin, user=tester, **fields)
    run_jobs()
    assert mail.outbox == []


def test_the_old_address_is_told_whatever_becomes_of_the_person(admin, tester, run_jobs):
    old = tester.email
    update_user(actor=admin, user=tester, email="new@example.com", status="suspended")
    delete_user(actor=admin, user=tester)
    run_jobs()
    assert set(mails()) == {old}


@pytest.mark.parametrize("door", ["page", "api", "data"])
def test_every_door_tells_it(signed_in, api, admin, tester, run_jobs, door):
    from django.urls import reverse

    from qaportal.kit.concurrency import etag

    old, browser = tester.email, signed_in(admin)
    form = {"email": "new@example.com", "first_name": "Tomas", "last_name": "Reyl", "role": tester.role_id}
    form |= {"if_match": etag(tester)}
    if door == "page":
        browser.post(reverse("accounts:person_detail", args=[tester.pk]), form)
    elif door == "data":
        browser.post(reverse("admin:accounts_user_change", args=[tester.pk]), form | {"status": "active"})
    else:
        api(admin).put(f"/api/users/{tester.pk}", {"email": "new@example.com"})
    run_jobs()
    assert old in mails()
