"""The staging table of one batch of results: filled by COPY, read by every later statement of the batch."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection
from uuid_utils import uuid7

from catalog.choices import ResultStatus
from qaportal.kit.copying import NULL, chunks, flag, moment, optional, text, texts

from .judging import Judge, mark_of, paths_of

SUMMARY_LENGTH = 300


@dataclass(slots=True)
class NewResult:
    """One attempt to be recorded, whatever way it came in. Its texts hold nothing that PostgreSQL refuses.

    Attempts of one test come one after the other; `attempt` of `attempts` counts within the batch and the last one is
    the verdict. `occurrence` tells tests apart that share an automation key. `executed_at` is in UTC, never
    later than now.
    """

    status: str
    executed_at: datetime
    name: str = ""
    class_name: str = ""
    suite_path: tuple[str, ...] = ()
    folder_path: tuple[str, ...] = ()
    """Where a case made from this test belongs."""
    automation_key: str = ""
    occurrence: int = 1
    attempt: int = 1
    attempts: int = 1
    is_flaky: bool = False
    case_id: int | None = None
    explicit_ids: tuple[str, ...] = ()
    named_ids: tuple[str, ...] = ()
    duration_ms: int | None = None
    error_message: str = ""
    stack_trace: str = ""
    output: str = ""
    notes: str = ""
    started_at: datetime | None = None
    metadata: dict | None = None
    custom_values: dict | None = None
    """Of the project's own fields of results, in their stored form."""
    result_id: UUID | None = None
    """The key of the result, where the caller has to know it; a new one by default."""


@dataclass(slots=True)
class Staged:
    """What went into the staging table."""

    rows: int = 0
    tests: int = 0
    has_explicit_ids: bool = False
    has_named_ids: bool = False
    has_keys: bool = False
    by_status: dict[str, int] = field(default_factory=dict)
    flaky: int = 0
    failures: int = 0
    """Failed attempts, whatever the verdict."""

    def count(self, result: NewResult) -> None:
        """Take one row into account."""
        self.rows += 1
        self.has_explicit_ids |= bool(result.explicit_ids)
        self.has_named_ids |= bool(result.named_ids)
        self.has_keys |= bool(result.automation_key)
        self.failures += result.status in FAILING
        if result.attempt == result.attempts:
            self.tests += 1
            self.by_status[result.status] = self.by_status.get(result.status, 0) + 1
            self.flaky += result.is_flaky


COLUMNS = {
    "seq": "integer",
    "result_id": "uuid",
    "test_key": "uuid",
    "occurrence": "integer",
    "attempt": "integer",
    "attempts": "integer",
    "is_verdict": "boolean",
    "is_flaky": "boolean",
    "case_id": "bigint",
    "explicit_ids": "text[]",
    "named_ids": "text[]",
    "automation_key": "text",
    "name": "text",
    "class_name": "text",
    "suite_path": "text[]",
    "folder_path": "text[]",
    "status": "text",
    "severity": "smallint",
    "duration_ms": "bigint",
    "error_message": "text",
    "error_summary": "text",
    "stack_trace": "text",
    "output": "text",
    "notes": "text",
    "started_at": "timestamptz",
    "executed_at": "timestamptz",
    "metadata": "jsonb",
    "custom_values": "jsonb",
    "fingerprint": "uuid",
    "failure_title": "text",
    "thrown_at": "text",
    "rule_id": "bigint",
}
FAILING = frozenset({ResultStatus.FAILED.value, ResultStatus.ERROR.value})
_NO_FAILURE = (NULL, "", "", NULL)
SEVERITY = {
    status.value: str(number)
    for number, status in enumerate(
        (
            ResultStatus.NOT_STARTED,
            ResultStatus.IN_PROGRESS,
            ResultStatus.SKIPPED,
            ResultStatus.PASSED,
            ResultStatus.BLOCKED,
            ResultStatus.FAILED,
            ResultStatus.ERROR,
        )
    )
}


def test_key_of(automation_key: str) -> str:
    """What identifies a test inside a run: 128 bits, in hex, of its automation key or of `case:<id>`."""
    return hashlib.md5(automation_key.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


test_key_of.__test__ = False


def case_key(case_id: int) -> str:
    """The key of a test that stands for a case itself."""
    return f"case:{case_id}"


def first_line(message: str) -> str:
    """The first line that says something, for lists."""
    for line in message.split("\n", 5):
        if line.strip():
            return line.strip()[:SUMMARY_LENGTH]
    return ""


def _failure(result: NewResult, judge: Judge) -> tuple[str, ...]:
    """What the failure is recognised by, how it is called, where it was thrown, and which rule classes it."""
    mark = mark_of(result.error_message, result.stack_trace)
    if mark is None:
        return _NO_FAILURE
    paths = paths_of(result.automation_key, result.class_name, result.name, result.suite_path)
    rule = judge.rule_of(mark, result.error_message, result.stack_trace, paths, result.executed_at)
    return mark.fingerprint, text(mark.title), text(mark.thrown_at), optional(rule.pk if rule else None)


def _row(result: NewResult, number: int, judge: Judge) -> tuple[str, ...]:
    """The columns of one result, in the order of `COLUMNS`, as COPY reads them."""
    key = result.automation_key or (case_key(result.case_id) if result.case_id else result.name)
    return (
        str(number),
        str(result.result_id or uuid7()),
        test_key_of(key),
        str(result.occurrence),
        str(result.attempt),
        str(result.attempts),
        flag(result.attempt == result.attempts),
        flag(result.is_flaky),
        optional(result.case_id),
        texts(result.explicit_ids),
        texts(result.named_ids),
        text(result.automation_key),
        text(result.name),
        text(result.class_name),
        texts(result.suite_path),
        texts(result.folder_path),
        result.status,
        SEVERITY[result.status],
        optional(result.duration_ms),
        text(result.error_message),
        text(first_line(result.error_message)) if result.error_message else "",
        text(result.stack_trace),
        text(result.output),
        text(result.notes),
        moment(result.started_at),
        moment(result.executed_at),
        text(json.dumps(result.metadata)) if result.metadata else NULL,
        text(json.dumps(result.custom_values)) if result.custom_values else NULL,
        *(_failure(result, judge) if result.status in FAILING else _NO_FAILURE),
    )


def _rows(results: Iterable[NewResult], staged: Staged, judge: Judge) -> Iterator[tuple[str, ...]]:
    for result in results:
        staged.count(result)
        yield _row(result, staged.rows, judge)


def fill(results: Iterable[NewResult], judge: Judge | None = None) -> Staged:
    """Write the results into the transaction's staging table, which is emptied first; reads the source as it goes.

    Without a judge no rule classes the failures.
    """
    staged = Staged()
    judge = judge or Judge()
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS staged_result ({columns}) ON COMMIT DROP")
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS staged_match"
            " (test_key uuid, occurrence integer, case_id bigint, matched_by text) ON COMMIT DROP"
        )
        cursor.execute("TRUNCATE staged_result, staged_match")
        names = ", ".join(COLUMNS)
        with cursor.copy(f"COPY staged_result ({names}) FROM STDIN") as copy:
            for chunk in chunks(_rows(results, staged, judge)):
                copy.write(chunk)
        if staged.rows > 100:
            cursor.execute("ANALYZE staged_result (test_key, automation_key)")
            cursor.execute("SET LOCAL work_mem = '64MB'")  # sorts and joins of a large batch stay in memory
    return staged
