"""Folders, cases and stories in the data administration; cases are written on their own page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from qaportal.kit.admin import DeletedFilter, PortalModelAdmin
from qaportal.kit.errors import Decision

from . import policies
from .models import CaseImport, Folder, SavedView, Story, TestCase
from .services import cases, folder_removal, folders, stories


@admin.register(Folder)
class FolderAdmin(PortalModelAdmin):
    """The tree: names are changed, empty folders deleted, deleted ones restored with what they held."""

    view_permission = "case.view"
    reach = "manageable_by"
    changes = deletes = restores = True
    list_display = ("name", "parent", "depth", "project", "updated_at")
    list_filter = (DeletedFilter, "depth", "project")
    list_select_related = ("parent", "project")
    search_fields = ("name",)
    ordering = ("project", "path", "pk")
    fields = (
        *("name", "description", "position", "parent", "project", "created_by", "created_at", "updated_at"),
        "deleted_at",
    )
    readonly_fields = ("parent", "project", "created_by", "created_at", "updated_at", "deleted_at")

    def may_change(self, user: User, row: Folder) -> Decision:
        """Whether the user may change the folder."""
        return policies.can_edit_folders(user, row.project)

    def may_delete(self, user: User, row: Folder) -> Decision:
        """Whether the user may delete the folder."""
        return policies.can_delete_folders(user, row.project)

    def update(self, actor: User, row: Folder, fields: dict[str, Any], if_match: str) -> Folder:
        """Change name, description or position."""
        return folders.update_folder(actor=actor, folder=row, if_match=if_match, **fields)

    def delete(self, actor: User, row: Folder, if_match: str | None) -> None:
        """Hide the folder, unless it holds something."""
        folder_removal.delete_folder(actor=actor, folder=row, if_match=if_match)

    def restore(self, actor: User, row: Folder) -> None:
        """Bring the folder back with what was deleted with it or moved out of it."""
        folder_removal.restore_folder(actor=actor, folder=row)


@admin.register(TestCase)
class TestCaseAdmin(PortalModelAdmin):
    """Cases: read, deleted and restored."""

    view_permission = "case.view"
    reach = "manageable_by"
    deletes = restores = True
    list_display = ("test_id", "title", "folder", "test_type", "state", "owner", "project", "updated_at")
    list_filter = (DeletedFilter, "test_type", "tag", "state", "is_archived", "project")
    list_select_related = ("folder", "owner", "project")
    search_fields = ("test_id", "title")
    search_help_text = _("Words of the text, or a part of an id or a title")
    sortable_by = ("updated_at",)
    ordering = ("-pk",)
    fields = (
        *("test_id", "title", "description", "folder", "project", "test_type", "tag", "priority", "state"),
        *("is_archived", "automation_status", "automation_key", "automated_script_path", "preconditions"),
        *("expected_result", "tags", "owner", "version", "created_by", "created_at", "updated_at"),
        "deleted_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """The cases without the columns that only searching reads."""
        return super().get_queryset(request).defer("search", "folded")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """The cases that the portal's own search finds."""
        return queryset.matching(search_term), False

    def may_delete(self, user: User, row: TestCase) -> Decision:
        """Whether the user may delete the case."""
        return policies.can_delete_cases(user, row.project)

    def delete(self, actor: User, row: TestCase, if_match: str | None) -> None:
        """Hide the case; its id stays taken."""
        cases.delete_cases(actor=actor, project=row.project, case_ids=[row.pk], if_match=if_match)

    def restore(self, actor: User, row: TestCase) -> None:
        """Bring the case back, to its folder where that is still there."""
        cases.restore_cases(actor=actor, project=row.project, case_ids=[row.pk])


@admin.register(Story)
class StoryAdmin(PortalModelAdmin):
    """Stories that cases cover: read and deleted; they are written on their own page."""

    view_permission = "case.view"
    deletes = True
    list_display = ("story_id", "epic_id", "title", "status", "sprint", "project", "updated_at")
    list_filter = ("project",)
    list_select_related = ("project",)
    search_fields = ("story_id", "epic_id", "title")
    ordering = ("story_id", "pk")
    fields = (
        *("story_id", "epic_id", "title", "description", "status", "priority", "assignee", "sprint", "release"),
        *("remote_id", "remote_updated_at", "last_synced_at", "missing_since", "project", "created_by"),
        *("created_at", "updated_at"),
    )

    def may_delete(self, user: User, row: Story) -> Decision:
        """Whether the user may delete the story."""
        return policies.can_delete_stories(user, row.project)

    def delete(self, actor: User, row: Story, if_match: str | None) -> None:
        """Hide the story; its cases stay."""
        stories.delete_story(actor=actor, story=row, if_match=if_match)


@admin.register(CaseImport)
class CaseImportAdmin(PortalModelAdmin):
    """Files of cases and what became of them: read only; they are brought in and taken back on their own page."""

    view_permission = "case.view"
    list_display = ("file_name", "format", "state", "project", "created_by", "created_at", "finished_at")
    list_filter = ("state", "format", "project")
    list_select_related = ("project", "created_by")
    search_fields = ("file_name",)
    ordering = ("-created_at", "pk")
    fields = (
        *("file_name", "format", "state", "counts", "error", "rows_done", "options", "project", "created_by"),
        *("created_at", "updated_at", "finished_at", "undone_by", "undone_at"),
    )


@admin.register(SavedView)
class SavedViewAdmin(PortalModelAdmin):
    """Looks at the list of cases that people share or keep for themselves: read only."""

    view_permission = "case.view"
    list_display = ("name", "owner", "is_default", "project", "updated_at")
    list_filter = ("is_default", "project")
    list_select_related = ("owner", "project")
    search_fields = ("name",)
    ordering = ("project", "name", "pk")
    fields = ("name", "owner", "is_default", "query", "project", "created_by", "created_at", "updated_at")
