"""What runs writes into the audit trail, in words."""

from django.utils.translation import gettext_lazy as _

from accounts.audit.words import Kind, Subject, register

from .models import ReportImport, RunCase, TestRun


def register_all() -> None:
    """Register the actions and the objects of runs."""
    register(
        Subject(
            "run",
            _("Runs"),
            {
                "created": _("created a run"),
                "updated": _("changed a run"),
                "deleted": _("deleted a run"),
                "cases_created": _("made test cases of a run"),
                "tests_added": _("planned more tests in a run"),
                "assigned": _("said who executes tests of a run"),
            },
        ),
        Subject(
            "run_case",
            _("Runs"),
            {
                "linked": _("linked a test to a case"),
                "reported": _("sent the result of a test"),
                "completed": _("completed the result of a test"),
                "step_set": _("said how a step of a test went"),
                "executed": _("executed a test"),
                "text_taken": _("took the new text of a case into a run"),
                "documented": _("sent what a test left behind"),
            },
        ),
        Subject(
            "report_import",
            _("Test reports"),
            {
                "started": _("uploaded a test report"),
                "finished": _("had a test report read"),
                "failed": _("uploaded a test report that could not be read"),
            },
        ),
        Kind(TestRun, _("Run"), lambda reader: TestRun.objects.visible_to(reader).select_related("project")),
        Kind(
            RunCase,
            _("Test in a run"),
            lambda reader: RunCase.objects.visible_to(reader).select_related("run__project"),
            lambda test: f"{test.run.get_absolute_url()}?tab=all&test={test.pk}",
        ),
        Kind(
            ReportImport,
            _("Report"),
            lambda reader: ReportImport.objects.visible_to(reader).select_related("project"),
        ),
    )
