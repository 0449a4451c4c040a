"""Places for files, and report sync: suite runs, results, steps, artifacts, checkpoints and logs."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from qaportal.tests.address_objects import pk_of
from qaportal.tests.tenant_matrix import World

from .contract import WHEN, Contract, Download, Exactly, Maybe

BASE = "/api/v1/reports"
SUITE, RESULT = f"{BASE}/suite-runs/{{suite_id}}", f"{BASE}/test-case-results/{{test_case_id}}"
OF_SUITE, OF_RESULT = {"suite_id": pk_of("run")}, {"test_case_id": pk_of("result")}
WORDS = {"Passed", "Failed", "Skipped", "Error", "Blocked", "Running"}
COUNTS = dict.fromkeys(("total", "passed", "failed", "skipped", "error", "blocked"), int)
SUITE_RUN = {
    "id": str,
    "name": str,
    "external_id": Maybe(str),
    "configuration_id": Maybe(str),
    "environment": str,
    "build": str,
    "branch": str,
    "browser": str,
    "status": {"running", "completed", "aborted"},
    "started_at": WHEN,
    "finished_at": Maybe(WHEN),
    "metadata": dict,
    "counts": COUNTS,
}
TEST_RESULT = {
    "id": str,
    "suite_run_id": str,
    "name": str,
    "class_name": str,
    "test_id": Maybe(str),
    "status": WORDS,
    "attempt": int,
    "iteration_number": int,
    "duration_ms": Maybe(int),
    "error_message": Maybe(str),
    "stack_trace": Maybe(str),
    "started_at": Maybe(WHEN),
    "created_at": WHEN,
}
STEP = {
    "id": str,
    "test_case_result_id": str,
    "step_number": int,
    "action": Maybe(str),
    "description": Maybe(str),
    "status": WORDS,
    "duration_ms": Maybe(int),
    "error_message": Maybe(str),
    "screenshot_path": Maybe(str),
    "created_at": WHEN,
}
SHORT_ARTIFACT = {"id": str, "artifact_type": {"screenshot", "log", "video", "other"}, "download_url": str}
ARTIFACT = SHORT_ARTIFACT | {
    "test_case_result_id": str,
    "step_number": Maybe(int),
    "file_name": str,
    "file_size": int,
    "mime_type": str,
    "storage_path": str,
    "created_at": WHEN,
}
CHECKPOINT = {
    "id": str,
    "test_case_result_id": str,
    "checkpoint_number": int,
    "name": Maybe(str),
    "status": WORDS,
    "expected": Maybe(str),
    "actual": Maybe(str),
    "message": Maybe(str),
    "step_number": Maybe(int),
    "iteration_number": int,
}
LOG = {
    "id": str,
    "test_case_result_id": str,
    "log_type": {"console", "network"},
    "level": Maybe(str),
    "message": Maybe(str),
    "url": Maybe(str),
    "method": Maybe(str),
    "status_code": Maybe(int),
    "duration_ms": Maybe(int),
    "timestamp": Maybe(WHEN),
}


def _new_suite(world: World) -> dict[str, Any]:
    return {
        "project_id": world.project.pk,
        "name": "Checkout nightly",
        "external_id": "pipeline-4711",
        "environment": "staging",
        "build": "4.18.0+512",
        "branch": "main",
        "browser": "chromium",
        "started_at": "2026-01-24T12:00:00Z",
        "metadata": {"shard": 1},
    }


def _new_result(world: World) -> dict[str, Any]:
    return {
        "name": "Login with a wrong name",
        "class_name": "login.spec",
        "status": "Failed",
        "duration_ms": 1850,
        "error_message": "Element not found: #username",
        "stack_trace": "at login.spec:12",
        "started_at": "2026-01-24T12:00:00Z",
        "iteration_number": 2,
    }


def _steps(world: World) -> dict[str, Any]:
    shown = {"action": "click", "description": "Click on Login button", "error_message": None}
    return {
        "steps": [
            {**shown, "step_number": number, "status": "Passed", "duration_ms": 250, "screenshot_path": f"{number}.png"}
            for number in (1, 2)
        ]
    }


def _artifact(world: World) -> dict[str, Any]:
    return {
        "file": SimpleUploadedFile("step_001.png", b"\x89PNG\r\n\x1a\nplain", "image/png"),
        "artifact_type": "screenshot",
        "step_number": 1,
        "iteration_number": 1,
        "artifact_category": "after",
        "description": "The start page",
        "captured_at": "2026-01-24T12:00:00Z",
    }


def _checkpoints(world: World) -> dict[str, Any]:
    one = {"name": "Total", "status": "Failed", "expected": "10.00", "actual": "9.00", "message": "Differs"}
    return {"checkpoints": [{**one, "checkpoint_number": 1, "step_number": 1, "iteration_number": 1}]}


def _logs(world: World) -> dict[str, Any]:
    request = {"log_type": "network", "url": "https://shop.example/pay", "method": "POST", "status_code": 500}
    line = {"log_type": "console", "level": "error", "message": "Uncaught TypeError", "step_number": 1}
    return {"logs": [{**each, "timestamp": "2026-01-24T12:00:00Z", "duration_ms": 20} for each in (request, line)]}


REPORT_SYNC = (
    Contract(
        "POST",
        "/api/get-attachment-url",
        Exactly(uploadUrl=str, fileKey=str, expires=WHEN),
        body=lambda world: {
            "fileName": "screenshot.png",
            "fileSize": 1024000,
            "contentType": "image/png",
            "projectId": world.project.pk,
        },
        wrong=({"fileSize": -1}, "fileSize"),
        names_project="projectId",
    ),
    Contract(
        "POST",
        f"{BASE}/suite-runs",
        SUITE_RUN,
        201,
        body=_new_suite,
        echoed=("name", "external_id", "environment", "build", "branch", "browser", "started_at"),
        wrong=({"name": ""}, "name"),
        names_project="project_id",
    ),
    Contract(
        "GET",
        f"{BASE}/suite-runs",
        [SUITE_RUN],
        query=lambda world: {"project_id": world.project.pk},
        names_project="project_id",
    ),
    Contract("GET", SUITE, SUITE_RUN, parts=OF_SUITE),
    Contract(
        "PATCH",
        SUITE,
        SUITE_RUN,
        parts=OF_SUITE,
        body=lambda world: {"status": "completed", "finished_at": "2026-01-24T13:00:00Z"},
        echoed=("status",),
        wrong=({"status": "sleeping"}, "status"),
    ),
    Contract(
        "POST",
        f"{SUITE}/test-cases",
        TEST_RESULT,
        201,
        parts=OF_SUITE,
        body=_new_result,
        echoed=("name", "class_name", "status", "duration_ms", "error_message", "stack_trace", "iteration_number"),
        wrong=({"status": "sleeping"}, "status"),
    ),
    Contract("GET", f"{SUITE}/test-cases", [TEST_RESULT], parts=OF_SUITE),
    Contract("GET", RESULT, TEST_RESULT, parts=OF_RESULT),
    Contract(
        "PATCH",
        RESULT,
        TEST_RESULT,
        parts=OF_RESULT,
        body=lambda world: {"status": "Blocked", "duration_ms": 900, "error_message": "No network"},
        echoed=("status", "duration_ms", "error_message"),
        wrong=({"duration_ms": -1}, "duration_ms"),
    ),
    Contract(
        "POST",
        f"{RESULT}/steps/bulk",
        {"created": int, "steps": [STEP]},
        201,
        parts=OF_RESULT,
        body=_steps,
        wrong=({"steps": [{"step_number": 1, "status": "sleeping"}]}, "steps[0].status"),
    ),
    Contract(
        "GET",
        f"{RESULT}/steps",
        [STEP | {"screenshot_artifact_id": Maybe(str), "artifacts": [SHORT_ARTIFACT]}],
        parts=OF_RESULT,
        query=lambda world: {"include_artifacts": "true"},
    ),
    Contract(
        "POST",
        f"{RESULT}/artifacts",
        ARTIFACT,
        201,
        parts=OF_RESULT,
        body=_artifact,
        echoed=("artifact_type", "step_number", "iteration_number", "artifact_category", "description", "captured_at"),
        wrong=({"artifact_type": "song"}, "artifact_type"),
        form="multipart",
    ),
    Contract("GET", f"{RESULT}/artifacts", [ARTIFACT], parts=OF_RESULT),
    Contract(
        "GET",
        f"{BASE}/artifacts/{{artifact_id}}/download",
        Download("text/plain", b""),
        parts={"artifact_id": pk_of("artifact")},
    ),
    Contract(
        "POST",
        f"{RESULT}/checkpoints/bulk",
        {"created": int, "checkpoints": [CHECKPOINT]},
        201,
        parts=OF_RESULT,
        body=_checkpoints,
        wrong=({"checkpoints": [{"name": "Total", "status": "sleeping"}]}, "checkpoints[0].status"),
    ),
    Contract("GET", f"{RESULT}/checkpoints", [CHECKPOINT], parts=OF_RESULT),
    Contract(
        "POST",
        f"{RESULT}/logs/bulk",
        {"created": int, "logs": [LOG]},
        201,
        parts=OF_RESULT,
        body=_logs,
        wrong=({"logs": [{"log_type": "song"}]}, "logs[0].log_type"),
    ),
    Contract("GET", f"{RESULT}/logs", [LOG], parts=OF_RESULT),
)
