"""Which object of a tenant stands in which part of an address or a body.

A test fails for a route whose parts are not known here: add a row that names the object.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import admin_matrix
from .tenant_matrix import NOTHING, World

RUNNER_VIEWS = ("runner", "set_step", "set_test", "add_file", "take_text", "people_here", "note_present")


def pk_of(name: str) -> Callable[[World], Any]:
    """The id of the object of this name."""
    return lambda world: world.objects[name].pk


@dataclass(frozen=True, slots=True)
class Row:
    """How to name an object of a world in one part of an address, and a value that names nothing."""

    kwarg: str
    route: str
    """The start of the names of the routes that the row is for; empty for all."""
    value: Callable[[World], Any]
    nothing: Callable[[], Any] = lambda: NOTHING


ROWS = (
    Row("project_key", "", lambda world: world.project.key, lambda: "NOTHING"),
    Row("user_id", "", pk_of("person")),
    Row("user_id", "accounts:person_restore", pk_of("gone")),
    Row("user_id", "accounts:person_factors", lambda world: world.people["developer"].pk),
    Row("user_id", "accounts:person_project_add", lambda world: world.people["tester"].pk),
    Row("session_id", "accounts:", pk_of("session")),
    Row("family_id", "accounts:", pk_of("family"), uuid.uuid4),
    Row("factor_id", "accounts:", pk_of("factor")),
    Row("domain_id", "accounts:", pk_of("domain")),
    Row("provider_id", "openid_connect", pk_of("identity_provider"), uuid.uuid4),
    Row("project_id", "accounts:", pk_of("project")),
    Row("invitation_id", "accounts:", pk_of("invitation")),
    Row("role_id", "accounts:", pk_of("role")),
    Row("token_id", "accounts:", pk_of("api_token")),
    Row("company_id", "accounts:", pk_of("tenant")),
    Row("file_id", "", pk_of("file"), uuid.uuid4),
    Row("token", "upload-file", lambda world: world.objects["announced"].token, lambda: "NOTHING"),
    Row("progress_id", "", pk_of("progress"), uuid.uuid4),
    Row("import_id", "", pk_of("report_import"), uuid.uuid4),
    Row("import_id", "catalog:import", pk_of("case_import"), uuid.uuid4),
    Row("import_id", "catalog:import_undo", pk_of("done_import"), uuid.uuid4),
    Row("import_id", "repository-import", pk_of("case_import"), uuid.uuid4),
    Row("entry_id", "accounts:audit", pk_of("audit_entry")),
    Row("pk", "audit-log-", pk_of("audit_entry")),
    Row("pk", "project-", pk_of("project")),
    Row("pk", "user-", pk_of("person")),
    Row("pk", "api-token-", pk_of("api_token")),
    Row("pk", "v1-tenant-", pk_of("tenant")),
    Row("pk", "v1-user-", pk_of("person")),
    Row("pk", "v1-role-", pk_of("role")),
    Row("pk", "module-", pk_of("module")),
    Row("pk", "sub-module-", pk_of("sub_module")),
    Row("pk", "feature-", pk_of("feature")),
    Row("pk", "test-case-", pk_of("case")),
    Row("pk", "repository-case-", pk_of("case")),
    Row("story_id", "jira-story-", lambda world: world.objects["story"].story_id, lambda: "NOTHING-1"),
    Row("epic_id", "jira-story-", lambda world: world.objects["story"].epic_id, lambda: "NOTHING-2"),
    Row("tc_id", "jira-story-link", pk_of("spare_case")),
    Row("tc_id", "jira-story-unlink", pk_of("case")),
    Row("pk", "release-", pk_of("release")),
    Row("tc_id", "release-", pk_of("case")),
    Row("pk", "catalog:folder", pk_of("module")),
    Row("pk", "catalog:field", pk_of("custom_field")),
    Row("pk", "catalog:template", pk_of("template")),
    Row("pk", "catalog:folder_restore", pk_of("deleted_folder")),
    Row("job_id", "catalog:copy", pk_of("copy_job"), uuid.uuid4),
    Row("job_id", "catalog:copy_resume", pk_of("failed_copy"), uuid.uuid4),
    Row("test_id", "catalog:", lambda world: world.objects["case"].test_id, lambda: "TC_UI_99999"),
    Row("number", "catalog:", lambda world: world.objects["case"].version - 1, lambda: 99_999),
    Row("review_id", "catalog:", pk_of("review")),
    Row("code", "catalog:workflow", lambda world: world.objects["state"].code, lambda: "no_such_state"),
    Row("pk", "catalog:view", pk_of("saved_view")),
    Row("pk", "catalog:story", pk_of("story")),
    Row("pk", "catalog:shared_steps", pk_of("shared_steps")),
    Row("number", "catalog:shared_steps", lambda world: world.objects["shared_steps"].version - 1, lambda: 99_999),
    Row("link_id", "catalog:", pk_of("case_link")),
    Row("pair_id", "catalog:", pk_of("similar_pair")),
    Row("pair_id", "catalog:duplicate_bring_back", pk_of("dismissed_pair")),
    Row("other_id", "catalog:", lambda world: world.objects["spare_case"].test_id, lambda: "TC_UI_99998"),
    Row("pk", "releases:", pk_of("release")),
    Row("pk", "releases:milestone", pk_of("milestone")),
    Row("pk", "milestone-", pk_of("milestone")),
    Row("pk", "runs:", pk_of("release")),
    Row("pk", "runs:configuration", pk_of("configuration")),
    Row("pk", "configuration-", pk_of("configuration")),
    Row("pk", "runs:session", pk_of("exploratory_session")),
    Row("entry_id", "runs:session", pk_of("session_entry")),
    Row("finding_id", "runs:session", pk_of("finding")),
    Row("pk", "exploratory-session-", pk_of("exploratory_session")),
    Row("session_id", "exploratory-session-", pk_of("exploratory_session")),
    Row("finding_id", "exploratory-session-", pk_of("finding")),
    Row("note_id", "exploratory-session-", pk_of("session_entry")),
    Row("pk", "issues:", pk_of("issue")),
    Row("link_id", "issues:", pk_of("issue_link")),
    Row("pk", "issue-", pk_of("issue")),
    Row("row_id", "runs:", pk_of("release_case")),
    Row("run_id", "test-run-", pk_of("planned_run"), uuid.uuid4),
    Row("case_id", "test-run-", lambda world: world.objects["planned_test"].case_id),
    Row("tc_id", "execution-", pk_of("case")),
    Row("pk", "execution-detail", pk_of("result"), uuid.uuid4),
    Row("suite_id", "suite-run-", pk_of("run"), uuid.uuid4),
    Row("test_case_id", "test-result-", pk_of("result"), uuid.uuid4),
    Row("artifact_id", "report-artifact-", pk_of("artifact"), uuid.uuid4),
    Row("number", "runs:", lambda world: world.objects["run"].number),
    Row("test_id", "runs:", pk_of("run_case")),
    Row("cluster_id", "runs:", pk_of("cluster")),
    Row("rule_id", "runs:", pk_of("failure_rule")),
    Row("quarantine_id", "runs:", pk_of("quarantine")),
    Row("pk", "failure-cluster-", pk_of("cluster")),
    Row("pk", "failure-rule-", pk_of("failure_rule")),
    Row("pk", "quarantine-", pk_of("quarantine")),
    Row("import_id", "report-import-undo", pk_of("stored_import"), uuid.uuid4),
    Row("import_id", "runs:undo_import", pk_of("stored_import"), uuid.uuid4),
    Row("import_id", "report-import-replay", pk_of("undone_import"), uuid.uuid4),
    Row("import_id", "runs:repeat_import", pk_of("undone_import"), uuid.uuid4),
    *(
        Row(part, f"runs:{view}", take)
        for view in ("start", "assign", *RUNNER_VIEWS)
        for part, take in (
            ("number", lambda world: world.objects["planned_run"].number),
            ("test_id", pk_of("planned_test")),
        )
    ),
    *(
        Row("object_id", prefix, pk_of(admin_matrix.key_of(model)), none)
        for prefix, model, none in admin_matrix.tables()
    ),
)
"""The longest start of a route's name that fits wins."""

