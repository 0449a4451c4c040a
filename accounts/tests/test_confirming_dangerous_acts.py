"""Whoever signed in long ago confirms who he is before a dangerous act; nothing is done until then."""

import pytest
from django.urls import reverse

from accounts.models import ApiToken, Role, User

from .administration import super_admin


@pytest.fixture
def own_role(tenant):
    return Role.objects.create(tenant=tenant, name="Reader", code="viewer", scope="module")


def acts(tester, own_role):
    person, role = [tester.pk], [own_role.pk]
    return [
        (reverse("accounts:token_create"), {"name": "Nightly", "scopes": ["read"], "lifetime": "30"}),
        (reverse("accounts:role_create"), {"name": "New", "code": "viewer"}),
        (reverse("accounts:role_detail", args=role), {"name": "Changed", "code": "viewer"}),
        (reverse("accounts:role_delete", args=role), {}),
        (reverse("accounts:person_delete", args=person), {}),
        (reverse("accounts:person_reset_link", args=person), {}),
        (reverse("accounts:person_factors", args=person), {}),
        (reverse("admin:accounts_user_delete", args=person), {"post": "yes"}),
        (reverse("admin:accounts_role_change", args=role), {"name": "Changed"}),
    ]


def test_a_sign_in_of_an_hour_ago_is_asked_and_nothing_is_done(admin, tester, own_role, signed_in):
    browser = signed_in(admin, ago=3600)
    for address, form in acts(tester, own_role):
        answer = browser.post(address, form)
        assert answer.status_code == 302, address
        assert answer.url.startswith(reverse("account_reauthenticate")), address
    assert not ApiToken.objects.exists()
    assert list(Role.objects.filter(is_built_in=False).values_list("name", flat=True)) == ["Reader"]
    assert User.objects.living().filter(pk=tester.pk).exists()


def test_a_company_is_deleted_only_by_somebody_who_proved_lately_who_he_is(signed_in, other_tenant):
    address = reverse("accounts:company_delete", args=[other_tenant.pk])
    answer = signed_in(super_admin(), ago=3600).post(address)
    assert answer.url.startswith(reverse("account_reauthenticate"))
    other_tenant.refresh_from_db()
    assert other_tenant.deleted_at is None


def test_reading_asks_nobody(viewer, own_role, signed_in):
    browser = signed_in(viewer, ago=3600)
    assert browser.get(reverse("accounts:role_detail", args=[own_role.pk])).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("post", "/api/tokens"), ("delete", "/api/v1/users/{person}"), ("put", "/api/v1/roles/{role}"),
     ("delete", "/api/users/{person}"), ("put", "/api/v1/tenants/{tenant}")],
)  # fmt: skip
def test_the_api_refuses_an_old_session_in_words(method, path, admin, tester, own_role, signed_in):
    address = path.format(person=tester.pk, role=own_role.pk, tenant=admin.tenant_id)
    old, fresh = signed_in(admin, ago=3600), signed_in(admin)
    answer = getattr(old, method)(address, {}, content_type="application/json")
    assert answer.status_code == 403
    assert "Confirm first that it is you" in answer.content.decode()
    assert old.get("/api/v1/users").status_code == 200
    assert getattr(fresh, method)(address, {}, content_type="application/json").status_code != 403
