"""Nobody grants above his own: not in rank, not in a single permission, in the company or in one project."""

import pytest

from accounts.models import Membership, User
from accounts.permissions import decide, permissions_of
from accounts.services.invitations import invite
from accounts.services.people import remove_project_role, set_project_role
from accounts.services.roles import create_role, update_role
from accounts.services.users import add_user, delete_user, update_user
from qaportal.kit.errors import Denied, InvalidInput

from .administration import custom_role, super_admin
from .factories import PASSWORD, UserFactory, role


@pytest.fixture
def half_admin(tenant, admin):
    """An administrator whose role lacks reading the audit log and making projects."""
    own = permissions_of("tenant_admin") - {"audit.view", "project.create"}
    half = custom_role(tenant, "tenant_admin", name="Half an administrator", permissions=sorted(own))
    return UserFactory(tenant=tenant, role=half)


def grants(actor, person, given):
    """Every way to give somebody a role in the company."""
    return (
        lambda: update_user(actor=actor, user=person, role=given),
        lambda: add_user(actor=actor, email="new@example.com", password=PASSWORD, tenant=actor.tenant, role=given),
        lambda: invite(actor=actor, tenant=actor.tenant, email="new@example.com", role=given),
    )


def test_nobody_makes_an_administrator_of_the_platform(admin, tester):
    for grant in grants(admin, tester, role("super_admin")):
        with pytest.raises(Denied, match="above your own"):
            grant()


def test_a_role_with_more_permissions_is_above_ones_own_whatever_its_rank(half_admin, tester):
    for grant in grants(half_admin, tester, role("tenant_admin")):
        with pytest.raises(Denied, match="above your own"):
            grant()
    for grant in grants(half_admin, tester, half_admin.role)[:2]:
        grant()


def test_nobody_lifts_himself(half_admin):
    with pytest.raises(Denied):
        update_user(actor=half_admin, user=half_admin, role=role("tenant_admin"))
    with pytest.raises(Denied):
        update_role(actor=half_admin, role=half_admin.role, permissions=None)
    with pytest.raises(Denied):
        update_role(actor=half_admin, role=half_admin.role, permissions=sorted(permissions_of("tenant_admin")))


def test_nobody_makes_a_role_above_his_own(half_admin, tenant):
    given = {"name": "More", "scope": "tenant", "description": ""}
    for beyond in ({"code": "tenant_admin"}, {"code": "tenant_admin", "permissions": ["audit.view"]}):
        with pytest.raises(Denied, match="above your own"):
            create_role(actor=half_admin, tenant=tenant, **given, **beyond)
    create_role(actor=half_admin, tenant=tenant, code="tenant_admin", permissions=["user.view"], **given)


def test_nobody_changes_or_ends_people_above_him(half_admin, admin):
    for act in (
        lambda: update_user(actor=half_admin, user=admin, first_name="New"),
        lambda: update_user(actor=half_admin, user=admin, role=role("viewer")),
        lambda: delete_user(actor=half_admin, user=admin),
    ):
        with pytest.raises(Denied, match="above your own"):
            act()


def test_nobody_touches_a_role_above_his_own(half_admin, tenant):
    above = custom_role(tenant, "tenant_admin", name="Full")
    with pytest.raises(Denied):
        update_role(actor=half_admin, role=above, name="Mine")


def test_a_project_gives_no_role_above_the_granters(tenant, project, tester, lead):
    with pytest.raises(Denied):
        set_project_role(
            actor=lead,
            project=project,
            user=tester,
            role=custom_role(tenant, "tenant_admin", permissions=["case.view"]),
        )
    some = custom_role(tenant, "quality_manager", name="Some", permissions=["member.manage", "case.view"])
    deputy = UserFactory(tenant=tenant, role=some)
    reader = UserFactory(tenant=tenant, role=custom_role(tenant, name="Reader", permissions=["case.view"]))
    with pytest.raises(Denied, match="above your own"):
        set_project_role(actor=deputy, project=project, user=reader, role=role("viewer"))
    set_project_role(actor=deputy, project=project, user=reader, role=some)


def test_nobody_changes_a_member_who_has_a_permission_that_he_lacks(tenant, project, tester):
    """Lowering such a person would be as wrong as raising him: his role is above, whatever its rank."""
    some = custom_role(tenant, "quality_manager", name="Some", permissions=["member.manage", "case.view"])
    own = custom_role(tenant, "viewer", name="Own", permissions=["case.view"])
    deputy, reader = (UserFactory(tenant=tenant, role=each) for each in (some, own))
    with pytest.raises(Denied, match="This person has a role above your own"):
        set_project_role(actor=deputy, project=project, user=tester, role=own)
    membership = set_project_role(actor=deputy, project=project, user=reader, role=some)
    Membership.objects.filter(pk=membership.pk).update(role=role("tester"))
    with pytest.raises(Denied, match="This person has a role above your own"):
        remove_project_role(actor=deputy, membership=Membership.objects.get(pk=membership.pk))


def test_a_custom_role_is_bounded_by_its_base(admin, tenant):
    with pytest.raises(InvalidInput) as refusal:
        create_role(
            actor=admin, tenant=tenant, name="R", code="viewer", scope="tenant", permissions=["case.view", "case.edit"]
        )
    assert list(refusal.value.fields) == ["permissions"]
    assert "case.edit" in refusal.value.fields["permissions"][0]
    beyond = custom_role(tenant, "viewer", permissions=["case.view", "user.manage"])  # as an older table allowed
    assert beyond.granted == {"case.view"}


def test_a_membership_with_a_custom_role_replaces_the_role_of_the_company(tenant, project, tester):
    reader = custom_role(tenant, "tester", permissions=["case.view", "result.record"])
    Membership.objects.create(user=tester, project=project, role=reader)
    tester = User.objects.select_related("role", "tenant").get(pk=tester.pk)
    assert decide(tester, "result.record", project)
    assert decide(tester, "case.edit", project).reason == "Your role, Custom, may not write test cases."
    assert decide(tester, "case.edit")


def test_a_membership_lifts_in_its_project_alone(tenant, project, viewer):
    writer = custom_role(tenant, "tester", permissions=["case.view", "case.edit"])
    Membership.objects.create(user=viewer, project=project, role=writer)
    viewer = User.objects.select_related("role", "tenant").get(pk=viewer.pk)
    assert decide(viewer, "case.edit", project)
    assert not decide(viewer, "case.edit")


def test_only_the_platforms_administrator_makes_one(tester):
    root = super_admin()
    made = add_user(actor=root, email="r2@example.com", password=PASSWORD, tenant=None, role=role("super_admin"))
    assert made.is_super_admin
    for tenant, code in ((None, "tester"), (tester.tenant, "super_admin")):
        with pytest.raises(InvalidInput) as refusal:
            add_user(actor=root, email="r3@example.com", password=PASSWORD, tenant=tenant, role=role(code))
        assert list(refusal.value.fields) == ["role_id"]
