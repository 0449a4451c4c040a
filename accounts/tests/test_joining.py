import re

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Invitation, TenantDomain, User
from accounts.services.bootstrap import ensure_roles
from accounts.services.invitations import invitation_url, invite, revoke_invitation
from accounts.services.registration import register, verification_url

from .factories import PASSWORD, UserFactory, role

GOOD = {"first_name": "Petra", "last_name": "Lund", "password": "a long one 42"}
REGISTER = "/account/signup/"


@pytest.fixture
def invitation(admin, tenant) -> Invitation:
    return invite(actor=admin, tenant=tenant, email="petra@example.com", role=role("tester"), first_name="Petra")


@pytest.fixture
def domain(tenant) -> TenantDomain:
    ensure_roles()
    return TenantDomain.objects.create(tenant=tenant, domain="tessarin.example", verified_at=timezone.now())


def path(url: str) -> str:
    return url.removeprefix(settings.ORIGIN)


# -- invitations -----------------------------------------------------------------------------------------------------
def test_the_page_says_who_invites_whom_and_as_what(client, invitation):
    response = client.get(path(invitation_url(invitation)))
    content = response.content.decode()
    for words in ("Join Tessarin", "as Tester", "petra@example.com", "At least 8 characters", 'value="Petra"'):
        assert words in content
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "same-origin"


def test_whoever_accepts_is_in_at_once(client, invitation, project):
    response = client.post(path(invitation_url(invitation)), GOOD)
    assert response.url == reverse("home")
    person = User.objects.get(email="petra@example.com")
    assert (person.full_name, person.tenant, person.role.code) == ("Petra Lund", project.tenant, "tester")
    assert client.get(reverse("accounts:account")).status_code == 200
    actions = set(AuditEntry.objects.filter(actor=person).values_list("action", flat=True))
    assert {"invitation.accepted", "user.signed_in"} <= actions


@pytest.mark.parametrize("password", ["", "short", "password", "\x00" * 9, "x" * 1_001])
def test_a_password_that_cannot_be_used_is_refused_and_never_shown(client, invitation, password):
    response = client.post(path(invitation_url(invitation)), GOOD | {"password": password})
    content = response.content.decode()
    assert response.status_code == 422
    assert 'value="Lund"' in content
    field = re.search(r"<input[^>]*type=\"password\"[^>]*>", content).group()
    assert "value" not in field
    assert not User.objects.filter(email="petra@example.com").exists()


def test_links_that_are_over_say_so_alike(client, admin, invitation):
    used = path(invitation_url(invitation))
    client.post(used, GOOD)
    other = invite(actor=admin, tenant=admin.tenant, email="b@example.com", role=role("viewer"))
    revoked = path(invitation_url(other))
    revoke_invitation(actor=admin, invitation=other)
    for link in (used, revoked, "/invitation/nonsense/", "/invitation/a:b:c/"):
        for answer in (Client().get(link), Client().post(link, GOOD)):
            assert answer.status_code == 404
            assert "This invitation is over" in answer.content.decode()
            assert "Tessarin" not in answer.content.decode()


def test_whoever_is_signed_in_is_told_and_changes_nothing(signed_in, viewer, invitation):
    client, link = signed_in(viewer), path(invitation_url(invitation))
    for answer in (client.get(link), client.post(link, GOOD)):
        assert "You are signed in already" in answer.content.decode()
    out = client.post(reverse("account_logout"), {"next": link})
    assert out.url == link
    invitation.refresh_from_db()
    assert invitation.is_open


def test_an_address_that_was_taken_meanwhile_is_refused_with_words(client, invitation):
    UserFactory(email="petra@example.com")
    response = client.post(path(invitation_url(invitation)), GOOD)
    assert response.status_code == 422
    assert "This address cannot be used." in response.content.decode()
    invitation.refresh_from_db()
    assert invitation.is_open


def test_a_link_stands_in_no_log(client, invitation, caplog):
    link = path(invitation_url(invitation))
    client.post(link, GOOD | {"password": "short"})
    assert link not in caplog.text


def test_an_invited_person_without_a_seat_is_told_whom_to_ask(client, invitation, tenant):
    tenant.max_users = 1
    tenant.save()
    response = client.post(path(invitation_url(invitation)), GOOD)
    assert response.status_code == 422
    assert "The company has no free seat. Ask one of its administrators." in response.content.decode()


def test_accepting_is_limited_for_each_network(client, invitation, monkeypatch):
    monkeypatch.setattr("accounts.views.joining.ACCEPT_RATE", "1/h")
    link = path(invitation_url(invitation))
    assert client.post(link, GOOD | {"password": "short"}).status_code == 422
    limited = client.post(link, GOOD)
    assert limited.status_code == 429
    assert int(limited["Retry-After"]) > 0
    assert "Too many attempts." in limited.content.decode()


