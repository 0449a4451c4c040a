"""Where a case was copied from and where it was moved to, as far as its reader sees that."""

from dataclasses import dataclass

from accounts.models import User

from .models import CopiedCase, TestCase


@dataclass(frozen=True, slots=True)
class Copies:
    """What the page of a case tells of copies."""

    case: TestCase
    source: TestCase | None
    """What it was copied from."""
    moved_to: TestCase | None
    """What took its place in another project."""


def copies_of(case: TestCase, user: User) -> Copies:
    """The ends of the links that the reader sees."""
    visible = TestCase.objects.visible_to(user).select_related("project").only("test_id", "title", "project__key")
    source = visible.filter(pk=case.copied_from_id).first() if case.copied_from_id else None
    moved_to = None
    if case.is_archived:
        moved_to = visible.filter(pk__in=CopiedCase.objects.moves_of(case).values("copy")).order_by("-pk").first()
    return Copies(case, source, moved_to)
