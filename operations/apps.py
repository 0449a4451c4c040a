"""Configuration of operations."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    """Health and documentation."""

    name = "operations"

    def ready(self) -> None:
        """Register the entries of the administration's sidebar."""
        from qaportal.kit.navigation import Entry, register

        register(
            Entry("api", _("API documentation"), "code", "operations:docs", group=80, order=10), administration=True
        )
        register(
            Entry(
                "style",
                _("Style"),
                "palette",
                "operations:style",
                group=80,
                order=20,
                allowed=lambda user, project: user.is_tenant_admin,
            ),
            administration=True,
        )
