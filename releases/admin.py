"""Releases in the data administration; they are written on their own pages."""

from typing import Any

from django.contrib import admin

from accounts.models import User
from qaportal.kit.admin import PortalModelAdmin
from qaportal.kit.errors import Decision

from . import policies
from .models import Milestone, Release
from .services import milestones, releases


@admin.register(Release)
class ReleaseAdmin(PortalModelAdmin):
    """Releases: the facts are changed, the scope on its own page."""

    view_permission = "release.view"
    changes = deletes = True
    list_display = ("version", "name", "overall_status", "release_date", "project", "qa_lead")
    list_filter = ("overall_status", "project")
    list_select_related = ("project", "qa_lead")
    search_fields = ("version", "name")
    date_hierarchy = "release_date"
    ordering = ("-pk",)
    fields = (
        *("version", "name", "description", "release_date", "environment", "build", "overall_status"),
        *("platforms", "qa_lead", "project", "created_by", "created_at", "updated_at"),
    )
    readonly_fields = ("platforms", "qa_lead", "project", "created_by", "created_at", "updated_at")

    def may_change(self, user: User, row: Release) -> Decision:
        """Whether the user may change the release."""
        return policies.can_edit_release(user, row)

    def may_delete(self, user: User, row: Release) -> Decision:
        """Whether the user may delete the release."""
        return policies.can_delete_release(user, row)

    def update(self, actor: User, row: Release, fields: dict[str, Any], if_match: str) -> Release:
        """Change the facts of the release."""
        return releases.update_release(actor=actor, release=row, if_match=if_match, **fields)

    def delete(self, actor: User, row: Release, if_match: str | None) -> None:
        """Hide the release; its runs and results stay."""
        releases.delete_release(actor=actor, release=row, if_match=if_match)


@admin.register(Milestone)
class MilestoneAdmin(PortalModelAdmin):
    """Milestones: planned on their own page, changed and deleted here too."""

    view_permission = "release.view"
    changes = deletes = True
    list_display = ("name", "status", "start", "due_date", "project", "completed_at")
    list_filter = ("status", "project")
    list_select_related = ("project",)
    search_fields = ("name",)
    date_hierarchy = "due_date"
    ordering = ("-pk",)
    fields = (
        *("name", "description", "status", "start", "due_date"),
        *("parent", "completed_at", "project", "created_by", "created_at", "updated_at"),
    )
    readonly_fields = ("parent", "completed_at", "project", "created_by", "created_at", "updated_at")

    def may_change(self, user: User, row: Milestone) -> Decision:
        """Whether the user may change the milestone."""
        return policies.can_edit_milestones(user, row.project)

    def may_delete(self, user: User, row: Milestone) -> Decision:
        """Whether the user may delete the milestone."""
        return policies.can_delete_milestones(user, row.project)

    def update(self, actor: User, row: Milestone, fields: dict[str, Any], if_match: str) -> Milestone:
        """Change the facts of the milestone."""
        return milestones.update_milestone(actor=actor, milestone=row, if_match=if_match, **fields)

    def delete(self, actor: User, row: Milestone, if_match: str | None) -> None:
        """Hide the milestone; its releases and runs stay."""
        milestones.delete_milestone(actor=actor, milestone=row, if_match=if_match)
