"""Configuration of catalog."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Folders, test cases and steps."""

    name = "catalog"

    def ready(self) -> None:
        """Register events, the place in the sidebar, what the palette finds, and what a project may hold."""
        from accounts.project_pages import register_reading
        from accounts.services.projects import register_content_check
        from qaportal.kit import events

        from . import audit, jobs, search
        from .models import TestCase

        register_reading("catalog", "case.view")
        events.declare(
            "folder.created",
            "folder.updated",
            "folder.moved",
            "folder.deleted",
            "folder.restored",
            "case.created",
            "case.updated",
            "case.moved",
            "case.deleted",
            "case.imported",
            "case.restored",
            "case.linked",
            "case.unlinked",
            "case.merged",
            "story.created",
            "story.updated",
            "story.deleted",
            "story.linked",
            "story.unlinked",
        )
        events.subscribe("job.abandoned", jobs.close_abandoned)
        events.subscribe("job.abandoned", jobs.close_abandoned_scan)
        register_content_check(TestCase.objects.fill_project)
        audit.register_all()
        search.register_all()
