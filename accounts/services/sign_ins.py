"""What keeps people signed in, ended: sessions of browsers and token families of API clients, all at once or one."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from qaportal.kit.errors import NotVisible

from .. import audit
from ..models import Tenant, TokenFamily, User
from ..sign_in.second_factor import PASSWORD, WAY_KEY
from .tokens import end_all_families


@transaction.atomic
def end_all_sign_ins(*, actor: User | None, user: User, reason: str) -> None:
    """End every session and every token family of the person at once; the caller has asked who may do that.

    A session is bound to the epoch, so that even one nobody kept a record of ends with its next request.
    """
    User.objects.filter(pk=user.pk).update(sign_in_epoch=F("sign_in_epoch") + 1)
    user.refresh_from_db(fields=["sign_in_epoch"])
    _forget_sessions(UserSession.objects.filter(user=user))
    end_all_families(user=user, reason=reason)
    audit.record("user.signed_out_everywhere", actor=actor, target=user, tenant=user.tenant, reason=reason)


@transaction.atomic
def end_sign_ins_of_tenant(*, actor: User | None, tenant: Tenant, reason: str) -> None:
    """End every session and every token family of everybody in the company, in a fixed number of statements."""
    User.objects.filter(tenant=tenant).update(sign_in_epoch=F("sign_in_epoch") + 1)
    _forget_sessions(UserSession.objects.filter(user__tenant=tenant))
    TokenFamily.objects.filter(user__tenant=tenant, ended_at__isnull=True).update(
        ended_at=timezone.now(), end_reason=reason
    )
    audit.record("tenant.signed_out_everywhere", actor=actor, target=tenant, reason=reason)


@transaction.atomic
def end_password_sign_ins(*, actor: User | None, tenant: Tenant, reason: str) -> None:
    """End what people of the company opened by password: sessions of browsers, and all API sign-ins.

    Those have no other way. Sessions that were opened through the identity provider live on; the caller has asked
    who may do that.
    """
    listed = UserSession.objects.filter(user__tenant=tenant)
    stored = Session.objects.filter(session_key__in=listed.values("session_key"))
    keys = [each.session_key for each in stored.iterator() if each.get_decoded().get(WAY_KEY, PASSWORD) == PASSWORD]
    _forget_sessions(listed.filter(session_key__in=keys))
    families = TokenFamily.objects.filter(user__tenant=tenant, ended_at__isnull=True).update(
        ended_at=timezone.now(), end_reason=reason
    )
    audit.record(
        "tenant.signed_out_of_passwords",
        actor=actor,
        target=tenant,
        reason=reason,
        sessions=len(keys),
        api_sign_ins=families,
    )


@transaction.atomic
def end_browser_session(*, actor: User, session: UserSession) -> None:
    """End one of the actor's own sessions; raises NotVisible for anybody else's."""
    if session.user_id != actor.pk:
        raise NotVisible
    _forget_sessions(UserSession.objects.filter(pk=session.pk))
    audit.record("session.revoked", actor=actor, target=actor, tenant=actor.tenant, way="page", address=session.ip)


@transaction.atomic
def end_api_sign_in(*, actor: User, family: TokenFamily) -> None:
    """End one of the actor's own API sign-ins; raises NotVisible for anybody else's."""
    if family.user_id != actor.pk:
        raise NotVisible
    open_ones = TokenFamily.objects.filter(pk=family.pk, ended_at__isnull=True)
    if open_ones.update(ended_at=timezone.now(), end_reason="revoked"):
        audit.record("session.revoked", actor=actor, target=actor, tenant=actor.tenant, way="api")


@transaction.atomic
def forget_sessions(*, actor: User) -> None:
    """Remove the browser sessions of the person; whoever holds one signs in again, unless it is renewed."""
    _forget_sessions(UserSession.objects.filter(user=actor))


@transaction.atomic
def remove_dead_sessions() -> int:
    """Forget sessions that have ended or can no longer be renewed; answers how many of them were listed."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    gone, _rows = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return gone


def _forget_sessions(known: QuerySet[UserSession]) -> None:
    """Remove the sessions and what is known of them."""
    keys = list(known.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    known.delete()
