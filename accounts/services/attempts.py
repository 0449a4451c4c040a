"""Attempts to sign in that failed. What was typed stands in no entry: it may be a password in the wrong field."""

from .. import audit
from ..models import User


def record_failure(*, user: User | None, way: str, reason: str) -> None:
    """Write down that somebody could not be signed in; `user` is whose address was given, if it is anybody's.

    Unknown addresses leave an entry too, so that they take the same steps as known ones.
    """
    tenant = user.tenant if user else None
    audit.record("user.sign_in_failed", actor=None, target=user, tenant=tenant, way=way, reason=reason)


def record_lock(*, user: User | None, way: str) -> None:
    """Write down that too many attempts failed."""
    tenant = user.tenant if user else None
    audit.record("user.locked_out", actor=None, target=user, tenant=tenant, way=way)
