"""Configuration of the shared code."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    """The shared code, itself an installed app because it owns tags and a few machinery tables."""

    name = "qaportal.kit"
    label = "kit"

    def ready(self) -> None:
        """Register the system checks of the shared code."""
        from . import checks  # noqa: F401
