"""How many people a company may have, and that somebody is left who administers it."""

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from qaportal.kit.errors import NotVisible, RuleViolation

from ..choices import RoleCode
from ..models import Tenant, User


def hold_tenant(*, tenant_id: int | None) -> None:
    """Let nobody change how the company's people sign in until this transaction is over; many can hold it at once.

    Those who change it lock the same row for themselves. Administrators of the platform belong to no company.
    """
    if tenant_id is not None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM accounts_tenant WHERE id = %s FOR SHARE", [tenant_id])


def locked_tenant(*, tenant_id: int) -> Tenant:
    """The company, its row locked: whoever counts its people or its administrators does it one after the other.

    Rows that only point to it are written meanwhile. Raises NotVisible for one that was deleted.
    """
    tenant = Tenant.objects.select_for_update(no_key=True).get(pk=tenant_id)
    if tenant.deleted_at is not None:
        raise NotVisible
    return tenant


def require_seat(*, tenant: Tenant, wanted: int = 1) -> None:
    """Raise RuleViolation unless so many more people fit; the tenant is locked by the caller.

    People take a seat until they are deleted, invitations while their link works.
    """
    if tenant.max_users is not None and seats_taken(tenant=tenant) + wanted > tenant.max_users:
        raise RuleViolation(
            _("The company has %(most)d seats and all are taken. Remove somebody or an invitation first.")
            % {"most": tenant.max_users},
            "seats_taken",
        )


def seats_taken(*, tenant: Tenant) -> int:
    """How many seats people and open invitations hold."""
    return tenant.users.living().count() + tenant.invitations.open().count()


def require_administrator(*, tenant: Tenant, actor: User | None) -> None:
    """Raise RuleViolation when nobody active is left who administers the company; the tenant is locked by the caller.

    The platform's administrator may leave a company without one.
    """
    if actor is not None and actor.is_super_admin:
        return
    able = Q(role__permissions__isnull=True) | Q(role__permissions__contains=["user.manage"])
    if not tenant.users.filter(able, is_active=True, role__code=RoleCode.TENANT_ADMIN).exists():
        raise RuleViolation(_("The company needs at least one active administrator."), "last_administrator")
