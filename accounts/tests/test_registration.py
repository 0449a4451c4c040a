"""People register by themselves, into the company to which their mail domain is known to belong."""

import pytest
from django.core import signing
from django.utils import timezone

from accounts.models import AuditEntry, IdentityProvider, TenantDomain, User
from accounts.services.registration import SALT, register, resend_verification, verification_token, verify_email
from accounts.services.tenants import update_tenant
from accounts.services.users import add_user, delete_user, update_user
from qaportal.kit.errors import Denied, InvalidInput, RuleViolation

from .administration import super_admin
from .factories import PASSWORD, role

ADDRESS = "nina@tessarin.example"


@pytest.fixture
def domain(tenant, admin) -> TenantDomain:
    return TenantDomain.objects.create(tenant=tenant, domain="tessarin.example", verified_at=timezone.now())


def join(email=ADDRESS, password=PASSWORD):
    return register(email=email, password=password, first_name=" Nina ", last_name="New")


def test_somebody_with_an_address_of_the_domain_becomes_a_tester(domain, tenant):
    person = join()
    assert (person.tenant, person.role.code, person.first_name) == (tenant, "tester", "Nina")
    assert (person.is_email_verified, person.must_verify_email) == (False, True)
    assert AuditEntry.objects.get(action="user.registered").actor == person


@pytest.mark.parametrize(
    "address", ["nina@elsewhere.example", "nina@sub.tessarin.example", "nina@tessarin.example.evil.example"]
)
def test_other_domains_are_refused_in_words_that_name_no_company(domain, address):
    with pytest.raises(Denied) as refusal:
        join(address)
    assert refusal.value.code == "not_open"
    assert "essarin" not in refusal.value.reason


def test_a_domain_counts_whatever_its_case(domain):
    assert join("nina@TESSARIN.example").tenant == domain.tenant


def closed_by_a_claim(domain):
    TenantDomain.objects.filter(pk=domain.pk).update(verified_at=None)


def closed_by_suspension(domain):
    update_tenant(actor=super_admin(), tenant=domain.tenant, status="suspended")


def closed_by_deletion(domain):
    update_tenant(actor=super_admin(), tenant=domain.tenant, status="deleted")


def closed_by_full_seats(domain):
    update_tenant(actor=super_admin(), tenant=domain.tenant, max_users=1)


def closed_by_a_provider(domain):
    IdentityProvider.objects.create(
        tenant=domain.tenant, name="ID", issuer="https://id.example", client_id="x", default_role=role("tester"),
        is_only_way=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    "close",
    [closed_by_a_claim, closed_by_suspension, closed_by_deletion, closed_by_full_seats, closed_by_a_provider],
)
def test_whatever_the_reason_the_words_are_the_same(domain, close):
    close(domain)
    with pytest.raises(Denied) as refusal:
        join()
    assert (refusal.value.code, refusal.value.reason) == (
        "not_open", "With this address you cannot register yourself. Ask for an invitation.",
    )  # fmt: skip
    assert not User.objects.filter(email=ADDRESS).exists()


def test_a_taken_address_is_refused_whoever_has_it(domain, stranger):
    add_user(actor=stranger, email=ADDRESS, password=PASSWORD, tenant=stranger.tenant, role=role("tester"))
    with pytest.raises(RuleViolation) as refusal:
        join(ADDRESS.upper())
    assert (refusal.value.message, refusal.value.code) == ("This address cannot be used.", "email_unusable")


def test_a_weak_password_is_refused_before_the_address_is_looked_at(domain, admin):
    update_user(actor=admin, user=admin, email=ADDRESS)
    with pytest.raises(InvalidInput) as refusal:
        join(password="short")
    assert list(refusal.value.fields) == ["password"]


def test_the_link_confirms_the_address(domain):
    person = join()
    verify_email(token=verification_token(person))
    person.refresh_from_db()
    assert (person.is_email_verified, person.must_verify_email) == (True, False)
    assert person.emailaddress_set.get().verified
    assert AuditEntry.objects.filter(action="user.email_verified").count() == 1
    verify_email(token=verification_token(person))
    assert AuditEntry.objects.filter(action="user.email_verified").count() == 1


def test_the_link_ends_when_the_address_changes_or_the_person_goes(domain, admin):
    person = join()
    token = verification_token(person)
    update_user(actor=admin, user=person, email="other@tessarin.example")
    with pytest.raises(InvalidInput):
        verify_email(token=token)
    person.refresh_from_db()
    token = verification_token(person)
    delete_user(actor=admin, user=person)
    with pytest.raises(InvalidInput):
        verify_email(token=token)


@pytest.mark.parametrize(
    "token",
    ["", "x", signing.dumps([1, "a@example.com"], salt="other"), signing.dumps(7, salt=SALT), "\ud800"],
    ids=["empty", "short", "other purpose", "other shape", "surrogate"],
)
def test_made_up_links_are_refused_by_name(db, token):
    with pytest.raises(InvalidInput) as refusal:
        verify_email(token=token)
    assert (refusal.value.code, list(refusal.value.fields)) == ("token_invalid", ["token"])


def test_an_old_link_is_refused(domain, monkeypatch):
    from datetime import timedelta

    token = verification_token(join())
    monkeypatch.setattr("accounts.services.registration.LIFETIME", timedelta(seconds=-1))
    with pytest.raises(InvalidInput):
        verify_email(token=token)


def test_asking_again_takes_the_same_steps_for_every_address(domain, tester):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    person = join()

    def steps(email):
        with CaptureQueriesContext(connection) as captured:
            resend_verification(email=email)
        return [query["sql"].split(" ")[0] for query in captured.captured_queries]

    assert steps(person.email) == steps(tester.email) == steps("nobody@tessarin.example")
