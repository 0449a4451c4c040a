"""Configuration of files."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Stored files and attachments."""

    name = "files"

    def ready(self) -> None:
        """Register what the audit log says of files."""
        from qaportal.kit import events

        from . import audit
        from .jobs import ask_for_thumbnail

        events.declare("file.stored")
        events.subscribe("file.stored", ask_for_thumbnail)
        audit.register_all()
