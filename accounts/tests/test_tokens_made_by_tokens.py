"""A token that a token makes never goes beyond it: not in scopes, not in project, not in time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ApiToken, AuditEntry, User
from accounts.services.api_tokens import create_api_token, find_by_secret, revoke_api_token
from qaportal.kit.errors import Denied, InvalidInput

from .administration import bearer, issue, super_admin
from .factories import ProjectFactory

LIST = "/api/tokens"
SOON = timedelta(days=10)


def holding(user, *scopes, project=None, ends=None) -> User:
    """The user as a request with a new token of his brings him."""
    token, secret = issue(user, *scopes, project=project)
    if ends:
        ApiToken.objects.filter(pk=token.pk).update(expires_at=ends)
    found = find_by_secret(secret=secret)
    found.user.api_token = found
    return found.user


def test_a_token_without_an_end_makes_any(tester, project):
    made, _secret = create_api_token(actor=holding(tester, "admin"), name="CI", scopes=["read"], project=project)
    assert (made.project, made.expires_at, made.made_by.name) == (project, None, "CI")


@pytest.mark.parametrize("ends", [None, SOON + timedelta(seconds=1)], ids=["never", "later"])
def test_no_token_outlives_the_one_that_made_it(tester, ends):
    end = timezone.now() + SOON
    actor = holding(tester, "admin", ends=end)
    with pytest.raises(InvalidInput) as refusal:
        create_api_token(actor=actor, name="CI", scopes=["read"], expires_at=ends and timezone.now() + ends)
    assert list(refusal.value.fields) == ["expires_at"]
    made, _secret = create_api_token(actor=actor, name="CI", scopes=["read"], expires_at=end)
    assert made.expires_at == end


def test_by_api_the_end_that_is_too_late_is_named(tester):
    token, secret = issue(tester, "admin")
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() + SOON)
    answer = bearer(secret).post(LIST, {"name": "CI", "scopes": ["read"]})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["expires_at"])


def test_a_token_without_the_scope_for_everything_makes_none(tester):
    for scopes in (["read"], ["results:write"], ["read", "results:write", "cases:write"]):
        with pytest.raises(Denied):
            create_api_token(actor=holding(tester, *scopes), name="CI", scopes=["read"])


def test_a_token_of_one_project_makes_none_for_others(tester, tenant, project):
    actor = holding(tester, "admin", project=project)
    for wider in (None, ProjectFactory(tenant=tenant)):
        with pytest.raises(Denied, match="one project alone"):
            create_api_token(actor=actor, name="CI", scopes=["read"], project=wider)
    assert create_api_token(actor=actor, name="CI", scopes=["read"], project=project)[0].project == project


def test_what_a_token_made_ends_with_it_down_to_the_last(tester, admin):
    first = holding(tester, "admin")
    second = create_api_token(actor=first, name="Second", scopes=["admin"])[1]
    third = bearer(second).post(LIST, {"name": "Third", "scopes": ["read"]}).json()["token"]
    other, _secret = issue(tester, "read")
    revoke_api_token(actor=admin, token=first.api_token)
    assert [find_by_secret(secret=secret) for secret in (second, third)] == [None, None]
    other.refresh_from_db()
    assert other.is_usable
    assert AuditEntry.objects.filter(action="api_token.revoked").count() == 3
    revoke_api_token(actor=admin, token=first.api_token)
    assert AuditEntry.objects.filter(action="api_token.revoked").count() == 3


def test_a_token_that_was_revoked_a_moment_ago_makes_none(tester):
    actor = holding(tester, "admin")
    revoke_api_token(actor=tester, token=actor.api_token)
    with pytest.raises(Denied, match="has ended"):
        create_api_token(actor=actor, name="CI", scopes=["read"])


# -- what a token sees -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("owner", ["admin", "platform"])
def test_the_limits_of_a_token_come_before_the_role_of_its_owner(request, owner, tester, project):
    person = super_admin() if owner == "platform" else request.getfixturevalue(owner)
    theirs, _secret = issue(tester, "read", project=project)
    everything, reading, bound = (
        holding(person, "admin"),
        holding(person, "read"),
        holding(person, "admin", project=project),
    )
    assert theirs in ApiToken.objects.visible_to(everything)
    assert theirs not in ApiToken.objects.visible_to(reading)
    assert set(ApiToken.objects.visible_to(reading)) == set(ApiToken.objects.filter(user=person))
    assert list(ApiToken.objects.visible_to(bound)) == [bound.api_token]


def test_a_platform_administrators_token_of_one_project_reads_the_trail_of_that_one_alone(tenant, project):
    elsewhere = ProjectFactory(tenant=tenant)
    here, there = (
        AuditEntry.objects.create(tenant=tenant, project=each, action="project.updated")
        for each in (project, elsewhere)
    )
    root = super_admin()
    assert {here, there} <= set(AuditEntry.objects.visible_to(root))
    seen = set(AuditEntry.objects.visible_to(holding(root, "read", project=project)))
    assert (here in seen, there in seen) == (True, False)
