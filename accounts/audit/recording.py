"""Writing the audit trail: every service calls `record` in its own transaction."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from qaportal.kit.inserting import insert_all
from qaportal.kit.requests import client_request_id, current_request_id

from .masking import masked

if TYPE_CHECKING:
    from ..models import AuditEntry, User


_moment: ContextVar[datetime.datetime | None] = ContextVar("audit_moment", default=None)


@dataclass(slots=True)
class Seen:
    """Whom the entries that were recorded meanwhile tell of."""

    is_known: bool = False
    tenant_id: int | None = None
    actor_id: int | None = None
    addresses: set[str] = field(default_factory=set)
    """The e-mail addresses, in lower case, of the people that the entries are about."""

    def note(self, entry: AuditEntry, people: Iterable[models.Model | None]) -> None:
        """Take an entry in; the first one says whose company and whose act it was."""
        if not self.is_known:
            self.is_known, self.tenant_id, self.actor_id = True, entry.tenant_id, entry.actor_id
        for person in people:
            if address := getattr(person, "email", ""):
                self.addresses.add(address.lower())


_seen: ContextVar[Seen | None] = ContextVar("audit_seen", default=None)


@contextmanager
def observed() -> Iterator[Seen]:
    """Note whom the entries tell of that are recorded inside."""
    seen = Seen()
    token = _seen.set(seen)
    try:
        yield seen
    finally:
        _seen.reset(token)


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
    label: str = "",
    **facts: Any,
) -> AuditEntry:
    """Write what was done, in the transaction that does it.

    `action` is `<noun>.<past participle>`; `changes` is `{field: [old, new]}`; further facts are kept as they are,
    secrets masked. Project and tenant are taken from the target where it has them; `label` is what people call the
    target where its own text does not tell it.
    """
    entry = _entry(action, actor=actor, target=target, project=project, tenant=tenant, changes=changes, facts=facts)
    entry.target_label = label[:300] or entry.target_label
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
    insert_all(
        [
            _entry(action, actor=actor, target=target, project=None, tenant=None, changes=changes, facts=facts)
            for target, changes in changed
        ]
    )


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
    from ..models import AuditEntry, Project, Tenant

    if project is None and target is not None:
        project = target if isinstance(target, Project) else getattr(target, "project", None)
    if tenant is None:
        tenant = target if isinstance(target, Tenant) else getattr(project or target, "tenant", None)
    facts = {**facts, "client_request_id": client_request_id()}
    entry = AuditEntry(
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
    if (seen := _seen.get()) is not None:
        seen.note(entry, (actor, target))
    return entry
