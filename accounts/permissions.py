"""The one table of permission codes x roles. Policies, pages, API and documentation read it."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qaportal.kit.errors import Allowed, Decision, Denied

from .choices import RoleCode, TokenScope

_PLATFORM = frozenset({RoleCode.SUPER_ADMIN})
_ADMINS = _PLATFORM | {RoleCode.TENANT_ADMIN}
_MANAGERS = _ADMINS | {RoleCode.QUALITY_MANAGER}
_TESTERS = _MANAGERS | {RoleCode.TESTER}
_CONTRIBUTORS = _TESTERS | {RoleCode.DEVELOPER}
_EVERYBODY = _CONTRIBUTORS | {RoleCode.VIEWER}


READ = frozenset(TokenScope)
"""Every scope of a token lets it read."""
RESULTS = frozenset({TokenScope.RESULTS_WRITE, TokenScope.ADMIN})
CASES = frozenset({TokenScope.CASES_WRITE, TokenScope.ADMIN})
EVERYTHING = frozenset({TokenScope.ADMIN})


def in_words(scopes: Collection[str]) -> str:
    """The scopes of which a token needs one, the widest left out while there is a narrower one."""
    narrow = sorted(set(scopes) - {TokenScope.ADMIN})
    return _(" or ").join(narrow or [TokenScope.ADMIN.value])


@dataclass(frozen=True, slots=True)
class Permission:
    """What one code lets its roles do."""

    code: str
    act: Promise | str
    """In words that complete "may" and "may not"."""
    roles: frozenset[str]
    """The roles that have it; custom roles of these bases can have it."""
    scopes: frozenset[str] = EVERYTHING
    """The scopes of API tokens that suffice for it."""
    needs_company: bool = False
    """Whether it is done in the company of whoever does it; administrators of the platform have none."""

    @property
    def is_of_platform(self) -> bool:
        """Whether only administrators of the platform have it."""
        return self.roles == _PLATFORM


PERMISSIONS: dict[str, Permission] = {
    permission.code: permission
    for permission in (
        Permission("tenant.create", gettext_lazy("add companies"), _PLATFORM),
        Permission("tenant.suspend", gettext_lazy("suspend, delete and restore companies"), _PLATFORM),
        Permission("domain.verify", gettext_lazy("confirm to whom a mail domain belongs"), _PLATFORM),
        Permission("tenant.manage", gettext_lazy("change the company's settings"), _ADMINS),
        Permission("sign_in.manage", gettext_lazy("decide how people of the company sign in"), _ADMINS),
        Permission("user.view", gettext_lazy("see the people of the company"), _EVERYBODY, READ),
        Permission("user.manage", gettext_lazy("manage people"), _ADMINS),
        Permission("role.view", gettext_lazy("see the roles"), _EVERYBODY, READ),
        Permission("role.manage", gettext_lazy("create and change roles"), _ADMINS),
        Permission("token.create", gettext_lazy("make API tokens"), _CONTRIBUTORS),
        Permission("token.manage", gettext_lazy("see and revoke the API tokens of others"), _ADMINS),
        Permission("audit.view", gettext_lazy("read the audit log"), _ADMINS, READ),
        Permission("project.create", gettext_lazy("create projects"), _ADMINS, needs_company=True),
        Permission("project.edit", gettext_lazy("change the project's settings"), _MANAGERS),
        Permission("project.delete", gettext_lazy("delete projects"), _ADMINS),
        Permission("member.view", gettext_lazy("see who works in the project"), _EVERYBODY, READ),
        Permission("member.manage", gettext_lazy("change who works in the project"), _MANAGERS),
        Permission("file.upload", gettext_lazy("upload files"), _CONTRIBUTORS, RESULTS | CASES),
        Permission("folder.edit", gettext_lazy("create, rename and move folders"), _TESTERS, CASES),
        Permission("folder.delete", gettext_lazy("delete folders"), _MANAGERS, CASES),
        Permission("case.view", gettext_lazy("read test cases"), _EVERYBODY, READ),
        Permission("case.edit", gettext_lazy("write test cases"), _TESTERS, CASES),
        Permission(
            "case.edit_restricted", gettext_lazy("change what restricted fields say"), _MANAGERS, CASES | RESULTS
        ),
        Permission("case.delete", gettext_lazy("delete test cases"), _TESTERS, CASES),
        Permission("case.review", gettext_lazy("approve and return test cases"), _TESTERS, CASES),
        Permission("workflow.edit", gettext_lazy("change the states of test cases"), _MANAGERS),
        Permission("field.edit", gettext_lazy("change custom fields and templates"), _MANAGERS),
        Permission("view.share", gettext_lazy("share views of test cases with everybody in the project"), _MANAGERS),
        Permission("story.edit", gettext_lazy("write stories and say which cases cover them"), _TESTERS, CASES),
        Permission("story.delete", gettext_lazy("delete stories"), _TESTERS, CASES),
        Permission("milestone.edit", gettext_lazy("plan milestones"), _MANAGERS),
        Permission("milestone.delete", gettext_lazy("delete milestones"), _MANAGERS),
        Permission("release.view", gettext_lazy("read releases"), _EVERYBODY, READ),
        Permission("release.edit", gettext_lazy("create and change releases"), _MANAGERS),
        Permission("release.delete", gettext_lazy("delete releases"), _MANAGERS),
        Permission("release.scope", gettext_lazy("change which cases a release covers"), _TESTERS, CASES),
        Permission("run.view", gettext_lazy("read runs and results"), _EVERYBODY, READ),
        Permission("run.edit", gettext_lazy("create and change runs"), _CONTRIBUTORS, RESULTS),
        Permission("run.delete", gettext_lazy("delete runs"), _MANAGERS, RESULTS),
        Permission("result.record", gettext_lazy("record results"), _TESTERS, RESULTS),
        Permission("failure.sort", gettext_lazy("class failures and put tests into quarantine"), _TESTERS, RESULTS),
        Permission("configuration.edit", gettext_lazy("say in which configurations runs are executed"), _MANAGERS),
        Permission("session.edit", gettext_lazy("plan and record exploratory sessions"), _TESTERS, RESULTS),
        Permission("session.delete", gettext_lazy("delete exploratory sessions"), _MANAGERS, RESULTS),
        Permission("issue.view", gettext_lazy("read issues"), _EVERYBODY, READ),
        Permission("issue.edit", gettext_lazy("write issues"), _CONTRIBUTORS, RESULTS | CASES),
        Permission("issue.delete", gettext_lazy("delete issues"), _TESTERS, RESULTS | CASES),
        Permission("report.import", gettext_lazy("upload test reports"), _CONTRIBUTORS, RESULTS),
    )
}


@cache
def permissions_of(role_code: str) -> frozenset[str]:
    """The codes that the built-in role with this code has."""
    return frozenset(code for code, permission in PERMISSIONS.items() if role_code in permission.roles)


def decide(user: object, code: str, project: object | None = None) -> Decision:
    """Whether the user's role, in this project where one is named, has the permission.

    A request that came with an API token may do no more than the token's scopes, and only inside its project.
    Raises KeyError for a code that is not in the table.
    """
    permission = PERMISSIONS[code]
    role = user.role_in(project) if project is not None else user.role
    if role is None:
        return Denied(_("You have no role here."), "no_role")
    if code not in role.granted:
        return Denied(
            _("Your role, %(role)s, may not %(act)s.") % {"role": role.label, "act": permission.act},
            "role_lacks_permission",
        )
    if permission.needs_company and user.tenant_id is None:
        return Denied(_("A project belongs to a company; sign in as one of its people."), "no_tenant")
    return _within_token(user, permission, project)


def _within_token(user: object, permission: Permission, project: object | None) -> Decision:
    """Whether the API token that the request came with, if it did, covers the permission."""
    token = getattr(user, "api_token", None)
    if token is None:
        return Allowed()
    if not permission.scopes & set(token.scopes):
        facts = {"act": permission.act, "scopes": in_words(permission.scopes)}
        return Denied(_("This token may not %(act)s: it lacks the scope %(scopes)s.") % facts, "token_lacks_scope")
    if token.project_id is not None and token.project_id != getattr(project, "pk", None):
        return Denied(_("This token is for one project alone."), "token_of_one_project")
    return Allowed()
