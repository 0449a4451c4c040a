"""The exports of TestRail: CSV and Excel of a suite, and its XML."""

from collections.abc import Iterator
from typing import IO, Any
from xml.etree.ElementTree import Element

from ..documents import xml_events
from .base import DocumentFormat, Record, TableFormat

LABEL = "TestRail"
_COLUMNS = {
    "id": "external_id",
    "case_id": "external_id",
    "title": "title",
    "section_hierarchy": "folder",
    "priority": "priority",
    "estimate": "estimate",
    "references": "jira_story_id",
    "preconditions": "preconditions",
    "steps": "steps",
    "steps_step": "step_action",
    "steps_expected_result": "step_expected",
    "steps_additional_info": "step_data",
    "expected_result": "expected_result",
    "mission": "description",
    "goals": "test_data",
    "type": "labels",
    "automation_type": "test_type",
    "section": "",
    "suite": "",
    "template": "",
    "status": "",
    "forecast": "",
}
TABLE = TableFormat(
    "testrail",
    LABEL,
    marks=[frozenset({"section_hierarchy", "title"}), frozenset({"section_depth", "title"})],
    mapping=_COLUMNS,
    folder_separator=">",
    source="testrail",
)
_NAMES = {
    "id": "external_id",
    "title": "title",
    "folder": "folder",
    "type": "labels",
    "priority": "priority",
    "estimate": "estimate",
    "references": "jira_story_id",
    "preconds": "preconditions",
    "steps": "steps",
    "expected": "expected_result",
    "mission": "description",
    "goals": "test_data",
    "automation_type": "test_type",
    "template": "",
}


def _recognises(head: str) -> bool:
    return head.startswith("<") and "<suite>" in head and "<sections" in head


def _records(stream: IO[bytes]) -> Iterator[Record]:
    folders: list[str] = []
    open_tags: list[str] = []
    number = 0
    for event, element in xml_events(stream):
        if event == "start":
            open_tags.append(element.tag)
            if element.tag == "section":
                folders.append("")
            continue
        open_tags.pop()
        if element.tag == "name" and open_tags and open_tags[-1] == "section":
            folders[-1] = _text(element)
        elif element.tag == "section":
            folders.pop()
            element.clear()
        elif element.tag == "case":
            number += 1
            yield number, _case(element) | {"folder": [name for name in folders if name]}
            element.clear()


def _case(element: Element) -> dict[str, Any]:
    found = {child.tag: _text(child) for child in element if child.tag != "custom"}
    for child in element.find("custom") or []:
        if child.tag == "steps_separated":
            found["steps"] = [_step(step) for step in child]
        else:
            value = child.find("value")
            found[child.tag] = _text(child if value is None else value)
    return found


def _step(element: Element) -> dict[str, str]:
    names = {"content": "action", "expected": "expected", "additional_info": "data"}
    return {name: _text(child) for tag, name in names.items() if (child := element.find(tag)) is not None}


def _text(element: Element) -> str:
    return (element.text or "").strip()


DOCUMENT = DocumentFormat("testrail-xml", LABEL, _recognises, _records, mapping=_NAMES, source="testrail")
