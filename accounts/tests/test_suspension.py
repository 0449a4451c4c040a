"""Suspending or deleting a person or a company ends every way in at once, and nothing of it comes back."""

import pytest
from django.urls import reverse

from accounts.models import ApiToken, AuditEntry, TokenFamily, User
from accounts.services.passwords import reset_password, reset_url
from accounts.services.tenants import delete_tenant, restore_tenant, update_tenant
from accounts.services.users import delete_user, restore_user, sign_out_everywhere, update_user

from .administration import machine, super_admin
from .factories import PASSWORD, UserFactory


@pytest.fixture
def ways_in(signed_in, api):
    """`ways_in(user)`: what the page, an API client and a machine of the person are answered now."""
    opened = {}

    def status_of(user):
        if user.pk not in opened:
            opened[user.pk] = (signed_in(user), api(user), machine(user, "admin"))
        browser, script, ci = opened[user.pk]
        page = browser.get(reverse("accounts:account")).status_code
        return page, script.get("/api/auth/me").status_code, ci.get("/api/auth/me").status_code

    return status_of


def suspend_person(root, user):
    update_user(actor=root, user=user, status="suspended")
    return lambda: update_user(actor=root, user=user, status="active")


def delete_person(root, user):
    delete_user(actor=root, user=user)
    return lambda: restore_user(actor=root, user=user)


def suspend_company(root, user):
    update_tenant(actor=root, tenant=user.tenant, status="suspended")
    return lambda: update_tenant(actor=root, tenant=user.tenant, status="active")


def delete_company(root, user):
    delete_tenant(actor=root, tenant=user.tenant)
    return lambda: restore_tenant(actor=root, tenant=user.tenant)


@pytest.mark.parametrize("end", [suspend_person, delete_person, suspend_company, delete_company])
def test_every_way_in_ends_at_once_and_none_comes_back(ways_in, api, tester, admin, stranger, end):
    assert ways_in(tester) == ways_in(stranger) == (200, 200, 200)
    bring_back = end(super_admin(), tester)
    assert ways_in(tester) == (302, 401, 401)
    assert ways_in(stranger) == (200, 200, 200)
    body = {"username": tester.email, "password": PASSWORD}
    assert api().post("/api/auth/login", body).status_code == 401
    bring_back()
    assert ways_in(tester) == (302, 401, 401)
    assert api().post("/api/auth/login", body).status_code == 200


@pytest.mark.parametrize("end", [suspend_person, delete_person, suspend_company, delete_company])
def test_it_ends_in_the_database_not_only_because_the_person_is_asked_for(ways_in, tester, end):
    ways_in(tester)
    end(super_admin(), tester)
    assert not TokenFamily.objects.filter(user=tester, ended_at__isnull=True).exists()
    assert not ApiToken.objects.filter(user=tester, revoked_at__isnull=True).exists()


def test_colleagues_of_a_suspended_person_stay_signed_in(ways_in, admin, tester, lead):
    ways_in(lead)
    update_user(actor=admin, user=tester, status="suspended")
    assert ways_in(lead) == (200, 200, 200)


def test_suspending_by_api_ends_them_too(ways_in, api, admin, tester):
    ways_in(tester)
    assert api(admin).put(f"/api/users/{tester.pk}", {"is_active": False}).status_code == 200
    assert ways_in(tester) == (302, 401, 401)


def test_another_change_ends_nothing(ways_in, admin, tester):
    ways_in(tester)
    update_user(actor=admin, user=tester, first_name="Tim")
    assert ways_in(tester) == (200, 200, 200)


def test_another_role_counts_with_the_next_request(api, admin, tester, tenant):
    client = api(UserFactory(tenant=tenant, role_code="tenant_admin"))
    person = User.objects.exclude(pk__in=[admin.pk, tester.pk]).get(role__code="tenant_admin", tenant=tenant)
    assert client.get("/api/permissions").json()["permissions"][0]["allowed"] is False
    update_user(actor=admin, user=person, role=tester.role)
    refused = client.put(f"/api/users/{tester.pk}", {"first_name": "Tim"})
    assert (refused.status_code, refused.json()["code"]) == (403, "role_lacks_permission")


def test_signing_out_everywhere_leaves_machines_alone(ways_in, admin, tester):
    ways_in(tester)
    sign_out_everywhere(actor=admin, user=tester)
    assert ways_in(tester) == (302, 401, 200)
    assert AuditEntry.objects.get(action="user.signed_out_everywhere").actor == admin


def test_a_new_password_by_link_ends_sessions_and_api_sign_ins(ways_in, tester):
    ways_in(tester)
    tester.refresh_from_db()  # signing in is part of what a link is made of
    token = reset_url(tester).split("/key/")[1].strip("/")
    reset_password(token=token, password="another horse 43")
    assert ways_in(tester) == (302, 401, 200)
