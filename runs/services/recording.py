"""The one write path of results: page, API, report import and jobs all come through `record_results`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from qaportal.kit import events
from qaportal.kit.errors import RuleViolation

from .. import policies
from ..choices import ResultSource, RunKind
from ..models import TestRun
from ..partitions import ensure_partitions
from . import activity, failures, matching, stability, staging
from .judging import Judge
from .silence import open_again
from .staging import NewResult, Staged


@dataclass(slots=True)
class Recorded:
    """What a batch did."""

    tests: int = 0
    attempts: int = 0
    by_status: dict[str, int] = field(default_factory=dict)
    flaky: int = 0
    matched: int = 0
    created: int = 0
    unmatched: int = 0
    outside_scope: int = 0
    """Tests of cases that the run's release does not cover; an import never widens the scope."""

    def add(self, other: "Recorded") -> None:
        """Count what another batch did too."""
        for name in ("tests", "attempts", "flaky", "matched", "created", "unmatched", "outside_scope"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for status, number in other.by_status.items():
            self.by_status[status] = self.by_status.get(status, 0) + number


@transaction.atomic
def record_results(
    *,
    run: TestRun,
    results: Iterable[NewResult],
    actor: User | None,
    source: str,
    report_import_id: UUID | None = None,
    creates_cases: bool = False,
) -> Recorded:
    """Store the results of one batch and move everything that depends on them, set by set.

    Reads `results` once, as a stream. The run is locked for the whole batch, so attempts count up without gaps.
    A run that was interrupted is open again. Audit entries are the caller's. Raises RuleViolation when the run takes
    no more results.
    """
    run = TestRun.objects.select_for_update(of=("self",)).select_related("project", "release").get(pk=run.pk)
    refusal = policies.takes_results(run)
    if not refusal:
        raise RuleViolation(refusal.reason, refusal.code)
    open_again(actor=actor, run=run)
    ensure_partitions(months_ahead=0)
    judge = Judge.of_project(run.project_id)
    staged = staging.fill(results, judge)
    matching.match(run=run, staged=staged)
    created = matching.create_missing_cases(run=run, actor=actor) if creates_cases and actor else 0
    recorded = Recorded(
        tests=staged.tests, attempts=staged.rows, by_status=staged.by_status, flaky=staged.flaky, created=created
    )
    former = failures.former_fingerprints(run=run)
    _move_tests(run, counts_flaky=source != ResultSource.MANUAL)
    _store_attempts(run, actor=actor, source=source, report_import_id=report_import_id)
    failures.move_clusters(run=run, former=former, has_failures=bool(staged.failures))
    failures.reopen_rules(run=run, judge=judge)
    recorded.matched = _matched_count()
    recorded.unmatched = recorded.tests - recorded.matched
    if run.release_id:
        recorded.outside_scope = activity.move_release_cases(run=run, actor=actor, source=source)
    _move_activities(run, source)
    refresh_counters(run=run, source=source)
    events.publish("results.recorded", run=run, actor=actor, source=source, recorded=recorded)
    return recorded


def _move_activities(run: TestRun, source: str) -> None:
    """Move what is known of the cases lately; only what a machine reported says whether a test is flaky."""
    if source == ResultSource.MANUAL:
        activity.move_case_activities(run=run)
        return
    stability.move_stability(run=run)
    activity.move_case_activities(run=run)
    stability.tell_cases()


INSERT_TESTS = """
INSERT INTO runs_runcase AS test (
    project_id, run_id, case_id, test_key, occurrence, matched_by, automation_key, name, class_name,
    suite_path, status, position, attempts, is_flaky, last_result_id, error_summary, executed_at, duration_ms,
    fingerprint, rule_id, is_quarantined, created_at, updated_at)
SELECT %(project)s, %(run)s, matched.case_id, staged.test_key, staged.occurrence, coalesce(matched.matched_by, ''),
       staged.automation_key, coalesce(nullif(staged.name, ''), known.title, ''), staged.class_name, staged.suite_path,
       staged.status, staged.seq, staged.attempts, staged.is_flaky, staged.result_id, staged.error_summary,
       staged.executed_at, staged.duration_ms, staged.fingerprint, staged.rule_id,
       EXISTS (
           SELECT FROM runs_quarantine AS held
           WHERE held.project_id = %(project)s AND held.lifted_at IS NULL AND held.expires_on >= %(today)s
             AND (held.test_key = staged.test_key OR held.case_id = matched.case_id)),
       %(now)s, %(now)s
FROM staged_result AS staged
LEFT JOIN staged_match AS matched USING (test_key, occurrence)
LEFT JOIN catalog_testcase AS known ON known.id = matched.case_id
WHERE staged.is_verdict
"""
MOVE_EXISTING = """
ON CONFLICT (run_id, test_key, occurrence) DO UPDATE SET
    case_id = coalesce(test.case_id, excluded.case_id),
    matched_by = CASE WHEN test.case_id IS NULL THEN excluded.matched_by ELSE test.matched_by END,
    automation_key = CASE WHEN test.automation_key = '' THEN excluded.automation_key ELSE test.automation_key END,
    status = excluded.status,
    attempts = test.attempts + excluded.attempts,
    is_flaky = %(counts_flaky)s AND excluded.status = 'passed'
        AND (excluded.is_flaky OR test.is_flaky OR test.status IN ('failed', 'error')),
    last_result_id = excluded.last_result_id,
    error_summary = excluded.error_summary,
    fingerprint = excluded.fingerprint,
    rule_id = excluded.rule_id,
    is_quarantined = excluded.is_quarantined,
    executed_at = excluded.executed_at,
    duration_ms = excluded.duration_ms,
    updated_at = excluded.updated_at
"""


def _move_tests(run: TestRun, *, counts_flaky: bool) -> None:
    """Insert the batch's tests into the run, or move those that are there by their new attempts."""
    now = timezone.now()
    values = {"project": run.project_id, "run": run.pk, "now": now, "today": now.date(), "counts_flaky": counts_flaky}
    is_fresh = run.total == 0  # the counters of a locked run are exact; a plain insert is a fifth quicker
    with connection.cursor() as cursor:
        cursor.execute(INSERT_TESTS if is_fresh else INSERT_TESTS + MOVE_EXISTING, values)


STORE_ATTEMPTS = """
INSERT INTO runs_result (
    id, project_id, run_id, run_case_id, case_id, case_version, report_import_id, attempt, status, source, executor_id,
    name, class_name, suite_path, notes, error_message, stack_trace, output, duration_ms, started_at, executed_at,
    metadata, custom_values, fingerprint, created_at, updated_at)
SELECT staged.result_id, %(project)s, %(run)s, test.id, test.case_id, coalesce(test.case_version, known.version),
       %(report_import)s, test.attempts - staged.attempts + staged.attempt, staged.status, %(source)s, %(executor)s,
       coalesce(nullif(staged.name, ''), test.name), staged.class_name, staged.suite_path, staged.notes,
       staged.error_message, staged.stack_trace, staged.output, staged.duration_ms, staged.started_at,
       staged.executed_at, staged.metadata, staged.custom_values, staged.fingerprint, %(now)s, %(now)s
FROM staged_result AS staged
JOIN runs_runcase AS test
  ON test.run_id = %(run)s AND test.test_key = staged.test_key AND test.occurrence = staged.occurrence
LEFT JOIN catalog_testcase AS known ON known.id = test.case_id
"""


def _store_attempts(run: TestRun, *, actor: User | None, source: str, report_import_id: UUID | None) -> None:
    values = {
        "project": run.project_id,
        "run": run.pk,
        "report_import": report_import_id,
        "source": source,
        "executor": actor.pk if actor else None,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(STORE_ATTEMPTS, values)


def _matched_count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM staged_match")
        return cursor.fetchone()[0]


REFRESH_COUNTERS = """
UPDATE runs_testrun AS run SET
    count_passed = found.passed, count_failed = found.failed, count_error = found.error,
    count_blocked = found.blocked, count_skipped = found.skipped, count_in_progress = found.in_progress,
    count_not_started = found.not_started, count_flaky = found.flaky, count_unmatched = found.unmatched,
    count_quarantined = found.quarantined,
    duration_ms = found.duration, kind = coalesce(%(kind)s, run.kind), updated_at = now()
FROM (
    SELECT count(*) FILTER (WHERE status = 'passed') AS passed, count(*) FILTER (WHERE status = 'failed') AS failed,
           count(*) FILTER (WHERE status = 'error') AS error, count(*) FILTER (WHERE status = 'blocked') AS blocked,
           count(*) FILTER (WHERE status = 'skipped') AS skipped,
           count(*) FILTER (WHERE status = 'in_progress') AS in_progress,
           count(*) FILTER (WHERE status = 'not_started') AS not_started, count(*) FILTER (WHERE is_flaky) AS flaky,
           count(*) FILTER (WHERE is_quarantined AND status IN ('failed', 'error')) AS quarantined,
           count(*) FILTER (WHERE case_id IS NULL) AS unmatched, coalesce(sum(duration_ms), 0) AS duration
    FROM runs_runcase WHERE run_id = %(run)s
) AS found
WHERE run.id = %(run)s
"""


def refresh_counters(*, run: TestRun, source: str | None = None) -> None:
    """Set the run's counters from its tests; a run that gets results of both kinds becomes a mixed one."""
    kind = None
    other_way = {ResultSource.MANUAL: RunKind.AUTOMATED, ResultSource.REPORT: RunKind.MANUAL}
    if source and run.kind == other_way.get(source) and not run.is_implicit:
        kind = RunKind.MIXED
    with connection.cursor() as cursor:
        cursor.execute(REFRESH_COUNTERS, {"run": run.pk, "kind": kind})


def words_of(recorded: Recorded) -> str:
    """What the batch did, in one sentence for audit and messages."""
    return _("%(tests)d tests, %(matched)d of known cases") % {"tests": recorded.tests, "matched": recorded.matched}


__all__ = ["NewResult", "Recorded", "Staged", "record_results", "refresh_counters", "words_of"]
