"""The XML of TestLink's test suites: texts are HTML, estimates are minutes."""

from collections.abc import Iterator
from typing import IO, Any
from xml.etree.ElementTree import Element

from ...columns.testlink import FIELD, print_of, read_mark
from ..documents import xml_events
from .base import DocumentFormat, Record, without_html

_IMPORTANCE = {"1": "low", "2": "medium", "3": "high"}
_EXECUTION = {"1": "manual", "2": "automated"}
_STATUS = {
    "1": "draft",
    "2": "in_review",
    "3": "in_review",
    "4": "draft",
    "5": "deprecated",
    "6": "active",
    "7": "active",
}
_NAMES = {
    "externalid": "external_id",
    "test_id": "test_id",
    "name": "title",
    "folder": "folder",
    "summary": "description",
    "preconditions": "preconditions",
    "execution_type": "test_type",
    "importance": "priority",
    "estimated_exec_duration": "estimate",
    "status": "state",
    "steps": "steps",
    "keywords": "tags",
    "requirements": "jira_story_id",
}


def _recognises(head: str) -> bool:
    return head.startswith("<") and ("<testsuite" in head or "<testcases" in head) and "<suite>" not in head


def _records(stream: IO[bytes]) -> Iterator[Record]:
    folders: list[str] = []
    number = 0
    for event, element in xml_events(stream):
        if event == "start":
            if element.tag == "testsuite":
                folders.append((element.get("name") or "").strip())
        elif element.tag == "testsuite":
            folders.pop()
            element.clear()
        elif element.tag == "testcase":
            number += 1
            case = _case(element)
            place = [name for name in folders[1:] if name] or ([] if case.pop("is_unfiled", False) else _only(folders))
            yield number, case | {"folder": place}
            element.clear()


def _only(folders: list[str]) -> list[str]:
    """The first suite is the project itself, unless cases stand right in it: then it is where they belong."""
    return [name for name in folders[:1] if name]


def _case(element: Element) -> dict[str, Any]:
    found: dict[str, Any] = {"name": element.get("name") or ""}
    for tag in ("externalid", "summary", "preconditions"):
        found[tag] = without_html(_text(element, tag))
    found["execution_type"] = _EXECUTION.get(_text(element, "execution_type"), "")
    found["importance"] = _IMPORTANCE.get(_text(element, "importance"), "")
    found["status"] = _STATUS.get(_text(element, "status"), "")
    minutes = _text(element, "estimated_exec_duration")
    found["estimated_exec_duration"] = f"{minutes}m" if minutes else ""
    found["steps"] = [_step(step) for step in element.iterfind("steps/step")]
    found["keywords"] = [word.get("name") or "" for word in element.iterfind("keywords/keyword")]
    found["requirements"] = next((_text(each, "doc_id") for each in element.iterfind("requirements/requirement")), "")
    mark = None
    for each in element.iterfind("custom_fields/custom_field"):
        if _text(each, "name") == FIELD:
            mark = read_mark(_text(each, "value"))
        else:
            found[f"custom: {_text(each, 'name')}"] = _text(each, "value")
    return _as_marked(found, element, mark) if mark else found


def _as_marked(found: dict[str, Any], element: Element, mark: dict[str, Any]) -> dict[str, Any]:
    """What the portal wrote, exactly, wherever nobody changed it in the XML since."""
    del found["externalid"]
    for name, (written, exact) in mark["exact"].items():
        now = print_of(found["steps"]) if name == "steps" else _text(element, name)
        if name in found and now == written:
            found[name] = exact
    return found | {"test_id": mark["test_id"], "is_unfiled": mark.get("is_filed") is False}


def _step(element: Element) -> dict[str, str]:
    return {
        "action": without_html(_text(element, "actions")),
        "expected": without_html(_text(element, "expectedresults")),
        "data": "",
    }


def _text(element: Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()


DOCUMENT = DocumentFormat("testlink", "TestLink", _recognises, _records, mapping=_NAMES, source="testlink")
