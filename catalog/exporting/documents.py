"""Cases as documents: JSON that comes back unchanged, TestLink's XML, and Markdown to read."""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from xml.sax.saxutils import quoteattr

from django.utils.translation import gettext as _

from qaportal.kit.errors import InvalidInput

from ..choices import CaseState, Priority, TestType
from ..columns import Column
from ..columns.table import Written
from ..columns.testlink import FIELD, mark_text, print_of
from ..columns.texts import as_json
from ..workflow import workflow_of
from .source import told_steps

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_IMPORTANCE = {Priority.LOW: 1, Priority.MEDIUM: 2, Priority.HIGH: 3, Priority.CRITICAL: 3}
_STATUS = {CaseState.DRAFT: 1, CaseState.IN_REVIEW: 2, CaseState.DEPRECATED: 5}
_FINAL = 7
STRETCH = 200


def json_bytes(cases: Iterable[Written], columns: Sequence[Column]) -> Iterator[bytes]:
    """A list of objects, one a line; folders are lists of names."""
    start = "[\n"
    for lines in _stretches(_document(case, columns) for case in cases):
        yield (start + ",\n".join(lines)).encode("utf-8", "replace")
        start = ",\n"
    yield b"[]\n" if start == "[\n" else b"\n]\n"


def _document(case: Written, columns: Sequence[Column]) -> str:
    values = {column.name: column.write(case) for column in columns if column.write}
    if "folder" in values:
        values["folder"] = case.folder
    return as_json(values)


def _stretches(parts: Iterable[str]) -> Iterator[list[str]]:
    lines: list[str] = []
    for part in parts:
        lines.append(part)
        if len(lines) == STRETCH:
            yield lines
            lines = []
    if lines:
        yield lines


def _nested(cases: Iterable[Written]) -> Iterator[tuple[int, list[str], Written]]:
    """Each case with how many of the open folders it stays in and the names of those that open before it."""
    stood: list[str] = []
    for case in cases:
        common = 0
        while common < min(len(stood), len(case.folder)) and stood[common] == case.folder[common]:
            common += 1
        yield common, case.folder[common:], case
        stood = case.folder


# -- TestLink --------------------------------------------------------------------------------------------------------
def testlink_bytes(cases: Iterable[Written], *, title: str) -> Iterator[bytes]:
    """The XML that TestLink imports as a test suite; texts become its HTML."""
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name={_attribute(title)}>\n'
    yield head.encode()
    for lines in _stretches(_testlink_parts(cases)):
        yield "".join(lines).encode("utf-8", "replace")
    yield b"\n</testsuite>\n"


def _testlink_parts(cases: Iterable[Written]) -> Iterator[str]:
    open_folders = 0
    for common, opened, case in _nested(cases):
        closing = "\n</testsuite>" * (open_folders - common)
        opening = "".join(f"\n<testsuite name={_attribute(name)}>" for name in opened)
        open_folders = common + len(opened)
        yield closing + opening + _testlink_case(case)
    yield "\n</testsuite>" * open_folders


def _testlink_case(written: Written) -> str:
    case = written.case
    minutes = f"{case.estimate / 60:.2f}" if case.estimate is not None else ""
    keywords = "".join(f"<keyword name={_attribute(word)}><notes></notes></keyword>" for word in case.tags)
    shown = [_testlink_texts(step) for step in written.steps]
    steps = "".join(_testlink_step(number, step) for number, step in enumerate(shown, start=1))
    execution = 1 if case.test_type == TestType.MANUAL else 2
    stories = f"<requirements><requirement><doc_id>{_html(written.story)}</doc_id></requirement></requirements>"
    status = _STATUS.get(workflow_of(case.project).phase_of(case.state), _FINAL)
    importance = _IMPORTANCE[Priority(case.priority)]
    exact = {
        "importance": (str(importance), case.priority_code),
        "execution_type": (str(execution), case.test_type),
        "status": (str(status), case.state),
        "estimated_exec_duration": (minutes, case.estimate),
    }
    told = [each for step in case.steps.all() for each in told_steps(step)]
    if told != shown:
        exact["steps"] = (print_of(shown), told)
    mark = mark_text(case.test_id, exact, is_filed=bool(written.folder))
    return (
        f"\n<testcase name={_attribute(case.title)}>"
        f"<externalid>{_html(case.test_id)}</externalid><version>{case.version}</version>"
        f"<summary>{_html(case.description)}</summary><preconditions>{_html(case.preconditions)}</preconditions>"
        f"<execution_type>{execution}</execution_type><importance>{importance}</importance>"
        f"<estimated_exec_duration>{minutes}</estimated_exec_duration><status>{status}</status>"
        f"<steps>{steps}</steps>{f'<keywords>{keywords}</keywords>' if keywords else ''}"
        f"{stories if written.story else ''}"
        f"<custom_fields><custom_field><name>{FIELD}</name><value>{_cdata(mark)}</value></custom_field></custom_fields>"
        "</testcase>"
    )


