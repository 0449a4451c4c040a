"""Two states of a case side by side, field by field, as people read them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import Project, User
from files.models import StoredFile
from qaportal.kit.differences import Part, compared

from .choices import Priority
from .models import Folder, SharedSteps, TestCase
from .services.drafts import EDITABLE
from .services.examples import examples_text
from .services.versions import PLACED

ORDER = (
    *("title", "description", "preconditions", "steps", "expected_result", "test_data", "scenario_examples"),
    *(name for name in EDITABLE if name not in {*PLACED, "title", "description", "preconditions"}),
    *("story", *PLACED),
)
"""What is told first of all differences; each name once."""
MOST_PAIRS = 400
"""Pairs of steps that are looked at to find those that belong together."""


@dataclass(frozen=True, slots=True)
class Row:
    """A stretch of a field on both sides; of steps, one step."""

    before: list[Part]
    after: list[Part]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that the two states do not share."""

    name: str
    label: str
    rows: list[Row]


def label_of(name: str) -> str:
    """What a field of a version's document is called."""
    if name == "steps":
        return _("Steps")
    if name == "story":
        return _("Story")
    return capfirst(str(TestCase._meta.get_field(name).verbose_name).replace("_", " "))


def differences(before: Mapping[str, Any], after: Mapping[str, Any], *, project: Project) -> list[Difference]:
    """The fields in which two documents of versions differ, in the order in which they matter; four queries at most."""
    changed = [name for name in dict.fromkeys(ORDER) if (before.get(name) or None) != (after.get(name) or None)]
    names = _Names(project, (before, after), changed)
    return [Difference(name, label_of(name), _rows(name, before.get(name), after.get(name), names)) for name in changed]


class _Names:
    """What folders and people are called that two documents name by key."""

    def __init__(self, project: Project, documents: Sequence[Mapping[str, Any]], changed: Iterable[str]) -> None:
        self.project = project
        wanted = {name: {each.get(name) for each in documents} - {None} for name in changed if name in _NAMED}
        self.folders = dict(
            Folder.objects.in_project(project).filter(pk__in=wanted.get("folder", ())).values_list("pk", "name")
            if "folder" in wanted
            else ()
        )
        people = User.objects.filter(pk__in=wanted["owner"], tenant=project.tenant_id) if "owner" in wanted else ()
        self.people = {each.pk: each.full_name for each in people}


_NAMED = ("folder", "owner")


def words_of(name: str, value: Any, names: _Names) -> str:
    """A value of a document as people read it; nothing is the empty text."""
    if value is None and name not in _NAMED:
        return ""
    if name == "folder":
        return names.folders.get(value, _("No folder"))
    if name == "owner":
        return names.people.get(value, _("Nobody"))
    if name == "scenario_examples":
        return examples_text(value)
    if name == "priority":
        return str(Priority(value).label)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, indent=2)
    choices = dict(TestCase._meta.get_field(name).choices or ()) if name != "story" else {}
    return str(choices.get(value, value))


def _rows(name: str, before: Any, after: Any, names: _Names) -> list[Row]:
    if name == "steps":
        return list(step_rows(before or [], after or [], project=names.project))
    return [Row(*compared(words_of(name, before, names), words_of(name, after, names)))]


def step_rows(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], *, project: Project
) -> Iterable[Row]:
    """The steps that differ, each with its number; those that are on both sides are left out."""
    marks = _Marks(project, [*before, *after])
    old, new = ([_text_of(step, marks) for step in steps] for steps in (before, after))
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for left, right in _paired(old, new, range(a, b), range(c, d)):
            texts = ("" if left is None else old[left], "" if right is None else new[right])
            yield Row(*(_numbered(place, parts) for place, parts in zip((left, right), compared(*texts), strict=True)))


def _paired(old: Sequence[str], new: Sequence[str], lefts: range, rights: range) -> list[tuple[int | None, int | None]]:
    """The places of a changed stretch of steps side by side: those that are most alike, in their order."""
    if len(lefts) == len(rights) or len(lefts) * len(rights) > MOST_PAIRS:
        return list(zip_longest(lefts, rights))
    best: dict[tuple[int, int], tuple[float, list[tuple[int | None, int | None]]]] = {}
    for i in range(len(lefts), -1, -1):
        for j in range(len(rights), -1, -1):
            offers = [(0.0, [])] if i == len(lefts) and j == len(rights) else []
            if i < len(lefts):
                score, rest = best[i + 1, j]
                offers.append((score, [(lefts[i], None), *rest]))
            if j < len(rights):
                score, rest = best[i, j + 1]
                offers.append((score, [(None, rights[j]), *rest]))
            if i < len(lefts) and j < len(rights):
                score, rest = best[i + 1, j + 1]
                alike = SequenceMatcher(None, old[lefts[i]], new[rights[j]], autojunk=False).quick_ratio()
                offers.append((score + alike, [(lefts[i], rights[j]), *rest]))
            best[i, j] = max(offers, key=lambda offer: offer[0])
    return best[0, 0][1]


def _numbered(place: int | None, parts: list[Part]) -> list[Part]:
    return parts if place is None else [Part(f"{place + 1}. ", False), *parts]


class _Marks:
    """What the files and the shared steps are called that steps name by their keys."""

    def __init__(self, project: Project, steps: Iterable[Mapping[str, Any]]) -> None:
        files = {each for step in steps for each in step.get("attachments", ())}
        shared = {step["shared"] for step in steps if "shared" in step}
        found = StoredFile.objects.in_project(project).filter(pk__in=files) if files else ()
        self.files = {str(each.pk): each.name for each in found}
        titles = SharedSteps.objects.in_project(project).filter(pk__in=shared) if shared else ()
        self.shared = {each.pk: each.title for each in titles}


def _text_of(step: Mapping[str, Any], marks: _Marks) -> str:
    lines = [step["action"]]
    if step.get("expected"):
        lines.append(f"{_('Expect')}: {step['expected']}")
    if step.get("data"):
        lines.append(f"{_('Data')}: {step['data']}")
    if step.get("attachments"):
        lines.append(f"{_('Files')}: {', '.join(marks.files.get(each, each) for each in step['attachments'])}")
    if "shared" in step:
        lines.append(f"{_('Shared steps')}: {marks.shared.get(step['shared'], step['shared'])}")
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Told:
    """One change of a field, in words."""

    label: str
    before: str
    after: str


def told_changes(changes: Sequence[Mapping[str, Sequence[Any]]], *, project: Project) -> list[list[Told]]:
    """What each of the changes (by field, before and after) says, in the order that matters; two queries at most."""
    documents = [{name: pair[side] for name, pair in each.items()} for each in changes for side in (0, 1)]
    names = _Names(project, documents, {name for each in changes for name in each})
    return [
        [
            Told(label_of(name), words_of(name, pair[0], names), words_of(name, pair[1], names))
            for name, pair in sorted(each.items(), key=lambda item: ORDER.index(item[0]))
        ]
        for each in changes
    ]
