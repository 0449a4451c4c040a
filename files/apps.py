"""Configuration of files."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Stored files and attachments."""

    name = "files"

    def ready(self) -> None:
        """Register what the audit log says of files."""
        from . import audit

        audit.register_all()
