"""Mail domains in the data administration: those that wait are listed there, and the platform confirms them."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, TenantDomain
from accounts.services.domains import add_domain
from accounts.services.registration import register
from accounts.services.tenants import delete_tenant

from .admin_forms import acted, address
from .administration import super_admin
from .factories import PASSWORD

LIST = "/admin/accounts/tenantdomain/"


@pytest.fixture
def root(signed_in, db) -> Client:
    return signed_in(super_admin())


@pytest.fixture
def claim(admin, tenant) -> TenantDomain:
    return add_domain(actor=admin, tenant=tenant, domain="tessarin.example")


def listed(browser: Client, **query: str) -> set[str]:
    return {each.domain for each in browser.get(LIST, query).context["cl"].result_list}


def test_the_platform_finds_what_waits(root, claim, stranger):
    confirmed = add_domain(actor=stranger, tenant=stranger.tenant, domain="rival.example")
    TenantDomain.objects.filter(pk=confirmed.pk).update(verified_at=timezone.now())
    assert listed(root) == {"tessarin.example", "rival.example"}
    assert listed(root, confirmation="waiting") == {"tessarin.example"}
    assert listed(root, confirmation="confirmed") == {"rival.example"}
    delete_tenant(actor=super_admin(), tenant=claim.tenant)
    assert listed(root, confirmation="waiting") == set()


def test_confirming_opens_registration(root, claim):
    assert acted(root, "confirm_chosen", claim) == "Done for 1 row."
    claim.refresh_from_db()
    assert claim.verified_at is not None
    assert AuditEntry.objects.filter(action="domain.verified").count() == 1
    assert register(email="nina@tessarin.example", password=PASSWORD).tenant == claim.tenant


def test_a_domain_that_is_anothers_is_refused_in_words(root, claim, stranger):
    theirs = add_domain(actor=stranger, tenant=stranger.tenant, domain=claim.domain)
    assert acted(root, "confirm_chosen", claim) == "Done for 1 row."
    assert "confirmed for another company" in acted(root, "confirm_chosen", theirs)
    theirs.refresh_from_db()
    assert theirs.verified_at is None


def test_the_page_of_a_domain_offers_it_once(root, claim):
    page = address(claim, "change")
    assert ("confirm_chosen", "Confirm") in root.get(page).context["buttons"]
    acted(root, "confirm_chosen", claim)
    assert root.get(page).context["buttons"] == []


def test_a_company_confirms_nothing_itself(signed_in, admin, claim):
    browser = signed_in(admin)
    assert listed(browser, confirmation="waiting") == {"tessarin.example"}
    assert browser.get(address(claim, "change")).context["buttons"] == []
    browser.post(LIST, {"action": "confirm_chosen", "_selected_action": [claim.pk]})
    claim.refresh_from_db()
    assert claim.verified_at is None


def test_whoever_confirms_has_proved_lately_who_he_is(signed_in, claim):
    stale = signed_in(super_admin(), ago=3600)
    answer = stale.post(LIST, {"action": "confirm_chosen", "_selected_action": [claim.pk]})
    assert answer.url.startswith("/account/reauthenticate/")
    claim.refresh_from_db()
    assert claim.verified_at is None
