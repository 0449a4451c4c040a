"""API tokens of machines: made once, bounded, ended."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import ApiToken, AuditEntry, User
from accounts.services import api_tokens
from accounts.services.api_tokens import create_api_token, find_by_secret, revoke_api_token
from qaportal.kit.errors import Denied, InvalidInput, RuleViolation

from .administration import issue, super_admin
from .factories import ProjectFactory, UserFactory


def test_the_token_is_shown_once_and_kept_as_a_hash(tester):
    token, secret = issue(tester, "read")
    assert secret.startswith("qap_")
    assert token.prefix == secret[:12]
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM accounts_apitoken AS t")
        assert secret[12:] not in cursor.fetchone()[0]
    assert secret not in str([vars(entry) for entry in AuditEntry.objects.all()])


def test_a_token_is_found_by_its_secret_with_all_that_is_asked_of_it(tester, project, django_assert_num_queries):
    token, secret = issue(tester, "read", project=project)
    with django_assert_num_queries(1):
        found = find_by_secret(secret=secret)
        assert (found, found.project, found.user.tenant, found.user.role.code) == (
            token, project, tester.tenant, "tester",
        )  # fmt: skip


def test_nothing_else_is_found(tester):
    token, secret = issue(tester, "read")
    for given in ("", "qap_", secret[:-1], secret + "x", secret.lower(), token.prefix, "qap_" + "x" * 5_000, "\ud800"):
        assert find_by_secret(secret=given) is None


@pytest.mark.parametrize("scopes", [[], ["write"], ["read", "everything"], [""]])
def test_unknown_scopes_are_refused(tester, scopes):
    with pytest.raises(InvalidInput) as refusal:
        create_api_token(actor=tester, name="CI", scopes=scopes)
    assert list(refusal.value.fields) == ["scopes"]


def test_a_token_that_ended_already_is_refused(tester):
    with pytest.raises(InvalidInput) as refusal:
        create_api_token(actor=tester, name="CI", scopes=["read"], expires_at=timezone.now())
    assert list(refusal.value.fields) == ["expires_at"]


def test_scopes_are_kept_once_each(tester):
    assert issue(tester, "results:write", "read", "read")[0].scopes == ["read", "results:write"]


def test_an_expired_token_and_one_of_a_deleted_project_are_not_found(tester, project):
    token, secret = issue(tester, "read", project=project)
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert find_by_secret(secret=secret) is None
    ApiToken.objects.filter(pk=token.pk).update(expires_at=None)
    project.deleted_at = timezone.now()
    project.save()
    assert find_by_secret(secret=secret) is None


def test_only_contributors_make_tokens(viewer, stranger, project):
    with pytest.raises(Denied, match="may not make API tokens"):
        issue(viewer, "read")
    with pytest.raises(Denied):
        issue(stranger, "read", project=project)


def test_revoking_ends_it_at_once_and_is_written_down_once(tester):
    token, secret = issue(tester, "read")
    revoke_api_token(actor=tester, token=token)
    revoke_api_token(actor=tester, token=token)
    assert find_by_secret(secret=secret) is None
    assert AuditEntry.objects.get(action="api_token.revoked").actor == tester


def test_an_administrator_revokes_the_tokens_of_his_people(admin, tester, stranger, lead):
    token, _secret = issue(tester, "read")
    for actor in (lead, stranger):
        with pytest.raises(Denied):
            revoke_api_token(actor=actor, token=token)
    revoke_api_token(actor=admin, token=token)


def test_who_sees_which_tokens(admin, tester, lead, stranger, project):
    mine, bound = issue(tester, "read")[0], issue(tester, "read", project=project)[0]
    theirs = issue(stranger, "read")[0]
    assert set(ApiToken.objects.visible_to(tester)) == {mine, bound}
    assert set(ApiToken.objects.visible_to(admin)) == {mine, bound}
    assert set(ApiToken.objects.visible_to(lead)) == set()
    assert set(ApiToken.objects.visible_to(super_admin())) == {mine, bound, theirs}
    tester.api_token = bound
    assert set(ApiToken.objects.visible_to(tester)) == {bound}


def test_a_token_revokes_itself_and_only_an_administrative_one_others(tester):
    first, second = issue(tester, "read")[0], issue(tester, "admin")[0]
    caller = User.objects.get(pk=tester.pk)
    caller.api_token = first
    with pytest.raises(Denied):
        revoke_api_token(actor=caller, token=second)
    revoke_api_token(actor=caller, token=first)
    caller.api_token = second
    revoke_api_token(actor=caller, token=issue(tester, "read")[0])


def test_there_is_an_end_to_how_many(tester, monkeypatch):
    monkeypatch.setattr(api_tokens, "MOST_TOKENS", 2)
    first, _secret = issue(tester, "read")
    issue(tester, "read")
    with pytest.raises(RuleViolation) as refusal:
        issue(tester, "read")
    assert refusal.value.code == "too_many_tokens"
    revoke_api_token(actor=tester, token=first)
    issue(tester, "read")


def test_use_is_noted_once_in_a_while(tester, django_assert_num_queries):
    token, _secret = issue(tester, "read")
    api_tokens.note_use(token=token)
    token.refresh_from_db()
    assert token.last_used_at is not None
    with django_assert_num_queries(0):
        api_tokens.note_use(token=token)


def test_a_token_may_no_more_than_its_owner_may_now(tenant, project):
    person = UserFactory(tenant=tenant, role_code="tester")
    secret = issue(person, "admin", project=project)[1]
    person.role = type(person.role).objects.built_in("viewer")
    person.save()
    found = find_by_secret(secret=secret)
    assert found.user.role.code == "viewer"


def test_a_token_of_one_project_makes_tokens_for_it_alone(admin, project, tenant):
    other = ProjectFactory(tenant=tenant)
    admin.api_token = issue(admin, "admin", project=project)[0]
    create_api_token(actor=admin, name="CI", scopes=["read"], project=project)
    for elsewhere in (other, None):
        with pytest.raises(Denied, match="one project alone"):
            create_api_token(actor=admin, name="CI", scopes=["read"], project=elsewhere)
