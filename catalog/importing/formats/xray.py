"""The CSV and JSON that Xray exports and imports."""

from collections.abc import Iterator
from typing import IO, Any

from ..documents import json_elements, text_of
from .base import DocumentFormat, Record, TableFormat

LABEL = "Xray"
_COLUMNS = {
    "tcid": "external_id",
    "test_id": "external_id",
    "issue_id": "external_id",
    "issue_key": "external_id",
    "test_type": "test_type",
    "test_summary": "title",
    "summary": "title",
    "test_priority": "priority",
    "priority": "priority",
    "description": "description",
    "action": "step_action",
    "data": "step_data",
    "result": "step_expected",
    "expected_result": "step_expected",
    "test_repo": "folder",
    "test_repository_path": "folder",
    "precondition": "preconditions",
    "labels": "labels",
    "component": "tags",
    "requirement": "jira_story_id",
    "requirements": "jira_story_id",
    "unstructured_definition": "steps",
    "gherkin_definition": "steps",
}
TABLE = TableFormat(
    "xray",
    LABEL,
    marks=[
        frozenset({"tcid", "action"}),
        frozenset({"test_type", "action", "result"}),
        frozenset({"issue_key", "action", "result"}),
        frozenset({"issue_id", "test_type", "test_summary"}),
    ],
    mapping=_COLUMNS,
    is_per_step=True,
    source="xray",
)
_NAMES = {
    "key": "external_id",
    "title": "title",
    "test_type": "test_type",
    "priority": "priority",
    "labels": "labels",
    "description": "description",
    "folder": "folder",
    "steps": "steps",
    "preconditions": "preconditions",
}


def _recognises(head: str) -> bool:
    marks = ('"testtype"', '"testType"', '"xray_test', '"unstructured_def"', '"gherkin_def"')
    return head.startswith(("[", "{")) and any(mark in head for mark in marks)


def _records(stream: IO[bytes]) -> Iterator[Record]:
    number = 0
    for document in json_elements(stream):
        listed = document.get("tests") if isinstance(document, dict) else None
        for test in listed if isinstance(listed, list) else [document]:
            if isinstance(test, dict):
                number += 1
                yield number, _case(test)


def _case(test: dict[str, Any]) -> dict[str, Any]:
    fields = test.get("fields") or test.get("jira") or {}
    fields = fields if isinstance(fields, dict) else {}
    steps = [_step(step) for step in test.get("steps") or [] if isinstance(step, dict)]
    whole = test.get("unstructured_def") or test.get("unstructured") or test.get("gherkin_def") or test.get("gherkin")
    return {
        "key": fields.get("key") or test.get("update_key") or test.get("issueId") or "",
        "title": text_of(fields.get("summary")),
        "test_type": _named(test.get("testtype") or test.get("testType")),
        "priority": _named(fields.get("priority")),
        "labels": [text_of(each) for each in fields.get("labels") or []],
        "description": text_of(fields.get("description")),
        "folder": test.get("xray_test_repository_folder") or _path(test.get("folder")),
        "steps": steps or text_of(whole),
        "preconditions": _preconditions(test.get("preconditions")),
    }


def _named(value: Any) -> str:
    return text_of(value.get("name") if isinstance(value, dict) else value)


def _path(folder: Any) -> str:
    return text_of(folder.get("path") if isinstance(folder, dict) else folder)


def _preconditions(given: Any) -> str:
    if isinstance(given, dict):
        given = given.get("results")
    if not isinstance(given, list):
        return text_of(given)
    return "\n".join(text_of(each.get("definition")) for each in given if isinstance(each, dict))


def _step(step: dict[str, Any]) -> dict[str, str]:
    return {
        "action": text_of(step.get("action")),
        "expected": text_of(step.get("result")),
        "data": text_of(step.get("data")),
    }


DOCUMENT = DocumentFormat("xray-json", LABEL, _recognises, _records, mapping=_NAMES, source="xray")
