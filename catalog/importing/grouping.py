"""Rows of a file as cases: a row for each, or rows of steps below the row of their case."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..columns.texts import joined_steps
from .documents import text_of
from .options import Options
from .source import Source

_STEP = ("step_action", "step_expected", "step_data")
_IDS = ("test_id", "external_id")
_JOINED = {"tags", "labels"}


@dataclass(slots=True)
class RawCase:
    """What the file says of a case, by the names of the columns, nothing of it understood yet."""

    number: int
    """The row on which it starts."""
    cells: dict[str, Any]
    steps: list[dict[str, str]] = field(default_factory=list)
    """Out of columns that each step has of its own."""


def raw_cases(source: Source, options: Options) -> Iterator[RawCase]:
    """The cases of the file in their order; memory does not grow with the file."""
    targets = list(options.columns[: len(source.columns)])
    has_steps = any(target in _STEP for target in targets)
    current: RawCase | None = None
    for number, row in source.rows():
        cells = _by_target(targets, row)
        step = {name: text_of(cells.pop(name, "")) for name in _STEP}
        if not options.is_per_step:
            if has_steps:
                steps = joined_steps(*[step[name] for name in _STEP])
            yield RawCase(number, cells, steps if has_steps else [])
            continue
        if current is None or _starts(cells, current.cells):
            if current is not None:
                yield current
            current = RawCase(number, cells)
        if any(step.values()):
            current.steps.append({name.removeprefix("step_"): text for name, text in step.items()})
    if current is not None:
        yield current


def _by_target(targets: list[str], row: list[Any]) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for place, target in enumerate(targets):
        if not target:
            continue
        value = row[place] if place < len(row) else ""
        if target in _JOINED and cells.get(target):
            value = _words(cells[target]) + _words(value)
        cells[target] = value
    return cells


def _words(value: Any) -> list[str]:
    return value if isinstance(value, list) else [text_of(value)] if value else []


def _starts(cells: dict[str, Any], current: dict[str, Any]) -> bool:
    """Whether the row is of another case than the rows before: it has another id, or, without one, another title."""
    for name in _IDS:
        if text := text_of(cells.get(name)).strip():
            return text != text_of(current.get(name)).strip()
    title = text_of(cells.get("title")).strip()
    return bool(title) and title != text_of(current.get("title")).strip()
