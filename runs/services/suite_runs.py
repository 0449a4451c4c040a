"""Runs that a client reports while they happen: opened, and finished by the client itself."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Project, User
from qaportal.kit.errors import RuleViolation
from releases.choices import OPEN_STATUSES

from .. import policies
from ..choices import RunKind, RunStatus
from ..models import TestRun
from .runs import create_run, external_run, update_run

CREATED_BY_CLIENT = ("environment", "build", "branch", "metadata", "release", "configuration")


@transaction.atomic
def open_suite_run(
    *,
    actor: User,
    project: Project,
    name: str,
    external_id: str = "",
    started_at: datetime | None = None,
    **fields: Any,
) -> tuple[TestRun, bool]:
    """Start an automated run, or find the one that this external id has; answers it and whether it is new.

    `fields` are those of `CREATED_BY_CLIENT`. A start in the future counts as now. Raises Denied, and RuleViolation
    for an external id whose run was cancelled and for a release that is closed.
    """
    policies.can_import_report(actor, project).require()
    release = fields.get("release")
    if release is not None and release.overall_status not in OPEN_STATUSES:
        raise RuleViolation(_("This release is closed and takes no more results."), "release_closed")
    now = timezone.now()
    values = {
        "actor": actor,
        "project": project,
        "name": name,
        "kind": RunKind.AUTOMATED,
        "started_at": min(started_at or now, now),
        **{field: value for field, value in fields.items() if field in CREATED_BY_CLIENT},
    }
    if not external_id:
        return create_run(**values), True
    return external_run(external_id=external_id, **values)


@transaction.atomic
def update_suite_run(
    *,
    actor: User,
    run: TestRun,
    if_match: str | None = None,
    metadata: dict[str, Any] | None = None,
    finished_at: datetime | None = None,
    **fields: Any,
) -> TestRun:
    """Change or finish a reported run: what `metadata` names is added to what is known.

    A time of the end without a status completes an active run. Raises Denied and VersionConflict.
    """
    policies.can_import_report(actor, run.project).require()
    known = TestRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if metadata:
        fields["metadata"] = known.metadata | metadata
    if finished_at is not None and "status" not in fields and known.status == RunStatus.ACTIVE:
        fields["status"] = RunStatus.COMPLETED
    return update_run(actor=actor, run=run, if_match=if_match, finished_at=finished_at, **fields)
