"""What runs writes into the audit trail, in words."""

from django.utils.translation import gettext_lazy as _

from accounts.audit.words import Kind, Subject, register

from .models import Configuration, FailureRule, Quarantine, ReportImport, RunCase, Session, TestRun


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
                "interrupted": _("closed a run that had gone silent"),
                "reopened": _("opened an interrupted run again"),
                "pinned": _("pinned a run, to keep it for ever"),
                "unpinned": _("took the pin off a run"),
                "expired": _("removed a run that was past its term"),
                "cases_created": _("made test cases of a run"),
                "tests_added": _("planned more tests in a run"),
                "tests_replaced": _("changed which cases a run executes"),
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
            "exploratory_session",
            _("Sessions"),
            {
                "created": _("planned a session"),
                "updated": _("changed a session"),
                "deleted": _("deleted a session"),
                "noted": _("took a note in a session"),
                "found": _("kept a finding of a session"),
                "recorded": _("sent what a session found"),
                "note_changed": _("changed a note of a session"),
                "note_removed": _("took a note of a session away"),
                "finding_changed": _("changed a finding of a session"),
                "finding_removed": _("took a finding of a session away"),
                "case_made": _("made a test case of a finding"),
            },
        ),
        Subject(
            "retention",
            _("Retention"),
            {
                "changed": _("changed how long results and files are kept"),
                "applied": _("removed what was past its term"),
            },
        ),
        Subject(
            "configuration",
            _("Configurations"),
            {
                "created": _("added a configuration"),
                "updated": _("changed a configuration"),
                "deleted": _("deleted a configuration"),
            },
        ),
        Subject(
            "report_import",
            _("Test reports"),
            {
                "started": _("uploaded a test report"),
                "finished": _("had a test report read"),
                "failed": _("uploaded a test report that could not be read"),
                "undo_started": _("let the import of a test report be undone"),
                "undone": _("undid the import of a test report"),
            },
        ),
        Subject(
            "failure_rule",
            _("Failures"),
            {
                "created": _("added a rule for failures"),
                "updated": _("changed a rule for failures"),
                "deleted": _("deleted a rule for failures"),
                "reopened": _("opened a rule again: its failure came back"),
            },
        ),
        Subject(
            "quarantine",
            _("Failures"),
            {"created": _("put a test into quarantine"), "lifted": _("took a test out of quarantine")},
        ),
        Kind(
            FailureRule,
            _("Rule for failures"),
            lambda reader: FailureRule.objects.visible_to(reader).select_related("project"),
        ),
        Kind(
            Quarantine,
            _("Quarantine"),
            lambda reader: Quarantine.objects.visible_to(reader).select_related("project"),
        ),
        Kind(TestRun, _("Run"), lambda reader: TestRun.objects.visible_to(reader).select_related("project")),
        Kind(Session, _("Session"), lambda reader: Session.objects.visible_to(reader).select_related("project")),
        Kind(
            Configuration,
            _("Configuration"),
            lambda reader: Configuration.objects.visible_to(reader).select_related("project"),
        ),
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
