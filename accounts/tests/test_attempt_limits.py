"""What mails a link or tells of taken addresses is counted once, at whichever door it is tried."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, TenantDomain, User
from accounts.services.invitations import invite
from accounts.services.people import create_user
from accounts.services.users import update_user
from qaportal.kit import rates
from qaportal.kit.errors import TooMany

from .factories import PASSWORD, role

ADDRESS = "nina@tessarin.example"
DOORS = {
    "register": ("/api/auth/register", "account_signup"),
    "verification": ("/api/auth/resend-verification", "accounts:verification_resend"),
    "reset": ("/api/auth/forgot-password", "account_reset_password"),
}


@pytest.fixture
def domain(tenant, admin) -> TenantDomain:
    return TenantDomain.objects.create(tenant=tenant, domain="tessarin.example", verified_at=timezone.now())


def by_page(kind: str, email: str, client: str = "203.0.113.7") -> int:
    page = reverse(DOORS[kind][1])
    return Client(REMOTE_ADDR=client).post(page, {"email": email, "password": PASSWORD}).status_code


def by_api(kind: str, email: str, client: str = "203.0.113.7") -> int:
    body = {"email": email, "password": PASSWORD}
    return Client(REMOTE_ADDR=client).post(DOORS[kind][0], body, content_type="application/json").status_code


@pytest.mark.parametrize("kind", DOORS)
@pytest.mark.parametrize("doors", [(by_page, by_api), (by_api, by_page)], ids=["page first", "API first"])
def test_page_and_api_share_the_count_of_an_address(domain, settings, kind, doors):
    settings.ATTEMPT_LIMITS = {"address": "1/h"}
    first, second = doors
    assert first(kind, ADDRESS) != 429
    assert second(kind, ADDRESS.upper(), client="198.51.100.1") == 429
    assert second(kind, "other@tessarin.example") != 429


@pytest.mark.parametrize("kind", DOORS)
@pytest.mark.parametrize("doors", [(by_page, by_api), (by_api, by_page)], ids=["page first", "API first"])
def test_page_and_api_share_the_count_of_a_client(domain, settings, kind, doors):
    settings.ATTEMPT_LIMITS = {"client": "1/h"}
    first, second = doors
    assert first(kind, ADDRESS) != 429
    assert second(kind, "other@tessarin.example") == 429
    assert second(kind, "third@tessarin.example", client="198.51.100.1") != 429


def test_the_page_of_forgotten_passwords_says_when_to_try_again(tester, settings, client):
    settings.ATTEMPT_LIMITS = {"address": "1/h"}
    page = reverse("account_reset_password")
    assert client.post(page, {"email": tester.email}).status_code == 302
    answer = client.post(page, {"email": tester.email})
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)
    assert "Too many attempts." in answer.content.decode()


# -- who may invite learns that an address is taken ------------------------------------------------------------------
def test_addresses_that_somebody_invites_adds_or_gives_count_together(admin, tester, stranger, settings):
    settings.ATTEMPT_LIMITS = {"actor": "3/h"}
    invite(actor=admin, tenant=admin.tenant, email="one@example.com", role=role("viewer"))
    create_user(actor=admin, email="two@example.com", password=None, tenant=admin.tenant, role=role("viewer"))
    update_user(actor=admin, user=tester, email="three@example.com")
    for email in (stranger.email, "free@example.com"):  # neither tells which it is
        with pytest.raises(TooMany):
            invite(actor=admin, tenant=admin.tenant, email=email, role=role("viewer"))
        with pytest.raises(TooMany):
            create_user(actor=admin, email=email, password=None, tenant=admin.tenant, role=role("viewer"))
        with pytest.raises(TooMany):
            update_user(actor=admin, user=tester, email=email)
    update_user(actor=admin, user=tester, first_name="Tom")
    invite(actor=stranger, tenant=stranger.tenant, email="five@example.com", role=role("viewer"))


def test_every_door_of_adding_people_answers_429(admin, signed_in, api, settings):
    settings.ATTEMPT_LIMITS = {"actor": "1/h"}
    invite(actor=admin, tenant=admin.tenant, email="one@example.com", role=role("viewer"))
    viewer = role("viewer").pk
    body = {
        "email": "two@example.com", "password": PASSWORD, "first_name": "A", "last_name": "B", "status": "active",
        "auth_provider": "local", "tenant_id": str(admin.tenant_id), "role_id": str(viewer),
    }  # fmt: skip
    answer = api(admin).post("/api/v1/users", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "throttled")
    page = signed_in(admin).post(
        reverse("accounts:invitation_create"), {"addresses": "two@example.com", "role": str(viewer)}
    )
    assert "Too many attempts." in page.content.decode()
    assert not User.objects.filter(email="two@example.com").exists()
    assert not Invitation.objects.filter(email="two@example.com").exists()


def test_the_limits_are_settings_that_have_to_be_rates():
    from qaportal import settings

    assert settings.ATTEMPT_LIMITS["actor"] == "300/h"
    with pytest.raises((ValueError, ImproperlyConfigured)):
        rates.checked("often")
