"""Bodies with which the routes that change something work for whoever may use them.

Most come from the OpenAPI document and from the forms of the pages; what neither tells stands here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.tests.factories import PASSWORD
from runs.tests.reports import junit

from .address_objects import BODY_IDS
from .api_documents import Field, fields_of_body, resolved, with_value
from .ground_examples import PNG
from .page_forms import Pages
from .routes import Route
from .tenant_matrix import World


@dataclass(frozen=True, slots=True)
class Example:
    """A body with which a route works for whoever may use it."""

    data: Any
    format: str = "json"
    query: str = ""

    def options(self, route: Route) -> dict[str, str]:
        """How the test client sends it."""
        return {"format": self.format} if route.is_api else {}


def _report(world: World) -> dict[str, Any]:
    """A report as a file part; made anew for each call, as sending reads it."""
    report = SimpleUploadedFile("plain.xml", junit("plain"), content_type="application/xml")
    return {"file": report, "project_id": world.project.key}


def _artifact(world: World) -> dict[str, Any]:
    """A file of a result; made anew for each call, as sending reads it."""
    return {"file": SimpleUploadedFile("plain.log", b"plain"), "artifact_type": "log"}


def _issue(world: World) -> dict[str, Any]:
    """An issue; its document asks for a title or a name."""
    return {"title": "Plain", "project_id": world.project.pk}


def _picture(world: World) -> dict[str, Any]:
    """A picture of an issue; made anew for each call, as sending reads it."""
    return {"file": SimpleUploadedFile("plain.png", PNG, content_type="image/png")}


def _table(world: World) -> dict[str, Any]:
    """A table with one case as a file part; made anew for each call, as sending reads it."""
    file = SimpleUploadedFile("plain.csv", b"Title\r\nPlain\r\n", content_type="text/csv")
    return {"file": file, "project_id": world.project.key}


def _columns(**more: Any) -> Callable[[World], dict[str, Any]]:
    """How the columns of the import of the matrix are mapped."""
    return lambda world: {"column_0": "title", "folder_separator": "/", "existing": "update", **more}


def _picked(name: str = "case", **more: Any) -> Callable[[World], dict[str, Any]]:
    """The picked case of this name, and more fields."""
    return lambda world: {"ids": [world.objects[name].pk], **more}


def _case_form(world: World) -> dict[str, Any]:
    """What the form of a case needs."""
    codes = {"priority": "high", "test_type": "manual", "tag": "ui", "state": "active"}
    return {"title": "Plain", "folder": world.objects["feature"].pk, **codes}


def _two_cases(world: World) -> dict[str, Any]:
    """Two cases that are not linked like that yet."""
    named = {"caseA": "case", "caseB": "spare_case"}
    connected = {name: {"connect": {"id": world.objects[key].pk}} for name, key in named.items()}
    return {**connected, "type": "SAME_TEST_DIFFERENT_SOURCE"}


def _reviewer(world: World) -> dict[str, Any]:
    """Somebody who may review and is nobody's own example."""
    return {"reviewers": [world.objects["reviewer"].pk], "note": "Changed"}


def _state_form(world: World) -> dict[str, Any]:
    """A state under another name."""
    code = world.objects["state"].code
    return {f"state-{code}-name": "Changed", f"state-{code}-phase": "draft", f"state-{code}-color": "red"}


def _new_password(world: World) -> dict[str, Any]:
    return {"oldpassword": PASSWORD, "password1": "plain horse 4711", "password2": "plain horse 4711"}


def _new_password_by_link(world: World) -> dict[str, Any]:
    """What a link for a new password sends by the API."""
    from accounts.services.passwords import reset_url

    link = reset_url(world.people["tester"]).rstrip("/").rpartition("/")[2]
    return {"token": link, "new_password": "plain horse 4711"}


