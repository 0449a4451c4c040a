"""Companies are added, changed, deleted and restored."""

import pytest

from accounts.models import AuditEntry, Role, Tenant, User
from accounts.services.tenants import create_tenant, delete_tenant, restore_tenant, update_tenant
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, InvalidInput, NotVisible, RuleViolation, VersionConflict

from .administration import custom_role, super_admin
from .factories import TenantFactory


@pytest.fixture
def root(db):
    return super_admin()


def test_the_platforms_administrator_adds_a_company(root):
    tenant = create_tenant(actor=root, name=" Acme ", slug="acme", max_users=3, settings={"own": 1})
    assert (tenant.name, tenant.status, tenant.max_users, tenant.settings) == ("Acme", "active", 3, {"own": 1})
    assert AuditEntry.objects.get(action="tenant.created").tenant == tenant


def test_nobody_else_adds_one(admin):
    with pytest.raises(Denied, match="may not add companies"):
        create_tenant(actor=admin, name="Acme", slug="acme")


def test_a_company_that_is_to_be_deleted_is_hidden_at_once(root):
    tenant = create_tenant(actor=root, name="Acme", slug="acme", status="deleted")
    assert not Tenant.objects.visible_to(root).filter(pk=tenant.pk).exists()
    assert create_tenant(actor=root, name="Acme", slug="acme").pk != tenant.pk


def test_a_slug_is_taken_until_its_company_is_deleted(root, tenant):
    with pytest.raises(RuleViolation) as refusal:
        create_tenant(actor=root, name="Other", slug=tenant.slug)
    assert list(refusal.value.fields) == ["slug"]
    delete_tenant(actor=root, tenant=tenant)
    create_tenant(actor=root, name="Other", slug=tenant.slug)
    with pytest.raises(RuleViolation):
        restore_tenant(actor=root, tenant=tenant)


@pytest.mark.parametrize(
    "settings", [[], "text", 7, {"requireSecondFactor": "yes"}, {"requireSecondFactor": None}, {"long": "x" * 20_000}]
)
def test_unusable_settings_are_refused(root, tenant, settings):
    for refused in (
        lambda: create_tenant(actor=root, name="Acme", slug="acme", settings=settings),
        lambda: update_tenant(actor=root, tenant=tenant, settings=settings),
    ):
        with pytest.raises(InvalidInput) as refusal:
            refused()
        assert list(refusal.value.fields) == ["settings"]


def test_a_second_factor_stays_required_until_the_settings_say_no(admin, tenant):
    update_tenant(actor=admin, tenant=tenant, settings={"requireSecondFactor": True, "own": 1})
    assert update_tenant(actor=admin, tenant=tenant, settings={"own": 2}).requires_second_factor
    assert update_tenant(actor=admin, tenant=tenant, settings=None).requires_second_factor
    assert not update_tenant(actor=admin, tenant=tenant, settings={"requireSecondFactor": False}).requires_second_factor


def test_its_administrator_changes_name_and_settings(admin, tenant):
    changed = update_tenant(actor=admin, tenant=tenant, name="New name", slug=tenant.slug, status="active")
    assert changed.name == "New name"
    assert AuditEntry.objects.get(action="tenant.updated").changes == {"name": ["Tessarin", "New name"]}


@pytest.mark.parametrize(
    "field",
    [{"slug": "other"}, {"status": "suspended"}, {"status": "deleted"}, {"subscription_tier": "gold"},
     {"max_users": 9}, {"max_modules": 9}],
)  # fmt: skip
def test_what_the_platform_decides_its_administrator_leaves_alone(admin, root, tenant, field):
    with pytest.raises(Denied, match="by the platform's administrator alone"):
        update_tenant(actor=admin, tenant=tenant, name="New name", **field)
    tenant.refresh_from_db()
    assert tenant.name == "Tessarin"
    update_tenant(actor=root, tenant=tenant, **field)


@pytest.mark.parametrize("fixture", ["lead", "tester", "viewer", "stranger"])
def test_others_change_nothing(request, tenant, fixture):
    with pytest.raises(Denied):
        update_tenant(actor=request.getfixturevalue(fixture), tenant=tenant, name="New name")


def test_a_change_on_top_of_a_newer_one_is_refused(admin, tenant):
    seen = etag(tenant)
    update_tenant(actor=admin, tenant=tenant, if_match=seen, name="New name")
    with pytest.raises(VersionConflict):
        update_tenant(actor=admin, tenant=tenant, if_match=seen, name="Newer name")


def test_a_change_that_changes_nothing_leaves_no_trace(admin, tenant):
    update_tenant(actor=admin, tenant=tenant, name=tenant.name, settings=None)
    assert not AuditEntry.objects.exists()


def test_a_deleted_company_is_gone_with_its_people_and_roles(root, tenant, tester):
    role = custom_role(tenant)
    delete_tenant(actor=root, tenant=tenant)
    assert tester not in User.objects.visible_to(root)
    assert role not in Role.objects.visible_to(root)
    assert tenant not in Tenant.objects.visible_to(root)
    assert tenant in Tenant.objects.deleted_visible_to(root)


def test_what_is_deleted_is_changed_no_more_until_it_is_restored(root, tenant):
    delete_tenant(actor=root, tenant=tenant)
    with pytest.raises(NotVisible):
        update_tenant(actor=root, tenant=tenant, name="New name")
    with pytest.raises(NotVisible):
        delete_tenant(actor=root, tenant=tenant)
    assert restore_tenant(actor=root, tenant=tenant).status == "active"
    assert update_tenant(actor=root, tenant=tenant, name="New name").name == "New name"


def test_its_own_administrator_neither_deletes_nor_restores_it(admin, tenant):
    for act in (delete_tenant, restore_tenant):
        with pytest.raises(Denied):
            act(actor=admin, tenant=tenant)


def test_only_the_platform_sees_deleted_companies(root, admin, tenant):
    deleted = TenantFactory()
    delete_tenant(actor=root, tenant=deleted)
    assert list(Tenant.objects.deleted_visible_to(root)) == [deleted]
    assert not Tenant.objects.deleted_visible_to(admin)
