"""Who may do what with folders, cases and stories. The portal itself (no actor) may do everything: jobs, commands."""

from accounts.models import Project, User
from accounts.permissions import decide
from qaportal.kit.errors import Allowed, Decision


def _decide(user: User | None, code: str, project: Project) -> Decision:
    return Allowed() if user is None else decide(user, code, project)


def can_edit_folders(user: User | None, project: Project) -> Decision:
    """Whether the user may create, rename and move folders."""
    return _decide(user, "folder.edit", project)


def can_delete_folders(user: User | None, project: Project) -> Decision:
    """Whether the user may delete folders."""
    return _decide(user, "folder.delete", project)


def can_export_cases(user: User | None, project: Project) -> Decision:
    """Whether the user may take cases along as a file."""
    return _decide(user, "case.view", project)


def can_import_cases(user: User | None, project: Project) -> Decision:
    """Whether the user may bring cases in as a file, and take that back."""
    return _decide(user, "case.edit", project)


def can_edit_cases(user: User | None, project: Project) -> Decision:
    """Whether the user may create, change and move cases."""
    return _decide(user, "case.edit", project)


def can_delete_cases(user: User | None, project: Project) -> Decision:
    """Whether the user may delete cases."""
    return _decide(user, "case.delete", project)


def can_edit_stories(user: User | None, project: Project) -> Decision:
    """Whether the user may write and change stories, and say which cases cover them."""
    return _decide(user, "story.edit", project)


def can_delete_stories(user: User | None, project: Project) -> Decision:
    """Whether the user may delete stories."""
    return _decide(user, "story.delete", project)


def can_share_views(user: User | None, project: Project) -> Decision:
    """Whether the user may keep views of the list of cases for everybody in the project."""
    return _decide(user, "view.share", project)


def can_merge_cases(user: User | None, project: Project) -> Decision:
    """Whether the user may let one case stand for two: that changes the one and takes the other away."""
    return can_edit_cases(user, project) and can_delete_cases(user, project)