_EMPTY_STEP = {"step_expected": "", "step_data": ""}
EXAMPLES: dict[str, Callable[[World], Any]] = {
    "auth-reset-password": _new_password_by_link,
    "account_change_password": _new_password,
    "account_reauthenticate": lambda world: {"password": PASSWORD},
    "accounts:choose_project": lambda world: {},
    "accounts:member_list": lambda world: {"user": world.people["tester"].pk, "role": world.objects["role"].pk},
    "accounts:member_change": lambda world: {"role": world.objects["role"].pk},
    "accounts:company": lambda world: {"name": "Changed company"},
    "accounts:person_detail": lambda world: {
        "first_name": "Changed",
        "last_name": "Person",
        "email": world.objects["person"].email,
        "role": world.objects["role"].pk,
    },
    "accounts:person_list": lambda world: {"ids": [world.objects["person"].pk], "status": "suspended"},
    "accounts:person_status": lambda world: {"status": "suspended"},
    "accounts:person_project_add": lambda world: {
        "project": world.project.pk,
        "role": world.objects["role"].pk,
    },
    "accounts:person_project": lambda world: {"role": world.objects["role"].pk},
    "accounts:invitation_create": lambda world: {
        "addresses": "Nora Plain <nora@okapi.example>",
        "role": world.objects["role"].pk,
    },
    "accounts:role_create": lambda world: {"name": "Changed", "code": "tester", "permissions": ["case.view"]},
    "accounts:role_detail": lambda world: {"name": "Changed", "code": "tester", "permissions": ["case.view"]},
    "accounts:token_create": lambda world: {"name": "Changed", "scopes": ["read"], "lifetime": "90"},
    "user-detail": lambda world: {"first_name": "Changed"},
    "v1-tenant-detail": lambda world: {
        "name": "Changed company",
        "slug": world.project.tenant.slug,
        "status": "active",
    },
    "accounts:sign_in_second_factor": lambda world: {"required": "on"},
    "accounts:domain_add": lambda world: {"domain": "plain.example"},
    "accounts:sign_in_check": lambda world: {"issuer": ""},
    "files:upload": lambda world: {"file": SimpleUploadedFile("plain.txt", b"plain")},
    "catalog:case_copy": lambda world: {
        "ids": [world.objects["case"].pk],
        "target_project": world.project.pk,
        "way": "copy",
    },
    "catalog:copy_undo": lambda world: {},
    "catalog:case_move": _picked(to="none"),
    "catalog:case_change": _picked(act="tag", step="apply", add_tags="plain"),
    "catalog:case_duplicate": _picked(),
    "catalog:case_take_back": lambda world: {"at": "2026-01-05T09:00:00.000001+00:00"},
    "catalog:case_quick_add": lambda world: {"title": "Plain"},
    "catalog:case_row": lambda world: {"row-title": "Plain", "row-priority": "low", "row-state": "active"},
    "catalog:view_create": lambda world: {"name": "Plain", "query": "priority=high"},
    "catalog:view_update": lambda world: {"name": "Changed"},
    "test-case-bulk-update": lambda world: {"test_case_ids": [world.objects["case"].pk], "priority": "critical"},
    "catalog:folder_delete": lambda world: {"content": "delete"},
    "catalog:folder_rename": lambda world: {"name": "Plain"},
    "catalog:folder_add": lambda world: {"name": "Plain"},
    "catalog:folder_move": lambda world: {"parent": world.objects["other_module"].pk},
    "catalog:folder_restore": lambda world: {},
    "catalog:copy_resume": lambda world: {},
    "catalog:import_create": _table,
    "catalog:import_choose": _columns(separator="comma", encoding="utf-8", has_head="on", existing="skip"),
    "catalog:import_start": lambda world: {},
    "catalog:import_undo": lambda world: {},
    "test-cases-bulk-upload": _table,
    "repository-import": _table,
    "catalog:case_link": lambda world: {
        "kind": "SAME_TEST_DIFFERENT_SOURCE",
        "other": world.objects["spare_case"].test_id,
    },
    "catalog:case_unlink": lambda world: {},
    "catalog:case_review": lambda world: {"ids": [world.objects["spare_case"].pk], "step": "ask", **_reviewer(world)},
    "catalog:review_request": _reviewer,
    "catalog:review_decide": lambda world: {"decision": "approve"},
    "catalog:review_withdraw": lambda world: {},
    "test-case-reviews": lambda world: {"reviewer_ids": [world.objects["reviewer"].pk]},
    "test-case-reviews-decide": lambda world: {"decision": "approve"},
    "catalog:workflow": lambda world: {"new-name": "Changed", "new-phase": "draft", "new-color": "plain"},
    "catalog:workflow_update": _state_form,
    "catalog:workflow_move": lambda world: {"by": "up"},
    "catalog:workflow_remove": lambda world: {f"remove-{world.objects['state'].code}-move_to": ""},
    "catalog:workflow_approval": lambda world: {"require_approval": "on"},
    "catalog:case_share": lambda world: {"title": "Plain", "positions": ["1"]},
    "catalog:shared_steps_create": lambda world: {"title": "Plain", "step_action": "Plain", **_EMPTY_STEP},
    "catalog:shared_steps_update": lambda world: {"title": "Changed", "step_action": "Plain", **_EMPTY_STEP},
    "catalog:shared_steps_restore": lambda world: {},
    "catalog:shared_steps_delete": lambda world: {"put_in_place": "on"},
    "catalog:case_compare": lambda world: {},
    "catalog:story_link": _picked("spare_case"),
    "catalog:story_unlink": _picked(),
    "catalog:story_delete": lambda world: {},
    "catalog:field_create": lambda world: {"name": "Plain", "target": "case", "kind": "string"},
    "catalog:field_move": lambda world: {"to": "down"},
    "catalog:field_archive": lambda world: {},
    "catalog:field_update": lambda world: {"name": "Plain", "kind": "string"},
    "catalog:template_update": lambda world: {"name": "Plain"},
    "catalog:template_change": lambda world: {"act": "default"},
    "catalog:case_create": _case_form,
    "catalog:case_update": _case_form,
    "case-link-create": lambda world: {"data": _two_cases(world)},
    "case-link-update": lambda world: {"where": {"id": world.objects["case_link"].pk}, "data": {"isDeleted": True}},
    "jira-story-list": lambda world: {"story_id": "PLAIN-1", "title": "Plain", "project_id": world.project.pk},
    "jira-story-detail put": lambda world: {"title": "Plain"},
    "releases:scope_add": _picked("spare_case"),
    "releases:scope_remove": _picked(),
    "releases:scope_assign": lambda world: {
        "ids": [world.objects["case"].pk],
        "assigned_to": world.people["tester"].pk,
    },
    "release-execution-status": lambda world: {"execution_status": "blocked"},
    "release-test-case": lambda world: {"execution_status": "blocked", "comments": "Plain"},
    "release-test-cases": lambda world: {"all": True},
    "issues:change_status": lambda world: {"status": "closed"},
    "issues:link": lambda world: {"case": world.objects["spare_case"].test_id},
    "issue-list post": _issue,
    "issue-create": _issue,
    "issue-upload": _picture,
    "issue-detail put": lambda world: {"title": "Changed"},
    "issue-link": lambda world: {"entityType": "testCase", "entityId": str(world.objects["spare_case"].pk)},
    "issue-unlink": lambda world: {"entityType": "testCase", "entityId": str(world.objects["case"].pk)},
    "runs:session_status": lambda world: {"status": "active"},
    "runs:session_note_edit": lambda world: {"text": "Plain words"},
    "exploratory-session-note": lambda world: {"text": "Plain words"},
    "exploratory-session-finding": lambda world: {"type": "QUESTION", "title": "Plain words"},
    "runs:session_finding_edit": lambda world: {"kind": "bug", "title": "Plain words"},
    "runs:session_add": lambda world: {"kind": "note", "text": "Plain"},
    "runs:retention": lambda world: {"results_days": "90", "artifacts_days": "30"},
    "runs:retention_silence": lambda world: {"silent_hours": "6"},
    "runs:upload": lambda world: {"report": _report(world)["file"]},
    "runs:link_test": lambda world: {"case": world.objects["case"].test_id},
    "runs:create_cases": lambda world: {"all": "1"},
    "runs:rule_create": lambda world: {"name": "Another rule", "cause": "test", "pattern": "another failure"},
    "runs:rule_edit": lambda world: {"name": "The same rule", "cause": "test", "pattern": "the same failure"},
    "runs:rule_state": lambda world: {"state": "fixed"},
    "runs:quarantine_test": lambda world: {"reason": "Shakes", "expires_on": str(date.today() + timedelta(days=7))},
    "runs:set_verdict": lambda world: {"status": "blocked"},
    "runs:plan": lambda world: {"name": "Plain", "everything": "on"},
    "runs:assign": lambda world: {"all": "1", "people": world.people["tester"].pk},
    "runs:set_step": lambda world: {"step_number": 1, "status": "passed"},
    "runs:set_test": lambda world: {"status": "passed"},
    "runs:add_file": lambda world: {"file": _report(world)["file"]},
    "runs:assign_case": lambda world: {"assigned_to": world.people["tester"].pk},
    "junit-import": _report,
    "test-run-list": lambda world: {"name": "Plain", "projectId": world.project.pk},
    "test-run-detail": lambda world: {"name": "Plain"},
    "test-run-execute": lambda world: {"status": "PASSED"},
    "execution-list": lambda world: {"test_case_id": world.objects["case"].pk, "status": "pass"},
    "execution-execute": lambda world: {"status": "pass"},
    "attachment-place": lambda world: {"fileName": "plain.png", "fileSize": 8, "projectId": world.project.pk},
    "suite-run-detail": lambda world: {"status": "completed"},
    "suite-run-results": lambda world: {"name": "Plain", "status": "Passed"},
    "test-result-detail": lambda world: {"status": "Blocked"},
    "test-result-steps-bulk": lambda world: {"steps": [{"step_number": 1, "status": "Passed"}]},
    "test-result-checkpoints-bulk": lambda world: {"checkpoints": [{"name": "Plain", "status": "Passed"}]},
    "test-result-logs-bulk": lambda world: {"logs": [{"log_type": "console", "message": "Plain"}]},
    "test-result-artifacts": _artifact,
    "reports-import": _report,
    "failure-rule-list": lambda world: {
        "name": "Plain",
        "cause": "test",
        "pattern": "plain",
        "project_id": world.project.pk,
    },
    "failure-rule-detail": lambda world: {"name": "Plain"},
    "quarantine-list": lambda world: {
        "run_test_id": world.objects["run_case"].pk,
        "reason": "Plain",
        "expires_on": str(date.today() + timedelta(days=7)),
    },
}
"""Bodies that neither the OpenAPI document nor the forms of the pages tell, by route."""

