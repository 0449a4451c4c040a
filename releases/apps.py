"""Configuration of releases."""

from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    """Releases and their scope."""

    name = "releases"

    def ready(self) -> None:
        """Register events, gates, and what the shell shows of releases."""
        from accounts.project_pages import register_reading
        from accounts.services.projects import register_content_check
        from qaportal.kit import events

        from . import audit, own_gates, search
        from .models import Release
        from .services.merged_cases import put_winner_in_scope

        register_reading("releases", "release.view")
        events.declare("release.created", "release.updated", "release.deleted", "release.scope_changed")
        events.declare("milestone.created", "milestone.updated", "milestone.completed", "milestone.deleted")
        events.subscribe("case.merged", put_winner_in_scope)
        own_gates.register_all()
        audit.register_all()
        search.register_all()
        register_content_check(lambda project: Release.objects.living().in_project(project).exists())
