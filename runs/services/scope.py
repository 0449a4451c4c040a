"""Results that were there before a release covered their case."""

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from qaportal.kit.errors import Decision, Denied, RuleViolation
from releases.models import Release, ReleaseCase
from releases.policies import can_change_scope
from releases.services.scope import add_cases

from ..models import RunCase, TestRun

_CARRY = """
WITH latest AS MATERIALIZED (
    SELECT DISTINCT ON (test.case_id)
           test.case_id, test.last_result_id, test.status, test.is_flaky, test.executed_at, test.duration_ms
    FROM runs_runcase AS test
    JOIN runs_testrun AS run ON run.id = test.run_id
    WHERE run.release_id = %(release)s AND run.deleted_at IS NULL AND test.case_id IS NOT NULL
      AND test.last_result_id IS NOT NULL AND test.status <> 'not_started'
    ORDER BY test.case_id, test.executed_at DESC, test.last_result_id DESC
)
UPDATE releases_releasecase AS scope SET
    execution_status = CASE latest.status WHEN 'error' THEN 'failed' ELSE latest.status END,
    executed_at = latest.executed_at,
    executed_by_id = CASE attempt.source WHEN 'manual' THEN attempt.executor_id END,
    execution_duration = coalesce(latest.duration_ms / 1000, scope.execution_duration),
    last_result_id = latest.last_result_id,
    case_version = attempt.case_version,
    is_automated_verdict = attempt.source = 'report',
    is_flaky = latest.is_flaky,
    updated_at = %(now)s
FROM latest
JOIN runs_result AS attempt ON attempt.id = latest.last_result_id
WHERE scope.release_id = %(release)s AND scope.case_id = latest.case_id
  AND (scope.last_result_id IS NULL OR latest.executed_at > scope.executed_at)
"""


@transaction.atomic
def carry_into_scope(*, release: Release) -> int:
    """Let the results that the release's runs hold already count for the cases it covers; answers how many moved.

    The latest result by its own time is the verdict, as when it came in. A closed release stays as it was.
    """
    if not release.is_open:
        return 0
    list(ReleaseCase.objects.filter(release=release).order_by("pk").select_for_update().values_list("pk"))
    with connection.cursor() as cursor:
        cursor.execute(_CARRY, {"release": release.pk, "now": timezone.now()})
        return cursor.rowcount


def on_scope_changed(*, release: Release, added: int, **_facts: object) -> None:
    """A case that was just added brings the results it had in this release's runs."""
    if added:
        carry_into_scope(release=release)


def on_run_updated(*, run: TestRun, **_facts: object) -> None:
    """A run that was given a release brings its results along."""
    if run.release_id:
        carry_into_scope(release=run.release)


def can_widen(user: User, run: TestRun) -> Decision:
    """Whether the user may let the run's release cover more cases."""
    if run.release is None:
        return Denied(_("The run belongs to no release."), "no_release")
    return can_change_scope(user, run.release)


@transaction.atomic
def widen_scope(*, actor: User, run: TestRun) -> int:
    """Let the run's release cover every case that the run executed; answers how many were added.

    Raises RuleViolation for a run without a release and what adding cases to a release raises.
    """
    if run.release is None:
        raise RuleViolation(_("The run belongs to no release."), "no_release")
    return add_cases(actor=actor, release=run.release, case_ids=outside_scope(run))


def outside_scope(run: TestRun) -> list[int]:
    """The cases that the run executed and its release does not cover."""
    if run.release_id is None:
        return []
    covered = ReleaseCase.objects.filter(release=run.release_id).values("case_id")
    tests = RunCase.objects.filter(run=run, case__isnull=False, case__deleted_at__isnull=True)
    return list(tests.exclude(case_id__in=covered).order_by("case_id").values_list("case_id", flat=True).distinct())