PLAUSIBLE: dict[str, Any] = {
    "name": "Plain",
    "key": "PLAIN",
    "title": "Plain",
    "version": "9.9",
    "test_type": "manual",
    "execution_status": "passed",
    "status": "passed",
    "tag": "ui",
    "description": "Plain",
    "run_name": "Plain",
    "email": "plain@okapi.example",
    "username": "plain@okapi.example",
    "password": "plain horse 4711",
    "slug": "plain-company",
    "code": "tester",
    "scope": "module",
    "scopes": ["read"],
}
"""What a field of this name can hold."""


def plausible(name: str, schema: dict[str, Any], world: World) -> Any:
    """A value that fits the field."""
    schema = resolved(schema)
    if name in BODY_IDS:
        return BODY_IDS[name](world)
    if name in PLAUSIBLE and (not schema.get("enum") or PLAUSIBLE[name] in schema["enum"]):
        return PLAUSIBLE[name]
    if schema.get("enum"):
        return schema["enum"][0]
    kind, form = schema.get("type"), schema.get("format")
    by_format = {
        "date-time": "2026-05-04T10:00:00Z",
        "date": "2026-05-04",
        "email": "plain@okapi.example",
        "uuid": "018f0000-0000-7000-8000-000000000000",
        "uri": "https://plain.example/",
    }
    by_type = {"integer": schema.get("minimum", 1), "number": 1, "boolean": False, "array": [], "object": {}}
    return by_format.get(form) or by_type.get(kind, "Plain")


