"""Configuration of accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Tenants, people and what they may do."""

    name = "accounts"

    def ready(self) -> None:
        """Register events, navigation, search and what has to stand before the portal is served."""
        from qaportal.kit import events, preparation

        from . import audit_subjects, search
        from .services import bootstrap

        events.declare(
            "project.created", "project.updated", "project.deleted", "member.added", "member.removed", "user.created"
        )
        preparation.register("roles", bootstrap.prepare_roles, order=10)
        preparation.register("first administrator", bootstrap.prepare_first_administrator, order=20)
        audit_subjects.register_all()
        search.register_all()
