"""Companies make roles of their own."""

import pytest

from accounts.models import AuditEntry, Invitation, Membership, Role, User
from accounts.permissions import decide, permissions_of
from accounts.services.invitations import invite, revoke_invitation
from accounts.services.roles import create_role, delete_role, update_role
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, InvalidInput, RuleViolation, VersionConflict

from .administration import custom_role, super_admin
from .factories import TenantFactory, UserFactory, role

GIVEN = {"name": "Auditor", "code": "viewer", "scope": "tenant", "description": "Reads"}


def test_an_administrator_makes_a_role(admin, tenant):
    made = create_role(actor=admin, tenant=tenant, permissions=["run.view", "case.view"], **GIVEN)
    assert (made.tenant, made.permissions, made.is_built_in) == (tenant, ["case.view", "run.view"], False)
    assert AuditEntry.objects.get(action="role.created").tenant == tenant


def test_all_that_the_base_has_follows_the_table(admin, tenant):
    made = create_role(actor=admin, tenant=tenant, permissions=sorted(permissions_of("viewer")), **GIVEN)
    assert made.permissions is None


def test_a_name_is_taken_in_its_company_whatever_its_case(admin, tenant, stranger):
    create_role(actor=admin, tenant=tenant, **GIVEN)
    with pytest.raises(RuleViolation) as refusal:
        create_role(actor=admin, tenant=tenant, **GIVEN | {"name": "AUDITOR"})
    assert list(refusal.value.fields) == ["name"]
    create_role(actor=stranger, tenant=stranger.tenant, **GIVEN)


def test_roles_that_come_with_the_portal_stay_as_they_are(admin):
    for actor in (admin, super_admin()):
        with pytest.raises(Denied, match="comes with the portal"):
            update_role(actor=actor, role=role("tester"), name="Mine")
        with pytest.raises(Denied, match="comes with the portal"):
            delete_role(actor=actor, role=role("tester"))


@pytest.mark.parametrize("fixture", ["lead", "tester", "viewer", "stranger"])
def test_others_make_and_change_none(request, tenant, fixture):
    actor = request.getfixturevalue(fixture)
    own = custom_role(tenant)
    for act in (
        lambda: create_role(actor=actor, tenant=tenant, **GIVEN),
        lambda: update_role(actor=actor, role=own, name="Mine"),
        lambda: delete_role(actor=actor, role=own),
    ):
        with pytest.raises(Denied):
            act()


def test_a_role_for_all_companies_is_the_platforms(admin):
    root = super_admin()
    shared = create_role(actor=root, tenant=None, **GIVEN)
    assert shared in Role.objects.visible_to(admin)
    with pytest.raises(Denied, match="belongs to all companies"):
        update_role(actor=admin, role=shared, name="Mine")
    update_role(actor=root, role=shared, name="Ours")


def test_roles_of_others_are_not_seen(admin, other_tenant):
    foreign = custom_role(other_tenant)
    assert foreign not in Role.objects.visible_to(admin)
    assert role("super_admin") not in Role.objects.visible_to(admin)


def test_another_base_keeps_what_it_has_in_common(admin, tenant):
    own = custom_role(tenant, "tester", permissions=["case.edit", "case.view"])
    assert update_role(actor=admin, role=own, code="viewer").permissions == ["case.view"]
    assert update_role(actor=admin, role=own, code="tester", permissions=None).permissions is None


