"""Reports and imports, verdicts in a release, and the comparison of two runs."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from qaportal.tests.address_objects import pk_of
from qaportal.tests.tenant_matrix import World
from runs.tests.reports import junit

from .contract import WHEN, Contract, Each, Exactly, Maybe

BASE = "/api/v1/reports"
IMPORT, ONE_IMPORT = f"{BASE}/imports/{{importId}}", {"importId": pk_of("report_import")}
COUNTS = (
    *("tests", "attempts", "passed", "failed", "errors", "skipped", "blocked", "flaky"),
    *("matched", "unmatched", "created"),
)
STORED_IMPORT = {"importId": pk_of("stored_import")}
STATES = {"queued", "running", "done", "failed", "undoing", "undone"}
IMPORTED = {
    "id": str,
    "status": STATES,
    "duplicate": bool,
    "repaired": bool,
    "counts": dict.fromkeys(COUNTS, int),
    "warnings": list,
    "error": Maybe(str),
    "url": str,
}
RECORD = {
    "id": str,
    "name": str,
    "class_name": str,
    "status": str,
    "attempt": int,
    "attempts": int,
    "verdict": {"matched", "created", "unmatched"},
    "test_id": Maybe(str),
}
COMPARED = {
    "name": str,
    "test_id": Maybe(str),
    "change": {"new_failure", "fixed", "still_failing", "flaky", "added", "removed", "slower"},
    "status_before": Maybe(str),
    "status_now": Maybe(str),
}
SCOPE_ROW = {
    "test_case_id": int,
    "test_id": str,
    "title": str,
    "execution_status": str,
    "comments": str,
    "execution_duration": Maybe(int),
    "execution_date": Maybe(WHEN),
    "bug_ids": object,
    "screenshots": object,
    "assigned_to_id": Maybe(int),
}
IN_SCOPE = {"id": pk_of("release"), "tc_id": lambda world: world.objects["release_case"].case_id}


def _report(world: World) -> dict[str, Any]:
    """A report as a file part; made anew for each call, as sending reads it."""
    file = SimpleUploadedFile("junit.xml", junit("contract"), content_type="application/xml")
    return {"file": file, "projectId": str(world.project.pk), "runName": "CI build 123"}


def _verdict(world: World) -> dict[str, Any]:
    return {"execution_status": "passed", "comments": "Works as it should", "execution_duration": 42}


REPORTS = (
    Contract(
        "POST",
        "/api/junit/import",
        Exactly(data=IMPORTED | {"testRunId": Maybe(str)}),
        202,
        body=_report,
        wrong=({"file": "no file"}, "file"),
        names_project="projectId",
        form="multipart",
    ),
    Contract(
        "POST",
        f"{BASE}/import",
        Exactly(data=IMPORTED | {"testRunId": Maybe(str)}),
        202,
        body=_report,
        wrong=({"file": "no file"}, "file"),
        names_project="projectId",
        form="multipart",
    ),
    Contract("GET", IMPORT, IMPORTED | {"test_run_id": Maybe(str)}, parts=ONE_IMPORT),
    Contract("GET", f"{IMPORT}/records", Each(RECORD), parts=ONE_IMPORT),
    Contract("POST", f"{IMPORT}/undo", IMPORTED | {"status": {"undone"}}, parts=STORED_IMPORT),
    Contract(
        "GET",
        f"{BASE}/suite-runs/{{suite_id}}/compare",
        Exactly(run_id=str, compared_with=Maybe(str), counts=dict, tests=Each(COMPARED)),
        parts={"suite_id": pk_of("run")},
    ),
    Contract(
        "PATCH",
        "/api/releases/{id}/test-case/{tc_id}/execution-status",
        SCOPE_ROW,
        parts=IN_SCOPE,
        body=_verdict,
        echoed=("execution_status", "comments", "execution_duration"),
        wrong=({"execution_status": "sleeping"}, "execution_status"),
    ),
    Contract(
        "PUT",
        "/api/releases/{id}/test-cases/{tc_id}",
        SCOPE_ROW,
        parts=IN_SCOPE,
        body=lambda world: {**_verdict(world), "assigned_to": world.people["tester"].pk},
        echoed=("execution_status", "comments", "execution_duration"),
        wrong=({"execution_duration": -1}, "execution_duration"),
    ),
)
