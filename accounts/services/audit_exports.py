"""Taking the audit log out: an export stands in the log itself."""

from typing import Any

from django.db import transaction

from .. import audit, policies
from ..models import User


@transaction.atomic
def record_export(*, actor: User, filters: dict[str, Any]) -> None:
    """Write down that somebody takes the log out, and what he asked for; raises Denied."""
    policies.can_read_audit_log(actor).require()
    audit.record("audit.exported", actor=actor, tenant=actor.tenant, filters=filters)
