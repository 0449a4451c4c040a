"""The ways in which somebody might come to more than he was given."""

import pytest
from allauth.mfa.models import Authenticator

from accounts.models import IdentityProvider, Membership, Role
from accounts.services.invitations import (
    accept_invitation,
    invitation_url,
    invite,
    issue_invitation_link,
    resend_invitation,
    revoke_invitation,
)
from accounts.services.people import remove_project_role
from accounts.services.roles import update_role
from accounts.services.second_factors import reset_second_factors
from qaportal.kit.errors import Denied, RuleViolation

from .factories import UserFactory


@pytest.fixture
def helper(tenant):
    """Somebody who manages people and may nothing else of what administrators may."""
    role = Role.objects.create(
        tenant=tenant, name="People desk", code="tenant_admin", scope="tenant", permissions=["user.view", "user.manage"]
    )
    return UserFactory(tenant=tenant, role=role)


@pytest.mark.parametrize("act", [issue_invitation_link, resend_invitation, revoke_invitation])
def test_the_link_of_a_higher_invitation_is_in_nobodys_hands_below(act, admin, helper, tenant):
    higher = invite(actor=admin, tenant=tenant, email="boss@tessarin.example", role=admin.role)
    with pytest.raises(Denied) as refusal:
        act(actor=helper, invitation=higher)
    assert refusal.value.code == "role_above_own"


def test_an_invitation_makes_no_password_where_passwords_are_no_way_in(admin, tester, tenant):
    invitation = invite(actor=admin, tenant=tenant, email="new@tessarin.example", role=tester.role)
    IdentityProvider.objects.create(
        tenant=tenant, name="Tessarin ID", issuer="https://id.tessarin.example", client_id="portal",
        default_role=tester.role, is_only_way=True,
    )  # fmt: skip
    link = invitation_url(invitation).rstrip("/").rpartition("/")[2]
    with pytest.raises(Denied) as refusal:
        accept_invitation(link=link, password="correct horse 42", first_name="", last_name="")
    assert refusal.value.code == "identity_provider_only"


def test_nobody_takes_the_role_that_narrows_him_away(lead, project, tenant):
    narrow = Role.objects.create(
        tenant=tenant,
        name="Narrow",
        code="quality_manager",
        scope="module",
        permissions=["member.view", "member.manage"],
    )
    membership = Membership.objects.create(user=lead, project=project, role=narrow)
    with pytest.raises(Denied):
        remove_project_role(actor=lead, membership=membership)
    assert Membership.objects.filter(pk=membership.pk).exists()


def test_a_role_of_a_project_becomes_none_of_an_administrator(admin, tester, project, tenant):
    role = Role.objects.create(tenant=tenant, name="Reader", code="viewer", scope="module")
    Membership.objects.create(user=tester, project=project, role=role)
    with pytest.raises(RuleViolation) as refusal:
        update_role(actor=admin, role=role, code="tenant_admin")
    assert list(refusal.value.fields) == ["code"]


def test_factors_are_taken_away_from_others_alone(admin, tester):
    for person in (admin, tester):
        Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "kept"})
    with pytest.raises(Denied) as refusal:
        reset_second_factors(actor=admin, user=admin)
    assert refusal.value.code == "oneself"
    reset_second_factors(actor=admin, user=tester)
    assert [each.user for each in Authenticator.objects.all()] == [admin]
