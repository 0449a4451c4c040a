"""The catalog in the data administration; what hangs together, such as steps, is written on its own page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from qaportal.kit.admin import DeletedFilter, PortalModelAdmin
from qaportal.kit.errors import Decision

from . import policies
from .models import (
    CaseImport,
    CaseReview,
    CustomField,
    Folder,
    SavedView,
    SharedSteps,
    Story,
    Template,
    TestCase,
    WorkflowState,
)
from .services import cases, custom_fields, folder_removal, folders, shared_steps, stories, templates


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


@admin.register(CustomField)
class CustomFieldAdmin(PortalModelAdmin):
    """Fields of a project's own: named, made required and archived; kind, bounds and options have a page of theirs."""

    noun, plural = _("custom field"), _("custom fields")
    view_permission = "case.view"
    changes = True
    list_display = ("name", "key", "target", "kind", "is_required", "is_restricted", "is_archived", "project")
    list_filter = ("target", "kind", "is_archived", "project")
    list_select_related = ("project",)
    search_fields = ("name", "key")
    ordering = ("project", "target", "position", "pk")
    fields = (
        *("name", "help_text", "is_required", "is_restricted", "is_archived", "key", "target", "kind", "minimum"),
        *("maximum", "default", "options", "is_used", "project", "created_by", "created_at", "updated_at"),
    )
    readonly_fields = fields[5:]

    def may_change(self, user: User, row: CustomField) -> Decision:
        """Whether the user may change the field."""
        return policies.can_edit_fields(user, row.project)

    def update(self, actor: User, row: CustomField, fields: dict[str, Any], if_match: str) -> CustomField:
        """Change the field; what cases say in it stays."""
        return custom_fields.update_field(actor=actor, field=row, if_match=if_match, **fields)


@admin.register(Template)
class TemplateAdmin(PortalModelAdmin):
    """Templates: named, made the default and archived; which fields they have is said on their own page."""

    view_permission = "case.view"
    changes = True
    list_display = ("name", "description", "is_default", "is_archived", "project")
    list_filter = ("is_default", "is_archived", "project")
    list_select_related = ("project",)
    search_fields = ("name", "description")
    ordering = ("project", "name", "pk")
    fields = (
        *("name", "description", "is_default", "is_archived", "project", "created_by", "created_at", "updated_at"),
    )
    readonly_fields = fields[4:]

    def may_change(self, user: User, row: Template) -> Decision:
        """Whether the user may change the template."""
        return policies.can_edit_fields(user, row.project)

    def update(self, actor: User, row: Template, fields: dict[str, Any], if_match: str) -> Template:
        """Change the template; its fields stay."""
        return templates.update_template(actor=actor, template=row, if_match=if_match, **fields)


@admin.register(SharedSteps)
class SharedStepsAdmin(PortalModelAdmin):
    """Shared steps: read, and deleted while no case uses them."""

    noun, plural = _("shared steps"), _("shared steps")
    view_permission = "case.view"
    reach = "manageable_by"
    deletes = True
    list_display = ("title", "version", "project", "updated_by", "updated_at")
    list_filter = (DeletedFilter, "project")
    list_select_related = ("project", "updated_by")
    search_fields = ("title",)
    ordering = ("project", "title", "pk")
    fields = ("title", "steps", "version", "project", "created_by", "created_at", "updated_at", "deleted_at")

    def may_delete(self, user: User, row: SharedSteps) -> Decision:
        """Whether the user may delete the shared steps."""
        return policies.can_delete_shared_steps(user, row.project)

    def delete(self, actor: User, row: SharedSteps, if_match: str | None) -> None:
        """Hide the shared steps, unless a case uses them."""
        shared_steps.delete_shared_steps(actor=actor, shared=row, if_match=if_match)


@admin.register(CaseReview)
class CaseReviewAdmin(PortalModelAdmin):
    """Who was asked to look at which case, and what he said: only read."""

    noun, plural = _("review"), _("reviews")
    view_permission = "case.view"
    list_display = ("case", "version", "reviewer", "status", "requested_by", "project", "created_at", "decided_at")
    list_filter = ("status", "project")
    list_select_related = ("case", "reviewer", "requested_by", "project")
    search_fields = ("case__test_id", "case__title")
    ordering = ("-pk",)
    fields = (
        *("case", "version", "reviewer", "status", "note", "comment", "requested_by", "decided_at", "decided_version"),
        *("project", "created_at", "updated_at"),
    )


@admin.register(WorkflowState)
class WorkflowStateAdmin(PortalModelAdmin):
    """The states of projects with a workflow of their own: only read, as they are changed together on its page."""

    noun, plural = _("workflow state"), _("workflow states")
    view_permission = "case.view"
    list_display = ("name", "code", "phase", "color", "needs_approval", "project")
    list_filter = ("phase", "project")
    list_select_related = ("project",)
    search_fields = ("name", "code")
    ordering = ("project", "position", "pk")
    fields = ("name", "code", "phase", "color", "needs_approval", "position", "project", "created_at", "updated_at")
