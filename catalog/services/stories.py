"""Stories: writing, changing and deleting them, and which one a case covers first of all.

A story nobody described yet is a stub with its id alone: cases make it by naming it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, NotVisible, RuleViolation

from .. import policies
from ..models import Story, TestCase, TestCaseStory
from .drafts import LONGEST_TEXT

LONGEST_ID = 50
EDITABLE = ("epic_id", "title", "description", "status", "priority", "assignee", "sprint", "release")


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


def move_to_story(
    *, actor: User | None, cases: Sequence[TestCase], story_id: str
) -> list[tuple[TestCase, dict[str, list[str]]]]:
    """Give all (locked) cases the same primary story, or none; answers those whose story that changes, with both ids.

    Raises InvalidInput. The caller writes versions and audit entries.
    """
    story_id = usable_story_id(story_id) if story_id else ""
    primary = TestCaseStory.objects.filter(case__in=cases, is_primary=True)
    before = dict(primary.values_list("case_id", "story__story_id"))
    moved = [case for case in cases if before.get(case.pk, "") != story_id]
    primary.filter(case__in=moved).delete()
    cover_stories(actor=actor, stories=dict.fromkeys(moved, story_id))
    return [(case, {"story": [before.get(case.pk, ""), story_id]}) for case in moved]


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
    living = Story.objects.living().in_project(project)
    known = {story.story_id: story for story in living.filter(story_id__in=ids)}
    links = [
        TestCaseStory(project=project, case=case, story=known[story_id], is_primary=True, linked_by=actor)
        for case, story_id in wanted.items()
    ]
    TestCaseStory.objects.bulk_create(
        links, update_conflicts=True, unique_fields=["case", "story"], update_fields=["is_primary"]
    )


@transaction.atomic
def create_story(*, actor: User | None, project: Project, story_id: str, title: str, **fields: Any) -> Story:
    """Write a story; a stub with its id is described by it. `fields` are those of `EDITABLE`.

    Raises Denied, InvalidInput, and RuleViolation for an id that another story has.
    """
    policies.can_edit_stories(actor, project).require()
    story_id = usable_story_id(story_id)
    checked = _checked({"title": title, **fields}, story_id=story_id)
    stub = Story.objects.living().in_project(project).filter(story_id=story_id, title="").first()
    if stub is not None:
        return update_story(actor=actor, story=stub, **checked)
    story = Story(project=project, story_id=story_id, created_by=actor, updated_by=actor, **checked)
    _insert(story)
    audit.record("story.created", actor=actor, target=story)
    events.publish("story.created", story=story, actor=actor)
    return story


@transaction.atomic
def update_story(*, actor: User | None, story: Story, if_match: str | None = None, **fields: Any) -> Story:
    """Change fields of `EDITABLE`; saving what is stored already changes nothing.

    Raises Denied, InvalidInput and VersionConflict.
    """
    policies.can_edit_stories(actor, story.project).require()
    story = locked_story(story)
    require_match(story, if_match)
    before = audit.snapshot(story, EDITABLE)
    for name, value in _checked(fields).items():
        setattr(story, name, value)
    changes = audit.changes_between(before, audit.snapshot(story, EDITABLE))
    if changes:
        story.updated_by = actor
        story.save(update_fields=[*changes, "updated_by", "updated_at"])
        audit.record("story.updated", actor=actor, target=story, changes=changes)
        events.publish("story.updated", story=story, changes=changes, actor=actor)
    return story


@transaction.atomic
def delete_story(*, actor: User | None, story: Story, if_match: str | None = None) -> None:
    """Hide the story; its cases stay, and those that covered it first of all say so no longer.

    Raises Denied and VersionConflict.
    """
    from .coverage import release_primary

    policies.can_delete_stories(actor, story.project).require()
    story = locked_story(story)
    require_match(story, if_match)
    release_primary(actor=actor, story=story)
    story.deleted_at = timezone.now()
    story.updated_by = actor
    story.save(update_fields=["deleted_at", "updated_by", "updated_at"])
    audit.record("story.deleted", actor=actor, target=story)
    events.publish("story.deleted", story=story, actor=actor)


def locked_story(story: Story) -> Story:
    """The story as it is stored now, locked; raises NotVisible when it was deleted meanwhile.

    The lock lets cases that are saved meanwhile name the story: it is not one of its key.
    """
    found = Story.objects.living().select_for_update(of=("self",), no_key=True).filter(pk=story.pk)
    stored = found.select_related("project__tenant").first()
    if stored is None:
        raise NotVisible
    return stored


# -- inside ----------------------------------------------------------------------------------------------------------
def _checked(fields: Mapping[str, Any], story_id: str | None = None) -> dict[str, str]:
    """The fields as they are stored; raises InvalidInput naming those that cannot be used."""
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"A story has no field {sorted(unknown)[0]!r} that can be changed.")
    checked = {name: str(value or "").strip() for name, value in fields.items()}
    problems: dict[str, list[str]] = {}
    if story_id == "":
        problems["story_id"] = [_("A story needs an id, such as PAY-312.")]
    if checked.get("title") == "":
        problems["title"] = [_("A story needs a title.")]
    for name, value in {"story_id": story_id or "", "epic_id": checked.get("epic_id", "")}.items():
        if "/" in value:
            problems[name] = [_("An id holds no slash.")]
    for name, value in checked.items():
        longest = Story._meta.get_field(name).max_length or LONGEST_TEXT
        if len(value) > longest:
            problems[name] = [_("At most %d characters.") % longest]
    if problems:
        raise InvalidInput(_("The story cannot be saved."), fields=problems)
    return checked


def _insert(story: Story) -> None:
    """Store a new story; raises RuleViolation (`story_taken`) when another one has its id."""
    try:
        with transaction.atomic():
            story.save(force_insert=True)
    except IntegrityError as error:
        if "story_id_once" not in str(error):
            raise
        raise RuleViolation(
            _("There is a story %s already.") % story.story_id,
            "story_taken",
            fields={"story_id": [_("Another story has this id.")]},
        ) from error
