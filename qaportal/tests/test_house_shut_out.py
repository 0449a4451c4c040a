"""Whoever may not come in any more is out at once, at every address: suspended, deleted, signed out, expired."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken

from accounts.choices import TenantStatus, TokenScope, UserStatus
from accounts.models import ApiToken, Tenant, TokenFamily, User
from accounts.services import api_tokens, sign_ins, tenants, users
from accounts.services.bootstrap import ensure_roles
from accounts.services.tokens import open_family
from accounts.tests.factories import UserFactory

from .api_documents import guarded_writes
from .callers import Caller, machine, taken_back
from .isolation import ROUTES, address_of
from .tenant_rows import rows_of

API_READS = [(route, "get") for route in ROUTES if route.is_api and "get" in route.methods]
PAGES = [(route, method) for route in ROUTES if not route.is_api for method in route.methods]


@pytest.fixture
def person(home):
    return home.people["quality_manager"]


@pytest.fixture
def platform(home):
    ensure_roles()
    return UserFactory(tenant=None, role_code="super_admin", email="platform@portal.example")


def suspend_by_hand(home, person, platform):
    """As somebody does who writes into the database: nothing but the person's status says no."""
    User.objects.filter(pk=person.pk).update(status=UserStatus.SUSPENDED)


def suspend(home, person, platform):
    users.update_user(actor=home.admin, user=person, status=UserStatus.SUSPENDED)


def suspend_and_let_back_in(home, person, platform):
    """What was open before stays shut: sessions, access tokens and API tokens do not come back."""
    suspend(home, person, platform)
    users.update_user(actor=home.admin, user=person, status=UserStatus.ACTIVE)


def delete(home, person, platform):
    users.delete_user(actor=home.admin, user=person)


def suspend_company_by_hand(home, person, platform):
    Tenant.objects.filter(pk=home.project.tenant_id).update(status=TenantStatus.SUSPENDED)


def suspend_company(home, person, platform):
    tenants.update_tenant(actor=platform, tenant=home.project.tenant, status=TenantStatus.SUSPENDED)


def suspend_company_and_let_back_in(home, person, platform):
    suspend_company(home, person, platform)
    tenants.update_tenant(actor=platform, tenant=home.project.tenant, status=TenantStatus.ACTIVE)


def delete_company(home, person, platform):
    tenants.delete_tenant(actor=platform, tenant=home.project.tenant)


SHUTTING = (
    suspend_by_hand,
    suspend,
    suspend_and_let_back_in,
    delete,
    suspend_company_by_hand,
    suspend_company,
    suspend_company_and_let_back_in,
    delete_company,
)


def let_in(callers, home, pairs):
    """Where somebody of these callers is let in: 401 is expected of the API, the sign-in page of pages."""
    found = []
    for route, method in pairs:
        for name, caller in callers.items():
            address = address_of(route, home)
            answer = caller.call(route, method, address)
            if route.is_api and answer.status_code == 302:
                route_is_shut = answer.url.startswith(reverse("account_login"))
            elif route.is_api:
                route_is_shut = answer.status_code == 401
            else:
                is_sent_away = answer.status_code == 302 and answer.url.startswith(reverse("account_login"))
                route_is_shut = is_sent_away or answer.status_code == 405
            if not route_is_shut:
                found.append(f"{name}: {method} {route.name}: {answer.status_code}")
    return found


@pytest.mark.parametrize("shut", SHUTTING, ids=lambda shut: shut.__name__)
def test_whoever_is_shut_out_is_out_at_every_address(shut, home, person, platform):
    """With a session, an access token and an API token that all worked a moment ago."""
    by_token = machine(person, TokenScope.ADMIN)
    in_person = Caller(person)
    assert in_person.call(*where("auth-me", home)).status_code == 200
    assert by_token.call(*where("project-list", home)).status_code == 200
    assert in_person.browser.get(reverse("accounts:account")).status_code == 200
    shut(home, person, platform)
    before = rows_of(home.project.tenant_id)
    assert let_in({"token": by_token, "person": in_person}, home, [*API_READS, *guarded_writes()]) == []
    assert let_in({"session": in_person}, home, PAGES) == []
    assert rows_of(home.project.tenant_id) == before


def where(name, home):
    route = next(route for route in ROUTES if route.name == name)
    return route, "get", address_of(route, home)


def expire(token, family, home):
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    family.delete()


def revoke(token, family, home):
    api_tokens.revoke_api_token(actor=token.user, token=token)
    sign_ins.end_api_sign_in(actor=family.user, family=family)


def sign_out_everywhere(token, family, home):
    users.sign_out_everywhere(actor=family.user, user=family.user)
    api_tokens.revoke_api_token(actor=home.admin, token=token)


@pytest.mark.parametrize("end", [expire, revoke, sign_out_everywhere], ids=lambda end: end.__name__)
def test_a_token_that_is_over_opens_nothing(end, home, person):
    by_token, in_person = machine(person, TokenScope.ADMIN), Caller(person)
    token, family = person.api_tokens.get(), TokenFamily.objects.get(user=person)
    assert by_token.call(*where("project-list", home)).status_code == 200
    end(token, family, home)
    assert let_in({"token": by_token, "person": in_person}, home, [*API_READS, *guarded_writes()]) == []


def test_an_access_token_whose_time_is_over_opens_nothing(home, person):
    over = AccessToken(open_family(user=person).access)
    over.set_exp(lifetime=timedelta(seconds=-1))
    assert let_in({"expired": Caller(token=str(over))}, home, [*API_READS, *guarded_writes()]) == []


@pytest.mark.parametrize("end", ["epoch", "password"])
def test_a_session_that_was_ended_opens_nothing(end, home, person):
    caller = Caller(person)
    if end == "epoch":
        users.sign_out_everywhere(actor=person, user=person)
    else:
        person.set_password("plain horse 4711")
        person.save()
    assert let_in({"session": caller}, home, PAGES) == []


def test_a_session_that_was_ended_opens_no_api(home, person):
    """The API takes the cookie of a session too."""
    caller = Caller(person)
    suspend(home, person, None)
    for route, method in [*API_READS, *guarded_writes()]:
        with taken_back():
            answer = getattr(caller.browser, method)(address_of(route, home), content_type="application/json")
        assert answer.status_code in {401, 302}, f"{method} {route.name}: {answer.status_code}"


def test_nobody_at_all_is_let_in(home):
    anonymous = Caller()
    anonymous.browser = Client(raise_request_exception=False)
    assert let_in({"nobody": anonymous}, home, [*API_READS, *guarded_writes(), *PAGES]) == []
