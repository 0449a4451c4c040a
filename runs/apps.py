"""Configuration of runs."""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """Test runs and results."""

    name = "runs"

    def ready(self) -> None:
        """Register events and what the other apps ask for."""
        from accounts.project_pages import register_reading
        from accounts.services.projects import register_content_check
        from qaportal.kit import events

        from . import audit, registrations
        from .jobs import close_abandoned
        from .models import TestRun

        register_reading("runs", "run.view")
        events.declare("failure_rule.reopened", "failure_rule.changed", "quarantine.changed")
        events.declare("session.created", "session.updated", "session.completed", "session.deleted", "session.found")
        events.declare("configuration.created", "configuration.updated", "configuration.deleted")
        events.declare("run.created", "run.updated", "run.deleted", "results.recorded")
        events.declare("retention.changed", "run.expired", "tests.expiring")
        events.declare("report.imported", "report.undone", "results.withdrawn")
        events.subscribe("job.abandoned", close_abandoned)
        register_content_check(lambda project: TestRun.objects.living().in_project(project).exists())
        audit.register_all()
        registrations.register_all()
