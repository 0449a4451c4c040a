"""Who may do what in accounts."""

from django.utils.translation import gettext as _

from qaportal.kit.errors import Allowed, Decision, Denied

from .choices import RoleCode, TokenScope
from .models import ApiToken, Invitation, Project, Role, Tenant, User
from .permissions import decide, permissions_of


def can_open_data(user: User) -> Decision:
    """Whether the user may open the data administration; what he may do there, each table asks for itself."""
    if user.is_staff:
        return Allowed()
    return Denied(_("Only administrators open the data of the portal."), "not_administrator")


def can_create_project(user: User) -> Decision:
    """Whether the user may start a project in his tenant."""
    return decide(user, "project.create")


def can_edit_project(user: User, project: Project) -> Decision:
    """Whether the user may change the project's name and settings."""
    return decide(user, "project.edit", project)


def can_delete_project(user: User, project: Project) -> Decision:
    """Whether the user may delete the project."""
    return decide(user, "project.delete", project)


def can_restore_project(user: User, project: Project) -> Decision:
    """Whether the user may bring the deleted project back."""
    return decide(user, "project.delete", project)


def can_manage_members(user: User, project: Project) -> Decision:
    """Whether the user may change roles in the project."""
    return decide(user, "member.manage", project)


def can_grant(user: User, role: Role, project: Project | None = None) -> Decision:
    """Whether the role is not above the user's own in rank or permissions, and one that a project can give."""
    own = user.role_in(project) if project is not None else user.role
    if own is None or _is_above(role, own):
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
    if theirs is not None and _is_above(theirs, own):
        return Denied(_("This person has a role above your own."), "member_above_own")
    return Allowed()


def can_copy_reset_link(user: User, person: User) -> Decision:
    """Whether the user may hand this person a link to choose a new password: he could act as that person then."""
    decision = can_manage_user(user, person)
    if decision and not person.may_sign_in:
        return Denied(_("This person may not sign in now, so a new password would be of no use."), "may_not_sign_in")
    return decision


def can_create_tenant(user: User) -> Decision:
    """Whether the user may add a company."""
    return decide(user, "tenant.create")


def can_suspend_tenant(user: User) -> Decision:
    """Whether the user may suspend, delete and restore companies, and change what they have subscribed to."""
    return decide(user, "tenant.suspend")


def can_change_terms(user: User) -> Decision:
    """Whether the user may change a company's slug, status, tier and limits."""
    decision = can_suspend_tenant(user)
    if not decision and decision.code == "role_lacks_permission":
        words = _("Slug, status, tier and limits are changed by the platform's administrator alone.")
        return Denied(words, "platform_only")
    return decision


def can_manage_tenant(user: User, tenant: Tenant) -> Decision:
    """Whether the user may change the company's name and settings."""
    if not _is_of(user, tenant.pk):
        return Denied(_("This is another company."), "other_tenant")
    return decide(user, "tenant.manage")


def can_add_user(user: User, tenant: Tenant | None) -> Decision:
    """Whether the user may add people to the company; without one, administrators of the platform."""
    if not _is_of(user, tenant.pk if tenant else None):
        return Denied(_("This is another company."), "other_tenant")
    return decide(user, "user.manage")


def can_handle_invitation(user: User, invitation: Invitation) -> Decision:
    """Whether the user may send, hand over or take back this invitation: its link makes whoever has it that person."""
    decision = can_add_user(user, invitation.tenant)
    return can_grant(user, invitation.role) if decision else decision


def can_manage_user(user: User, person: User) -> Decision:
    """Whether the user may change, suspend or delete this person."""
    if not _is_of(user, person.tenant_id):
        return Denied(_("This person belongs to another company."), "other_tenant")
    decision = decide(user, "user.manage")
    if not decision:
        return decision
    if _is_above(person.role, user.role):
        return Denied(_("This person has a role above your own."), "member_above_own")
    return Allowed()


def can_end_user(user: User, person: User) -> Decision:
    """Whether the user may suspend or delete this person."""
    if user.pk == person.pk:
        return Denied(_("This is you. Somebody else has to do it."), "oneself")
    return can_manage_user(user, person)


def can_create_role(user: User, tenant: Tenant | None) -> Decision:
    """Whether the user may add a role to the company; without one, a role for all companies."""
    if not _is_of(user, tenant.pk if tenant else None):
        return Denied(_("This is another company."), "other_tenant")
    return decide(user, "role.manage")


def can_manage_role(user: User, role: Role) -> Decision:
    """Whether the user may change or delete this role; those that come with the portal stay as they are."""
    if role.is_built_in:
        return Denied(_("This role comes with the portal and stays as it is. Make one of your own."), "role_built_in")
    if not _is_of(user, role.tenant_id):
        return Denied(_("This role belongs to all companies; only the platform's administrator changes it."), "shared")
    return decide(user, "role.manage")


def can_create_token(user: User, project: Project | None) -> Decision:
    """Whether the user may make an API token for himself."""
    return decide(user, "token.create", project)


def can_read_company(user: User) -> Decision:
    """Whether the user may read what concerns the whole company; an API token of one project may not."""
    if user.api_token is not None and user.api_token.project_id is not None:
        return Denied(_("This token is for one project alone."), "token_of_one_project")
    return Allowed()


def can_revoke_token(user: User, token: ApiToken) -> Decision:
    """Whether the user may revoke this API token: his own, or somebody's whom he administers."""
    if token.user_id == user.pk:
        held = user.api_token
        if held is None or held.pk == token.pk or TokenScope.ADMIN in held.scopes:
            return Allowed()
        return Denied(_("This token may not revoke others."), "token_lacks_scope")
    if not _is_of(user, token.user.tenant_id):
        return Denied(_("This person belongs to another company."), "other_tenant")
    return decide(user, "token.manage")


def can_manage_sign_in(user: User, tenant: Tenant) -> Decision:
    """Whether the user may decide how people of the company sign in."""
    if not _is_of(user, tenant.pk):
        return Denied(_("This is another company."), "other_tenant")
    return decide(user, "sign_in.manage")


def can_choose_who_comes_in(user: User, tenant: Tenant) -> Decision:
    """Whether the user may change the identity provider and the mail domains of the company.

    A provider of his own would say that he is any of its administrators, so he has to be able to do all that one can.
    """
    decision = can_manage_sign_in(user, tenant)
    if decision and not permissions_of(RoleCode.TENANT_ADMIN) <= user.role.granted:
        words = _("This can let people in as administrators: it takes a role that may do all that they may.")
        return Denied(words, "role_above_own")
    return decision


def can_verify_domain(user: User) -> Decision:
    """Whether the user may confirm to whom a mail domain belongs."""
    return decide(user, "domain.verify")


def _is_above(role: Role, own: Role) -> bool:
    """Whether the role is higher in rank than one's own, or has a permission that this one lacks."""
    return role.rank > own.rank or not role.granted <= own.granted


def _is_of(user: User, tenant_id: int | None) -> bool:
    """Whether the user belongs to the company or administers the platform."""
    return user.is_super_admin or (tenant_id is not None and user.tenant_id == tenant_id)


def can_read_audit_log(user: User) -> Decision:
    """Whether the user may read who did what in the company."""
    return decide(user, "audit.view")
