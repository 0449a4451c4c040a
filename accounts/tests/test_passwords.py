import re

import pytest
from django.core import mail
from django.urls import reverse

from accounts.choices import UserStatus
from accounts.models import AuditEntry, TokenFamily
from accounts.services.tokens import open_family
from accounts.services.users import update_user

from .factories import PASSWORD

NEW = "another horse 43"


@pytest.fixture
def ask(client):
    return lambda email, **headers: client.post(reverse("account_reset_password"), {"email": email}, **headers)


def link_of(message) -> str:
    return re.search(r"https?://\S+", message.body).group(0)


def choose(client, link, password=NEW):
    path = link.partition("://")[2].partition("/")[2]
    form = client.get(f"/{path}", follow=True)
    if not form.redirect_chain:
        return form
    return client.post(form.redirect_chain[-1][0], {"password1": password, "password2": password})


def test_unknown_and_known_addresses_are_answered_alike(ask, tester, run_jobs):
    known, unknown = ask(tester.email), ask("nobody@example.com")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert run_jobs() == 2
    assert [message.to for message in mail.outbox] == [[tester.email]]


def test_both_take_the_same_steps_in_the_database(ask, tester):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def steps(email):
        with CaptureQueriesContext(connection) as captured:
            ask(email)
        return [query["sql"].split(" ")[0] for query in captured.captured_queries]

    steps("first@example.com")
    assert steps(tester.email) == steps("nobody@example.com")


def test_the_mail_comes_from_a_job_and_its_link_from_the_configured_origin(ask, tester, run_jobs, settings):
    settings.ORIGIN = "https://qa.example.com"
    ask(tester.email, headers={"Host": "localhost"})
    assert mail.outbox == []
    run_jobs()
    assert link_of(mail.outbox[0]).startswith("https://qa.example.com/account/password/reset/key/")


def test_the_link_works_once(ask, tester, run_jobs, client):
    ask(tester.email)
    run_jobs()
    link = link_of(mail.outbox[0])
    assert choose(client, link).url == reverse("account_reset_password_from_key_done")
    tester.refresh_from_db()
    assert tester.check_password(NEW)
    assert "This link no longer works" in choose(client, link, "third horse 44").content.decode()
    assert client.post(reverse("account_login"), {"login": tester.email, "password": NEW}).status_code == 302


def test_a_made_up_link_says_that_it_does_not_work(client, db):
    response = client.get("/account/password/reset/key/1-abcdef-0123456789/", follow=True)
    assert "This link no longer works" in response.content.decode()


@pytest.mark.parametrize(("weak", "words"), [("sh0rt !", "at least 8 characters"), ("password1", "too common")])
def test_a_weak_password_is_refused_beside_its_field(ask, tester, run_jobs, client, weak, words):
    ask(tester.email)
    run_jobs()
    response = choose(client, link_of(mail.outbox[0]), weak)
    assert words in response.content.decode()


def test_a_password_may_be_of_small_letters_alone(ask, tester, run_jobs, client):
    ask(tester.email)
    run_jobs()
    choose(client, link_of(mail.outbox[0]), "nothing but letters")
    tester.refresh_from_db()
    assert tester.check_password("nothing but letters")


def test_no_mail_goes_to_somebody_who_may_not_sign_in(ask, tester, run_jobs):
    tester.status = UserStatus.SUSPENDED
    tester.save()
    ask(tester.email)
    run_jobs()
    assert mail.outbox == []


def test_a_new_password_ends_every_other_sign_in(signed_in, tester, api):
    open_family(user=tester)
    script, other_browser, browser = api(tester), signed_in(tester), signed_in(tester)
    assert script.get("/api/auth/me").status_code == 200
    page = reverse("account_change_password")
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert browser.post(page, form).status_code == 302
    assert script.get("/api/auth/me").status_code == 401
    assert other_browser.get(reverse("accounts:account")).status_code == 302
    assert browser.get(reverse("accounts:account")).status_code == 200
    assert set(TokenFamily.objects.values_list("end_reason", flat=True)) == {"password_changed"}
    assert AuditEntry.objects.filter(action="user.password_changed", actor=tester).count() == 1


def test_too_many_requests_for_one_address_are_refused_with_words(ask, tester, settings):
    settings.ATTEMPT_LIMITS = {"address": "5/h"}
    for _ in range(5):
        assert ask(tester.email).status_code == 302
    refused = ask(tester.email)
    assert refused.status_code == 429
    assert "Too many attempts" in refused.content.decode()


def test_an_administrator_hands_a_link_over(signed_in, admin, tester, project, client):
    page = reverse("accounts:member_reset_link", args=[project.key, tester.pk])
    response = signed_in(admin).post(page)
    assert response["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    link = re.search(r"http://127.0.0.1:8000/account/\S+?/(?=[\"<])", response.content.decode()).group(0)
    assert choose(client, link).status_code == 302
    tester.refresh_from_db()
    assert tester.check_password(NEW)
    entry = AuditEntry.objects.get(action="user.reset_link_issued")
    assert link.split("/")[-2] not in str(vars(entry))


def test_only_administrators_of_the_company_make_such_links(signed_in, lead, stranger, tester, project, other_project):
    page = reverse("accounts:member_reset_link", args=[project.key, tester.pk])
    assert signed_in(lead).post(page).status_code == 403
    assert signed_in(stranger).post(page).status_code == 404
    elsewhere = reverse("accounts:member_reset_link", args=[other_project.key, tester.pk])
    assert signed_in(stranger).post(elsewhere).status_code == 404


def test_a_link_that_would_be_of_no_use_is_refused_on_the_page_of_the_members(signed_in, admin, tester, project):
    update_user(actor=admin, user=tester, status=UserStatus.SUSPENDED)
    response = signed_in(admin).post(reverse("accounts:member_reset_link", args=[project.key, tester.pk]))
    assert response.status_code == 422
    assert "may not sign in now" in response.content.decode()
