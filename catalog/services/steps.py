"""The steps of cases as they are stored: each with its texts and files, those of shared steps in their place.

A case that uses shared steps keeps their texts in rows of its own, marked with whose they are. So everything that reads
a case reads it whole, and a version stays what it was when the shared steps change.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Project
from files.models import FileState, StoredFile
from qaportal.kit.errors import InvalidInput

from ..models import SharedSteps, TestCase, TestStep

TEXTS = ("action", "expected", "data")
LONGEST_TEXT = 50_000
"""Characters of one text of a case: the search index of a row holds at most a megabyte."""
MOST_STEPS = 1_000
MOST_FILES = 20
"""Of one step."""
Step = dict[str, Any]
"""The texts of a step; `attachments`, `shared` and `place` only where there are any."""


def with_plain_lines(text: str) -> str:
    """The text with its lines ended as everywhere: browsers send them ended by two characters."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def refused(words: str) -> InvalidInput:
    """A refusal that stands beside the steps."""
    return InvalidInput(words, fields={"steps": [words]})


def usable_steps(given: Iterable[Mapping[str, Any]] | None) -> list[Step]:
    """The steps with their texts trimmed and their files as ids; empty ones are left out.

    Shared steps are named by `shared_steps_id` (or `shared`, as versions name them) and still stand for themselves, see
    `stored_steps`. Raises InvalidInput naming `steps` for too many, or for one that says what to expect but not what
    to do.
    """
    steps = []
    for number, each in enumerate(given or [], start=1):
        step: Step = {name: with_plain_lines(str(each.get(name) or "")).strip() for name in TEXTS}
        if any(len(text) > LONGEST_TEXT for text in step.values()):
            words = _("Step %(number)d is longer than %(most)d characters.") % {"number": number, "most": LONGEST_TEXT}
            raise refused(words)
        if files := _file_ids(each.get("attachments"), number):
            step["attachments"] = files
        if marks := _marks_of_shared(each, number):
            step |= marks
        elif not any(step.values()):
            continue
        elif not step["action"]:
            raise refused(_("Step %d says what to expect, but not what to do.") % number)
        steps.append(step)
    if len(steps) > MOST_STEPS:
        raise refused(_("A case has at most %d steps.") % MOST_STEPS)
    return steps


def stored_steps(project: Project, given: Sequence[Iterable[Mapping[str, Any]] | None]) -> list[list[Step]]:
    """The steps of several cases as they are stored, with the present texts of shared steps; two queries at most.

    The shared steps stay as they are until the transaction ends. Raises InvalidInput naming `steps` as `usable_steps`
    does, and for shared steps and files that the project does not have.
    """
    lists = [usable_steps(each) for each in given]
    groups = _groups(project, {step["shared"] for steps in lists for step in steps if "shared" in step})
    lists = [_expanded(steps, groups) for steps in lists]
    if any(len(steps) > MOST_STEPS for steps in lists):
        raise refused(_("A case has at most %d steps.") % MOST_STEPS)
    require_files(project, [step for steps in lists for step in steps])
    return lists


def require_files(project: Project, steps: Iterable[Step]) -> None:
    """Raise InvalidInput naming `steps` for a file that the project does not have."""
    wanted = {UUID(each) for step in steps for each in step.get("attachments", ())}
    if not wanted:
        return
    found = StoredFile.objects.in_project(project).filter(state=FileState.STORED, pk__in=wanted)
    if found.count() != len(wanted):
        raise refused(_("A step names a file that is not there."))


def steps_of(case: TestCase, steps: Sequence[Step]) -> list[TestStep]:
    """The rows of the steps, numbered from one, not stored yet."""
    return [
        TestStep(
            case=case,
            project_id=case.project_id,
            position=position,
            attachments=step.get("attachments", []),
            shared_steps_id=step.get("shared"),
            shared_place=step.get("place"),
            **{name: step[name] for name in TEXTS},
        )
        for position, step in enumerate(steps, start=1)
    ]


def steps_document(case: TestCase) -> list[Step]:
    """The stored steps of the case, as its versions keep them."""
    return [step_of(row) for row in case.steps.order_by("position")]


def step_of(row: TestStep) -> Step:
    """A stored step as a version keeps it."""
    step: Step = {name: getattr(row, name) for name in TEXTS}
    if row.attachments:
        step["attachments"] = [str(each) for each in row.attachments]
    if row.shared_steps_id:
        step |= {"shared": row.shared_steps_id, "place": row.shared_place}
    return step


# -- inside ----------------------------------------------------------------------------------------------------------
def _file_ids(given: Any, number: int) -> list[str]:
    """The ids of files, given as such or in the shape in which they are answered."""
    words = _("The files of step %d are not named by their ids.") % number
    if not given:
        return []
    if not isinstance(given, list | tuple):
        raise refused(words)
    ids = [each.get("id") if isinstance(each, Mapping) else each for each in given]
    try:
        ids = list(dict.fromkeys(str(UUID(str(each))) for each in ids))
    except ValueError as error:
        raise refused(words) from error
    if len(ids) > MOST_FILES:
        raise refused(_("A step has at most %d files.") % MOST_FILES)
    return ids


def _marks_of_shared(each: Mapping[str, Any], number: int) -> Step:
    """Which shared steps a row stands for, and whether it has to be one of those that are there."""
    named = each.get("shared_steps_id")
    key = named or each.get("shared")
    if not key:
        return {}
    if not str(key).isascii() or not str(key).isdigit() or len(str(key)) > 18:
        raise refused(_("Step %d does not name shared steps by their id.") % number)
    place = each.get("place") or each.get("shared_place")
    return {
        "shared": int(key),
        "place": int(place) if str(place or "").isdigit() else None,
        "is_demanded": bool(named),
    }


def _groups(project: Project, wanted: set[int]) -> dict[int, SharedSteps]:
    """The shared steps with these ids, kept from being changed meanwhile."""
    return SharedSteps.objects.in_project(project).kept_as_they_are(wanted) if wanted else {}


def _expanded(steps: Iterable[Step], groups: Mapping[int, SharedSteps]) -> list[Step]:
    """The steps with shared ones in full; rows that only go on with the same use of them are taken as one.

    What a version says of shared steps that are gone stays as steps of the case's own.
    """
    expanded: list[Step] = []
    going_on: tuple[int, int] | None = None
    for step in steps:
        if "shared" not in step:
            expanded.append(step)
            going_on = None
            continue
        key, place, is_demanded = step["shared"], step["place"], step["is_demanded"]
        group = groups.get(key)
        if group is None and (is_demanded or not step["action"]):
            raise refused(_("There are no such shared steps."))
        if group is None:
            expanded.append({name: step[name] for name in (*TEXTS, "attachments") if name in step})
            going_on = None
            continue
        taken = going_on[1] if going_on and going_on[0] == key else 0
        begins = place == 1 or not step["action"] or not taken or (place is None and taken >= len(group.steps))
        if begins:
            expanded += [{**each, "shared": key, "place": n} for n, each in enumerate(group.steps, start=1)]
        going_on = (key, 1 if begins else taken + 1)
    return expanded
