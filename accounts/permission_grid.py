"""The table of permissions as pages show it: grouped by what a permission is about, one column for each role."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .choices import RoleCode
from .models import Role, User
from .permissions import PERMISSIONS, Permission, permissions_of

NOUNS: dict[str, Promise | str] = {
    "tenant": gettext_lazy("Company"),
    "domain": gettext_lazy("Mail domains"),
    "sign_in": gettext_lazy("Sign-in"),
    "user": gettext_lazy("People"),
    "role": gettext_lazy("Roles"),
    "token": gettext_lazy("API tokens"),
    "audit": gettext_lazy("Audit log"),
    "project": gettext_lazy("Projects"),
    "member": gettext_lazy("Members of projects"),
    "file": gettext_lazy("Files"),
    "folder": gettext_lazy("Folders"),
    "case": gettext_lazy("Test cases"),
    "workflow": gettext_lazy("Workflow"),
    "field": gettext_lazy("Custom fields"),
    "failure": gettext_lazy("Failures"),
    "view": gettext_lazy("Saved views"),
    "story": gettext_lazy("Stories"),
    "milestone": gettext_lazy("Milestones"),
    "release": gettext_lazy("Releases"),
    "run": gettext_lazy("Runs"),
    "result": gettext_lazy("Results"),
    "configuration": gettext_lazy("Configurations"),
    "session": gettext_lazy("Sessions"),
    "issue": gettext_lazy("Issues"),
    "report": gettext_lazy("Test reports"),
}
"""What the nouns of the codes are called."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Whether one role has one permission."""

    is_there: bool
    is_chosen: bool
    """Whether it is the role that phones show."""


@dataclass(frozen=True, slots=True)
class Line:
    """One permission: who has it, or whether a role in the making can have it."""

    code: str
    act: str
    marks: tuple[Mark, ...] = ()
    is_ticked: bool = False
    reason: str = ""
    """Why a role in the making cannot have it; empty when it can."""


@dataclass(frozen=True, slots=True)
class Group:
    """The permissions about one thing."""

    noun: str
    label: str
    lines: list[Line]


def _grouped(lines: Sequence[Line]) -> list[Group]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.code.partition(".")[0], []).append(line)
    return [Group(noun, str(NOUNS.get(noun, noun.capitalize())), members) for noun, members in groups.items()]


def _act(permission: Permission) -> str:
    words = str(permission.act)
    return words[:1].upper() + words[1:]


def grid_of(roles: Sequence[Role], *, chosen: Role) -> list[Group]:
    """Every permission that one of the roles has, with a yes or no for each role."""
    shown = [each for each in PERMISSIONS.values() if any(each.code in role.granted for role in roles)]
    return _grouped(
        [
            Line(each.code, _act(each), tuple(Mark(each.code in role.granted, role == chosen) for role in roles))
            for each in shown
        ]
    )


def _open_to(actor: User) -> list[Permission]:
    """The permissions that concern the actor: those of the platform only its administrator."""
    return [each for each in PERMISSIONS.values() if actor.is_super_admin or not each.is_of_platform]


def permissions_in(actor: User, role: Role) -> list[Group]:
    """What a role has and what it lacks, to read."""
    return _grouped([Line(each.code, _act(each), is_ticked=each.code in role.granted) for each in _open_to(actor)])


def choices_for(actor: User, *, base: str, ticked: frozenset[str]) -> list[Group]:
    """Every permission that a role can have here, whether it is ticked, and why a role of this base cannot have it."""
    within, own = permissions_of(base), actor.role.granted
    label = RoleCode(base).label
    lines = []
    for each in _open_to(actor):
        reason = "" if each.code in own else _("Your own role may not do this.")
        if each.code not in within:
            reason = _("A role based on %(base)s cannot have this.") % {"base": label}
        lines.append(Line(each.code, _act(each), is_ticked=each.code in ticked and not reason, reason=reason))
    return _grouped(lines)
