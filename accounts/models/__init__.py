"""Models of accounts."""

from .access import ApiToken, IdentityProvider, Invitation
from .audit import AuditEntry, AuditSeal, RequestRecord
from .base import Authored, ProjectIndexed, ProjectOwned
from .people import Membership, Role, TokenFamily, User
from .tenancy import Project, Tenant, TenantDomain

__all__ = [
    "ApiToken",
    "AuditEntry",
    "AuditSeal",
    "Authored",
    "IdentityProvider",
    "Invitation",
    "Membership",
    "Project",
    "ProjectIndexed",
    "ProjectOwned",
    "RequestRecord",
    "Role",
    "Tenant",
    "TenantDomain",
    "TokenFamily",
    "User",
]
