"""One attempt by hand, recorded in two statements: those of a batch, over a row that stands in the statement itself.

A tester waits for each verdict. The staging table of a batch costs more than all that one result moves, so here
`staged_result` and `staged_match` are named in front of the same statements.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.models import User
from qaportal.kit import events

from ..choices import ResultSource
from ..models import Result, RunCase, TestRun
from . import failures
from .activity import MOVE_ACTIVITIES, MOVE_SCOPE
from .judging import Judge, mark_of, paths_of
from .recording import INSERT_TESTS, MOVE_EXISTING, REFRESH_COUNTERS, STORE_ATTEMPTS, Recorded
from .staging import COLUMNS, FAILING, SEVERITY, NewResult, first_line

_JSON = ("metadata", "custom_values")
_ROW = ", ".join(f"%(staged_{name})s::{kind} AS {name}" for name, kind in COLUMNS.items())
_STAGED = (
    "WITH staged_result AS (SELECT "  # noqa: S608  names and kinds of columns
    + _ROW
    + """), staged_match AS (
    SELECT test_key, occurrence, case_id, ''::text AS matched_by FROM staged_result WHERE case_id IS NOT NULL)
"""
)
_COMPLETE = """
UPDATE runs_result AS attempt SET
    status = staged.status, notes = staged.notes, error_message = staged.error_message,
    duration_ms = staged.duration_ms, executed_at = staged.executed_at, fingerprint = staged.fingerprint,
    metadata = coalesce(staged.metadata, attempt.metadata),
    custom_values = coalesce(staged.custom_values, attempt.custom_values), updated_at = %(now)s
FROM staged_result AS staged WHERE attempt.id = staged.result_id
"""
_STORE_STEPS = """
INSERT INTO runs_stepresult (id, project_id, result_id, iteration, step_number, status, action, description,
    error_message, screenshot_path, notes, created_at, updated_at)
SELECT step.id, %(project)s, %(staged_result_id)s, step.iteration, step.step_number, step.status, step.action,
    step.description, '', '', '', %(now)s, %(now)s
FROM jsonb_to_recordset(%(steps)s::jsonb)
    AS step(id uuid, iteration integer, step_number integer, status text, action text, description text)
"""


def _cause(test: RunCase, result: NewResult, judge: Judge | None) -> dict[str, Any]:
    """What the failure is recognised by, and which rule classes it; nothing for a test that did not fail."""
    mark = mark_of(result.error_message, result.stack_trace) if judge else None
    if judge is None or mark is None:
        return {}
    paths = paths_of(test.automation_key, test.class_name, test.name, test.suite_path)
    rule = judge.rule_of(mark, result.error_message, result.stack_trace, paths, result.executed_at)
    facts = {"fingerprint": UUID(mark.fingerprint), "failure_title": mark.title, "thrown_at": mark.thrown_at}
    return facts | {"rule_id": rule.pk if rule else None}


def _staged_values(test: RunCase, result: NewResult, judge: Judge | None, *, is_new: bool) -> dict[str, Any]:
    values = {name: getattr(result, name, None) for name in COLUMNS}
    values |= {name: json.dumps(values[name]) if values[name] else None for name in _JSON}
    values |= {name: list(values[name]) for name in ("explicit_ids", "named_ids", "suite_path", "folder_path")}
    values |= {
        "seq": 1,
        "test_key": test.test_key,
        "occurrence": test.occurrence,
        "case_id": test.case_id,
        "attempt": 1,
        "attempts": int(is_new),
        "is_verdict": True,
        "severity": int(SEVERITY[result.status]),
        "error_summary": first_line(result.error_message),
        **_cause(test, result, judge),
    }
    return {f"staged_{name}": value for name, value in values.items()}


def record_single(
    *,
    actor: User,
    run: TestRun,
    test: RunCase,
    result: NewResult,
    is_new: bool,
    steps: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Store one more attempt of a test that stands in the run, with steps that it has from its start, or complete the
    open one, with all that it moves.

    The caller holds the run, has checked what it takes, and names the attempt by `result.result_id`.
    """
    judge = Judge.of_project(run.project_id) if result.status in FAILING else None
    now = timezone.now()
    values = {
        **_staged_values(test, result, judge, is_new=is_new),
        "project": run.project_id,
        "run": run.pk,
        "release": run.release_id,
        "report_import": None,
        "source": ResultSource.MANUAL,
        "executor": actor.pk,
        "is_automated": False,
        "counts_flaky": False,
        "kind": None,
        "now": now,
        "today": now.date(),
        "steps": json.dumps(steps, default=str),
    }
    # None of these reads what another one writes; they need the test as the first statement left it.
    moves = [STORE_ATTEMPTS if is_new else _COMPLETE, *([MOVE_SCOPE] if run.release_id else []), MOVE_ACTIVITIES]
    moves += [failures.COUNT_UP] if values["staged_fingerprint"] else []
    moves += [_STORE_STEPS] if steps else []
    together = "".join(f", move{number} AS ({move})" for number, move in enumerate(moves))
    with connection.cursor() as cursor:
        cursor.execute(_STAGED + INSERT_TESTS + MOVE_EXISTING, values)
        cursor.execute(_STAGED + together + REFRESH_COUNTERS, values)
    touched = {each for each in (test.fingerprint, values["staged_fingerprint"]) if each}
    if touched:
        failures.count_clusters_of(run=run, touched=list(touched))
    if judge is not None:
        failures.reopen_rules(run=run, judge=judge)
    told = Recorded(tests=1, attempts=int(is_new), by_status={result.status: 1}, matched=int(test.case_id is not None))
    events.publish("results.recorded", run=run, actor=actor, source=ResultSource.MANUAL, recorded=told)


def last_attempt(test: RunCase) -> Result | None:
    """The attempt that says what the test says."""
    if test.last_result_id is None:
        return None
    return Result.objects.filter(pk=test.last_result_id).select_related("executor").first()
