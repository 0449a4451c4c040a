"""Configuration of files."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Stored files and attachments."""

    name = "files"
