"""How a run ended, in one word, and how it compares with the one before it."""

from dataclasses import dataclass

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from .choices import ResultStatus, RunStatus
from .models import RunCase, TestRun


def verdict_of(run: TestRun) -> str:
    """The stored word that a list or a title shows for the run.

    A completed run is what its tests are: one failure makes it failed, unless its test is in
    quarantine; then one blocked test makes it blocked; a run
    in which nothing passed is skipped.
    """
    if run.status != RunStatus.COMPLETED:
        return run.status
    if run.count_failed + run.count_error > run.count_quarantined:
        return ResultStatus.FAILED.value
    if run.count_blocked:
        return ResultStatus.BLOCKED.value
    if run.count_passed:
        return ResultStatus.PASSED.value
    if run.count_quarantined:
        return ResultStatus.FAILED.value
    return ResultStatus.SKIPPED.value if run.count_skipped else run.status


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed since the run before."""

    previous: TestRun
    new_failures: int
    fixed: int
    still_failing: int


def run_before(run: TestRun) -> TestRun | None:
    """The newest earlier run of the same name, branch, environment and configuration; else one of the same name.

    A run of the same plan is none: it executes the same at the same time.
    """
    if run.is_implicit:
        return None
    earlier = TestRun.objects.living().filter(project_id=run.project_id, name=run.name, is_implicit=False)
    earlier = earlier.filter(started_at__lte=run.started_at).exclude(pk=run.pk)
    if run.group is not None:
        earlier = earlier.exclude(group=run.group)
    facts = Q(branch=run.branch, environment=run.environment, configuration__isnull=run.configuration_id is None)
    if run.configuration_id is not None:
        facts &= Q(configuration=run.configuration_id)
    is_alike = ExpressionWrapper(facts, BooleanField())
    return earlier.annotate(is_alike=is_alike).order_by("-is_alike", "-started_at", "-number").first()


def compared_with_before(run: TestRun) -> Comparison | None:
    """Which failures are new since the run before, and which are gone; None when there was none before.

    Reads only the failures of both runs.
    """
    previous = run_before(run)
    if previous is None:
        return None
    same_test = {"test_key": OuterRef("test_key"), "occurrence": OuterRef("occurrence")}
    failures = RunCase.objects.filter(run=run).failures()
    failed_before = RunCase.objects.filter(run=previous, **same_test).failures()
    passes_now = RunCase.objects.filter(run=run, status=ResultStatus.PASSED, **same_test)
    new_failures = failures.filter(~Exists(failed_before)).count()
    fixed = RunCase.objects.filter(run=previous).failures().filter(Exists(passes_now)).count()
    still_failing = run.count_failed + run.count_error - new_failures
    return Comparison(previous, new_failures, fixed, max(0, still_failing))
