"""Copying cases within their project."""

from collections.abc import Sequence
from dataclasses import fields as fields_of
from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from accounts.models import Project, User

from .. import policies
from ..models import TestCase, TestCaseStory
from ..own_fields import StoredValues
from .cases import create_cases, locked_cases
from .drafts import EDITABLE, CaseDraft
from .steps import step_of
from .stories import primary_story_id

LONGEST_TITLE = TestCase._meta.get_field("title").max_length
_OF_ITS_OWN = {"title", "automation_key", "is_archived"}
"""What a copy does not take over: the key finds one case in reports, and a copy is there to be worked on."""
_COPIED = tuple(each.name for each in fields_of(CaseDraft) if each.name in EDITABLE and each.name not in _OF_ITS_OWN)


@transaction.atomic
def duplicate_cases(*, actor: User | None, project: Project, case_ids: Sequence[int]) -> list[TestCase]:
    """Write each case once more beside itself, with new ids and everything its writers wrote; answers the copies.

    Raises Denied, and NotVisible when one of them is not a living case of the project.
    """
    policies.can_edit_cases(actor, project).require()
    locked_cases(project, case_ids)
    stories = TestCaseStory.objects.of_living_stories()
    found = TestCase.objects.filter(pk__in=set(case_ids)).defer("search", "folded", "steps_text").order_by("pk")
    found = found.select_related("folder", "template").prefetch_related(
        "steps", Prefetch("story_links", queryset=stories)
    )
    owners = User.objects.filter(pk__in={case.owner_id for case in found}).select_related("role", "tenant").in_bulk()
    reached = {pk: owner for pk, owner in owners.items() if owner.role_in(project) is not None}
    drafts = [_draft_of(case, reached.get(case.owner_id)) for case in found]
    return create_cases(actor=actor, project=project, drafts=drafts)


def _draft_of(case: TestCase, owner: User | None) -> CaseDraft:
    taken: dict[str, Any] = {name: getattr(case, name) for name in _COPIED if name != "owner"}
    taken["custom_values"] = StoredValues(case.custom_values)
    if case.template is not None and case.template.is_archived:
        taken["template"] = None
    mark = _("(copy)")
    return CaseDraft(
        **taken,
        title=f"{case.title[: LONGEST_TITLE - len(mark) - 1]} {mark}",
        owner=owner,
        steps=[step_of(step) for step in case.steps.all()],
        story_id=primary_story_id(case),
    )
