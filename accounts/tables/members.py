"""Rows of the members of a project."""

from dataclasses import dataclass

from qaportal.kit.errors import Decision

from .. import policies
from ..forms.fields import roles_for_project
from ..models import Project, Role, User


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person as the members page shows him."""

    user: User
    role: Role
    is_own_role: bool
    """Whether the role was given in this project, not inherited from the company."""
    decision: Decision
    roles: list[Role]
    """The roles that the reader may give him."""


def member_rows(actor: User, project: Project) -> list[MemberRow]:
    """Everybody who reaches the project with his role there, in a constant number of queries."""
    people = list(
        User.objects.who_reach(project)
        .select_related("role", "tenant")
        .prefetch_related("memberships__role")
        .order_by("first_name", "last_name", "email")
    )
    offered = roles_for_project(actor, project)
    rows = []
    for user in people:
        own = {membership.project_id: membership.role for membership in user.memberships.all()}
        user.__dict__["roles_by_project"] = own
        role = user.role_in(project)
        if role is not None:
            decision = policies.can_change_member(actor, user, project)
            rows.append(MemberRow(user, role, project.pk in own, decision, offered))
    return rows
