"""The one table of permission codes x roles. Policies, pages, API and documentation read it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qaportal.kit.errors import Allowed, Decision, Denied

from .choices import RoleCode

_ADMINS = frozenset({RoleCode.SUPER_ADMIN, RoleCode.TENANT_ADMIN})
_MANAGERS = _ADMINS | {RoleCode.QUALITY_MANAGER}
_TESTERS = _MANAGERS | {RoleCode.TESTER}
_CONTRIBUTORS = _TESTERS | {RoleCode.DEVELOPER}
_EVERYBODY = _CONTRIBUTORS | {RoleCode.VIEWER}


@dataclass(frozen=True, slots=True)
class Permission:
    """What one code lets its roles do."""

    code: str
    act: Promise | str
    """In words that complete "may" and "may not"."""
    roles: frozenset[str]


PERMISSIONS: dict[str, Permission] = {
    permission.code: permission
    for permission in (
        Permission("tenant.manage", gettext_lazy("change the company's settings"), _ADMINS),
        Permission("user.manage", gettext_lazy("manage people"), _ADMINS),
        Permission("audit.view", gettext_lazy("read the audit log"), _ADMINS),
        Permission("project.create", gettext_lazy("create projects"), _ADMINS),
        Permission("project.edit", gettext_lazy("change the project's settings"), _MANAGERS),
        Permission("project.delete", gettext_lazy("delete projects"), _ADMINS),
        Permission("member.view", gettext_lazy("see who works in the project"), _EVERYBODY),
        Permission("member.manage", gettext_lazy("change who works in the project"), _MANAGERS),
        Permission("file.upload", gettext_lazy("upload files"), _CONTRIBUTORS),
        Permission("folder.edit", gettext_lazy("create, rename and move folders"), _TESTERS),
        Permission("folder.delete", gettext_lazy("delete folders"), _MANAGERS),
        Permission("case.view", gettext_lazy("read test cases"), _EVERYBODY),
        Permission("case.edit", gettext_lazy("write test cases"), _TESTERS),
        Permission("case.delete", gettext_lazy("delete test cases"), _TESTERS),
        Permission("release.view", gettext_lazy("read releases"), _EVERYBODY),
        Permission("release.edit", gettext_lazy("create and change releases"), _MANAGERS),
        Permission("release.delete", gettext_lazy("delete releases"), _MANAGERS),
        Permission("release.scope", gettext_lazy("change which cases a release covers"), _TESTERS),
        Permission("run.view", gettext_lazy("read runs and results"), _EVERYBODY),
        Permission("run.edit", gettext_lazy("create and change runs"), _CONTRIBUTORS),
        Permission("run.delete", gettext_lazy("delete runs"), _MANAGERS),
        Permission("result.record", gettext_lazy("record results"), _TESTERS),
        Permission("report.import", gettext_lazy("upload test reports"), _CONTRIBUTORS),
    )
}


def decide(user: object, code: str, project: object | None = None) -> Decision:
    """Whether the user's role, in this project where one is named, has the permission.

    Raises KeyError for a code that is not in the table.
    """
    permission = PERMISSIONS[code]
    role = user.role_in(project) if project is not None else user.role
    if role is None:
        return Denied(_("You have no role here."), "no_role")
    if role.code in permission.roles:
        return Allowed()
    return Denied(
        _("Your role, %(role)s, may not %(act)s.") % {"role": role.label, "act": permission.act},
        "role_lacks_permission",
    )
