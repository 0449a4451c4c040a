"""Which stories a case covers. A story nobody described yet is a stub with its id alone."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from accounts.models import User
from qaportal.kit.errors import InvalidInput

from ..models import Story, TestCase, TestCaseStory

LONGEST_ID = 50


def usable_story_id(given: object) -> str:
    """The id without blanks around it; raises InvalidInput naming `story_id` for one that is too long."""
    text = str(given or "").strip()
    if len(text) > LONGEST_ID:
        words = _("A story's id has at most %d characters.") % LONGEST_ID
        raise InvalidInput(words, fields={"story_id": [words]})
    return text


def primary_story_id(case: TestCase) -> str:
    """The id of the story that the case covers first of all, or nothing."""
    link = next((each for each in case.story_links.all() if each.is_primary), None)
    return link.story.story_id if link else ""


def set_primary_story(*, actor: User | None, case: TestCase, story_id: str) -> None:
    """Make the story the primary one of the (locked) case; without an id the primary link is removed.

    An unknown story becomes a stub. The caller writes the audit entry.
    """
    TestCaseStory.objects.filter(case=case, is_primary=True).exclude(story__story_id=story_id).delete()
    if story_id:
        cover_stories(actor=actor, stories={case: story_id})


def cover_stories(*, actor: User | None, stories: Mapping[TestCase, str]) -> None:
    """Link each case to its primary story in a fixed number of statements; unknown stories become stubs."""
    wanted = {case: story_id for case, story_id in stories.items() if story_id}
    if not wanted:
        return
    project = next(iter(wanted)).project
    ids = sorted(set(wanted.values()))
    Story.objects.bulk_create(
        [Story(project=project, story_id=each, created_by=actor, updated_by=actor) for each in ids],
        ignore_conflicts=True,
    )
    known = {story.story_id: story for story in Story.objects.in_project(project).filter(story_id__in=ids)}
    links = [
        TestCaseStory(project=project, case=case, story=known[story_id], is_primary=True, linked_by=actor)
        for case, story_id in wanted.items()
    ]
    TestCaseStory.objects.bulk_create(
        links, update_conflicts=True, unique_fields=["case", "story"], update_fields=["is_primary"]
    )
