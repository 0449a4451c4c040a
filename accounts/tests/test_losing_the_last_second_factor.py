"""The only administrator who lost his second factor is let in again from the console."""

from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import AuditEntry
from accounts.services.second_factors import reset_second_factors
from accounts.services.users import delete_user
from accounts.sign_in.second_factor import has_second_factor
from qaportal.kit.errors import Denied

from .factories import PASSWORD, UserFactory, app_of


def called(email: str) -> str:
    out = StringIO()
    call_command("reset_second_factor", email, stdout=out)
    return out.getvalue()


def test_he_signs_in_by_password_alone_again(admin, client):
    app_of(admin)
    client.post("/account/login/", {"login": admin.email, "password": PASSWORD})
    assert client.get("/projects/").status_code == 302, "the second factor is asked for"
    assert admin.email in called(admin.email.upper())
    assert not has_second_factor(admin)
    anew = Client()
    anew.post("/account/login/", {"login": admin.email, "password": PASSWORD})
    assert anew.get("/projects/").status_code == 200


def test_what_he_was_signed_in_with_ends(admin, signed_in, api):
    app_of(admin)
    browser, script = signed_in(admin), api(admin)
    called(admin.email)
    assert browser.get("/projects/").status_code == 302
    assert script.get("/api/auth/me").status_code == 401


def test_the_trail_says_that_the_console_did_it_and_he_is_told_by_mail(admin, run_jobs):
    app_of(admin)
    called(admin.email)
    entry = AuditEntry.objects.get(action="second_factor.reset")
    assert (entry.actor, entry.tenant, entry.facts["way"]) == (None, admin.tenant, "console")
    assert (entry.target_id, entry.correlation_id) == (str(admin.pk), "reset_second_factor")
    run_jobs()
    assert [message.to for message in mail.outbox] == [[admin.email]]


def test_the_administrator_of_the_platform_is_helped_too(db):
    root = UserFactory(tenant=None, role_code="super_admin")
    app_of(root)
    called(root.email)
    assert not has_second_factor(root)


def test_nobody_is_told_of_whom_there_is_not_and_who_has_none(admin, tester):
    with pytest.raises(CommandError, match="Nobody has this address"):
        called("nobody@example.com")
    with pytest.raises(CommandError, match="no second factor"):
        called(tester.email)
    app_of(tester)
    delete_user(actor=admin, user=tester)
    with pytest.raises(CommandError, match="Nobody has this address"):
        called(tester.email)
    assert has_second_factor(tester)


def test_on_a_page_nobody_takes_his_own_away_like_this(admin):
    app_of(admin)
    with pytest.raises(Denied):
        reset_second_factors(actor=admin, user=admin)