def _testlink_texts(step: dict[str, str]) -> dict[str, str]:
    """The step as TestLink knows it: its data stands below what to do."""
    data = f"\n{_('Data')}: {step['data']}" if step["data"] else ""
    return {"action": step["action"] + data, "expected": step["expected"], "data": ""}


def _testlink_step(number: int, step: dict[str, str]) -> str:
    return (
        f"<step><step_number>{number}</step_number><actions>{_html(step['action'])}</actions>"
        f"<expectedresults>{_html(step['expected'])}</expectedresults><execution_type>1</execution_type></step>"
    )


def _html(text: str) -> str:
    """The text as HTML inside CDATA."""
    if not text:
        return ""
    lines = escape(_NOT_IN_XML.sub("\ufffd", text), quote=False).replace("\n", "<br />\n")
    return f"<![CDATA[{lines.replace(']]>', ']]&gt;')}]]>"


def _cdata(text: str) -> str:
    """The text as it is; an end of CDATA in it is split between two of them."""
    return f"<![CDATA[{_NOT_IN_XML.sub(chr(0xFFFD), text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def _attribute(text: str) -> str:
    return quoteattr(_NOT_IN_XML.sub("\ufffd", text))


# -- Markdown --------------------------------------------------------------------------------------------------------
def markdown_bytes(cases: Iterable[Written], *, title: str) -> Iterator[bytes]:
    """A document to read: folders are headings, steps a numbered list; no HTML of a text comes through."""
    yield f"# {_markdown(title)}\n".encode()
    for lines in _stretches(_markdown_parts(cases)):
        yield "".join(lines).encode("utf-8", "replace")


def _markdown_parts(cases: Iterable[Written]) -> Iterator[str]:
    for common, opened, case in _nested(cases):
        for place, name in enumerate(opened, start=common + 2):
            yield f"\n{'#' * min(place, 5)} {_markdown(name)}\n"
        yield _markdown_case(case)


def _markdown_case(written: Written) -> str:
    case = written.case
    parts = [f"\n###### {case.test_id} {_markdown(case.title)}\n"]
    facts = [
        (_("Priority"), case.get_priority_display()),
        (_("Type"), case.get_test_type_display()),
        (_("State"), workflow_of(case.project).shown(case.state).name),
        (_("Tags"), ", ".join(case.tags)),
        (_("Story"), written.story),
        (_("Owner"), case.owner.full_name if case.owner else ""),
    ]
    parts.append("".join(f"- {name}: {_markdown(str(value))}\n" for name, value in facts if value))
    for name, text in (
        (_("Description"), case.description),
        (_("Before you start"), case.preconditions),
        (_("Test data"), case.test_data),
    ):
        parts.append(f"\n**{name}**\n\n{_lines(text)}\n" if text else "")
    for number, step in enumerate(written.steps, start=1):
        parts.append(f"\n{number}. {_lines(step['action'], 3)}\n")
        parts.append(f"\n   {_('Data')}: {_lines(step['data'], 3)}\n" if step["data"] else "")
        parts.append(f"\n   {_('Expect')}: {_lines(step['expected'], 3)}\n" if step["expected"] else "")
    parts.append(f"\n**{_('Expected result')}**\n\n{_lines(case.expected_result)}\n" if case.expected_result else "")
    return "\n".join(part.rstrip("\n") for part in parts if part) + "\n"


def _markdown(text: str) -> str:
    return " ".join(_lines(text).split())


def _lines(text: str, indent: int = 0) -> str:
    return text.replace("<", "&lt;").replace("\n", "\n" + " " * indent)


def chosen_columns(columns: Sequence[Column], names: Sequence[str]) -> list[Column]:
    """The columns of these names in their own order, all without names; raises InvalidInput naming `columns`."""
    known = {column.name for column in columns}
    if unknown := [name for name in names if name not in known]:
        words = _("There is no column %s.") % unknown[0][:80]
        raise InvalidInput(words, fields={"columns": [words]})
    return [column for column in columns if not names or column.name in names]
