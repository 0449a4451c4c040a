"""Models of accounts."""

from .audit import AuditEntry
from .base import Authored, ProjectOwned
from .people import Membership, Role, TokenFamily, User
from .tenancy import Project, Tenant

__all__ = [
    "AuditEntry",
    "Authored",
    "Membership",
    "Project",
    "ProjectOwned",
    "Role",
    "Tenant",
    "TokenFamily",
    "User",
]
