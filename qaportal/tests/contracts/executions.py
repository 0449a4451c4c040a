"""Runs by hand and single executions."""

from typing import Any

from qaportal.tests.address_objects import pk_of
from qaportal.tests.tenant_matrix import World

from .contract import WHEN, Contract, Each, Exactly, Maybe

STATUSES = {"NOT_STARTED", "IN_PROGRESS", "PASSED", "FAILED", "BLOCKED", "SKIPPED"}
RUN_CASE = {
    "id": str,
    "repositoryCaseId": str,
    "assignedTo": Maybe(str),
    "status": STATUSES,
    "executedAt": Maybe(WHEN),
    "duration": Maybe(int),
}
RESULTS = Exactly(total=int, passed=int, failed=int, blocked=int, skipped=int, untested=int, flaky=int)
RUN = {
    "id": str,
    "projectId": str,
    "name": str,
    "description": str,
    "status": {"ACTIVE", "COMPLETED", "CANCELLED"},
    "milestoneId": Maybe(str),
    "configurationId": Maybe(str),
    "results": RESULTS,
    "createdAt": WHEN,
    "updatedAt": WHEN,
    "createdBy": Maybe(str),
    "updatedBy": Maybe(str),
}
SIBLING = {"id": str, "number": int, "configurationId": Maybe(str), "status": RUN["status"]}
RUN_WITH_CASES = {**RUN, "testCases": [RUN_CASE], "siblings": Each(SIBLING)}
EXECUTED = {
    **RUN_CASE,
    "status": {"PASSED"},
    "attempt": int,
    "notes": str,
    "stepResults": [{"stepNumber": int, "status": STATUSES, "notes": str, "duration": Maybe(int)}],
    "attachments": [{"name": str, "url": str}],
}
EXECUTION = {
    "id": str,
    "test_case_id": Maybe(int),
    "release_id": Maybe(int),
    "executor_id": Maybe(int),
    "status": {"pass", "fail", "pending", "skipped"},
    "actual_result": str,
    "execution_time": Maybe(int),
    "error_message": str,
    "screenshot_path": str,
    "executed_at": WHEN,
}
ONE_RUN = {"runId": pk_of("planned_run")}


def _new_run(world: World) -> dict[str, Any]:
    case = {"repositoryCaseId": str(world.objects["case"].pk), "assignedTo": str(world.people["tester"].pk)}
    told = {"name": "Test Run Name", "description": "Test run description", "testCases": [case]}
    named = {"milestoneId": world.objects["milestone"], "configurationId": world.objects["configuration"]}
    return {"projectId": str(world.project.pk), **{name: str(each.pk) for name, each in named.items()}, **told}


def _verdict(world: World) -> dict[str, Any]:
    step = world.objects["planned_test"].case.steps.order_by("position").first()
    return {
        "status": "PASSED",
        "notes": "Test executed successfully",
        "duration": 180,
        "stepResults": [{"stepId": str(step.pk), "status": "PASSED", "notes": "Step completed", "duration": 60}],
        "attachments": [{"name": "screenshot.png", "url": "https://storage.example.com/screenshot.png"}],
    }


def _execution(world: World) -> dict[str, Any]:
    return {
        "status": "fail",
        "actual_result": "The page stays white",
        "execution_time": 42,
        "error_message": "Timeout",
        "screenshot_path": "shots/1.png",
    }


EXECUTIONS = (
    Contract(
        "GET",
        "/api/test-runs",
        {"data": [RUN]},
        query=lambda world: {"projectId": world.project.pk},
        names_project="projectId",
    ),
    Contract(
        "POST",
        "/api/test-runs",
        RUN_WITH_CASES,
        201,
        body=_new_run,
        echoed=("name", "description", "milestoneId", "configurationId"),
        wrong=({"name": ""}, "name"),
        names_project="projectId",
    ),
    Contract("GET", "/api/test-runs/{runId}", RUN_WITH_CASES, parts=ONE_RUN),
    Contract(
        "PUT",
        "/api/test-runs/{runId}",
        {**RUN_WITH_CASES, "status": {"COMPLETED"}},
        parts=ONE_RUN,
        body=lambda world: {"status": "COMPLETED", "name": "Another name"},
        echoed=("status", "name"),
        wrong=({"status": "nonsense"}, "status"),
    ),
    Contract("DELETE", "/api/test-runs/{runId}", status=204, parts=ONE_RUN),
    Contract(
        "POST",
        "/api/test-runs/{runId}/cases/{caseId}/execute",
        EXECUTED,
        201,
        parts={**ONE_RUN, "caseId": lambda world: world.objects["planned_test"].case_id},
        body=_verdict,
        echoed=("status", "notes", "duration"),
        wrong=({"duration": -1}, "duration"),
    ),
    Contract(
        "GET",
        "/api/executions",
        [EXECUTION],
        query=lambda world: {"project_id": world.project.pk},
        names_project="project_id",
    ),
    Contract(
        "POST",
        "/api/executions",
        EXECUTION,
        201,
        body=lambda world: {"test_case_id": world.objects["case"].pk, **_execution(world)},
        echoed=("test_case_id", "status", "actual_result", "execution_time", "error_message", "screenshot_path"),
        wrong=({"status": "nonsense"}, "status"),
    ),
    Contract(
        "POST",
        "/api/executions/execute/{tc_id}",
        EXECUTION,
        201,
        parts={"tc_id": pk_of("case")},
        body=_execution,
        echoed=("status", "execution_time"),
        wrong=({"execution_time": "long"}, "execution_time"),
    ),
    Contract("GET", "/api/executions/{id}", EXECUTION, parts={"id": pk_of("result")}),
)
