"""Telling the JSON formats apart by the names in them, reading no further than needed."""

from .bounds import Limits, ReportRejected
from .json_document import JsonDocument, entries, mapping
from .json_text import json_text
from .source import ReportSource
from .two_readings import RepairNeeded

MESSAGES = {"meta", "source", "gherkinDocument", "pickle", "testRunStarted", "stepDefinition", "hook", "parameterType"}
GO_EVENT = {"Action", "ImportPath"}
MOST_NAMES = 200


def json_format(source: ReportSource, limits: Limits) -> str:
    """The name of the format of a document in JSON, or an empty text. Raises ReportRejected for a broken one."""
    try:
        return _found(source, limits)
    except RepairNeeded:
        source.repairing = True
        try:
            return _found(source, limits)
        finally:
            source.repairing = False


def _found(source: ReportSource, limits: Limits) -> str:
    document = JsonDocument(json_text(source), limits)
    if document.kind() == "[":
        for _number in document.items():
            return "cucumber" if _is_feature(document) else ""
        return ""
    names: set[str] = set()
    for name in document.members():
        names.add(name)
        found = _known_by(names, name, document)
        if found or len(names) > MOST_NAMES:
            return found
    if names & GO_EVENT:
        return "go-test"
    return "cucumber-messages" if len(names) == 1 and names <= MESSAGES else ""


def _is_feature(document: JsonDocument) -> bool:
    """Whether the next value is a feature of Cucumber, which may be of any size."""
    names = document.members()
    return any(name == "elements" or (name == "keyword" and document.value() == "Feature") for name in names)


def _known_by(names: set[str], last: str, document: JsonDocument) -> str:
    """The format that these names show, the last of which stands before its value."""
    if last == "results":
        return "ctrf" if document.kind() == "{" else "mochawesome"
    if names >= {"config", "suites"} or names >= {"config", "errors"}:
        return "playwright"
    if names >= {"stats", "tests"}:
        return "mocha"
    if names >= {"collection", "run"}:
        return "newman"
    if names >= {"uuid", "status"} and names & {"historyId", "labels", "fullName", "stage", "statusDetails", "name"}:
        return "allure"
    return "go-test" if names >= {"Action", "Package"} else ""


def is_allure_result(source: ReportSource, limits: Limits) -> bool:
    """Whether a small document is one result of Allure."""
    try:
        found = mapping(JsonDocument(json_text(source), limits).value())
    except (ReportRejected, RepairNeeded):
        return False
    return "uuid" in found and "status" in found and bool(entries(found.get("labels")) or "historyId" in found)
