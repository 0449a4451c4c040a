"""Which cases cover a story: linking and unlinking them, one or thousands at once."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import audit
from accounts.models import User
from qaportal.kit import events
from qaportal.kit.errors import NotVisible

from .. import policies
from ..models import Story, TestCase, TestCaseStory
from . import versions
from .stories import locked_story

_BATCH = 1_000


@transaction.atomic
def link_cases(*, actor: User | None, story: Story, case_ids: Sequence[int]) -> list[TestCaseStory]:
    """Let the cases cover the story; answers the links that are new. Those that cover it already stay as they are.

    Raises Denied, and NotVisible when one of them is not a living case of the story's project.
    """
    policies.can_edit_stories(actor, story.project).require()
    story = locked_story(story)
    wanted = set(case_ids)
    cases = {
        case.pk: case for case in _living(story).filter(pk__in=wanted).only("pk", "test_id", "title").order_by("pk")
    }
    if len(cases) != len(wanted):
        raise NotVisible
    known = set(TestCaseStory.objects.filter(story=story, case__in=wanted).values_list("case_id", flat=True))
    links = [
        TestCaseStory(project=story.project, case=case, story=story, linked_by=actor)
        for pk, case in cases.items()
        if pk not in known
    ]
    TestCaseStory.objects.bulk_create(links, batch_size=_BATCH)
    if links:
        _tell("story.linked", actor, story, [link.case for link in links])
    return links


@transaction.atomic
def unlink_cases(*, actor: User | None, story: Story, case_ids: Sequence[int]) -> int:
    """Let the cases cover the story no longer; answers how many did. Of one that covers it first of all, its next
    version says so.

    Raises Denied, and NotVisible as `link_cases` does.
    """
    policies.can_edit_stories(actor, story.project).require()
    story = locked_story(story)
    wanted = set(case_ids)
    cases = {case.pk: case for case in _locked(_living(story).filter(pk__in=wanted))}
    if len(cases) != len(wanted):
        raise NotVisible
    links = TestCaseStory.objects.filter(story=story, case__in=wanted)
    found = dict(links.order_by("case_id").values_list("case_id", "is_primary"))
    links.delete()
    _save_again(actor, story, [cases[pk] for pk, is_primary in found.items() if is_primary])
    if found:
        _tell("story.unlinked", actor, story, [cases[pk] for pk in found])
    return len(found)


def release_primary(*, actor: User | None, story: Story) -> None:
    """Let no case cover the (locked) story first of all; the links stay. Part of deleting a story."""
    cases = _locked(TestCase.objects.in_project(story.project).filter(story_links__in=_primary_links(story)))
    _primary_links(story).update(is_primary=False)
    _save_again(actor, story, [case for case in cases if case.deleted_at is None])


# -- inside ----------------------------------------------------------------------------------------------------------
def _primary_links(story: Story):
    return TestCaseStory.objects.filter(story=story, is_primary=True)


def _living(story: Story):
    return TestCase.objects.living().in_project(story.project)


def _locked(found) -> list[TestCase]:
    """The cases in one order, locked before their links, as everybody who saves a case does."""
    return list(found.select_for_update(of=("self",)).defer("search", "folded").order_by("pk"))


def _save_again(actor: User | None, story: Story, cases: Sequence[TestCase]) -> None:
    """Count the (locked) cases, whose primary story the story was, as saved once more."""
    ids = [case.pk for case in cases]
    if not ids:
        return
    TestCase.objects.filter(pk__in=ids).update(version=F("version") + 1, updated_at=timezone.now(), updated_by=actor)
    versions.keep_versions(actor=actor, case_ids=ids, changed=["story"])
    changes = {"story": [story.story_id, ""]}
    for case in cases:
        case.project = story.project
    audit.record_each("case.updated", actor=actor, changed=[(case, changes) for case in cases])
    for case in cases:
        events.publish("case.updated", case=case, changes=changes, actor=actor)


def _tell(action: str, actor: User | None, story: Story, cases: Sequence[TestCase]) -> None:
    """Record and publish what happened to the links of the story."""
    ids = [case.test_id for case in cases]
    changes = {"cases": [[], ids] if action == "story.linked" else [ids, []]}
    audit.record(action, actor=actor, target=story, changes=changes)
    events.publish(action, story=story, case_ids=[case.pk for case in cases], actor=actor)
