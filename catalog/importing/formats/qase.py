"""The exports of Qase: CSV with suites as rows of their own, and JSON with suites that nest."""

import re
from collections.abc import Iterator, Sequence
from typing import IO, Any

from ...columns.texts import as_json, folder_text, numbered_items
from ..documents import json_elements, text_of
from .base import DocumentFormat, Record, Rows, TableFormat

LABEL = "Qase"
_QUOTED = re.compile(r'"(.*)"', re.DOTALL)
_STEPS = ("steps_actions", "steps_result", "steps_data")
_COLUMNS = {
    "v2_id": "external_id",
    "id": "external_id",
    "title": "title",
    "description": "description",
    "preconditions": "preconditions",
    "postconditions": "",
    "tags": "tags",
    "priority": "priority",
    "severity": "",
    "type": "labels",
    "behavior": "",
    "automation": "test_type",
    "status": "state",
    "layer": "",
    "steps_actions": "step_action",
    "steps_result": "step_expected",
    "steps_data": "step_data",
    "suite": "folder",
    "folder": "folder",
    "steps": "steps",
    "parameters": "",
    "milestone": "",
}


def _adapted(heads: Sequence[str], rows: Rows) -> Rows:
    """Rows of suites become the places of the cases below them; steps lose their quotation marks."""
    place = {head: number for number, head in enumerate(heads)}

    def cell(row: list[Any], head: str) -> str:
        number = place.get(head)
        return str(row[number]) if number is not None and number < len(row) else ""

    def read() -> Iterator[tuple[int, list[Any]]]:
        suites: dict[str, tuple[str, str]] = {}
        for _number, row in rows():
            if key := cell(row, "suite_id"):
                suites.setdefault(key, (cell(row, "suite_parent_id"), cell(row, "suite")))
        for number, given in rows():
            if cell(given, "suite_without_cases") in {"1", "true"} or not (
                cell(given, "title") or cell(given, "v2_id")
            ):
                continue
            row = list(given)
            if "suite" in place and (path := _path(suites, cell(row, "suite_id"))):
                row[place["suite"]] = folder_text(path)
            for head in _STEPS:
                if head in place and place[head] < len(row):
                    row[place[head]] = _unquoted(str(row[place[head]]))
            yield number, row

    return read


def _path(suites: dict[str, tuple[str, str]], key: str) -> list[str]:
    names: list[str] = []
    seen: set[str] = set()
    while key in suites and key not in seen:
        seen.add(key)
        key, name = suites[key]
        names.append(name)
    return names[::-1]


def _unquoted(text: str) -> str:
    items = [match.group(1) if (match := _QUOTED.fullmatch(item)) else item for item in numbered_items(text)]
    return as_json(items) if items else ""


TABLE = TableFormat(
    "qase",
    LABEL,
    marks=[frozenset({"v2_id", "title", "suite"}), frozenset({"steps_actions", "steps_result", "suite_id"})],
    mapping=_COLUMNS,
    source="qase",
    adapted=_adapted,
)


def _recognises(head: str) -> bool:
    return head.startswith("{") and '"suites"' in head


def _records(stream: IO[bytes]) -> Iterator[Record]:
    number = 0
    for document in json_elements(stream):
        for case, path in _cases(document, []):
            number += 1
            yield number, _case(case) | {"folder": path}


def _cases(suite: Any, path: list[str]) -> Iterator[tuple[dict, list[str]]]:
    if not isinstance(suite, dict):
        return
    for case in suite.get("cases") or []:
        if isinstance(case, dict):
            yield case, path
    for below in suite.get("suites") or []:
        if isinstance(below, dict):
            yield from _cases(below, [*path, text_of(below.get("title"))])


def _case(case: dict[str, Any]) -> dict[str, Any]:
    found = {str(name): value for name, value in case.items() if name not in {"steps", "custom_fields", "tags"}}
    found["steps"] = [_step(step) for step in case.get("steps") or [] if isinstance(step, dict)]
    found["tags"] = [text_of(each.get("title") if isinstance(each, dict) else each) for each in case.get("tags") or []]
    for each in case.get("custom_fields") or []:
        if isinstance(each, dict) and each.get("title"):
            found[f"custom: {each['title']}"] = each.get("value")
    return found


def _step(step: dict[str, Any]) -> dict[str, str]:
    expected = step.get("expected_result", step.get("expected"))
    return {"action": text_of(step.get("action")), "expected": text_of(expected), "data": text_of(step.get("data"))}


DOCUMENT = DocumentFormat("qase-json", LABEL, _recognises, _records, mapping=_COLUMNS, source="qase")
