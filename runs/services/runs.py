"""Runs themselves: numbers, creation, finishing, deletion, and the implicit run of a release."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from accounts.permissions import decide
from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import RuleViolation
from releases.models import Release

from .. import policies
from ..choices import RunKind, RunStatus
from ..models import TestRun
from . import withdrawing

EDITABLE = (
    *("name", "description", "environment", "build", "branch", "status", "due", "release", "milestone"),
    *("configuration", "metadata"),
)


def next_number(project: Project) -> int:
    """The next run number of the project; two callers never get the same one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO runs_runnumbercounter AS counter (project_id, last_number) VALUES (%s, 1)"
            " ON CONFLICT (project_id) DO UPDATE SET last_number = counter.last_number + 1 RETURNING last_number",
            [project.pk],
        )
        return cursor.fetchone()[0]


@transaction.atomic
def create_run(
    *,
    actor: User | None,
    project: Project,
    name: str,
    kind: str = RunKind.MANUAL,
    release: Release | None = None,
    started_at: datetime | None = None,
    **fields: Any,
) -> TestRun:
    """Start a run; raises Denied."""
    if actor is not None:
        decide(actor, "run.edit", project).require()
    run = TestRun.objects.create(
        project=project,
        number=next_number(project),
        name=name.strip()[:300] or _("Run without a name"),
        kind=kind,
        release=release,
        started_at=started_at or timezone.now(),
        created_by=actor,
        updated_by=actor,
        **fields,
    )
    audit.record("run.created", actor=actor, target=run)
    events.publish("run.created", run=run, actor=actor)
    return run


@transaction.atomic
def update_run(
    *, actor: User, run: TestRun, if_match: str | None = None, finished_at: datetime | None = None, **fields: Any
) -> TestRun:
    """Rename, relink or finish a run; raises Denied and VersionConflict.

    A run that gets another end than `active` is finished now, or at `finished_at` where that lies in its time.
    """
    policies.can_edit_run(actor, run).require()
    run = TestRun.objects.select_for_update(of=("self",)).select_related("project").get(pk=run.pk)
    require_match(run, if_match)
    before = audit.snapshot(run, EDITABLE)
    for name in EDITABLE:
        if name in fields:
            setattr(run, name, fields[name])
    changes = audit.changes_between(before, audit.snapshot(run, EDITABLE))
    if not changes:
        return run
    if "status" in changes:
        run.finished_at = None if run.status == RunStatus.ACTIVE else _end_of(run, finished_at)
    run.updated_by = actor
    run.save()
    audit.record("run.updated", actor=actor, target=run, changes=changes)
    events.publish("run.updated", run=run, actor=actor)
    return run


def _end_of(run: TestRun, told: datetime | None) -> datetime:
    """When the run ended: as told, unless that is before its start or still to come."""
    now = timezone.now()
    return told if told is not None and run.started_at <= told <= now else now


@transaction.atomic
def delete_run(*, actor: User, run: TestRun, if_match: str | None = None) -> TestRun:
    """Hide the run: causes, stability and activities count as if it had never been, while the verdicts that it set in
    a release stay as they are. Of a large run a job tells them anew, until then `withdrawn_to` of the answered run is
    set. Raises Denied and VersionConflict.
    """
    policies.can_delete_run(actor, run).require()
    run = TestRun.objects.select_for_update(of=("self",)).select_related("project").get(pk=run.pk)
    require_match(run, if_match)
    run.deleted_at = timezone.now()
    TestRun.objects.filter(pk=run.pk).update(deleted_at=run.deleted_at, updated_at=run.deleted_at)
    audit.record("run.deleted", actor=actor, target=run)
    events.publish("run.deleted", run=run, actor=actor)
    withdrawing.begin(run=run)
    return run


def implicit_run(*, release: Release, actor: User | None) -> TestRun:
    """The run that holds the verdicts set on the release's own page; made at the first one."""
    found = TestRun.objects.living().filter(release=release, is_implicit=True).first()
    if found is not None:
        return found
    Release.objects.select_for_update().get(pk=release.pk)
    found = TestRun.objects.living().filter(release=release, is_implicit=True).first()
    if found is not None:
        return found
    run = TestRun.objects.create(
        project=release.project,
        number=next_number(release.project),
        name=_("By hand in %s") % release.version,
        kind=RunKind.MANUAL,
        release=release,
        environment=release.environment,
        is_implicit=True,
        started_at=timezone.now(),
        created_by=actor,
        updated_by=actor,
    )
    audit.record("run.created", actor=actor, target=run)
    events.publish("run.created", run=run, actor=actor)
    return run


def ad_hoc_run(*, project: Project, actor: User | None) -> TestRun:
    """The run of this month for what is executed outside of any run and release. Call it in a transaction."""
    month = timezone.localdate().strftime("%Y-%m")
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    found = TestRun.objects.living().filter(project=project, external_id=f"ad-hoc:{month}").first()
    if found is not None:
        return found
    run = TestRun.objects.create(
        project=project,
        number=next_number(project),
        name=_("Ad hoc %s") % month,
        kind=RunKind.MANUAL,
        external_id=f"ad-hoc:{month}",
        is_implicit=True,
        started_at=timezone.now(),
        created_by=actor,
        updated_by=actor,
    )
    audit.record("run.created", actor=actor, target=run)
    events.publish("run.created", run=run, actor=actor)
    return run


def external_run(
    *, project: Project, external_id: str, actor: User | None, name: str, **fields: Any
) -> tuple[TestRun, bool]:
    """The living run that shards with this external id share, which the first one makes, and whether this was it.

    Call it in a transaction.
    """
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    found = TestRun.objects.living().filter(project=project, external_id=external_id).first()
    if found is not None:
        if found.status == RunStatus.CANCELLED:
            raise RuleViolation(_("The run with this external id was cancelled."), "run_cancelled")
        return found, False
    return create_run(actor=actor, project=project, name=name, external_id=external_id, **fields), True
