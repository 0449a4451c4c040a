"""Who may do what with releases. The portal itself (no actor) may do everything: jobs and commands."""

from django.utils.translation import gettext as _

from accounts.models import Project, User
from accounts.permissions import decide
from qaportal.kit.errors import Allowed, Decision, RuleViolation

from .choices import OverallStatus
from .models import Release


def _decide(user: User | None, code: str, project: Project) -> Decision:
    return Allowed() if user is None else decide(user, code, project)


def can_create_release(user: User | None, project: Project) -> Decision:
    """Whether the user may start a release in the project."""
    return _decide(user, "release.edit", project)


def can_edit_release(user: User | None, release: Release) -> Decision:
    """Whether the user may change name, date, status and the other facts of the release."""
    return _decide(user, "release.edit", release.project)


def can_delete_release(user: User | None, release: Release) -> Decision:
    """Whether the user may delete the release."""
    return _decide(user, "release.delete", release.project)


def can_change_scope(user: User | None, release: Release) -> Decision:
    """Whether the user may add, remove and assign cases."""
    return _decide(user, "release.scope", release.project)


def can_note_details(user: User | None, release: Release) -> Decision:
    """Whether the user may correct what was noted with a verdict."""
    return _decide(user, "result.record", release.project)


def can_edit_milestones(user: User | None, project: Project) -> Decision:
    """Whether the user may plan milestones."""
    return _decide(user, "milestone.edit", project)


def can_delete_milestones(user: User | None, project: Project) -> Decision:
    """Whether the user may delete milestones."""
    return _decide(user, "milestone.delete", project)


class Closed(RuleViolation):
    """The release has shipped or was cancelled: its scope and verdicts stay as they are."""

    def __init__(self, release: Release) -> None:
        """Say which of the two it is, and how to go on."""
        word = OverallStatus(release.overall_status).label.lower()
        super().__init__(
            _("This release is closed (%(status)s). Change its status to work on it again.") % {"status": word},
            "release_closed",
        )
        self.reason = self.message

    def __bool__(self) -> bool:
        """A refusal is false, like every decision that says no."""
        return False


def is_open(release: Release) -> Allowed | Closed:
    """Whether scope and verdicts may still change."""
    return Allowed() if release.is_open else Closed(release)


def require_open(release: Release) -> None:
    """Raise RuleViolation (`release_closed`) for a release that has shipped or was cancelled."""
    if not release.is_open:
        raise Closed(release)
