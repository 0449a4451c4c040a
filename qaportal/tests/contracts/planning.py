"""Milestones."""

from typing import Any

from qaportal.tests.tenant_matrix import World, pk_of

from .contract import WHEN, Contract, Exactly, Maybe

AUTHORED = {"createdAt": WHEN, "updatedAt": WHEN, "createdBy": Maybe(str), "updatedBy": Maybe(str)}
MILESTONE = Exactly(
    id=str,
    projectId=str,
    parentId=Maybe(str),
    name=str,
    description=str,
    status={"PLANNED", "IN_PROGRESS", "COMPLETED", "CANCELLED"},
    startDate=Maybe(str),
    dueDate=Maybe(str),
    completedAt=Maybe(WHEN),
    **AUTHORED,
)
ONE_MILESTONE = {"milestoneId": pk_of("milestone")}


def _of_project(world: World) -> dict[str, Any]:
    return {"projectId": world.project.pk}


def _new_milestone(world: World) -> dict[str, Any]:
    return {
        "projectId": str(world.project.pk),
        "name": "Release 1.0",
        "description": "First major release",
        "dueDate": "2024-12-31",
        "parentId": str(world.objects["milestone"].pk),
    }


PLANNING = (
    Contract("GET", "/api/milestones", Exactly(data=[MILESTONE]), query=_of_project, names_project="projectId"),
    Contract(
        "POST",
        "/api/milestones",
        MILESTONE,
        status=201,
        body=_new_milestone,
        echoed=("projectId", "name", "description", "dueDate", "parentId"),
        wrong=({"name": ""}, "name"),
    ),
    Contract("GET", "/api/milestones/{milestoneId}", MILESTONE, parts=ONE_MILESTONE),
    Contract(
        "PUT",
        "/api/milestones/{milestoneId}",
        MILESTONE,
        parts=ONE_MILESTONE,
        body=lambda world: {"name": "Release 1.1", "status": "COMPLETED"},
        echoed=("name", "status"),
        wrong=({"status": "SOMETIMES"}, "status"),
    ),
    Contract("DELETE", "/api/milestones/{milestoneId}", status=204, parts=ONE_MILESTONE),
)
