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

from .choices import FieldKind, Priority
from .models import Folder, SharedSteps, Template, TestCase
from .own_fields import OwnFields
from .services.drafts import EDITABLE
from .services.examples import examples_text
from .services.versions import PLACED
from .shown_values import words_of_value
from .workflow import workflow_of

ORDER = (
    *("title", "description", "preconditions", "steps", "expected_result", "test_data", "scenario_examples"),
    *(name for name in EDITABLE if name not in {*PLACED, "title", "description", "preconditions"}),
    *("story", *PLACED),
)
"""What is told first of all differences; each name once."""
OWN = "custom_values."
"""What stands before the key of a custom field where each is a name of its own."""
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
    """The fields in which two documents of versions differ, in the order in which they matter; four queries at most.

    Each custom field stands for itself, by its name.
    """
    before, after = spread(before), spread(after)
    own = sorted(name for name in {*before, *after} if name.startswith(OWN))
    changed = [name for name in dict.fromkeys((*ORDER, *own)) if _differ(name, before, after)]
    names = _Names(project, (before, after), changed)
    found = [
        Difference(name, names.label_of(name), _rows(name, before.get(name), after.get(name), names))
        for name in changed
    ]
    return sorted(found, key=lambda each: names.place_of(each.name))


def spread(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with each custom field as a name of its own."""
    plain = {name: value for name, value in document.items() if name != "custom_values"}
    return plain | {f"{OWN}{key}": value for key, value in (document.get("custom_values") or {}).items()}


def gathered(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with its custom fields in one place again, those that say nothing left out."""
    plain = {name: value for name, value in document.items() if not name.startswith(OWN)}
    values = {name.removeprefix(OWN): value for name, value in document.items() if name.startswith(OWN)}
    return plain | {"custom_values": {key: value for key, value in values.items() if value is not None}}


def labels_of(names: Sequence[str], *, project: Project) -> list[str]:
    """What the fields of a spread document are called; one query at most."""
    known = _Names(project, (), ())
    return [known.label_of(name) for name in names]


def _differ(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether the field says something else: an unticked custom box says something, an empty text does not."""
    old, new = before.get(name), after.get(name)
    return old != new if name.startswith(OWN) else (old or None) != (new or None)


class _Names:
    """What folders and people are called that two documents name by key."""

    def __init__(self, project: Project, documents: Sequence[Mapping[str, Any]], changed: Iterable[str]) -> None:
        self.project = project
        wanted = {
            name: {each.get(name) for each in documents} - {None} for name in changed if name in (*_NAMED, "template")
        }
        self.folders = dict(
            Folder.objects.in_project(project).filter(pk__in=wanted.get("folder", ())).values_list("pk", "name")
            if "folder" in wanted
            else ()
        )
        self.workflow = workflow_of(project) if "state" in changed else None
        people = User.objects.filter(pk__in=wanted["owner"], tenant=project.tenant_id) if "owner" in wanted else ()
        self.people = {each.pk: each.full_name for each in people}
        templates = Template.objects.in_project(project).filter(pk__in=wanted.get("template", ()))
        self.templates = dict(templates.values_list("pk", "name")) if wanted.get("template") else {}
        self.own = OwnFields(project)
        self._places = {name: place for place, name in enumerate(dict.fromkeys(ORDER))}

    def label_of(self, name: str) -> str:
        """What a field is called, one of the project's own too."""
        if not name.startswith(OWN):
            return label_of(name)
        field = self.own.by_key.get(name.removeprefix(OWN))
        return field.name if field else name.removeprefix(OWN)

    def place_of(self, name: str) -> tuple[int, int]:
        """Where a field is told of: custom fields where their whole has its place, in their order."""
        if not name.startswith(OWN):
            return self._places[name], 0
        keys = list(self.own.by_key)
        key = name.removeprefix(OWN)
        return self._places["custom_values"], keys.index(key) if key in keys else len(keys)


_NAMED = ("folder", "owner")


def words_of(name: str, value: Any, names: _Names) -> str:
    """A value of a document as people read it; nothing is the empty text."""
    if value is None and name not in _NAMED:
        return ""
    if name == "folder":
        return names.folders.get(value, _("No folder"))
    if name == "owner":
        return names.people.get(value, _("Nobody"))
    if name == "state":
        return str(names.workflow.shown(value).name)
    if name == "template":
        return names.templates.get(value, str(value))
    if name.startswith(OWN) and (field := names.own.by_key.get(name.removeprefix(OWN))):
        return words_of_value(field, value)
    if name == "priority":
        return str(Priority(value).label)
    return _plain_words(name, value)


def _plain_words(name: str, value: Any) -> str:
    """A value that nothing else names."""
    if name == "scenario_examples":
        return examples_text(value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, indent=2)
    is_plain = name == "story" or name.startswith(OWN)
    choices = {} if is_plain else dict(TestCase._meta.get_field(name).choices or ())
    return str(choices.get(value, value))


def _rows(name: str, before: Any, after: Any, names: _Names) -> list[Row]:
    field = names.own.by_key.get(name.removeprefix(OWN)) if name.startswith(OWN) else None
    if name == "steps" or (field and field.kind == FieldKind.STEPS):
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
    """What each of the changes (by field, before and after) says, in the order that matters; four queries at most."""
    changes = [_spread_change(each) for each in changes]
    documents = [{name: pair[side] for name, pair in each.items()} for each in changes for side in (0, 1)]
    names = _Names(project, documents, {name for each in changes for name in each})
    return [
        [
            Told(names.label_of(name), words_of(name, pair[0], names), words_of(name, pair[1], names))
            for name, pair in sorted(each.items(), key=lambda item: names.place_of(item[0]))
        ]
        for each in changes
    ]


def _spread_change(change: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """The change with each custom field that changes as a name of its own."""
    before, after = (spread({name: pair[side] for name, pair in change.items()}) for side in (0, 1))
    pairs = {name: (before.get(name), after.get(name)) for name in {**before, **after}}
    return {name: pair for name, pair in pairs.items() if not name.startswith(OWN) or pair[0] != pair[1]}
