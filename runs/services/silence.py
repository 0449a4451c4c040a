"""Runs that stopped reporting: closed when nothing was heard of them for too long, opened again by a late result."""

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from accounts.services.projects import update_project
from qaportal.kit import events
from qaportal.kit.errors import InvalidInput

from .. import policies
from ..choices import RunStatus
from ..models import TestRun

USUAL_HOURS = 2
SHORTEST_HOURS, LONGEST_HOURS = 0.25, 720
SETTING = "silentRunHours"
"""The setting of a project that takes the place of the usual hours: a number from a quarter of an hour to 30 days."""

# Runs that somebody writes right now are skipped: they are not silent.
CLOSE_SILENT = """
WITH silent AS (
    SELECT run.id, greatest(run.updated_at, run.heard_at) AS heard, patience.hours
    FROM runs_testrun AS run
    JOIN accounts_project AS project ON project.id = run.project_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN jsonb_typeof(project.settings -> %(setting)s) = 'number'
                    THEN least(greatest((project.settings ->> %(setting)s)::numeric, %(shortest)s), %(longest)s)
                    ELSE %(hours)s END AS hours
    ) AS patience
    WHERE run.status = 'active' AND run.kind = 'automated' AND NOT run.is_implicit AND run.deleted_at IS NULL
      AND greatest(run.updated_at, run.heard_at) < now() - patience.hours * interval '1 hour'
      AND NOT EXISTS (
          SELECT FROM runs_reportimport AS report
          WHERE report.run_id = run.id AND report.state IN ('queued', 'running'))
    FOR UPDATE OF run SKIP LOCKED
)
UPDATE runs_testrun AS run SET
    status = 'interrupted', finished_at = greatest(silent.heard, run.started_at), updated_at = now(),
    metadata = CASE WHEN jsonb_typeof(run.metadata) = 'object' THEN run.metadata ELSE '{}'::jsonb END
        || jsonb_build_object('reason', replace(%(reason)s, '#', trim_scale(round(silent.hours, 2))::text))
FROM silent WHERE run.id = silent.id
RETURNING run.id
"""


def silent_hours_of(project: Project) -> float | None:
    """The hours that the project says; None where the usual ones are."""
    told = project.settings.get(SETTING)
    is_told = isinstance(told, int | float) and not isinstance(told, bool)
    return min(max(told, SHORTEST_HOURS), LONGEST_HOURS) if is_told else None


@transaction.atomic
def set_silent_hours(*, actor: User, project: Project, hours: float | None) -> Project:
    """Say after how many hours of silence runs of the project are closed; None means the usual ones.

    Raises Denied and InvalidInput.
    """
    policies.can_set_retention(actor, project).require()
    if hours is not None and not SHORTEST_HOURS <= hours <= LONGEST_HOURS:
        words = _("Between a quarter of an hour (0.25) and 30 days (720), or empty for the usual hours.")
        raise InvalidInput(words, fields={"silent_hours": [words]})
    told = int(hours) if hours is not None and hours == int(hours) else hours
    return update_project(actor=actor, project=project, settings={SETTING: told})


@transaction.atomic
def close_silent_runs() -> int:
    """Close the automated runs of which nothing was heard for too long; answers how many.

    Such a run ended when it was heard of last. One whose report still waits to be read stays open.
    """
    values = {"setting": SETTING, "hours": USUAL_HOURS, "shortest": SHORTEST_HOURS, "longest": LONGEST_HOURS}
    values["reason"] = _("Nothing was heard of the run for # hours.")
    with connection.cursor() as cursor:
        cursor.execute(CLOSE_SILENT, values)
        keys = [key for (key,) in cursor.fetchall()]
    runs = list(TestRun.objects.filter(pk__in=keys).select_related("project__tenant", "release"))
    changes = {"status": [RunStatus.ACTIVE.value, RunStatus.INTERRUPTED.value]}
    audit.record_each("run.interrupted", actor=None, changed=[(run, changes) for run in runs])
    for run in runs:
        events.publish("run.updated", run=run, actor=None)
    return len(runs)


def open_again(*, actor: User | None, run: TestRun) -> None:
    """Open an interrupted run for a result that came late. Call it with the run locked, in a transaction."""
    if run.status != RunStatus.INTERRUPTED:
        return
    run.status, run.finished_at = RunStatus.ACTIVE, None
    run.metadata = {name: value for name, value in run.metadata.items() if name != "reason"}
    now = timezone.now()
    TestRun.objects.filter(pk=run.pk).update(status=run.status, finished_at=None, metadata=run.metadata, updated_at=now)
    changes = {"status": [RunStatus.INTERRUPTED.value, RunStatus.ACTIVE.value]}
    audit.record("run.reopened", actor=actor, target=run, changes=changes)
    events.publish("run.updated", run=run, actor=actor)


# A run whose row is locked is being written, and its writer says that it lives; waiting for him would hold up whoever
# sends a step.
NOTE_HEARD = """
UPDATE runs_testrun SET heard_at = now() WHERE id = (
    SELECT id FROM runs_testrun
    WHERE id = %s AND status = 'active' AND (heard_at IS NULL OR heard_at < now() - interval '1 minute')
    FOR UPDATE SKIP LOCKED)
"""


def note_heard(*, run: TestRun) -> None:
    """Note, once a minute, that something came in for the run beside results."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE_HEARD, [run.pk])
