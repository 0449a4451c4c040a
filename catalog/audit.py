"""What catalog writes into the audit trail, in words."""

from django.utils.translation import gettext_lazy as _

from accounts.audit.words import Kind, Subject, register

from .models import CaseImport, CopyJob, Folder, SavedView, Story, TestCase


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
                "started": _("started an import of test cases"),
                "finished": _("imported test cases"),
                "failed": _("imported no test cases"),
                "undone": _("took an import of test cases back"),
            },
        ),
        Subject("test_id", _("Test cases"), {"reserved": _("reserved a test id")}),
        Kind(Folder, _("Folder"), lambda reader: Folder.objects.visible_to(reader).select_related("project")),
        Kind(TestCase, _("Test case"), lambda reader: TestCase.objects.visible_to(reader).select_related("project")),
        Kind(SavedView, _("Saved view"), lambda reader: SavedView.objects.visible_to(reader).select_related("project")),
        Kind(CopyJob, _("Copy"), lambda reader: CopyJob.objects.visible_to(reader).select_related("project")),
        Kind(
            CaseImport,
            _("Import of test cases"),
            lambda reader: CaseImport.objects.visible_to(reader).select_related("project"),
        ),
        Kind(Story, _("Story"), lambda reader: Story.objects.visible_to(reader).select_related("project")),
    )
