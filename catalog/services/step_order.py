"""Steps in the order that a client gives them, without losing what he does not name."""

from collections.abc import Iterable, Mapping
from typing import Any

from ..models import TestCase

COMPARED = ("action", "expected")


def steps_in_order(given: Iterable[Mapping[str, Any]], case: TestCase | None = None) -> list[dict[str, Any]]:
    """The steps by their `position`, those without one where they stand, as the services take them.

    One that is stored already, by its `id` or its words, keeps what the client did not name.
    """
    placed = [(_place(each, number), number, each) for number, each in enumerate(given, start=1)]
    stored = list(case.steps.order_by("position")) if case else []
    steps = []
    for _order, _number, each in sorted(placed, key=lambda step: step[:2]):
        step = {name: value for name, value in each.items() if name not in {"id", "position"}}
        steps.append({**_kept(each, stored), **step})
    return steps


def _place(step: Mapping[str, Any], number: int) -> int:
    return number if step.get("position") is None else step["position"]


def _kept(step: Mapping[str, Any], stored: list) -> dict[str, Any]:
    """What the stored step holds; each stored step is found once."""
    named = [each for each in stored if each.pk == step.get("id")]
    alike = [each for each in stored if all((step.get(name) or "") == getattr(each, name) for name in COMPARED)]
    found = next(iter(named + alike), None)
    if found is None:
        return {}
    stored.remove(found)
    return {"data": found.data}