OF_PLATFORM = frozenset({"admin:accounts_tenant_delete"})
"""Routes with an object that refuse everybody but the platform's administrator."""

BODY_IDS: dict[str, Callable[[World], Any]] = {
    "project_id": pk_of("project"),
    "parent_id": pk_of("module"),
    "module_id": pk_of("module"),
    "sub_module_id": pk_of("sub_module"),
    "feature_id": pk_of("feature"),
    "field_id": lambda world: NOTHING,
    "folder_id": pk_of("feature"),
    "test_case_id": pk_of("case"),
    "repository_case_id": pk_of("case"),
    "run_test_id": pk_of("run_case"),
    "result_id": pk_of("result"),
    "step_id": lambda world: world.objects["planned_test"].case.steps.first().pk,
    "test_case_ids": lambda world: [world.objects["case"].pk],
    "template_id": pk_of("template"),
    "release_id": pk_of("release"),
    "milestone_id": pk_of("milestone"),
    "configuration_id": pk_of("configuration"),
    "configuration_ids": lambda world: [world.objects["configuration"].pk],
    "entity_id": pk_of("case"),
    "run_id": pk_of("run"),
    "shared_steps_id": pk_of("shared_steps"),
    "test_run_id": pk_of("run"),
    "assigned_to": pk_of("person"),
    "assigned_to_id": pk_of("person"),
    "owner_id": pk_of("person"),
    "qa_lead": pk_of("person"),
    "qa_lead_id": pk_of("person"),
    "reviewer_ids": lambda world: [world.objects["reviewer"].pk],
    "user_id": pk_of("person"),
    "tenant_id": pk_of("tenant"),
    "role_id": pk_of("role"),
    "default_role_id": pk_of("role"),
    "default_project_id": pk_of("project"),
}
"""Keys of a body or a query that name an object."""

BODY_WORDS = frozenset(
    {
        "id",
        "test_id",
        "external_id",
        "jira_assignee_id",
        "bug_ids",
        "jira_story_id",
        "story_id",
        "epic_id",
        "jira_epic_id",
    }
)
"""Keys that end like an id and hold words of the client's own."""


def row_for(kwarg: str, route_name: str) -> Row | None:
    """The row for one part of a route."""
    fitting = [row for row in ROWS if row.kwarg == kwarg and route_name.startswith(row.route)]
    return max(fitting, key=lambda row: len(row.route), default=None)


def values(kwargs: tuple[str, ...], route_name: str, world: World) -> dict[str, Any]:
    """Real objects of the world for all parts of a route."""
    return {kwarg: row_for(kwarg, route_name).value(world) for kwarg in kwargs}


def nothings(kwargs: tuple[str, ...], route_name: str) -> dict[str, Any]:
    """Values that name nothing, for all parts of a route."""
    return {kwarg: row_for(kwarg, route_name).nothing() for kwarg in kwargs}
