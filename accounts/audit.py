"""Writing the audit trail: every service calls `record` in its own transaction."""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from qaportal.kit.requests import current_request_id

if TYPE_CHECKING:
    from .models import AuditEntry, User

_moment: ContextVar[datetime.datetime | None] = ContextVar("audit_moment", default=None)

SECRET_WORDS = ("password", "token", "secret", "hash", "credential")
MASK = "***"
LONGEST_TEXT = 2_000


def _plain(value: Any) -> Any:
    """The value as JSON keeps it, long texts cut."""
    if isinstance(value, models.Model):
        return {"id": str(value.pk), "label": str(value)[:300]}
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else value[:LONGEST_TEXT] + "…"
    if isinstance(value, dict):
        return {str(key): masked(str(key), child) for key, child in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(child) for child in value]
    if isinstance(value, datetime.date | datetime.time | uuid.UUID | decimal.Decimal):
        return str(value)
    return value


def masked(name: str, value: Any) -> Any:
    """The value, or a mask when its name says that it is a secret."""
    return MASK if any(word in name.lower() for word in SECRET_WORDS) else _plain(value)


def changes_between(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """`{field: [old, new]}` for the fields that differ, secrets masked."""
    return {
        name: [masked(name, before.get(name)), masked(name, value)]
        for name, value in after.items()
        if before.get(name) != value
    }


def snapshot(instance: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """The named fields of the instance, related objects by id."""
    return {name: getattr(instance, instance._meta.get_field(name).attname) for name in names}


@contextmanager
def dated(moment: datetime.datetime) -> Iterator[None]:
    """Let the trail tell that what is done inside was done at this moment: for history that is brought in."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)


def record(
    action: str,
    *,
    actor: User | None,
    target: models.Model | None = None,
    project: models.Model | None = None,
    tenant: models.Model | None = None,
    changes: dict[str, list[Any]] | None = None,
    **facts: Any,
) -> AuditEntry:
    """Write what was done, in the transaction that does it.

    `action` is `<noun>.<past participle>`; `changes` is `{field: [old, new]}`; further facts are kept as they are,
    secrets masked. Project and tenant are taken from the target where it has them.
    """
    entry = _entry(action, actor=actor, target=target, project=project, tenant=tenant, changes=changes, facts=facts)
    entry.save()
    return entry


def record_each(
    action: str,
    *,
    actor: User | None,
    changed: Iterable[tuple[models.Model, dict[str, list[Any]] | None]],
    **facts: Any,
) -> None:
    """Write one entry for each changed object in one statement: for work that changes many rows at once.

    `changed` holds pairs of the object and its changes as `record` takes them.
    """
    from .models import AuditEntry

    entries = [
        _entry(action, actor=actor, target=target, project=None, tenant=None, changes=changes, facts=facts)
        for target, changes in changed
    ]
    AuditEntry.objects.bulk_create(entries, batch_size=1_000)


def _entry(
    action: str,
    *,
    actor: User | None,
    target: models.Model | None,
    project: models.Model | None,
    tenant: models.Model | None,
    changes: dict[str, list[Any]] | None,
    facts: dict[str, Any],
) -> AuditEntry:
    from .models import AuditEntry, Project, Tenant

    if project is None and target is not None:
        project = target if isinstance(target, Project) else getattr(target, "project", None)
    if tenant is None:
        tenant = target if isinstance(target, Tenant) else getattr(project or target, "tenant", None)
    return AuditEntry(
        action=action,
        actor=actor if actor is not None and actor.pk else None,
        tenant=tenant,
        project=project,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        target_label=str(target)[:300] if target is not None else "",
        changes=changes,
        facts={name: masked(name, value) for name, value in facts.items() if value not in (None, "")} or None,
        correlation_id=current_request_id(),
        created_at=_moment.get() or timezone.now(),
    )
