"""Projects, cases of the repository, links between cases, and the search."""

import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from qaportal.tests.address_objects import pk_of
from qaportal.tests.tenant_matrix import World

from .contract import WHEN, Contract, Download, Exactly, Maybe

AUTHORED = {"createdAt": WHEN, "updatedAt": WHEN, "createdBy": Maybe(str), "updatedBy": Maybe(str)}
PROJECT = Exactly(
    id=str, key=str, name=str, description=str, settings=dict, icon=str, color=str, **AUTHORED
)  # `key` is what the portal's addresses name a project by
STEP = Exactly(id=str, action=str, expected=str, order=int, attachments=list)
CASE = Exactly(
    id=str,
    projectId=str,
    folderId=Maybe(str),
    title=str,
    description=str,
    steps=list,
    expectedResult=str,
    tags=list,
    automationStatus={"MANUAL", "AUTOMATED", "SEMI_AUTOMATED"},
    estimate=Maybe(int),
    priority={"LOW", "MEDIUM", "HIGH", "CRITICAL"},
    templateId=Maybe(str),
    customFields=list,
    deleted=bool,
    **AUTHORED,
)
CASE_WITH_STEPS = Exactly(CASE, steps=[STEP])
LINK = {"id": int, "type": {"SAME_TEST_DIFFERENT_SOURCE", "DEPENDS_ON"}, "caseAId": int, "caseBId": int}
LINK["isDeleted"] = bool
LINKED_CASE = {"id": int, "title": str}
FOUND = Exactly(
    data=[
        Exactly(
            id=(int, str),
            type=str,
            title=str,
            code=str,
            url=str,
            projectId=int,
            projectKey=str,
            tags=list,
            score=float,
            highlights=Exactly(title=str, text=str),
            createdAt=WHEN,
            updatedAt=WHEN,
        )
    ],
    total=int,
    isCapped=bool,
    counts=[Exactly(type=str, total=int, isCapped=bool)],
    limit=int,
    offset=int,
)
IMPORTED = {"data": {"id": str, "status": {"done"}, "created": int, "updated": int, "errors": list, "createdAt": WHEN}}
ONE_PROJECT = {"projectId": pk_of("project")}
ONE_CASE = {"caseId": pk_of("case")}


def _new_project(world: World) -> dict[str, Any]:
    return {"name": "New Project", "description": "Project description", "settings": {"allowPublicAccess": False}}


def _new_case(world: World) -> dict[str, Any]:
    return {
        "projectId": str(world.project.pk),
        "folderId": str(world.objects["feature"].pk),
        "title": "Test Case Title",
        "description": "Test case description",
        "steps": [{"action": "Navigate to login page", "expected": "Login form displays", "order": 1}],
        "tags": ["authentication", "smoke"],
        "automationStatus": "MANUAL",
        "estimate": 300,
    }


def _changed_case(world: World) -> dict[str, Any]:
    steps = [{"action": "Updated step", "expected": "Updated expected result", "order": 1}]
    return {"title": "Updated Title", "description": "Updated description", "steps": steps}


def _links_of_case(world: World) -> dict[str, str]:
    key = world.objects["case"].pk
    either = [{"caseAId": key, "isDeleted": False}, {"caseBId": key, "isDeleted": False}]
    return {"q": json.dumps({"where": {"OR": either}, "include": {"caseA": True, "caseB": True}})}


def _new_link(world: World) -> dict[str, Any]:
    ends = {"caseA": world.objects["case"].pk, "caseB": world.objects["spare_case"].pk}
    connected = {name: {"connect": {"id": key}} for name, key in ends.items()}
    return {"data": {**connected, "type": "SAME_TEST_DIFFERENT_SOURCE"}}


def _removed_link(world: World) -> dict[str, Any]:
    return {"where": {"id": world.objects["case_link"].pk}, "data": {"isDeleted": True}}


def _imported(world: World) -> dict[str, Any]:
    table = SimpleUploadedFile("cases.csv", b"Title,Tags\nLog in,smoke\n", "text/csv")
    chosen = {"projectId": str(world.project.pk), "folderId": str(world.objects["feature"].pk), "mergeTags": True}
    return {"file": table, "options": json.dumps(chosen)}


