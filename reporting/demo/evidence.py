"""What the last night of one failing test left behind: steps, screenshots, a checkpoint, console and network."""

import io
from datetime import timedelta
from typing import Any

from accounts.models import Project, User
from runs.models import Result, RunCase
from runs.services.artifacts import add_artifact
from runs.services.evidence import save_checkpoints, save_logs, save_steps
from runs.services.recording import refresh_counters

from . import drawings

LOGS: tuple[tuple[int, int, dict[str, Any]], ...] = (
    (3, 300, {"log_type": "network", "method": "POST", "url": "/v2/payments", "status_code": 201, "duration_ms": 184}),
    (3, 610, {"log_type": "network", "method": "GET", "url": "/3ds/challenge?session=7f0c41", "status_code": 200}),
    (5, 900, {"log_type": "network", "method": "GET", "url": "/3ds/state?session=7f0c41", "status_code": 502}),
    (5, 950, {"log_type": "console", "level": "error", "message": "challenge.js:88: upstream closed"}),
    (5, 6000, {"log_type": "console", "level": "warn", "message": "challenge.js:131: still waiting"}),
)  # fmt: skip


def leave_evidence(project: Project, actor: User, plan: dict[str, Any]) -> None:
    """Give it to the last attempt of the test, if it failed."""
    failures = Result.objects.for_detail().filter(project=project, status="failed", case__title=plan["title"])
    result = failures.order_by("-executed_at", "-attempt").first()
    if result is None:
        return
    began = result.executed_at
    took = sum(plan["durations"])
    Result.objects.filter(pk=result.pk).update(started_at=began, duration_ms=took)
    RunCase.objects.filter(last_result_id=result.pk).update(duration_ms=took)
    refresh_counters(run=result.run)
    save_steps(actor=actor, result=result, steps=list(_steps(plan, result)))
    told = {"name": "Text of the status", "status": "failed", "expected": "The time is over"}
    told |= {"actual": "Waiting for your bank", "step_number": plan["failing"]}
    save_checkpoints(actor=actor, result=result, checkpoints=[told])
    starts = [sum(plan["durations"][:number]) for number in range(len(plan["steps"]))]
    logs = [
        entry | {"step_number": step, "logged_at": began + timedelta(milliseconds=starts[step - 1] + at)}
        for step, at, entry in LOGS
    ]
    save_logs(actor=actor, result=result, logs=logs)
    for number, category, name, data in (
        (2, "after", "checkout.png", drawings.checkout()),
        (plan["failing"], "before", "challenge.png", drawings.challenge("Waiting for your bank")),
        (plan["failing"], "error", "no-end.png", drawings.challenge("Waiting for your bank ...", marked=True)),
    ):
        facts = {"artifact_type": "screenshot", "artifact_category": category, "step_number": number}
        add_artifact(actor=actor, result=result, stream=io.BytesIO(data), name=name, **facts)


def _steps(plan: dict[str, Any], result: Result) -> Any:
    for number, words in enumerate(plan["steps"], start=1):
        status = "passed" if number < plan["failing"] else "failed" if number == plan["failing"] else "skipped"
        step = {"step_number": number, "description": words, "status": status}
        if number <= plan["failing"]:
            step["duration_ms"] = plan["durations"][number - 1]
        if status == "failed":
            step["error_message"] = result.error_message
        yield step
