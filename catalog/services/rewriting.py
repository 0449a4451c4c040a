"""Giving many cases values of their own each, steps and stories included, in a number of statements that stands."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from accounts.models import User

from ..models import TestCase, TestCaseStory, TestStep
from . import bulk, stories
from .drafts import steps_of
from .step_text import keep_steps_text

Changed = Sequence[tuple[TestCase, Mapping[str, list[Any]]]]
_BATCH = 1_000


@transaction.atomic
def rewrite_cases(*, actor: User | None, changed: Changed, reason: str) -> None:
    """Save the (locked) cases, whose fields have their new values already, each as one more version.

    The changes of `steps` and `story` are told beside the fields and stored here. The caller asks the policy.
    """
    with_steps = [(case, changes["steps"][1]) for case, changes in changed if "steps" in changes]
    if with_steps:
        _replace_steps(with_steps)
    with_story = {case: changes["story"][1] for case, changes in changed if "story" in changes}
    if with_story:
        TestCaseStory.objects.filter(case__in=list(with_story), is_primary=True).delete()
        stories.cover_stories(actor=actor, stories=with_story)
    bulk.store_changes(actor=actor, changed=changed, reason=reason)


def _replace_steps(given: Sequence[tuple[TestCase, Sequence[Mapping[str, Any]]]]) -> None:
    """Store these steps instead of those that stand; files that belong to a step stay with one that says the same."""
    keys = [case.pk for case, _steps in given]
    before: dict[tuple, list[Any]] = {}
    for step in TestStep.objects.filter(case__in=keys).exclude(attachments=[]):
        before.setdefault((step.case_id, step.action, step.expected, step.data), step.attachments)
    TestStep.objects.filter(case__in=keys).delete()
    rows = [step for case, steps in given for step in steps_of(case, steps)]
    for step in rows:
        step.attachments = before.get((step.case_id, step.action, step.expected, step.data), [])
    TestStep.objects.bulk_create(rows, batch_size=_BATCH)
    keep_steps_text(keys)
