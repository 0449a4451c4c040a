"""Makes runs and results for tests."""

import io
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import Project, User
from catalog.models import TestStep
from catalog.services.versions import keep_versions
from catalog.tests.factories import TestCaseFactory
from releases.models import Release
from runs.choices import ResultSource, RunKind
from runs.models import FailureCluster, FailureRule, Quarantine, Result, TestRun
from runs.services.artifacts import add_artifact
from runs.services.evidence import save_checkpoints, save_logs, save_steps
from runs.services.manual_runs import Chosen, create_manual_run
from runs.services.recording import Recorded, record_results
from runs.services.runs import create_run
from runs.services.staging import NewResult


def make_run(project: Project, *, name: str = "Nightly", release: Release | None = None, **fields) -> TestRun:
    fields.setdefault("kind", RunKind.AUTOMATED)
    return create_run(actor=None, project=project, name=name, release=release, **fields)


def reported(
    name: str, status: str = "passed", *, class_name: str = "checkout", executed_at: datetime | None = None, **fields
) -> NewResult:
    fields.setdefault("automation_key", f"{class_name}.{name}")
    return NewResult(
        name=name, class_name=class_name, status=status, executed_at=executed_at or timezone.now(), **fields
    )


def record(
    run: TestRun, *results: NewResult, actor: User | None = None, source: str = ResultSource.REPORT, **options
) -> Recorded:
    return record_results(run=run, results=results, actor=actor, source=source, **options)


def evidence_of(run: TestRun, actor: User, words: str) -> dict[str, Any]:
    """The last failure of the run with a step, a checkpoint, a log entry and a file; all say the words."""
    result = Result.objects.for_detail().filter(run_case__run=run, status="failed").latest("id")
    step = {"step_number": 1, "action": "click", "description": f"{words} step", "status": "failed"}
    save_steps(actor=actor, result=result, steps=[step])
    checkpoint = {"name": f"{words} checkpoint", "status": "failed", "expected": words}
    save_checkpoints(actor=actor, result=result, checkpoints=[checkpoint])
    save_logs(actor=actor, result=result, logs=[{"log_type": "console", "message": f"{words} log"}])
    artifact, _is_new = add_artifact(
        actor=actor,
        result=result,
        stream=io.BytesIO(words.encode()),
        name=f"{words}.log",
        artifact_type="log",
        step_number=1,
    )
    return {"result": result, "artifact": artifact}


def known_failures_of(run: TestRun, actor: User, marker: str) -> dict[str, Any]:
    """One of each kind of thing that is known of failures."""
    cluster = FailureCluster.objects.filter(project=run.project).first()
    rule = FailureRule.objects.create(project=run.project, name=f"{marker} rule", cause="test", pattern="rule of tests")
    held = Quarantine.objects.create(
        project=run.project,
        test_key=UUID(int=1),
        name=f"{marker} held",
        reason="shakes",
        expires_on=timezone.now().date() + timedelta(days=7),
        created_by=actor,
    )
    return {"cluster": cluster, "failure_rule": rule, "quarantine": held}


def manual_run(project: Project, actor: User, *, count: int = 1, name: str = "By hand", **fields) -> TestRun:
    """A run to be executed by hand with so many new cases, each with two steps and a kept version."""
    cases = [TestCaseFactory(project=project, title=f"{name} case {number}") for number in range(1, count + 1)]
    for case in cases:
        for position, action in enumerate(("Open the page", "Pay"), start=1):
            TestStep.objects.create(
                project=project, case=case, position=position, action=action, expected=f"It works {position}"
            )
    keep_versions(actor=actor, case_ids=[case.pk for case in cases])
    chosen = Chosen(case_ids=[case.pk for case in cases])
    return create_manual_run(actor=actor, project=project, name=name, chosen=chosen, **fields)
