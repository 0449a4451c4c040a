"""Configuration of issues."""

from django.apps import AppConfig


class IssuesConfig(AppConfig):
    """Issues and where they were seen."""

    name = "issues"

    def ready(self) -> None:
        """Register events and what other pages show of issues."""
        from accounts.project_pages import register_reading
        from accounts.services.projects import register_content_check
        from qaportal.kit import events

        from . import audit, kept_runs, search, shown_elsewhere
        from .models import Issue

        register_reading("issues", "issue.view")
        events.declare("issue.created", "issue.updated", "issue.deleted", "issue.linked", "issue.unlinked")
        register_content_check(lambda project: Issue.objects.living().in_project(project).exists())
        audit.register_all()
        search.register_all()
        shown_elsewhere.register_all()
        kept_runs.register_all()
