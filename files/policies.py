"""Who may do what with files."""

from accounts.models import Project, User
from accounts.permissions import decide
from qaportal.kit.errors import Decision


def can_upload(user: User, project: Project) -> Decision:
    """Whether the user may add files to the project."""
    return decide(user, "file.upload", project)