def example(route: Route, method: str, world: World, pages: Pages) -> Example:
    """A body with which the route works: from the list above, the document, or the form of a page."""
    for key in (f"{route.name} {method}", route.name):
        if key in EXAMPLES:
            data = EXAMPLES[key](world)
            is_upload = route.is_api and any(hasattr(value, "read") for value in data.values())
            return Example(data, "multipart" if is_upload else "json")
    if route.is_api:
        query = "?cascade=true" if method == "delete" else ""
        return Example(minimal_body(route, method, world), query=query)
    form = pages.forms.get((route.name, method))
    return Example(form.data if form else {})


ONE_OF_SEVERAL = frozenset({"action", "title", "step_id"})
"""What must stand there unless something else does in its place: a step says what to do, or is shared; a finding is
called by its title or by what it describes; the result of a step by its id or its number."""


def around(route: Route, method: str, field: Field, body: Any, world: World) -> Any:
    """The body with all that must stand beside the field, where the field lies in something that need not be there."""
    for other in fields_of_body(route, method):
        inside = other.path[:-1]
        is_needed = other.is_required or other.key in ONE_OF_SEVERAL
        is_beside = is_needed and inside and field.path[: len(inside)] == inside and other.path != field.path
        if is_beside and not other.schema.get("properties"):
            body = with_value(body, other.path, plausible(other.key, other.schema, world))
    return body


def minimal_body(route: Route, method: str, world: World) -> dict[str, Any]:
    """What the document says must be there; of a change of parts, what a change of the whole must name."""
    if method == "patch" and "put" in route.methods:
        method = "put"
    body: Any = {}
    there: set[tuple] = {()}
    for field in fields_of_body(route, method):
        if field.path[:-1] not in there or not (field.is_required or isinstance(field.path[-1], int)):
            continue
        there.add(field.path)
        holds_more = field.schema.get("properties") or field.schema.get("type") == "array"
        if not holds_more or field.key in BODY_IDS:
            body = with_value(body, field.path, plausible(field.key, field.schema, world))
    return body
