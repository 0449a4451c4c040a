"""Who may do what with runs and results."""

from django.utils.translation import gettext as _

from accounts.models import Project, User
from accounts.permissions import decide
from qaportal.kit.errors import Allowed, Decision, Denied

from .choices import RunStatus
from .models import TestRun


def can_import_report(user: User, project: Project) -> Decision:
    """Whether the user may upload test reports."""
    return decide(user, "report.import", project)


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


def can_plan_run(user: User, project: Project) -> Decision:
    """Whether the user may make a run to be executed by hand, and say who executes what."""
    return decide(user, "run.edit", project)


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
