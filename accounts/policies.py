"""Who may do what in accounts."""

from django.utils.translation import gettext as _

from qaportal.kit.errors import Allowed, Decision, Denied

from .choices import RoleCode
from .models import Project, Role, User
from .permissions import decide


def can_create_project(user: User) -> Decision:
    """Whether the user may start a project in his tenant."""
    if user.tenant_id is None:
        return Denied(_("A project belongs to a company; sign in as one of its people."), "no_tenant")
    return decide(user, "project.create")


def can_edit_project(user: User, project: Project) -> Decision:
    """Whether the user may change the project's name and settings."""
    return decide(user, "project.edit", project)


def can_delete_project(user: User, project: Project) -> Decision:
    """Whether the user may delete the project."""
    return decide(user, "project.delete", project)


def can_manage_members(user: User, project: Project) -> Decision:
    """Whether the user may change roles in the project."""
    return decide(user, "member.manage", project)


def can_grant(user: User, role: Role, project: Project | None = None) -> Decision:
    """Whether the role is not above the user's own, and one that a project can give."""
    own = user.role_in(project) if project is not None else user.role
    if own is None or role.rank > own.rank:
        return Denied(_("You cannot give a role above your own."), "role_above_own")
    if project is not None and role.code in {RoleCode.SUPER_ADMIN, RoleCode.TENANT_ADMIN}:
        return Denied(_("Administrators are made for the whole company, not for one project."), "role_not_for_project")
    return Allowed()


def can_change_member(user: User, member: User, project: Project) -> Decision:
    """Whether the user may change this person's role in the project."""
    decision = can_manage_members(user, project)
    if not decision:
        return decision
    if member.is_tenant_admin:
        return Denied(_("An administrator has the same role in every project."), "member_is_admin")
    theirs, own = member.role_in(project), user.role_in(project)
    if theirs is not None and own is not None and theirs.rank > own.rank:
        return Denied(_("This person has a role above your own."), "member_above_own")
    return Allowed()


def can_copy_reset_link(user: User, person: User) -> Decision:
    """Whether the user may hand this person a link to choose a new password."""
    decision = decide(user, "user.manage")
    if not decision:
        return decision
    if person.role.rank > user.role.rank:
        return Denied(_("This person has a role above your own."), "member_above_own")
    return Allowed()


def can_read_audit_log(user: User) -> Decision:
    """Whether the user may read who did what in the company."""
    return decide(user, "audit.view")
