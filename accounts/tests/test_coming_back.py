"""Whoever is restored comes back as he was before he was deleted."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.models import AuditEntry, Tenant, User
from accounts.services.tenants import delete_tenant, restore_tenant, update_tenant
from accounts.services.users import delete_user, restore_user, update_user

from .administration import super_admin
from .factories import PASSWORD

STATES = ["active", "suspended"]


@pytest.mark.parametrize("status", STATES)
@pytest.mark.parametrize("act", ["delete", "status"])
def test_a_person_comes_back_suspended_if_he_was(admin, tester, status, act):
    update_user(actor=admin, user=tester, status=status)
    if act == "delete":
        delete_user(actor=admin, user=tester)
    else:
        update_user(actor=admin, user=tester, status="deleted")
    restore_user(actor=admin, user=tester)
    tester.refresh_from_db()
    assert (tester.status, tester.former_status, tester.deleted_at) == (status, "", None)
    assert AuditEntry.objects.get(action="user.restored").facts == {"status": status}


@pytest.mark.parametrize("status", STATES)
def test_a_company_comes_back_suspended_if_it_was(tenant, tester, client, status):
    root = super_admin()
    update_tenant(actor=root, tenant=tenant, status=status)
    delete_tenant(actor=root, tenant=tenant)
    restore_tenant(actor=root, tenant=tenant)
    assert Tenant.objects.get(pk=tenant.pk).status == status
    client.post("/account/login/", {"login": tester.email, "password": PASSWORD})
    assert (client.get("/projects/").status_code == 200) is (status == "active")


def test_what_was_deleted_before_this_was_remembered_comes_back_active(admin, tester):
    delete_user(actor=admin, user=tester)
    User.objects.filter(pk=tester.pk).update(former_status="")
    assert restore_user(actor=admin, user=tester).status == "active"


def test_the_pages_say_so(signed_in, admin, tester, tenant):
    root = super_admin()
    update_user(actor=admin, user=tester, status="suspended")
    delete_user(actor=admin, user=tester)
    update_tenant(actor=root, tenant=tenant, status="suspended")
    delete_tenant(actor=root, tenant=tenant)
    browser = signed_in(root)
    for name, key, words in (
        ("company_restore", tenant.pk, "Tessarin is back, still suspended"),
        ("person_restore", tester.pk, "Tomas Reyl is back, still suspended"),
    ):
        answer = browser.post(reverse(f"accounts:{name}", args=[key]))
        assert words in [str(each) for each in get_messages(answer.wsgi_request)]
