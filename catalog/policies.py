"""Who may do what with folders, cases and stories. The portal itself (no actor) may do everything: jobs, commands."""

from django.utils.translation import gettext as _

from accounts.models import Project, User
from accounts.permissions import decide
from qaportal.kit.errors import Allowed, Decision, Denied

from .models import CaseReview


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


def can_edit_restricted(user: User | None, project: Project) -> Decision:
    """Whether the user may change what restricted fields of cases and results say."""
    return _decide(user, "case.edit_restricted", project)


def can_edit_fields(user: User | None, project: Project) -> Decision:
    """Whether the user may add and change the project's own fields and its templates."""
    return _decide(user, "field.edit", project)


def can_delete_cases(user: User | None, project: Project) -> Decision:
    """Whether the user may delete cases."""
    return _decide(user, "case.delete", project)


def can_edit_stories(user: User | None, project: Project) -> Decision:
    """Whether the user may write and change stories, and say which cases cover them."""
    return _decide(user, "story.edit", project)


def can_delete_stories(user: User | None, project: Project) -> Decision:
    """Whether the user may delete stories."""
    return _decide(user, "story.delete", project)


def can_edit_workflow(user: User | None, project: Project) -> Decision:
    """Whether the user may change the states of the project's cases; he may also put cases into any of them."""
    return _decide(user, "workflow.edit", project)


def can_review(user: User | None, project: Project) -> Decision:
    """Whether the user may approve and return cases."""
    return _decide(user, "case.review", project)


def can_decide(user: User, review: CaseReview) -> Decision:
    """Whether the user may approve or return the case: he was asked, and still may review."""
    if review.reviewer_id != user.pk:
        return Denied(_("Only %s decides this review.") % (review.reviewer or _("nobody")), "not_asked")
    return can_review(user, review.project)


def can_withdraw(user: User, review: CaseReview) -> Decision:
    """Whether the user may take the request back: who asked, or whoever may edit the workflow."""
    if review.requested_by_id == user.pk:
        return can_edit_cases(user, review.project)
    return can_edit_workflow(user, review.project)


def can_edit_shared_steps(user: User | None, project: Project) -> Decision:
    """Whether the user may write and change steps that cases share: it changes the cases."""
    return can_edit_cases(user, project)


def can_delete_shared_steps(user: User | None, project: Project) -> Decision:
    """Whether the user may delete steps that cases share."""
    return can_delete_cases(user, project)


def can_share_views(user: User | None, project: Project) -> Decision:
    """Whether the user may keep views of the list of cases for everybody in the project."""
    return _decide(user, "view.share", project)


def can_merge_cases(user: User | None, project: Project) -> Decision:
    """Whether the user may let one case stand for two: that changes the one and takes the other away."""
    return can_edit_cases(user, project) and can_delete_cases(user, project)
