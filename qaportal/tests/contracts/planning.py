"""Milestones, exploratory sessions and issues."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from qaportal.tests.address_objects import pk_of
from qaportal.tests.ground_examples import PNG
from qaportal.tests.tenant_matrix import World

from .contract import WHEN, Contract, Download, Each, Exactly, Maybe

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
CONFIGURATION = Exactly(id=str, projectId=str, name=str, values=Each({"name": str, "value": str}), **AUTHORED)
FOUND = Exactly(
    id=str,
    type={"BUG", "QUESTION", "IDEA"},
    title=str,
    description=str,
    severity=str,
    atSecond=int,
    caseId=Maybe(str),
    createdAt=WHEN,
    createdBy=Maybe(str),
)
SESSION = Exactly(
    id=str,
    projectId=str,
    name=str,
    description=str,
    status={"PLANNED", "ACTIVE", "PAUSED", "COMPLETED"},
    templateId=Maybe(str),
    releaseId=Maybe(str),
    milestoneId=Maybe(str),
    configurationId=Maybe(str),
    assignedTo=Maybe(str),
    estimate=Maybe(int),
    duration=int,
    startedAt=Maybe(WHEN),
    finishedAt=Maybe(WHEN),
    notes=Each({"id": str, "text": str, "atSecond": int, "createdAt": WHEN}),
    findings=Each(FOUND),
    **AUTHORED,
)
ISSUE = {
    "id": int,
    "title": str,
    "description": str,
    "status": {"Open", "In Progress", "Resolved", "Closed"},
    "priority": {"Critical", "High", "Medium", "Low"},
    "severity": {"Critical", "Major", "Minor", "Trivial"},
    "video_url": str,
    "screenshot_urls": list,
    "jira_assignee_id": str,
    "jira_assignee_name": str,
    "reporter_name": str,
    "jira_story_id": str,
    "module_id": Maybe(int),
    "release_id": Maybe(int),
    "test_case_id": Maybe(int),
    "created_by": Maybe(int),
    "assigned_to": Maybe(int),
    "created_at": WHEN,
    "updated_at": WHEN,
    "closed_at": Maybe(WHEN),
}
CAMEL_ISSUE = {
    "id": str,
    "projectId": str,
    "title": str,
    "description": str,
    "status": {"OPEN", "IN_PROGRESS", "RESOLVED", "CLOSED"},
    "priority": {"CRITICAL", "HIGH", "MEDIUM", "LOW"},
    "severity": {"CRITICAL", "HIGH", "MEDIUM", "LOW"},
    "externalId": str,
    "externalUrl": str,
    "assignedTo": Maybe(str),
    "links": Each({"entityType": str, "entityId": str}),
    "createdAt": WHEN,
    "updatedAt": WHEN,
}
ONE_SESSION = {"sessionId": pk_of("exploratory_session")}
ONE_CONFIGURATION = {"configurationId": pk_of("configuration")}
ONE_ISSUE = {"id": pk_of("issue")}
CAMEL_ONE_ISSUE = {"issueId": pk_of("issue")}
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


def _new_configuration(world: World) -> dict[str, Any]:
    values = [{"name": "Browser", "value": "Firefox"}, {"name": "System", "value": "Windows 11"}]
    return {"projectId": str(world.project.pk), "name": "Firefox on Windows 11", "values": values}


def _new_session(world: World) -> dict[str, Any]:
    return {
        "projectId": str(world.project.pk),
        "name": "Exploratory Session",
        "description": "Session description",
        "templateId": str(world.objects["template"].pk),
        "assignedTo": str(world.people["tester"].pk),
        "estimate": 7200,
    }


def _results(world: World) -> dict[str, Any]:
    finding = {"type": "BUG", "title": "Issue found", "description": "Detailed description", "severity": "HIGH"}
    return {"notes": "Session findings", "duration": 3600, "findings": [finding]}


def _plain_issue(world: World) -> dict[str, Any]:
    return {
        "project_id": world.project.pk,
        "title": "Checkout stays white",
        "description": "After paying",
        "status": "Open",
        "priority": "High",
        "severity": "Critical",
        "jira_story_id": "CTP-1234",
        "reporter_name": "Nora",
        "module_id": world.objects["module"].pk,
        "release_id": world.objects["release"].pk,
        "test_case_id": world.objects["case"].pk,
        "assigned_to": world.people["tester"].pk,
    }


def _camel_issue(world: World) -> dict[str, Any]:
    return {
        "projectId": str(world.project.pk),
        "name": "Issue Name",
        "title": "Issue Title",
        "description": "Issue description",
        "priority": "HIGH",
        "severity": "CRITICAL",
        "assignedTo": str(world.people["tester"].pk),
        "externalId": "JIRA-123",
        "externalUrl": "https://jira.example.com/JIRA-123",
    }


def _seen_in_case(world: World) -> dict[str, Any]:
    return {"entityType": "testCase", "entityId": str(world.objects["case"].pk)}


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
    Contract("GET", "/api/configurations", Exactly(data=[CONFIGURATION]), query=_of_project, names_project="projectId"),
    Contract(
        "POST",
        "/api/configurations",
        CONFIGURATION,
        status=201,
        body=_new_configuration,
        echoed=("projectId", "name", "values"),
        wrong=({"name": ""}, "name"),
    ),
    Contract("GET", "/api/configurations/{configurationId}", CONFIGURATION, parts=ONE_CONFIGURATION),
    Contract(
        "PUT",
        "/api/configurations/{configurationId}",
        CONFIGURATION,
        parts=ONE_CONFIGURATION,
        body=lambda world: {"values": [{"name": "Browser", "value": "Firefox 140"}]},
        echoed=("values",),
        wrong=({"values": "Firefox"}, "values"),
    ),
    Contract("DELETE", "/api/configurations/{configurationId}", status=204, parts=ONE_CONFIGURATION),
    Contract("GET", "/api/sessions", Exactly(data=[SESSION]), query=_of_project, names_project="projectId"),
    Contract(
        "POST",
        "/api/sessions",
        SESSION,
        status=201,
        body=_new_session,
        echoed=("projectId", "name", "description", "templateId", "assignedTo", "estimate"),
        wrong=({"name": ""}, "name"),
    ),
    Contract("GET", "/api/sessions/{sessionId}", SESSION, parts=ONE_SESSION),
    Contract(
        "PUT",
        "/api/sessions/{sessionId}",
        SESSION,
        parts=ONE_SESSION,
        body=lambda world: {"name": "Explored", "status": "COMPLETED"},
        echoed=("name", "status"),
        wrong=({"status": "SOMETIMES"}, "status"),
    ),
    Contract(
        "POST",
        "/api/sessions/{sessionId}/results",
        SESSION,
        status=201,
        parts=ONE_SESSION,
        body=_results,
        wrong=({"duration": -1}, "duration"),
    ),
    Contract(
        "GET",
        "/api/issues",
        [ISSUE],
        query=lambda world: {"project_id": world.project.pk},
        names_project="project_id",
    ),
    Contract(
        "POST",
        "/api/issues",
        ISSUE,
        status=201,
        body=_plain_issue,
        echoed=(
            *("title", "description", "status", "priority", "severity", "jira_story_id", "reporter_name"),
            *("module_id", "release_id", "test_case_id", "assigned_to"),
        ),
        wrong=({"title": ""}, "title"),
        names_project="project_id",
    ),
    Contract("GET", "/api/issues/{id}", ISSUE, parts=ONE_ISSUE),
    Contract(
        "PUT",
        "/api/issues/{id}",
        ISSUE,
        parts=ONE_ISSUE,
        body=lambda world: {"title": "Checkout is white", "status": "Closed"},
        echoed=("title", "status"),
        wrong=({"status": "sometimes"}, "status"),
    ),
    Contract("DELETE", "/api/issues/{id}", status=204, parts=ONE_ISSUE),
    Contract(
        "GET",
        "/api/issues/stats",
        {"total": int, "by_status": dict, "by_priority": dict, "by_severity": dict},
        query=lambda world: {"project_id": world.project.pk},
        names_project="project_id",
    ),
    Contract(
        "POST",
        "/api/issues/{id}/upload",
        {"files": [{"id": str, "url": str, "content_type": {"image/png"}}], "issue": ISSUE},
        status=201,
        parts=ONE_ISSUE,
        body=lambda world: {"file": SimpleUploadedFile("shot.png", PNG, content_type="image/png")},
        wrong=({"file": "no file"}, "file"),
        form="multipart",
    ),
    Contract("GET", "/api/issues/{id}/media-proxy", Download("image/png", PNG), parts=ONE_ISSUE),
    Contract(
        "POST",
        "/api/issues/create",
        CAMEL_ISSUE,
        status=201,
        body=_camel_issue,
        echoed=(
            *("projectId", "title", "description", "priority", "severity", "assignedTo", "externalId", "externalUrl"),
        ),
        wrong=({"title": ""}, "title"),
    ),
    Contract(
        "POST",
        "/api/issues/{issueId}/link",
        CAMEL_ISSUE,
        parts=CAMEL_ONE_ISSUE,
        body=_seen_in_case,
        wrong=({"entityType": "planet"}, "entityType"),
    ),
    Contract(
        "POST",
        "/api/issues/{issueId}/unlink",
        CAMEL_ISSUE,
        parts=CAMEL_ONE_ISSUE,
        body=_seen_in_case,
        wrong=({"entityType": "planet"}, "entityType"),
    ),
)

SHARED = (
    Contract(
        "GET", "/api/issues", Exactly(data=[CAMEL_ISSUE]), query=_of_project, names_project="projectId", style="camel"
    ),
    Contract("GET", "/api/issues/{issueId}", CAMEL_ISSUE, parts=CAMEL_ONE_ISSUE, style="camel"),
    Contract(
        "PUT",
        "/api/issues/{issueId}",
        CAMEL_ISSUE,
        parts=CAMEL_ONE_ISSUE,
        body=lambda world: {"title": "Updated Title", "description": "Updated", "status": "IN_PROGRESS"},
        echoed=("title", "description", "status"),
        wrong=({"status": "sometimes"}, "status"),
        style="camel",
    ),
    Contract("DELETE", "/api/issues/{issueId}", status=204, parts=CAMEL_ONE_ISSUE, style="camel"),
)
"""What clients of the document in style `camel` get on paths that it shares with the other one."""
