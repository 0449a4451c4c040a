"""Modules, sub-modules, features, test cases and stories."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from qaportal.tests.address_objects import pk_of
from qaportal.tests.tenant_matrix import World

from .contract import WHEN, Contract, Each, Maybe

MODULE = {"id": int, "name": str, "description": str, "created_at": WHEN}
SUB_MODULE = {**MODULE, "module_id": int}
FEATURE = {**MODULE, "sub_module_id": int}
CASE = {
    "id": int,
    "test_id": str,
    "title": str,
    "description": str,
    "test_type": {"manual", "automated"},
    "module_id": Maybe(int),
    "sub_module": Maybe(str),
    "feature_section": Maybe(str),
    "tag": {"ui", "api", "hybrid"},
    "tags": str,
    "automation_status": {None, "working", "broken"},
    "jira_story_id": Maybe(str),
    "jira_epic_id": str,
    "jira_labels": list,
    "scenario_examples": Maybe({"columns": list, "rows": list}),
    "steps_to_reproduce": str,
    "expected_result": str,
    "preconditions": str,
    "test_data": str,
    "automated_script_path": str,
    "created_by": Maybe(int),
    "created_at": WHEN,
    "updated_at": WHEN,
}
STORY = {
    "id": int,
    "story_id": str,
    "epic_id": str,
    "title": str,
    "description": str,
    "status": str,
    "priority": str,
    "assignee": str,
    "sprint": str,
    "release": str,
    "created_by": Maybe(int),
    "created_at": WHEN,
    "updated_at": WHEN,
    "last_synced_at": Maybe(str),
}
STORY_LINK = {"id": int, "test_case_id": int, "story_id": str, "linked_at": WHEN, "linked_by": Maybe(int)}
CASES_OF_STORY = {"story_id": str, "title": str, "test_cases": [{"id": int, "test_id": str, "title": str}]}


NAMED = {"id": int, "name": str}
TREE = {**NAMED, "sub_modules": Each({**NAMED, "features": Each(NAMED)})}
OPTIONS = {"modules": [NAMED], "sub_modules": [{**NAMED, "module_id": int}]}
OPTIONS |= {"features": [{**NAMED, "sub_module_id": int}], "tags": list}
UPLOADED = {"id": str, "status": {"done"}, "created": int, "updated": int, "failed": int, "errors": list}


def _story_id(world: World) -> str:
    return world.objects["story"].story_id


ONE_STORY = {"story_id": _story_id}
EPIC = {"epic_id": lambda world: world.objects["story"].epic_id}


def _of_project(world: World) -> dict[str, Any]:
    return {"project_id": world.project.pk}


def _new_folder(world: World) -> dict[str, Any]:
    return {"name": "Account Payable", "description": "Invoice and payment processing"}


def _below(name: str, parent: str) -> Any:
    return lambda world: {**_new_folder(world), name: world.objects[parent].pk}


def _case(world: World) -> dict[str, Any]:
    return {
        "title": "Verify login with valid credentials",
        "description": "Test successful login flow",
        "test_type": "automated",
        "tag": "ui",
        "tags": "smoke,regression",
        "module_id": world.objects["module"].pk,
        "sub_module": "Authentication",
        "feature_section": "Login",
        "automation_status": "working",
        "jira_story_id": "CTP-1234",
        "preconditions": "User must be registered",
        "steps_to_reproduce": "1. Navigate to login\n2. Enter credentials\n3. Click submit",
        "expected_result": "User is redirected to dashboard",
    }


CASE_FIELDS = (
    *("title", "description", "test_type", "tag", "tags", "module_id", "sub_module", "feature_section"),
    *("automation_status", "jira_story_id", "preconditions", "steps_to_reproduce", "expected_result"),
)


def _table(world: World) -> dict[str, Any]:
    table = SimpleUploadedFile("cases.csv", b"Title,Test Type,Tag,Tags\nLog in,manual,ui,smoke\n", "text/csv")
    return {"file": table, "project_id": world.project.key}


def _many(world: World) -> dict[str, Any]:
    return {
        "test_case_ids": [world.objects["case"].pk, world.objects["spare_case"].pk],
        "module_id": world.objects["module"].pk,
        "tags": "smoke,regression",
        "automation_status": "working",
    }


STORY_TEXTS = {
    "epic_id": "CTP-100",
    "title": "Log in",
    "description": "With a password",
    "status": "To Do",
    "priority": "High",
    "assignee": "Nora",
    "sprint": "Sprint 9",
    "release": "4.18.0",
}


def _story(world: World) -> dict[str, Any]:
    return {"story_id": "CTP-1234", **STORY_TEXTS}


def _folders(path: str, name: str, shape: dict[str, Any], body: Any, query: Any = _of_project) -> tuple[Contract, ...]:
    """List, create, read, change and delete of one level of the tree."""
    one = {"id": pk_of(name)}
    echoed = ("name", "description", *(key for key in shape if key.endswith("module_id")))
    unnamed = ({"name": ""}, "name")
    return (
        Contract("GET", path, [shape], query=query, names_project="project_id"),
        Contract("POST", path, shape, status=201, body=body, echoed=echoed, wrong=unnamed, names_project="project_id"),
        Contract("GET", f"{path}/{{id}}", shape, parts=one),
        Contract("PUT", f"{path}/{{id}}", shape, parts=one, body=_new_folder, echoed=echoed[:2], wrong=unnamed),
        Contract("DELETE", f"{path}/{{id}}", status=204, parts=one, query=lambda world: {"cascade": "true"}),
    )


def _below_parent(name: str, parent: str) -> Any:
    return lambda world: {**_of_project(world), name: world.objects[parent].pk}


PLAIN = (
    *_folders("/api/modules", "module", MODULE, _new_folder),
    *_folders(
        "/api/sub-modules",
        "sub_module",
        SUB_MODULE,
        _below("module_id", "module"),
        _below_parent("module_id", "module"),
    ),
    *_folders(
        "/api/features",
        "feature",
        FEATURE,
        _below("sub_module_id", "sub_module"),
        _below_parent("sub_module_id", "sub_module"),
    ),
    Contract("GET", "/api/test-cases", [CASE], query=_of_project, names_project="project_id"),
    Contract(
        "POST",
        "/api/test-cases",
        CASE,
        status=201,
        body=_case,
        echoed=CASE_FIELDS,
        wrong=({"title": ""}, "title"),
        names_project="project_id",
    ),
    Contract("GET", "/api/test-cases/{id}", CASE, parts={"id": pk_of("case")}),
    Contract(
        "PUT",
        "/api/test-cases/{id}",
        CASE,
        parts={"id": pk_of("case")},
        body=_case,
        echoed=CASE_FIELDS,
        wrong=({"test_type": "sometimes"}, "test_type"),
    ),
    Contract("DELETE", "/api/test-cases/{id}", status=204, parts={"id": pk_of("case")}),
    Contract(
        "PUT",
        "/api/test-cases/bulk-update",
        {"updated": int, "test_case_ids": [int]},
        body=_many,
        wrong=({"automation_status": "sometimes"}, "automation_status"),
    ),
    Contract(
        "POST",
        "/api/test-cases/bulk-upload",
        UPLOADED,
        status=201,
        body=_table,
        form="multipart",
        wrong=({"file": "no file"}, "file"),
    ),
    Contract("GET", "/api/test-cases/hierarchy/structure", [TREE], query=_of_project, names_project="project_id"),
    Contract("GET", "/api/test-cases/hierarchy/options", OPTIONS, query=_of_project, names_project="project_id"),
    Contract(
        "GET",
        "/api/test-cases/generate-test-id",
        {"test_id": str},
        query=lambda world: {"tag": "api", **_of_project(world)},
        names_project="project_id",
    ),
    Contract("GET", "/api/test-cases/by-jira-story", [CASES_OF_STORY], query=_of_project, names_project="project_id"),
    Contract("GET", "/api/jira-stories", [STORY], query=_of_project, names_project="project_id"),
    Contract(
        "POST",
        "/api/jira-stories",
        STORY,
        status=201,
        body=_story,
        echoed=("story_id", *STORY_TEXTS),
        wrong=({"title": ""}, "title"),
        names_project="project_id",
    ),
    Contract("GET", "/api/jira-stories/{story_id}", STORY, parts=ONE_STORY),
    Contract(
        "PUT",
        "/api/jira-stories/{story_id}",
        STORY,
        parts=ONE_STORY,
        body=lambda world: STORY_TEXTS,
        echoed=tuple(STORY_TEXTS),
        wrong=({"title": ""}, "title"),
    ),
    Contract("DELETE", "/api/jira-stories/{story_id}", status=204, parts=ONE_STORY),
    Contract("GET", "/api/jira-stories/{story_id}/test-cases", [CASE], parts=ONE_STORY),
    Contract(
        "POST",
        "/api/jira-stories/{story_id}/link-test-case/{tc_id}",
        STORY_LINK,
        status=201,
        parts={**ONE_STORY, "tc_id": pk_of("spare_case")},
    ),
    Contract(
        "DELETE",
        "/api/jira-stories/{story_id}/unlink-test-case/{tc_id}",
        status=204,
        parts={**ONE_STORY, "tc_id": pk_of("case")},
    ),
    Contract("GET", "/api/jira-stories/epic/{epic_id}/stories", [STORY], parts=EPIC),
)
