"""Which permission each route that changes something asks for, and a body with which it works.

A route that is not here fails a test: add a row. What a role may do is never repeated here: it follows from the
permission by the table in `accounts/permissions.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.tests.factories import PASSWORD
from runs.tests.reports import junit

from .api_documents import Field, fields_of_body, resolved, with_value
from .page_forms import Pages
from .routes import Route
from .tenant_matrix import BODY_IDS, World

MYSELF = "myself"
"""Whoever is signed in, about himself alone."""
NOTHING_CHANGES = "nothing"
"""Answers to any method, and only reads."""


@dataclass(frozen=True, slots=True)
class Write:
    """The permission that a route asks for; a row with a method counts before one without."""

    route: str
    """The start of the names of the routes that the row is for."""
    permission: str
    method: str = ""


WRITES = (
    Write("account_", MYSELF),
    Write("accounts:account", MYSELF),
    Write("mfa_", MYSELF),
    Write("accounts:choose_project", MYSELF),
    Write("accounts:reauthenticate_at_company", MYSELF),
    Write("accounts:end_", MYSELF),
    Write("accounts:second_factors", MYSELF),
    Write("accounts:add_", MYSELF),
    Write("accounts:recovery_codes", MYSELF),
    Write("accounts:rename_key", MYSELF),
    Write("accounts:remove_factor", MYSELF),
    Write("accounts:sign_in_", "sign_in.manage"),
    Write("accounts:domain_", "sign_in.manage"),
    Write("accounts:domain_verify", "domain.verify"),
    Write("accounts:project_list", "project.create"),
    Write("accounts:member_", "member.manage"),
    Write("accounts:member_reset_link", "user.manage"),
    Write("accounts:company", "tenant.manage"),
    Write("accounts:company_", "tenant.suspend"),
    Write("accounts:company_create", "tenant.create"),
    Write("accounts:company_detail", NOTHING_CHANGES),  # leads people of a company to the page of their own
    Write("accounts:invitation_", "user.manage"),
    Write("accounts:person_", "user.manage"),
    Write("accounts:person_project", "member.manage"),
    Write("accounts:person_project_add", "user.manage"),
    Write("accounts:role_", "role.manage"),
    Write("accounts:token_create", "token.create"),
    Write("accounts:token_revoke", "token.manage"),
    Write("api-token-list", "token.create"),
    Write("api-token-detail", "token.manage"),
    Write("user-", "user.manage"),
    Write("v1-user-", "user.manage"),
    Write("v1-role-", "role.manage"),
    Write("v1-tenant-", "tenant.create"),
    Write("v1-tenant-detail", "tenant.manage", "put"),
    Write("v1-tenant-detail", "tenant.suspend", "delete"),
    Write("tenant-auth-logout", MYSELF),
    Write("project-list", "project.create"),
    Write("project-detail", "project.edit"),
    Write("project-detail", "project.delete", "delete"),
    Write("files:upload", "file.upload"),
    Write("catalog:folder_", "folder.edit"),
    Write("catalog:folder_delete", "folder.delete"),
    Write("catalog:case_", "case.edit"),
    Write("catalog:case_delete", "case.delete"),
    Write("module-", "folder.edit"),
    Write("module-detail", "folder.delete", "delete"),
    Write("sub-module-", "folder.edit"),
    Write("sub-module-detail", "folder.delete", "delete"),
    Write("feature-", "folder.edit"),
    Write("feature-detail", "folder.delete", "delete"),
    Write("test-case-", "case.edit"),
    Write("test-case-detail", "case.delete", "delete"),
    Write("releases:", "release.edit"),
    Write("releases:delete", "release.delete"),
    Write("releases:scope_", "release.scope"),
    Write("release-", "release.edit"),
    Write("release-detail", "release.delete", "delete"),
    Write("release-test-cases", "release.scope"),
    Write("release-test-case", "result.record", "put"),
    Write("release-test-case", "result.record", "patch"),
    Write("release-test-case", "release.scope", "delete"),
    Write("release-execution-status", "result.record"),
    Write("runs:", "run.edit"),
    Write("runs:upload", "report.import"),
    Write("runs:delete", "run.delete"),
    Write("runs:link_test", "case.edit"),
    Write("runs:create_cases", "case.edit"),
    Write("runs:add_to_release", "release.scope"),
    Write("runs:set_verdict", "result.record"),
    Write("runs:assign_case", "release.scope"),
    Write("junit-import", "report.import"),
)


ASKED_FIRST = {"accounts:domain_verify": "sign_in.manage"}
"""Permissions of pages on which an act with a permission of its own stands: they are asked first."""


def permission_of(route: Route, method: str) -> str | None:
    """The permission that the route asks for, None when there is no row."""
    fitting = [row for row in WRITES if route.name.startswith(row.route) and row.method in {"", method}]
    best = max(fitting, key=lambda row: (len(row.route), row.method), default=None)
    return best.permission if best else None


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


def _picked(name: str = "case", **more: Any) -> Callable[[World], dict[str, Any]]:
    """The picked case of this name, and more fields."""
    return lambda world: {"ids": [world.objects[name].pk], **more}


def _new_password(world: World) -> dict[str, Any]:
    return {"oldpassword": PASSWORD, "password1": "plain horse 4711", "password2": "plain horse 4711"}


EXAMPLES: dict[str, Callable[[World], Any]] = {
    "account_change_password": _new_password,
    "account_reauthenticate": lambda world: {"password": PASSWORD},
    "accounts:choose_project": lambda world: {},
    "accounts:member_list": lambda world: {"user": world.people["tester"].pk, "role": world.objects["role"].pk},
    "accounts:member_change": lambda world: {"role": world.objects["role"].pk},
    "accounts:sign_in_second_factor": lambda world: {"required": "on"},
    "accounts:domain_add": lambda world: {"domain": "plain.example"},
    "accounts:sign_in_check": lambda world: {"issuer": ""},
    "accounts:person_list": lambda world: {"ids": [world.people["tester"].pk], "status": "suspended"},
    "accounts:person_project_add": lambda world: {"project": world.project.pk, "role": world.objects["role"].pk},
    "accounts:invitation_create": lambda world: {"addresses": "plain@okapi.example", "role": world.objects["role"].pk},
    "accounts:role_create": lambda world: {"name": "Plain", "code": "tester", "permissions": ["case.view"]},
    "accounts:role_detail": lambda world: {"name": "Changed", "code": "tester", "permissions": ["case.view"]},
    "user-detail put": lambda world: {"first_name": "Changed"},
    "v1-tenant-detail put": lambda world: {
        "name": "Changed company",
        "slug": world.project.tenant.slug,
        "status": "active",
    },
    "files:upload": lambda world: {"file": SimpleUploadedFile("plain.txt", b"plain")},
    "catalog:case_move": _picked(folder=""),
    "catalog:case_move_back": lambda world: {"places": f"{world.objects['case'].pk}:"},
    "catalog:case_delete": _picked(),
    "catalog:case_tag": _picked(tags="plain"),
    "catalog:folder_delete": lambda world: {"cascade": "on"},
    "releases:scope_add": _picked("spare_case"),
    "releases:scope_remove": _picked(),
    "releases:scope_assign": lambda world: {
        "ids": [world.objects["case"].pk],
        "assigned_to": world.people["tester"].pk,
    },
    "release-execution-status": lambda world: {"execution_status": "blocked"},
    "release-test-case": lambda world: {"execution_status": "blocked", "comments": "Plain"},
    "release-test-cases": lambda world: {"all": True},
    "runs:upload": lambda world: {"report": _report(world)["file"]},
    "runs:link_test": lambda world: {"case": world.objects["case"].test_id},
    "runs:create_cases": lambda world: {"all": "1"},
    "runs:set_verdict": lambda world: {"status": "blocked"},
    "runs:assign_case": lambda world: {"assigned_to": world.people["tester"].pk},
    "junit-import": _report,
}
"""Bodies that neither the OpenAPI document nor the forms of the pages tell, by route."""

PLAUSIBLE: dict[str, Any] = {
    "name": "Plain",
    "key": "PLAIN",
    "title": "Plain",
    "version": "9.9",
    "test_type": "manual",
    "execution_status": "passed",
    "tag": "ui",
    "description": "Plain",
    "run_name": "Plain",
    "email": "plain@okapi.example",
    "username": "plain@okapi.example",
    "password": "plain horse 4711",
    "slug": "plain-company",
    "code": "tester",
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


def around(route: Route, method: str, field: Field, body: Any, world: World) -> Any:
    """The body with all that must stand beside the field, where the field lies in something that need not be there."""
    for other in fields_of_body(route, method):
        inside = other.path[:-1]
        is_beside = other.is_required and inside and field.path[: len(inside)] == inside and other.path != field.path
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
