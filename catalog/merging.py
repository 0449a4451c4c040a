"""Two people saved one case: what each changed is brought together, and what both changed is put side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.audit import snapshot
from qaportal.kit.concurrency import etag

from .comparison import OWN, Difference, differences, gathered, labels_of, spread
from .models import TestCase, TestCaseVersion
from .own_fields import OwnFields
from .services.cases import document_of
from .services.drafts import EDITABLE, assign
from .services.versions import LATER


@dataclass(frozen=True, slots=True)
class Merge:
    """What a writer gets who saved second."""

    document: dict[str, Any]
    """Both works in one: his own where both changed the same."""
    taken: list[str]
    """What the other one changed and he did not, by name."""
    disputed: list[Difference]
    """What both changed: the stored text at the left, his own at the right."""


def typed_document(
    case: TestCase, fields: Mapping[str, Any], *, steps: list[dict[str, str]], story: str
) -> dict[str, Any]:
    """What a form holds, as a version would keep it. Raises InvalidInput like saving it."""
    draft = TestCase(project=case.project)
    for name in EDITABLE:
        attribute = TestCase._meta.get_field(name).attname
        setattr(draft, attribute, getattr(case, attribute))
    draft._state.adding = False
    assign(draft, fields, OwnFields(case.project))
    return {**snapshot(draft, EDITABLE), "steps": steps, "story": story}


def seen_document(case: TestCase, seen: str) -> dict[str, Any] | None:
    """The version that an entity tag names; None when it is not one of the case, or of a time before versions."""
    start, _dash, number = seen.strip('"').rpartition("-")
    if start != etag(case).strip('"').rpartition("-")[0] or not (number.isascii() and number.isdigit()):
        return None
    found = TestCaseVersion.objects.filter(case=case, number=int(number[:9])).first()
    return {**LATER, **found.document} if found else None


def merge(case: TestCase, typed: Mapping[str, Any], seen: str) -> Merge:
    """Bring what was typed over the version `seen` (an entity tag) together with what is stored now.

    Where the version that was seen is not known any more, every field that differs is disputed: nothing is guessed.
    """
    stored, base = spread(document_of(case)), seen_document(case, seen)
    base, typed = None if base is None else spread(base), spread(typed)
    document, taken, disputed = dict(stored), [], {}
    for name in {**stored, **typed}:
        value = typed.get(name)
        if value == stored.get(name) or (name not in typed and not name.startswith(OWN)):
            continue
        if base is not None and value == base.get(name):
            taken.append(name)
            continue
        document[name] = value
        if base is None or stored.get(name) != base.get(name):
            disputed[name] = value
    sides = ({name: stored.get(name) for name in disputed}, disputed)
    found = differences(*map(gathered, sides), project=case.project)
    return Merge(gathered(document), labels_of(taken, project=case.project), found)
