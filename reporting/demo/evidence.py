"""What the last night of one failing test left behind: steps, screenshots, a video, a checkpoint, console and network.

The video shows the shop of the drawings, which does not exist; it was drawn frame by frame for this demo.
"""

import io
from datetime import timedelta
from pathlib import Path
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
UNPLACED: tuple[tuple[int, dict[str, Any]], ...] = (
    (40, {"log_type": "network", "method": "GET", "url": "/checkout?basket=b-90417", "status_code": 200}),
    (310, {"log_type": "network", "method": "GET", "url": "/assets/checkout.js", "status_code": 200}),
    (520, {"log_type": "console", "level": "info", "message": "checkout.js:12: basket of 2 items, 148.20 EUR"}),
    (2_010, {"log_type": "network", "method": "POST", "url": "/v2/cards/check", "status_code": 200}),
    (18_410, {"log_type": "console", "level": "error", "message": "challenge.js:140: no answer, and no more tries"}),
)  # fmt: skip
"""What the browser told without naming a step: it stands where its time puts it."""
POLLS = range(9_300, 18_400, 350)
_VIDEO = Path(__file__).with_name("challenge.webm")


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
    poll = {"log_type": "network", "method": "GET", "url": "/3ds/state?session=7f0c41"}
    polls = [(at, poll | {"status_code": 200 if at % 3 else 504}) for at in POLLS]
    logs += [entry | {"logged_at": began + timedelta(milliseconds=at)} for at, entry in (*UNPLACED, *polls)]
    save_logs(actor=actor, result=result, logs=logs)
    _add_pictures(actor, result, plan["failing"])


def _add_pictures(actor: User, result: Result, failing: int) -> None:
    for number, category, name, data in (
        (2, "after", "checkout.png", drawings.checkout()),
        (failing, "before", "challenge.png", drawings.challenge("Waiting for your bank")),
        (failing, "error", "no-end.png", drawings.challenge("Waiting for your bank ...", marked=True)),
    ):
        facts = {"artifact_type": "screenshot", "artifact_category": category, "step_number": number}
        add_artifact(actor=actor, result=result, stream=io.BytesIO(data), name=name, **facts)
    with _VIDEO.open("rb") as stream:
        add_artifact(
            actor=actor,
            result=result,
            stream=stream,
            name=_VIDEO.name,
            artifact_type="video",
            description="What the browser showed",
        )


def _steps(plan: dict[str, Any], result: Result) -> Any:
    for number, words in enumerate(plan["steps"], start=1):
        status = "passed" if number < plan["failing"] else "failed" if number == plan["failing"] else "skipped"
        step = {"step_number": number, "description": words, "status": status}
        if number <= plan["failing"]:
            step["duration_ms"] = plan["durations"][number - 1]
        if status == "failed":
            step["error_message"] = result.error_message
        yield step