def test_a_company_gets_no_base_of_the_platform(tenant):
    root = super_admin()
    for act in (
        lambda: create_role(actor=root, tenant=tenant, **GIVEN | {"code": "super_admin"}),
        lambda: update_role(actor=root, role=custom_role(tenant), code="super_admin"),
        lambda: update_role(actor=root, role=custom_role(None, "super_admin", name="Ops"), code="viewer"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            act()
        assert list(refusal.value.fields) == ["code"]


@pytest.mark.parametrize(
    ("code", "scope"),
    [
        ("tenant_admin", "platform"),
        *((code, "platform") for code in ("quality_manager", "tester", "developer", "viewer")),
    ],
)
def test_a_scope_in_which_nobody_could_have_the_base_is_refused(admin, tenant, code, scope):
    fields = GIVEN | {"code": code, "scope": scope}
    own = custom_role(tenant, "viewer", name="Own")
    for act in (
        lambda: create_role(actor=admin, tenant=tenant, **fields),
        lambda: update_role(actor=admin, role=own, **fields),
    ):
        with pytest.raises(InvalidInput) as refusal:
            act()
        assert list(refusal.value.fields) == ["scope"]


def test_roles_of_the_platform_have_its_scope_alone(admin, tenant):
    root = super_admin()
    fields = GIVEN | {"code": "super_admin"}
    for scope in ("tenant", "module"):
        with pytest.raises(InvalidInput) as refusal:
            create_role(actor=root, tenant=None, **fields | {"scope": scope})
        assert list(refusal.value.fields) == ["scope"]
    assert create_role(actor=root, tenant=None, **fields | {"scope": "platform"}).scope == "platform"
    for scope in ("tenant", "module"):
        create_role(actor=admin, tenant=tenant, **GIVEN | {"name": scope, "scope": scope})


def test_a_role_from_before_keeps_a_scope_that_is_not_touched(admin, tenant):
    own = custom_role(tenant, "viewer", scope="platform")
    assert update_role(actor=admin, role=own, code="viewer", scope="platform", name="New").name == "New"
    with pytest.raises(InvalidInput):
        update_role(actor=admin, role=own, code="tester")
    assert update_role(actor=admin, role=own, scope="module").scope == "module"


def test_a_change_on_top_of_a_newer_one_is_refused(admin, tenant):
    own = custom_role(tenant)
    seen = etag(own)
    update_role(actor=admin, role=own, if_match=seen, name="New")
    for act in (update_role, delete_role):
        with pytest.raises(VersionConflict):
            act(actor=admin, role=own, if_match=seen)


@pytest.mark.parametrize("holder", ["person", "member", "invitation"])
def test_a_role_that_somebody_has_stays(admin, tester, project, tenant, holder):
    own = custom_role(tenant)
    if holder == "person":
        tester.role = own
        tester.save()
    elif holder == "member":
        Membership.objects.create(user=tester, project=project, role=own)
    else:
        invite(actor=admin, tenant=tenant, email="new@example.com", role=own)
    with pytest.raises(RuleViolation, match="Give them another one first"):
        delete_role(actor=admin, role=own)
    assert Invitation.objects.count() == (holder == "invitation")


def test_invitations_that_are_over_hold_no_role(admin, tenant):
    own = custom_role(tenant)
    revoke_invitation(actor=admin, invitation=invite(actor=admin, tenant=tenant, email="new@example.com", role=own))
    delete_role(actor=admin, role=own)
    assert Invitation.objects.get().role == role("viewer")


def test_what_becomes_of_those_invitations_stands_in_the_trail(admin, tenant):
    own = custom_role(tenant)
    invitation = invite(actor=admin, tenant=tenant, email="new@example.com", role=own)
    revoke_invitation(actor=admin, invitation=invitation)
    key, code = own.pk, own.code
    delete_role(actor=admin, role=own)
    entry = AuditEntry.objects.get(action="invitation.updated")
    assert (entry.actor, entry.tenant, entry.target_id) == (admin, tenant, str(invitation.pk))
    assert (entry.changes, entry.facts) == ({"role": [key, role(code).pk]}, {"reason": "role_deleted"})


def test_an_unused_role_is_deleted_with_a_trace(admin, tenant):
    own = custom_role(tenant)
    delete_role(actor=admin, role=own)
    assert not Role.objects.filter(pk=own.pk).exists()
    assert AuditEntry.objects.get(action="role.deleted").target_label == "Custom"


@pytest.mark.parametrize("members_only", [False, True])
@pytest.mark.parametrize("code", ["result.record", "case.review", "member.manage"])
def test_the_database_finds_whom_the_policy_allows(project, tenant, code, members_only):
    project.settings = project.settings | {"membersOnly": members_only}
    project.save()
    without = Role.objects.create(tenant=tenant, name="Reads", code="tester", scope="tenant", permissions=["run.view"])
    roles = [None, without, *(role(each) for each in ("viewer", "tester", "quality_manager"))]
    people = [UserFactory(tenant=tenant, role=own or role("tenant_admin")) for own in roles for _each in roles]
    for place, person in enumerate(people):
        if given := roles[place % len(roles)]:
            Membership.objects.create(user=person, project=project, role=given)
    UserFactory(tenant=TenantFactory(), role_code="tenant_admin")
    UserFactory(tenant=tenant, role_code="tenant_admin", status="suspended")
    allowed = {
        person for person in User.objects.filter(pk__in=[each.pk for each in people]) if decide(person, code, project)
    }
    assert 1 < len(allowed) < len(people)
    assert set(User.objects.who_may(code, project)) == allowed
