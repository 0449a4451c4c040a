"""The steps of a case as the rows of its form: shared steps are one row, whatever number of steps they are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from accounts.models import Project
from files.models import FileState, StoredFile

from .models import SharedSteps


@dataclass(slots=True)
class StepRow:
    """A step of the case's own, or shared steps in its place."""

    action: str = ""
    expected: str = ""
    data: str = ""
    files: list[StoredFile] = field(default_factory=list)
    shared: SharedSteps | None = None
    own: list["StepRow"] = field(default_factory=list)
    """The shared steps as rows of the case's own, to be put in their place."""

    @property
    def file_ids(self) -> str:
        """The ids of the files, as the form sends them."""
        return ",".join(str(each.pk) for each in self.files)


def step_rows(project: Project, steps: Iterable[Mapping[str, Any]]) -> list[StepRow]:
    """The rows of the steps that a version or a posted form says; two queries at most."""
    steps = list(steps)
    shared = _shared(project, steps)
    inside = [step for each in shared.values() for step in each.steps]
    files = files_named(project, _keys_of_files([*steps, *inside]))
    rows, going_on = [], None
    for step in steps:
        key = _key_of(step)
        if key is not None and key == going_on and step.get("place", 1) != 1:
            continue
        going_on = key
        group = shared.get(key)
        rows.append(_row(step, files) if group is None else shared_row(group, files))
    return rows


def shared_rows(shared: Sequence[SharedSteps]) -> list[StepRow]:
    """A row for each of these shared steps of one project; one query at most."""
    if not shared:
        return []
    files = files_named(shared[0].project, _keys_of_files(step for each in shared for step in each.steps))
    return [shared_row(each, files) for each in shared]


def shared_row(shared: SharedSteps, files: Mapping[str, StoredFile]) -> StepRow:
    """The row that stands for shared steps."""
    return StepRow(shared=shared, own=[_row(step, files) for step in shared.steps])


def _row(step: Mapping[str, Any], files: Mapping[str, StoredFile]) -> StepRow:
    named = [files[each] for each in map(str, step.get("attachments") or ()) if each in files]
    return StepRow(step["action"], step.get("expected", ""), step.get("data", ""), named)


def _key_of(step: Mapping[str, Any]) -> int | None:
    key = str(step.get("shared_steps_id") or step.get("shared") or "")
    return int(key) if key.isascii() and key.isdigit() and len(key) <= 18 else None


def _shared(project: Project, steps: Iterable[Mapping[str, Any]]) -> dict[int, SharedSteps]:
    wanted = {_key_of(step) for step in steps} - {None}
    return SharedSteps.objects.living().in_project(project).in_bulk(wanted) if wanted else {}


def _keys_of_files(steps: Iterable[Mapping[str, Any]]) -> list[Any]:
    return [key for step in steps for key in step.get("attachments") or ()]


def files_named(project: Project, keys: Iterable[Any]) -> dict[str, StoredFile]:
    """The files of the project that steps name by these keys, by their key; what is no key or not there is left out."""
    wanted = set()
    for each in keys:
        try:
            wanted.add(UUID(str(each)))
        except ValueError:
            continue
    found = StoredFile.objects.in_project(project).filter(pk__in=wanted, state=FileState.STORED) if wanted else ()
    return {str(each.pk): each for each in found}
