"""Models of accounts."""

from .access import ApiToken, IdentityProvider, Invitation
from .audit import AuditEntry, AuditSeal, RequestRecord
from .base import Authored, ProjectOwned
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
    "ProjectOwned",
    "RequestRecord",
    "Role",
    "Tenant",
    "TenantDomain",
    "TokenFamily",
    "User",
]
