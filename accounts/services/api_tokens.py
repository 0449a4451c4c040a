"""API tokens of machines: made once, kept as a keyed hash, ended at once."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from qaportal.kit.errors import Denied, InvalidInput, RuleViolation
from qaportal.kit.secrets import keyed_hash

from .. import audit, policies
from ..choices import TokenScope
from ..models import ApiToken, Project, User

MARK = "qap_"
"""Every token starts with it, so that scanners of published code recognise a leaked one."""
SHOWN_LENGTH = 12
MOST_TOKENS = 100
USE_IS_NOTED_EVERY = timedelta(minutes=5)


def _hash(secret: str) -> str:
    return keyed_hash(secret, "api-token")


@transaction.atomic
def create_api_token(
    *,
    actor: User,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime | None = None,
    project: Project | None = None,
) -> tuple[ApiToken, str]:
    """Make a token of the actor's; answers it with its secret, which cannot be read again.

    One that a token makes has no more scopes than that one, no wider project, and ends with it at the latest.
    Raises Denied, InvalidInput naming the field, RuleViolation for too many.
    """
    policies.can_create_token(actor, project).require()
    _check(scopes, expires_at)
    stored = User.objects.select_for_update(of=("self",), no_key=True).select_related("tenant").get(pk=actor.pk)
    if not stored.may_sign_in:  # suspended since the actor was loaded: his tokens have ended
        raise Denied(_("You may not sign in any more."), "not_active")
    if actor.api_token is not None:
        _require_within(actor.api_token, scopes, expires_at)
    if actor.api_tokens.usable().count() >= MOST_TOKENS:
        raise RuleViolation(
            _("You have %(most)d tokens. Revoke one that is not used first.") % {"most": MOST_TOKENS}, "too_many_tokens"
        )
    secret = MARK + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=actor,
        project=project,
        name=name.strip(),
        prefix=secret[:SHOWN_LENGTH],
        token_hash=_hash(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
        made_by=actor.api_token,
    )
    audit.record(
        "api_token.created", actor=actor, target=token, project=project, tenant=actor.tenant, scopes=token.scopes
    )
    return token, secret


def _check(scopes: Sequence[str], expires_at: datetime | None) -> None:
    """Raise InvalidInput for no scope, an unknown one, or an end that is past."""
    if not scopes or set(scopes) - set(TokenScope.values):
        words = _("Choose among %(names)s.") % {"names": ", ".join(TokenScope.values)}
        raise InvalidInput(_("The scopes cannot be used."), fields={"scopes": [words]})
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInput(_("The token would be of no use."), fields={"expires_at": [_("This time is past.")]})


def _require_within(held: ApiToken, scopes: Sequence[str], expires_at: datetime | None) -> None:
    """Raise InvalidInput for more than the token that makes another may itself, Denied when it was just revoked.

    That its project is no wider is a matter of the policy.
    """
    if not ApiToken.objects.usable().filter(pk=held.pk).exists():
        raise Denied(_("This token has ended."), "token_ended")
    if TokenScope.ADMIN not in held.scopes and (beyond := sorted(set(scopes) - set(held.scopes))):
        words = _("The token that asks lacks %(scopes)s.") % {"scopes": ", ".join(beyond)}
        raise InvalidInput(_("The scopes cannot be used."), fields={"scopes": [words]})
    if held.expires_at is not None and (expires_at is None or expires_at > held.expires_at):
        words = _("Not later than %(time)s, when the token that asks ends.") % {"time": held.expires_at.isoformat()}
        raise InvalidInput(_("The token would outlive the one that asks."), fields={"expires_at": [words]})


@transaction.atomic
def revoke_api_token(*, actor: User, token: ApiToken) -> None:
    """End the token and those that it made at once; raises Denied. One that ended already stays as it is."""
    policies.can_revoke_token(actor, token).require()
    User.objects.select_for_update(no_key=True).get(pk=token.user_id)
    for each in _with_those_it_made(token):
        each.revoked_at, each.revoke_reason = timezone.now(), "revoked"
        each.save(update_fields=["revoked_at", "revoke_reason", "updated_at"])
        audit.record("api_token.revoked", actor=actor, target=each, project=each.project, tenant=each.user.tenant)


def _with_those_it_made(token: ApiToken) -> QuerySet[ApiToken]:
    """Of the token, those that it made and those that these made: the ones that nobody revoked yet."""
    found, latest = {token.pk}, {token.pk}
    while latest := set(ApiToken.objects.filter(made_by__in=latest).values_list("pk", flat=True)) - found:
        found |= latest
    return ApiToken.objects.for_list().unrevoked().filter(pk__in=found)


@transaction.atomic
def revoke_tokens_of(*, actor: User | None, users: QuerySet[User], reason: str) -> int:
    """End every token of these people, as suspension does; the caller has asked who may. Answers how many."""
    tokens = ApiToken.objects.filter(user__in=users.values("pk"), revoked_at__isnull=True)
    return tokens.update(revoked_at=timezone.now(), revoke_reason=reason, updated_at=timezone.now())


def find_by_secret(*, secret: str) -> ApiToken | None:
    """The usable token with this secret, with owner, role, company and project in one query; None for any other."""
    if not secret.startswith(MARK) or len(secret) > 100:
        return None
    token = (
        ApiToken.objects.usable()
        .select_related("user__role", "user__tenant", "project")
        .filter(Q(project__isnull=True) | Q(project__deleted_at__isnull=True), token_hash=_hash(secret))
        .first()
    )
    return token if token is not None and token.user.may_sign_in else None


def note_use(*, token: ApiToken) -> None:
    """Remember when the token was used last, at most once in five minutes."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USE_IS_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
