"""Giving many cases values of their own each, steps and stories included, in a number of statements that stands."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from accounts.models import Project, User
from qaportal.kit.inserting import insert_all

from ..columns.texts import shared_key
from ..models import SharedSteps, TestCase, TestCaseStory, TestStep
from . import bulk, named_files, stories
from .step_text import keep_steps_text
from .steps import Step, steps_of, stored_steps

Changed = Sequence[tuple[TestCase, Mapping[str, list[Any]]]]


@transaction.atomic
def rewrite_cases(*, actor: User | None, changed: Changed, reason: str) -> None:
    """Save the (locked) cases, whose fields have their new values already, each as one more version.

    The changes of `steps` and `story` are told beside the fields and stored here. The caller asks the policy.
    """
    with_steps = [(case, changes["steps"][1]) for case, changes in changed if "steps" in changes]
    if with_steps:
        _replace_steps(actor, with_steps)
    with_story = {case: changes["story"][1] for case, changes in changed if "story" in changes}
    if with_story:
        TestCaseStory.objects.filter(case__in=list(with_story), is_primary=True).delete()
        stories.cover_stories(actor=actor, stories=with_story)
    bulk.store_changes(actor=actor, changed=changed, reason=reason)


def shared_again(project: Project, given: Sequence[Sequence[Step]]) -> list[list[Step]]:
    """The steps with the marks of shared ones, as files hold them, read as the project's shared steps; one query."""
    keys = {key for steps in given for step in steps if (key := shared_key(step.get("action", ""))) is not None}
    living = SharedSteps.objects.living().in_project(project)
    known = set(living.filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
    return [
        [{"shared_steps_id": key} if (key := shared_key(step.get("action", ""))) in known else step for step in steps]
        for steps in given
    ]


def _replace_steps(actor: User | None, given: Sequence[tuple[TestCase, Sequence[Step]]]) -> None:
    """Store these steps instead of those that stand; files that belong to a step stay with one that says the same."""
    keys = [case.pk for case, _steps in given]
    before: dict[tuple, list[Any]] = {}
    for step in TestStep.objects.filter(case__in=keys, shared_steps=None).exclude(attachments=[]):
        before.setdefault((step.case_id, step.action, step.expected, step.data), step.attachments)
    project = given[0][0].project
    stored = stored_steps(project, shared_again(project, [steps for _case, steps in given]))
    named_files.claim_named(actor=actor, project=project, steps=[step for steps in stored for step in steps])
    TestStep.objects.filter(case__in=keys).delete()
    rows = [step for (case, _steps), steps in zip(given, stored, strict=True) for step in steps_of(case, steps)]
    for step in rows:
        if not step.attachments and step.shared_steps_id is None:
            step.attachments = before.get((step.case_id, step.action, step.expected, step.data), [])
    insert_all(rows)
    keep_steps_text(keys)