def _search(world: World) -> dict[str, Any]:
    return {
        "query": f"{world.marker} case",
        "filters": {
            "type": ["repository_cases", "sessions"],
            "projectId": str(world.project.pk),
            "tags": [],
            "dateRange": {"field": "createdAt", "from": "2024-01-01", "to": "2100-12-31"},
        },
        "sort": [{"_score": {"order": "desc"}}],
        "limit": 25,
        "offset": 0,
    }


REPOSITORY = (
    Contract("GET", "/api/projects", Exactly(data=[PROJECT])),
    Contract(
        "POST",
        "/api/projects",
        PROJECT,
        status=201,
        body=_new_project,
        echoed=("name", "description", "settings"),
        wrong=({"name": ""}, "name"),
    ),
    Contract("GET", "/api/projects/{projectId}", PROJECT, parts=ONE_PROJECT),
    Contract(
        "PUT",
        "/api/projects/{projectId}",
        PROJECT,
        parts=ONE_PROJECT,
        body=lambda world: {"name": "Updated Project Name", "description": "Updated description"},
        echoed=("name", "description"),
        wrong=({"name": ""}, "name"),
    ),
    Contract(
        "DELETE", "/api/projects/{projectId}", status=204, parts=ONE_PROJECT, query=lambda world: {"cascade": "true"}
    ),
    Contract(
        "GET",
        "/api/repository-cases",
        Exactly(data=[CASE]),
        query=lambda world: {"projectId": world.project.pk, "folderId": world.objects["module"].pk},
        names_project="projectId",
    ),
    Contract(
        "POST",
        "/api/repository-cases",
        CASE_WITH_STEPS,
        status=201,
        body=_new_case,
        echoed=("projectId", "folderId", "title", "description", "tags", "automationStatus", "estimate"),
        wrong=({"title": ""}, "title"),
    ),
    Contract("GET", "/api/repository-cases/{caseId}", CASE_WITH_STEPS, parts=ONE_CASE),
    Contract(
        "PUT",
        "/api/repository-cases/{caseId}",
        CASE_WITH_STEPS,
        parts=ONE_CASE,
        body=_changed_case,
        echoed=("title", "description"),
        wrong=({"title": ""}, "title"),
    ),
    Contract("DELETE", "/api/repository-cases/{caseId}", status=204, parts=ONE_CASE),
    Contract(
        "GET",
        "/api/model/RepositoryCaseLink/findMany",
        {"data": [{**LINK, "caseA": LINKED_CASE, "caseB": LINKED_CASE}]},
        query=_links_of_case,
        foreign=200,
    ),
    Contract(
        "POST",
        "/api/model/RepositoryCaseLink/create",
        {"data": LINK},
        status=201,
        body=_new_link,
        wrong=(
            {"data": {"caseA": {"connect": {"id": 1}}, "caseB": {"connect": {"id": 2}}, "type": "BLOCKS"}},
            "data.type",
        ),
        foreign=422,
    ),
    Contract(
        "PUT",
        "/api/model/RepositoryCaseLink/update",
        {"data": LINK},
        body=_removed_link,
        wrong=({"data": {"isDeleted": False}}, "data.isDeleted"),
    ),
    Contract(
        "POST",
        "/api/repository/import",
        IMPORTED,
        status=201,
        body=_imported,
        form="multipart",
        wrong=({"options": "[]"}, "options"),
    ),
    Contract(
        "GET",
        "/api/repository/imports/{import_id}",
        {"data": {"id": str, "status": str, "createdAt": WHEN}},
        parts={"import_id": pk_of("case_import")},
    ),
    Contract(
        "GET",
        "/api/repository/export",
        Download("text/csv", b""),
        query=lambda world: {
            "projectId": world.project.pk,
            "format": "csv",
            "folderId": world.objects["module"].pk,
        },
        names_project="projectId",
    ),
    Contract(
        "GET",
        "/api/search",
        FOUND,
        query=lambda world: {"q": world.marker, "type": "repository_cases", "project": world.project.pk},
        names_project="project",
    ),
    Contract("POST", "/api/search", FOUND, body=_search, wrong=({"limit": -1}, "limit")),
)
