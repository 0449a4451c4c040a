"""Two runs that are not over as they should be: one whose machine went away, and one that is still being reported."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts import audit
from accounts.models import Project, User
from runs.choices import ResultSource, RunKind
from runs.models import TestRun
from runs.services.recording import NewResult, record_results
from runs.services.runs import create_run
from runs.services.silence import USUAL_HOURS, close_silent_runs

from .outcomes import results_of
from .texts import CaseText

LAST_NIGHT = 1
SINCE_LAST_RESULT = timedelta(seconds=4)


def interrupt_run(
    project: Project, actor: User, texts: list[CaseText], story: dict[str, Any], started_at: datetime
) -> None:
    """Report a part of a run, and let the portal close it after it heard nothing for too long."""
    plan = story["interrupted"]
    results = list(results_of(texts, night=plan["night"], started_at=started_at, story=story, salt=plan["name"]))
    run = _start(project, actor, plan, started_at, results)
    heard_at = _report(run, actor, _whole_tests(results[: plan["executed"]]))
    closed_at = heard_at + timedelta(hours=USUAL_HOURS)
    with audit.dated(closed_at):
        close_silent_runs()
    TestRun.objects.filter(pk=run.pk).update(updated_at=closed_at)


def report_live(project: Project, actor: User, texts: list[CaseText], story: dict[str, Any]) -> None:
    """Report a run as far as it came by now.

    Nobody reports the rest: after two hours the portal closes it as interrupted, as it does with every run that goes
    silent. A demo that stands for longer shows two such runs and no live one.
    """
    plan, now = story["live"], timezone.now()
    told = list(results_of(texts, night=LAST_NIGHT, started_at=now, story=story, salt=plan["name"]))
    executed = _whole_tests(told[: plan["executed"]])
    took = told[len(executed)].executed_at - now
    started_at = now - SINCE_LAST_RESULT - took
    with audit.dated(started_at):
        run = _start(project, actor, plan, started_at, told)
    for result in executed:
        result.executed_at = result.started_at = result.executed_at - (now - started_at)
    _report(run, actor, executed)


def _whole_tests(results: list[NewResult]) -> list[NewResult]:
    """The results without those of a test that is tried again after them."""
    while results[-1].attempt < results[-1].attempts:
        results = results[:-1]
    return results


def _start(
    project: Project, actor: User, plan: dict[str, Any], started_at: datetime, planned: list[NewResult]
) -> TestRun:
    run = create_run(
        actor=actor,
        project=project,
        name=plan["name"],
        kind=RunKind.AUTOMATED,
        started_at=started_at,
        environment="staging",
        build=plan["build"],
        branch=plan["branch"],
        metadata={"total_tests": sum(result.attempt == 1 for result in planned)},
    )
    TestRun.objects.filter(pk=run.pk).update(created_at=started_at)
    return run


def _report(run: TestRun, actor: User, results: list[NewResult]) -> datetime:
    """Record the results; answers when the last one came."""
    record_results(run=run, results=results, actor=actor, source=ResultSource.REPORT)
    ended_at = results[-1].executed_at + timedelta(milliseconds=results[-1].duration_ms or 0)
    TestRun.objects.filter(pk=run.pk).update(updated_at=ended_at, heard_at=ended_at)
    return ended_at
