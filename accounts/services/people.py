"""People and their roles in projects."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, NotVisible, RuleViolation

from .. import audit, policies
from ..attempt_limits import count_tried_address
from ..choices import RoleCode
from ..models import Membership, Project, Role, Tenant, User
from .seats import locked_tenant, require_seat


class PasswordHash(str):
    """A password that was checked and hashed before anything was locked, because that is slow on purpose."""

    __slots__ = ()


def hashed(password: str, user: User | None = None) -> PasswordHash:
    """The hash for `create_user`; raises InvalidInput naming `password` for one that is too weak."""
    check_password_strength(password, user)
    return PasswordHash(make_password(password))


@transaction.atomic
def create_user(
    *, actor: User | None, email: str, password: str | None, tenant: Tenant | None, role: Role | str, **fields: Any
) -> User:
    """Add a person with a role, or with the built-in role of this code; a caller that holds a lock gives a hash.

    Raises Denied, InvalidInput for an unusable password or role, RuleViolation for an address that is taken and for
    a company without a free seat, TooMany for an actor who tried too many addresses.
    """
    role = Role.objects.built_in(role) if isinstance(role, str) else role
    if actor is not None:
        policies.can_add_user(actor, tenant).require()
        policies.can_grant(actor, role).require()
    require_role_of(tenant=tenant, role=role)
    count_tried_address(actor)
    user = User(email=email.strip(), tenant=tenant, role=role, **fields)
    if password is None:
        user.set_unusable_password()
    else:  # before the company is locked
        user.password = password if isinstance(password, PasswordHash) else hashed(password, user)
    if user.is_email_verified:
        user.email_verified_at = timezone.now()
    if tenant is not None:
        require_seat(tenant=locked_tenant(tenant_id=tenant.pk))
    save_with_address(user=user)
    audit.record("user.created", actor=actor, target=user, tenant=tenant, role=role.code)
    events.publish("user.created", user=user, actor=actor)
    return user


def require_role_of(*, tenant: Tenant | None, role: Role) -> None:
    """Raise InvalidInput naming `role_id` for a role of another company, or one that does not fit a person of it."""
    fits = role.tenant_id in (None, tenant.pk if tenant else None)
    if not fits or (role.code == RoleCode.SUPER_ADMIN) != (tenant is None):
        raise InvalidInput(_("Not found."), "not_found", fields={"role_id": [_("There is no such role.")]})


def save_with_address(*, user: User) -> None:
    """Save the person together with his address; raises RuleViolation when somebody has it, of whatever company.

    The words are the same wherever the other one is: they tell nothing about him.
    """
    unusable = RuleViolation(
        _("This address cannot be used."), "email_unusable", fields={"email": [_("This address cannot be used.")]}
    )
    if User.objects.living().filter(email__iexact=user.email).exclude(pk=user.pk).exists():
        raise unusable
    try:
        with transaction.atomic():
            user.save()
            EmailAddress.objects.filter(user=user).delete()
            EmailAddress.objects.create(
                user=user, email=user.email.lower(), primary=True, verified=user.is_email_verified
            )
    except IntegrityError as error:  # somebody else was quicker
        raise unusable from error


def check_password_strength(password: str, user: User | None, *, field: str = "password") -> None:
    """Raise InvalidInput naming the field when the password is too short or too common."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput(error.messages[0], fields={field: error.messages}) from error


@transaction.atomic
def set_project_role(
    *, actor: User, project: Project, user: User, role: Role, if_match: str | None = None
) -> Membership:
    """Give the person a role in the project that replaces his role in the tenant.

    Raises Denied for a role above the actor's own, InvalidInput for one of another tenant, NotVisible for a person of
    another tenant, VersionConflict when `if_match` names another state of the membership.
    """
    if user.tenant_id != project.tenant_id:
        raise NotVisible
    policies.can_change_member(actor, user, project).require()
    policies.can_grant(actor, role, project).require()
    require_role_of(tenant=project.tenant, role=role)
    Project.objects.select_for_update().get(pk=project.pk)
    membership = Membership.objects.filter(user=user, project=project).first()
    before = membership.role.code if membership else None
    if membership is not None:
        require_match(membership, if_match)
    if membership is None:
        membership = Membership.objects.create(user=user, project=project, role=role)
        events.publish("member.added", membership=membership, actor=actor)
    else:
        membership.role = role
        membership.save(update_fields=["role", "updated_at"])
    audit.record(
        "member.added" if before is None else "member.updated",
        actor=actor,
        target=user,
        project=project,
        changes={"role": [before, role.code]},
    )
    return membership


@transaction.atomic
def remove_project_role(*, actor: User, membership: Membership, if_match: str | None = None) -> None:
    """Take the person's own role in the project away: his role in the tenant counts again.

    Raises Denied, VersionConflict, and NotVisible when it was taken away meanwhile.
    """
    project, user = membership.project, membership.user
    policies.can_change_member(actor, user, project).require()
    stored = Membership.objects.select_for_update(of=("self",)).filter(pk=membership.pk).first()
    if stored is None:
        raise NotVisible
    require_match(stored, if_match)
    policies.can_grant(actor, user.role, project).require()  # the role that counts again may be the higher one
    audit.record(
        "member.removed", actor=actor, target=user, project=project, changes={"role": [membership.role.code, None]}
    )
    membership.delete()
    events.publish("member.removed", user=user, project=project, actor=actor)


@transaction.atomic
def choose_default_project(*, actor: User, project: Project) -> None:
    """Remember the project that opens after sign-in and that API calls mean without a `project_id`."""
    if not Project.objects.visible_to(actor).filter(pk=project.pk).exists():
        raise NotVisible
    if actor.default_project_id != project.pk:
        User.objects.filter(pk=actor.pk).update(default_project=project)
        audit.record(
            "user.updated",
            actor=actor,
            target=actor,
            changes={"default_project": [actor.default_project_id, project.pk]},
        )
        actor.default_project = project


@transaction.atomic
def rename_oneself(*, actor: User, first_name: str, last_name: str) -> User:
    """Change what the person is called."""
    before = audit.snapshot(actor, ["first_name", "last_name"])
    actor.first_name, actor.last_name = first_name.strip(), last_name.strip()
    if changes := audit.changes_between(before, audit.snapshot(actor, ["first_name", "last_name"])):
        actor.save(update_fields=["first_name", "last_name", "updated_at"])
        audit.record("user.updated", actor=actor, target=actor, changes=changes)
    return actor
