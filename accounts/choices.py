"""Fixed values of accounts."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TenantStatus(models.TextChoices):
    """Whether a company may work."""

    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    DELETED = "deleted", _("Deleted")


class UserStatus(models.TextChoices):
    """Whether a person may sign in."""

    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    DELETED = "deleted", _("Deleted")


class RoleScope(models.TextChoices):
    """Where a role is given."""

    PLATFORM = "platform", _("Platform")
    TENANT = "tenant", _("Tenant")
    MODULE = "module", _("Project")


class RoleCode(models.TextChoices):
    """The built-in roles."""

    SUPER_ADMIN = "super_admin", _("Platform administrator")
    TENANT_ADMIN = "tenant_admin", _("Administrator")
    QUALITY_MANAGER = "quality_manager", _("Quality manager")
    TESTER = "tester", _("Tester")
    DEVELOPER = "developer", _("Developer")
    VIEWER = "viewer", _("Viewer")


ROLE_RANK = {
    RoleCode.SUPER_ADMIN: 100,
    RoleCode.TENANT_ADMIN: 80,
    RoleCode.QUALITY_MANAGER: 60,
    RoleCode.TESTER: 40,
    RoleCode.DEVELOPER: 30,
    RoleCode.VIEWER: 10,
}
"""Nobody grants a role above his own."""

ROLE_SCOPE = {
    RoleCode.SUPER_ADMIN: RoleScope.PLATFORM,
    RoleCode.TENANT_ADMIN: RoleScope.TENANT,
    RoleCode.QUALITY_MANAGER: RoleScope.TENANT,
    RoleCode.TESTER: RoleScope.MODULE,
    RoleCode.DEVELOPER: RoleScope.MODULE,
    RoleCode.VIEWER: RoleScope.MODULE,
}
"""The scope of each built-in role."""


def scopes_of(code: str) -> list[RoleScope]:
    """The scopes that a role of this base can have: the platform's is for its own administrators alone."""
    if code == RoleCode.SUPER_ADMIN:
        return [RoleScope.PLATFORM]
    return [RoleScope.TENANT, RoleScope.MODULE]


class InvitationState(models.TextChoices):
    """What has become of an invitation; it follows from its times."""

    OPEN = "open", _("Waiting")
    EXPIRED = "expired", _("Expired")
    ACCEPTED = "accepted", _("Accepted")
    REVOKED = "revoked", _("Taken back")


class TokenState(models.TextChoices):
    """What has become of an API token; it follows from its times."""

    USABLE = "usable", _("Usable")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")


ROLE_WORDS = {
    RoleCode.SUPER_ADMIN: _("Runs the installation with all its companies."),
    RoleCode.TENANT_ADMIN: _("Runs the company: people, roles, sign-in, projects."),
    RoleCode.QUALITY_MANAGER: _("Plans releases, says who works in a project, removes what is wrong."),
    RoleCode.TESTER: _("Writes test cases, executes them, sets verdicts."),
    RoleCode.DEVELOPER: _("Reads everything, starts runs and uploads reports."),
    RoleCode.VIEWER: _("Reads."),
}
"""What each built-in role is for."""


class TokenScope(models.TextChoices):
    """What an API token lets a machine do, within what its owner may."""

    READ = "read", _("Read")
    RESULTS_WRITE = "results:write", _("Read, and report results")
    CASES_WRITE = "cases:write", _("Read, and write test cases")
    ADMIN = "admin", _("Everything its owner may do")
