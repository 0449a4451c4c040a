"""Issues in the data administration."""

from typing import Any

from django.contrib import admin

from accounts.models import User
from qaportal.kit.admin import PortalModelAdmin
from qaportal.kit.errors import Decision

from . import policies
from .models import Issue
from .services import issues


@admin.register(Issue)
class IssueAdmin(PortalModelAdmin):
    """Issues: changed and deleted; where they were seen is said on their own page."""

    view_permission = "issue.view"
    changes = deletes = True
    list_display = ("title", "status", "severity", "priority", "external_key", "project", "created_at")
    list_filter = ("status", "severity", "project")
    list_select_related = ("project",)
    search_fields = ("title", "external_key")
    date_hierarchy = "created_at"
    ordering = ("-pk",)
    told = (
        *("reporter", "assignee", "case", "release", "closed_at", "project", "created_by", "created_at", "updated_at"),
    )
    fields = (
        *("title", "description", "status", "severity", "priority", "external_key", "external_url", "story_key"),
        *told,
    )
    readonly_fields = told

    def may_change(self, user: User, row: Issue) -> Decision:
        """Whether the user may change the issue."""
        return policies.can_edit_issues(user, row.project)

    def may_delete(self, user: User, row: Issue) -> Decision:
        """Whether the user may delete the issue."""
        return policies.can_delete_issues(user, row.project)

    def update(self, actor: User, row: Issue, fields: dict[str, Any], if_match: str) -> Issue:
        """Change the facts of the issue."""
        return issues.update_issue(actor=actor, issue=row, if_match=if_match, **fields)

    def delete(self, actor: User, row: Issue, if_match: str | None) -> None:
        """Hide the issue."""
        issues.delete_issue(actor=actor, issue=row, if_match=if_match)
