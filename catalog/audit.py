"""What catalog writes into the audit trail, in words."""

from django.utils.translation import gettext_lazy as _

from accounts.audit.words import Kind, Subject, register

from .models import (
    CaseImport,
    CaseReview,
    CopyJob,
    CustomField,
    Folder,
    SavedView,
    SharedSteps,
    Story,
    Template,
    TestCase,
    WorkflowState,
)


def register_all() -> None:
    """Register the actions and the objects of catalog."""
    register(
        Subject(
            "folder",
            _("Folders"),
            {
                "created": _("created a folder"),
                "updated": _("changed a folder"),
                "moved": _("moved a folder"),
                "deleted": _("deleted a folder"),
                "restored": _("restored a folder"),
            },
        ),
        Subject(
            "case",
            _("Test cases"),
            {
                "created": _("created a test case"),
                "updated": _("changed a test case"),
                "moved": _("moved a test case"),
                "copied": _("copied a test case"),
                "deleted": _("deleted a test case"),
                "restored": _("brought a test case back"),
                "linked": _("linked a test case to another"),
                "unlinked": _("removed the link of a test case"),
                "merged": _("merged two test cases"),
                "comparison_requested": _("let the portal look for duplicate test cases"),
                "told_apart": _("said that two test cases are no duplicates"),
                "doubted_again": _("took back that two test cases are no duplicates"),
            },
        ),
        Subject(
            "field",
            _("Custom fields"),
            {
                "created": _("added a custom field"),
                "updated": _("changed a custom field"),
                "moved": _("moved a custom field"),
                "archived": _("archived a custom field"),
                "restored": _("brought back a custom field"),
            },
        ),
        Subject(
            "template",
            _("Templates"),
            {
                "created": _("added a template"),
                "updated": _("changed a template"),
                "archived": _("archived a template"),
                "restored": _("brought back a template"),
            },
        ),
        Subject(
            "story",
            _("Stories"),
            {
                "created": _("wrote a story"),
                "updated": _("changed a story"),
                "deleted": _("deleted a story"),
                "linked": _("linked test cases to a story"),
                "unlinked": _("unlinked test cases from a story"),
            },
        ),
        Subject(
            "shared_steps",
            _("Shared steps"),
            {
                "created": _("wrote shared steps"),
                "updated": _("changed shared steps"),
                "deleted": _("deleted shared steps"),
            },
        ),
        Subject(
            "view",
            _("Saved views"),
            {
                "created": _("saved a view of test cases"),
                "updated": _("changed a view of test cases"),
                "deleted": _("deleted a view of test cases"),
            },
        ),
        Subject(
            "copy_job",
            _("Copies of test cases"),
            {
                "started": _("started to copy test cases"),
                "finished": _("copied test cases"),
                "failed": _("could not copy test cases"),
                "resumed": _("went on copying test cases"),
                "undone": _("took copies of test cases back"),
            },
        ),
        Subject(
            "case_import",
            _("Imports of test cases"),
            {
                "uploaded": _("uploaded a file of test cases"),
                "chosen": _("chose how a file of test cases is read"),
                "started": _("started an import of test cases"),
                "finished": _("imported test cases"),
                "failed": _("imported no test cases"),
                "undo_started": _("started to take an import of test cases back"),
                "undone": _("took an import of test cases back"),
            },
        ),
        Subject(
            "review",
            _("Reviews"),
            {
                "requested": _("asked for the review of a test case"),
                "approved": _("approved a test case"),
                "returned": _("returned a test case"),
                "withdrawn": _("withdrew the review of a test case"),
            },
        ),
        Subject(
            "workflow_state",
            _("Workflow"),
            {
                "created": _("added a state of test cases"),
                "updated": _("changed a state of test cases"),
                "moved": _("moved a state of test cases in the order"),
                "deleted": _("removed a state of test cases"),
            },
        ),
        Subject("test_id", _("Test cases"), {"reserved": _("reserved a test id")}),
        Kind(Folder, _("Folder"), lambda reader: Folder.objects.visible_to(reader).select_related("project")),
        Kind(TestCase, _("Test case"), lambda reader: TestCase.objects.visible_to(reader).select_related("project")),
        Kind(
            SharedSteps,
            _("Shared steps"),
            lambda reader: SharedSteps.objects.visible_to(reader).select_related("project"),
        ),
        Kind(SavedView, _("Saved view"), lambda reader: SavedView.objects.visible_to(reader).select_related("project")),
        Kind(CopyJob, _("Copy"), lambda reader: CopyJob.objects.visible_to(reader).select_related("project")),
        Kind(
            CustomField,
            _("Custom field"),
            lambda reader: CustomField.objects.visible_to(reader).select_related("project"),
        ),
        Kind(Template, _("Template"), lambda reader: Template.objects.visible_to(reader).select_related("project")),
        Kind(
            CaseImport,
            _("Import of test cases"),
            lambda reader: CaseImport.objects.visible_to(reader).select_related("project"),
        ),
        Kind(
            CaseReview,
            _("Review"),
            lambda reader: CaseReview.objects.visible_to(reader).of_current_cases().select_related("case__project"),
        ),
        Kind(
            WorkflowState,
            _("State of test cases"),
            lambda reader: WorkflowState.objects.visible_to(reader).select_related("project"),
        ),
        Kind(Story, _("Story"), lambda reader: Story.objects.visible_to(reader).select_related("project")),
    )
