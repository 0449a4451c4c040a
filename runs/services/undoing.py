"""Taking an import back: its results go, and everything that was computed from them is as if it had not been."""

from django.db import transaction

from accounts import audit
from accounts.models import User
from qaportal.kit import events, progress
from qaportal.kit.errors import RuleViolation

from .. import policies
from ..choices import ImportState
from ..models import ReportImport, TestRun
from . import withdrawing


@transaction.atomic
def undo_import(*, actor: User, report_import: ReportImport) -> ReportImport:
    """Take the import back; cases that it made stay, as people may have worked on them.

    Results of other imports and of people stay and count as if this import had never been; a run that holds nothing
    else is deleted. The answered import is undone, or, in a large run, being undone by a job. Raises Denied, and
    RuleViolation for an import that has stored nothing.
    """
    policies.can_undo_import(actor, report_import).require()
    run = None
    if report_import.run_id:
        runs = TestRun.objects.select_for_update(of=("self",)).select_related("project")
        run = runs.get(pk=report_import.run_id)
    imports = ReportImport.objects.select_for_update(of=("self",)).select_related("project", "run")
    report_import = imports.get(pk=report_import.pk)
    refusal = policies.is_undoable(report_import)
    if not refusal:
        raise RuleViolation(refusal.reason, refusal.code)
    events.publish("results.withdrawn", run=run, report_import=report_import, actor=actor)
    project = report_import.project
    work = progress.start(kind="report_import", user_id=actor.pk, tenant_id=project.tenant_id, project_id=project.pk)
    progress.advance(work.pk, done=0, total=run.total)
    report_import.state, report_import.progress_id = ImportState.UNDOING, work.pk
    report_import.undone_by = report_import.updated_by = actor
    report_import.save(update_fields=["state", "progress_id", "undone_by", "updated_by", "updated_at"])
    if not withdrawing.begin(run=run):
        audit.record("report_import.undo_started", actor=actor, target=report_import, run=run.number)
        return report_import
    return imports.get(pk=report_import.pk)
