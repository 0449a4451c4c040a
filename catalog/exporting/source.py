"""The cases of an export, read in stretches: memory does not grow with their number."""

from collections.abc import Iterator

from accounts.models import Project

from ..columns.table import Written
from ..columns.texts import shared_mark
from ..models import Folder, TestCase, TestStep
from ..querysets import TestCaseQuerySet

STRETCH = 500


def written_cases(project: Project, cases: TestCaseQuerySet, *, expands_shared: bool = False) -> Iterator[Written]:
    """Each case in the order of the query, whose keys stay with the database; everything else is read by stretches.

    `expands_shared` puts the steps themselves where a case names steps that it shares.
    """
    names = Folder.objects.in_project(project).names()
    keys = cases.values_list("pk", flat=True).iterator(chunk_size=STRETCH)
    stretch: list[int] = []
    for key in keys:
        stretch.append(key)
        if len(stretch) == STRETCH:
            yield from _written(project, stretch, names, expands_shared)
            stretch = []
    yield from _written(project, stretch, names, expands_shared)


def written(case: TestCase, names: dict[int, str], *, expands_shared: bool = False) -> Written:
    """One case, loaded by `for_files`."""
    path = case.folder.path if case.folder else ""
    folder = [names.get(int(part), "") for part in path.split("/") if part]
    steps = [told for step in case.steps.all() for told in told_steps(step, expands_shared=expands_shared)]
    story = next((link.story.story_id for link in case.story_links.all()), "")
    return Written(case, folder, steps, story)


def told_steps(step: TestStep, *, expands_shared: bool = False) -> list[dict[str, str]]:
    """What files tell of a step; of shared ones their mark where a use of them begins, or each of them."""
    if step.shared_steps is None or expands_shared:
        return [{"action": step.action, "expected": step.expected, "data": step.data}]
    if step.shared_place != 1:
        return []
    mark = shared_mark(step.shared_steps_id, step.shared_steps.title)
    return [{"action": mark, "expected": "", "data": ""}]


def _written(project: Project, keys: list[int], names: dict[int, str], expands_shared: bool) -> Iterator[Written]:
    found = TestCase.objects.for_files().in_bulk(keys)
    for key in keys:
        if key in found:
            found[key].project = project
            yield written(found[key], names, expands_shared=expands_shared)