# -- registering -----------------------------------------------------------------------------------------------------
def test_an_address_of_a_confirmed_domain_registers_and_has_to_be_confirmed(client, domain, run_jobs):
    response = client.post(REGISTER, GOOD | {"email": "new@tessarin.example"}, follow=True)
    content = response.content.decode()
    assert "Look into your mail" in content
    assert "new@tessarin.example" in content
    person = User.objects.get(email="new@tessarin.example")
    assert (person.role.code, person.must_verify_email) == ("tester", True)
    run_jobs()
    assert "/account/verify-email/" in mail.outbox[0].body


def test_other_addresses_are_refused_in_words_that_name_no_company(client, tenant):
    TenantDomain.objects.create(tenant=tenant, domain="unconfirmed.example")
    for address in ("new@example.com", "new@unconfirmed.example"):
        response = client.post(REGISTER, GOOD | {"email": address})
        assert response.status_code == 422
        assert "With this address you cannot register yourself. Ask for an invitation." in response.content.decode()
        assert tenant.name not in response.content.decode()
    assert not User.objects.filter(email__startswith="new@").exists()


@pytest.mark.parametrize("body", [{}, {"email": "no address"}, {"email": "\x00@e.com"}, {"password": "12345678"}])
def test_what_cannot_be_used_is_refused_beside_its_field(client, domain, body):
    response = client.post(REGISTER, {"email": "new@tessarin.example"} | GOOD | body if body else {})
    assert response.status_code in {200, 422}
    assert not User.objects.filter(email="new@tessarin.example").exists()


def test_registering_is_limited_for_each_network(client, domain, settings):
    settings.ATTEMPT_LIMITS = {"client": "1/h"}
    client.post(REGISTER, GOOD | {"email": "one@elsewhere.example"})
    assert client.post(REGISTER, GOOD | {"email": "two@tessarin.example"}).status_code == 429
    assert not User.objects.filter(email="two@tessarin.example").exists()


def test_whoever_is_signed_in_has_nothing_to_register(signed_in, viewer):
    assert signed_in(viewer).get(REGISTER).url == reverse("home")


# -- confirming the address ------------------------------------------------------------------------------------------
@pytest.fixture
def newcomer(domain) -> User:
    return register(email="new@tessarin.example", password=PASSWORD)


def test_opening_the_link_confirms_nothing_pressing_the_button_does(client, newcomer):
    link = path(verification_url(newcomer))
    assert "Confirm the address" in client.get(link).content.decode()
    newcomer.refresh_from_db()
    assert not newcomer.is_email_verified
    assert client.post(link, {"password": PASSWORD}).url == reverse("home")
    newcomer.refresh_from_db()
    assert (newcomer.is_email_verified, newcomer.must_verify_email) == (True, False)


@pytest.mark.parametrize("link", ["nonsense", "a:b:c"])
def test_a_link_that_is_over_offers_a_new_one(client, db, link):
    response = client.get(f"/account/verify-email/{link}/")
    assert response.status_code == 422
    assert "This link does not work any more." in response.content.decode()
    assert reverse("accounts:verification_resend") in response.content.decode()


def test_a_link_to_a_former_address_is_over(client, newcomer):
    link = path(verification_url(newcomer))
    User.objects.filter(pk=newcomer.pk).update(email="other@tessarin.example")
    assert client.post(link).status_code == 422


def test_the_right_password_alone_does_not_let_in_before(client, newcomer):
    sign_in = {"login": newcomer.email, "password": PASSWORD}
    response = client.post(reverse("account_login"), sign_in, follow=True)
    content = response.content.decode()
    assert response.redirect_chain[-1][0] == reverse("accounts:verification_resend")
    assert "new@tessarin.example" in content
    assert "Send the link again" in content
    assert client.get(reverse("accounts:account")).status_code == 302
    client.post(path(verification_url(newcomer)), {"password": PASSWORD})
    assert client.get(reverse("accounts:account")).status_code == 200


def test_a_wrong_password_does_not_tell_that_the_address_waits(client, newcomer):
    response = client.post(reverse("account_login"), {"login": newcomer.email, "password": "wrong one 42"})
    assert response.status_code == 200
    assert "not correct" in response.content.decode()


def test_sending_again_reads_alike_for_known_and_unknown_addresses(client, newcomer, tester, run_jobs):
    run_jobs()
    mail.outbox.clear()
    page = reverse("accounts:verification_resend")
    answers = [
        client.post(page, {"email": email}).content.decode() for email in (newcomer.email, tester.email, "no@e.com")
    ]
    assert len({re.sub(r"[A-Za-z0-9]{64}", "", answer) for answer in answers}) == 1
    assert "a link is on its way" in answers[0]
    run_jobs()
    assert [message.to for message in mail.outbox] == [[newcomer.email]]


def test_sending_again_is_limited_for_each_address(client, newcomer, settings):
    settings.ATTEMPT_LIMITS = {"address": "1/h"}
    page = reverse("accounts:verification_resend")
    assert client.post(page, {"email": newcomer.email}).status_code == 200
    assert client.post(page, {"email": newcomer.email.upper()}).status_code == 429
    assert client.post(page, {"email": "else@tessarin.example"}).status_code == 200
