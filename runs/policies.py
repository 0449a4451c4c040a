"""Who may do what with runs and results."""

from django.utils.translation import gettext as _

from accounts.models import Project, User
from accounts.permissions import decide
from qaportal.kit.errors import Allowed, Decision, Denied

from .choices import ImportState, RunKind, RunStatus, SessionStatus
from .models import Finding, ReportImport, Session, SessionEntry, TestRun


def can_import_report(user: User, project: Project) -> Decision:
    """Whether the user may upload test reports."""
    return decide(user, "report.import", project)


def can_undo_import(user: User, report_import: ReportImport) -> Decision:
    """Whether the user may take the import back: who uploaded it, and who may delete runs."""
    is_own = report_import.created_by_id == user.pk
    return decide(user, "report.import" if is_own else "run.delete", report_import.project)


def is_undoable(report_import: ReportImport) -> Decision:
    """Whether anything of the import is there to be taken back."""
    if report_import.state == ImportState.UNDONE:
        return Denied(_("This import was undone already."), "import_undone")
    if report_import.state == ImportState.UNDOING:
        return Denied(_("This import is being undone."), "import_undoing")
    if report_import.state != ImportState.DONE:
        return Denied(_("Nothing of this import was stored."), "nothing_stored")
    if report_import.duplicate_of_id is not None:
        return Denied(_("This upload added nothing; undo the first one."), "duplicate")
    if report_import.run is None or report_import.run.deleted_at is not None:
        return Denied(_("The run was deleted."), "run_deleted")
    return Allowed()


def can_record(user: User, project: Project) -> Decision:
    """Whether the user may record results by hand."""
    return decide(user, "result.record", project)


def can_edit_run(user: User, run: TestRun) -> Decision:
    """Whether the user may rename, finish or relink the run."""
    return decide(user, "run.edit", run.project)


def can_delete_run(user: User, run: TestRun) -> Decision:
    """Whether the user may delete the run."""
    if run.is_implicit:
        return Denied(_("This run holds the verdicts that were set in the release; it cannot be deleted."), "implicit")
    return decide(user, "run.delete", run.project)


def can_set_retention(user: User, project: Project) -> Decision:
    """Whether the user may say how long results and files are kept, and how long runs may be silent."""
    return decide(user, "project.edit", project)


def can_edit_configurations(user: User | None, project: Project) -> Decision:
    """Whether the user may say in which configurations runs are executed; the portal itself may."""
    return Allowed() if user is None else decide(user, "configuration.edit", project)


def can_edit_sessions(user: User | None, project: Project) -> Decision:
    """Whether the user may plan exploratory sessions and write in them; the portal itself may."""
    return Allowed() if user is None else decide(user, "session.edit", project)


def can_delete_sessions(user: User | None, project: Project) -> Decision:
    """Whether the user may delete exploratory sessions."""
    return Allowed() if user is None else decide(user, "session.delete", project)


def not_yours() -> Denied:
    """The refusal for a note or a finding that somebody else wrote."""
    return Denied(_("Only who wrote it and quality managers may change it or take it away."), "not_yours")


def can_remove_from_session(user: User, item: SessionEntry | Finding) -> Decision:
    """Whether the user may take a note or a finding away: his own, or anybody's where he may delete sessions."""
    if decision := decide(user, "session.delete", item.project):
        return decision
    if item.created_by_id != user.pk:
        return not_yours()
    return can_edit_sessions(user, item.project)


def takes_notes(session: Session) -> Decision:
    """Whether the session still takes notes and findings."""
    if session.status == SessionStatus.COMPLETED:
        return Denied(_("The session is completed. Continue it to write more."), "session_completed")
    return Allowed()


def can_link_tests(user: User, run: TestRun) -> Decision:
    """Whether the user may say which case a reported test belongs to."""
    return decide(user, "case.edit", run.project)


def can_create_cases(user: User, project: Project) -> Decision:
    """Whether the user may make cases of reported tests."""
    return decide(user, "case.edit", project)


def takes_results(run: TestRun) -> Decision:
    """Whether the run still takes results: a cancelled one does not; a completed one takes later shards."""
    if run.status == RunStatus.CANCELLED:
        return Denied(_("The run was cancelled and takes no more results."), "run_cancelled")
    return Allowed()


def can_sort_failures(user: User, project: Project) -> Decision:
    """Whether the user may say who mends which failures, and put tests into quarantine."""
    return decide(user, "failure.sort", project)


def can_plan_run(user: User, project: Project) -> Decision:
    """Whether the user may make a run to be executed by hand, and say who executes what."""
    return decide(user, "run.edit", project)


def can_execute(user: User, run: TestRun) -> Decision:
    """Whether the user may set the verdicts of a run that people execute."""
    if run.kind == RunKind.AUTOMATED:
        return Denied(_("This run is reported by a machine."), "automated")
    return can_record(user, run.project) and takes_verdicts(run)


def takes_verdicts(run: TestRun) -> Decision:
    """Whether tests of the run can be executed by hand now."""
    if run.is_implicit:
        return Denied(
            _("This run holds what was executed outside of any run, or the verdicts of a release."), "implicit"
        )
    if run.status != RunStatus.ACTIVE:
        return Denied(_("This run is over. Open it again to record results."), "run_finished")
    if run.release is not None and not run.release.is_open:
        return Denied(_("The release of this run is closed and takes no more results."), "release_closed")
    return Allowed()
