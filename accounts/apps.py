"""Configuration of accounts."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class PortalAdminConfig(admin_apps.AdminConfig):
    """Django's admin, with the portal's own site."""

    default = False
    default_site = "accounts.admin_site.PortalAdminSite"


class AccountsConfig(AppConfig):
    """Tenants, people and what they may do."""

    name = "accounts"

    def ready(self) -> None:
        """Register events, navigation, search and what has to stand before the portal is served."""
        from qaportal.kit import events, preparation, secrets

        from . import search
        from .audit import subjects
        from .services import bootstrap, second_factors

        events.declare(
            *("project.created", "project.updated", "project.deleted", "member.added", "member.removed"),
            *("user.created", "user.updated", "user.deleted", "role.created", "role.updated", "role.deleted"),
            *("tenant.created", "tenant.updated", "tenant.deleted", "invitation.accepted"),
        )
        preparation.register("roles", bootstrap.prepare_roles, order=10)
        preparation.register("first administrator", bootstrap.prepare_first_administrator, order=20)
        secrets.register_source(second_factors.kept_secrets)
        subjects.register_all()
        search.register_all()
        _list_sessions_ourselves()


def _list_sessions_ourselves() -> None:
    """Sessions are listed at the sign-in by one statement; allauth would load every session of the person for it."""
    from allauth.account.signals import user_logged_in
    from allauth.usersessions.signals import on_user_logged_in

    user_logged_in.disconnect(on_user_logged_in)
