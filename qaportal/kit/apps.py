"""Configuration of the shared code."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    """The shared code, itself an installed app because it owns tags and a few machinery tables."""

    name = "qaportal.kit"
    label = "kit"

    def ready(self) -> None:
        """Register the system checks and the events of the shared code."""
        from . import checks, events  # noqa: F401

        events.declare("job.abandoned")
