"""What people may see of accounts, and the base for everything that belongs to a project."""

from .access import ApiTokenQuerySet, IdentityProviderQuerySet, InvitationQuerySet
from .audit import AuditQuerySet, RequestRecordQuerySet
from .people import MembershipQuerySet, RoleQuerySet, TokenFamilyQuerySet, UserManager, UserQuerySet, name_and_address
from .tenancy import (
    ProjectOwnedQuerySet,
    ProjectQuerySet,
    TenantDomainQuerySet,
    TenantQuerySet,
    counted_by_status,
    projects_to_read,
)

__all__ = [
    "ApiTokenQuerySet",
    "AuditQuerySet",
    "IdentityProviderQuerySet",
    "InvitationQuerySet",
    "MembershipQuerySet",
    "ProjectOwnedQuerySet",
    "ProjectQuerySet",
    "RequestRecordQuerySet",
    "RoleQuerySet",
    "TenantDomainQuerySet",
    "TenantQuerySet",
    "TokenFamilyQuerySet",
    "UserManager",
    "UserQuerySet",
    "counted_by_status",
    "name_and_address",
    "projects_to_read",
]
