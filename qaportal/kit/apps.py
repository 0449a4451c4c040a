"""Configuration of the shared code."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    """The shared code, itself an installed app because it owns tags and a few machinery tables."""

    name = "qaportal.kit"
    label = "kit"

    def ready(self) -> None:
        """Register the system checks and the events of the shared code, and how jobs are deferred."""
        from . import checks, events, job_connector  # noqa: F401

        job_connector.install()
        events.declare("job.abandoned")
