"""Who may do what with issues. The portal itself (no actor) may do everything: jobs and commands."""

from accounts.models import Project, User
from accounts.permissions import decide
from qaportal.kit.errors import Allowed, Decision


def _decide(user: User | None, code: str, project: Project) -> Decision:
    return Allowed() if user is None else decide(user, code, project)


def can_read_issues(user: User | None, project: Project) -> Decision:
    """Whether the user may read issues."""
    return _decide(user, "issue.view", project)


def can_edit_issues(user: User | None, project: Project) -> Decision:
    """Whether the user may write issues and say where they were seen."""
    return _decide(user, "issue.edit", project)


def can_delete_issues(user: User | None, project: Project) -> Decision:
    """Whether the user may delete issues."""
    return _decide(user, "issue.delete", project)
