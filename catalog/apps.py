"""Configuration of catalog."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Folders, test cases and steps."""

    name = "catalog"
