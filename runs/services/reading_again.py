"""Reading the kept bytes of an upload once more: after it was undone, or after it could not be taken in."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from files.services import open_stored
from qaportal.kit.errors import Allowed, Decision, Denied, RuleViolation
from releases.models import Release

from .. import policies
from ..choices import ImportState
from ..models import Configuration, ReportImport, TestRun
from .imports import FACTS, ImportRequest, start_import

READ_AGAIN = frozenset({ImportState.FAILED, ImportState.UNDONE})


def is_readable_again(report_import: ReportImport) -> Decision:
    """Whether the upload can be read once more."""
    if report_import.file_id is None:
        return Denied(_("The uploaded file is not kept any more."), "file_gone")
    if report_import.state not in READ_AGAIN:
        return Denied(_("Only an import that was undone or that failed is read again."), "not_undone")
    return Allowed()


@transaction.atomic
def read_again(*, actor: User, report_import: ReportImport) -> ReportImport:
    """Take the kept bytes in as a new import that asks for the same; answers it.

    Raises Denied, RuleViolation for an import that stands, a file that is gone, and a run or release that was deleted
    or takes no results, and InvalidInput for a run that is executed in another configuration now.
    """
    policies.can_import_report(actor, report_import.project).require()
    locked = ReportImport.objects.select_for_update(of=("self",)).select_related("project__tenant", "file")
    report_import = locked.get(pk=report_import.pk)
    refusal = is_readable_again(report_import)
    if not refusal:
        raise RuleViolation(refusal.reason, refusal.code)
    asked = ImportRequest(**report_import.request)
    run = release = None
    if asked.run_id:
        run = TestRun.objects.living().filter(project=report_import.project, pk=asked.run_id).first()
        if run is None:
            raise RuleViolation(_("The run was deleted in the meantime."), "run_deleted")
    if asked.release_id:
        release = Release.objects.living().filter(project=report_import.project, pk=asked.release_id).first()
        if release is None:
            raise RuleViolation(_("The release was deleted in the meantime."), "release_deleted")
    configurations = Configuration.objects.in_project(report_import.project)  # runs keep one that was deleted, too
    with open_stored(report_import.file) as stream:
        again, _known = start_import(
            actor=actor,
            project=report_import.project,
            stream=stream,
            file_name=report_import.file_name,
            run=run,
            release=release,
            configuration=configurations.filter(pk=asked.configuration_id).first(),
            creates_cases=report_import.creates_cases,
            **{name: getattr(asked, name) for name in FACTS},
        )
    return again
