"""Which permission each route that changes something asks for.

A route that is not here fails a test: add a row. What a role may do is never repeated here: it follows from the
permission by the table in `accounts/permissions.py`.
"""

from dataclasses import dataclass

from .routes import Route

MYSELF = "myself"
"""Whoever is signed in, about himself alone."""
NOTHING_CHANGES = "nothing"
"""Answers to any method, and only reads."""
DATA = "data"
"""Administrators alone; what they may write there, the tests of the data administration tell."""


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
    Write("accounts:company_detail", NOTHING_CHANGES),  # one's own has another page; others are not there
    Write("accounts:person_", "user.manage"),
    Write("accounts:person_project", "member.manage"),
    Write("accounts:person_project_add", "user.manage"),
    Write("accounts:invitation_", "user.manage"),
    Write("accounts:role_", "role.manage"),
    Write("accounts:token_create", "token.create"),
    Write("accounts:token_revoke", "token.manage"),
    Write("admin:", DATA),
    Write("admin:login", MYSELF),
    Write("admin:logout", MYSELF),
    Write("user-", "user.manage"),
    Write("v1-user-", "user.manage"),
    Write("v1-tenant-list", "tenant.create"),
    Write("v1-tenant-detail", "tenant.manage", "put"),
    Write("v1-tenant-detail", "tenant.suspend", "delete"),
    Write("v1-role-", "role.manage"),
    Write("api-token-list", "token.create"),
    Write("api-token-detail", "token.manage"),
    Write("tenant-auth-logout", MYSELF),
    Write("project-list", "project.create"),
    Write("project-detail", "project.edit"),
    Write("project-detail", "project.delete", "delete"),
    Write("files:upload", "file.upload"),
    Write("attachment-place", "file.upload"),
    Write("upload-file", "file.upload"),
    Write("catalog:folder_", "folder.edit"),
    Write("catalog:folder_delete", "folder.delete"),
    Write("catalog:folder_restore", "folder.delete"),
    Write("catalog:case_", "case.edit"),
    Write("catalog:review_", "case.edit"),
    Write("catalog:review_decide", "case.review"),
    Write("catalog:workflow", "workflow.edit"),
    Write("catalog:workflow_approval", "project.edit"),
    Write("catalog:shared_steps_", "case.edit"),
    Write("catalog:shared_steps_delete", "case.delete"),
    Write("catalog:copy_undo", "case.delete"),
    Write("catalog:copy_resume", "case.edit"),
    Write("catalog:case_compare", "case.delete"),
    Write("catalog:duplicate_", "case.edit"),
    Write("catalog:case_export", NOTHING_CHANGES),
    Write("catalog:import_", "case.edit"),
    Write("test-cases-bulk-upload", "case.edit"),
    Write("repository-import", "case.edit"),
    Write("catalog:text_preview", NOTHING_CHANGES),
    Write("catalog:view_", "view.share"),
    Write("catalog:view_create", MYSELF),
    Write("catalog:story_", "story.edit"),
    Write("catalog:story_delete", "story.delete"),
    Write("catalog:field_", "field.edit"),
    Write("catalog:template_", "field.edit"),
    Write("module-", "folder.edit"),
    Write("module-detail", "folder.delete", "delete"),
    Write("sub-module-", "folder.edit"),
    Write("sub-module-detail", "folder.delete", "delete"),
    Write("feature-", "folder.edit"),
    Write("feature-detail", "folder.delete", "delete"),
    Write("test-case-", "case.edit"),
    Write("test-case-detail", "case.delete", "delete"),
    Write("test-case-reviews-decide", "case.review"),
    Write("repository-case-", "case.edit"),
    Write("repository-case-detail", "case.delete", "delete"),
    Write("jira-story-", "story.edit"),
    Write("jira-story-detail", "story.delete", "delete"),
    Write("case-link-", "case.edit"),
    Write("releases:", "release.edit"),
    Write("releases:delete", "release.delete"),
    Write("releases:scope_", "release.scope"),
    Write("releases:milestone", "milestone.edit"),
    Write("releases:milestone_delete", "milestone.delete"),
    Write("milestone-", "milestone.edit"),
    Write("milestone-detail", "milestone.delete", "delete"),
    Write("release-", "release.edit"),
    Write("release-detail", "release.delete", "delete"),
    Write("release-test-cases", "release.scope"),
    Write("release-test-case", "result.record", "put"),
    Write("release-test-case", "result.record", "patch"),
    Write("release-test-case", "release.scope", "delete"),
    Write("release-execution-status", "result.record"),
    Write("runs:", "run.edit"),
    Write("runs:configuration", "configuration.edit"),
    Write("configuration-", "configuration.edit"),
    Write("runs:session_", "session.edit"),
    Write("runs:session_delete", "session.delete"),
    Write("runs:session_note_remove", "session.delete"),
    Write("runs:session_note_edit", "session.delete"),
    Write("runs:session_finding_edit", "session.delete"),
    Write("runs:session_finding_remove", "session.delete"),
    Write("runs:session_finding_case", "case.edit"),
    Write("exploratory-session-", "session.edit"),
    Write("exploratory-session-finding", "session.delete"),
    Write("exploratory-session-note", "session.delete"),
    Write("issues:", "issue.edit"),
    Write("issues:delete", "issue.delete"),
    Write("issue-", "issue.edit"),
    Write("issue-detail", "issue.delete", "delete"),
    Write("runs:retention", "project.edit"),
    Write("runs:upload", "report.import"),
    Write("runs:delete", "run.delete"),
    Write("runs:link_test", "case.edit"),
    Write("runs:create_cases", "case.edit"),
    Write("runs:add_to_release", "release.scope"),
    Write("runs:rule_", "failure.sort"),
    Write("runs:quarantine_", "failure.sort"),
    Write("runs:set_verdict", "result.record"),
    Write("runs:assign_case", "release.scope"),
    Write("runs:set_step", "result.record"),
    Write("runs:set_test", "result.record"),
    Write("runs:add_file", "result.record"),
    Write("runs:take_text", "result.record"),
    Write("runs:note_present", MYSELF),
    Write("junit-import", "report.import"),
    Write("test-run-", "run.edit"),
    Write("test-run-detail", "run.delete", "delete"),
    Write("test-run-execute", "result.record"),
    Write("execution-", "result.record"),
    Write("suite-run-list", "report.import"),
    Write("suite-run-detail", "run.edit"),
    Write("suite-run-results", "report.import"),
    Write("test-result-", "report.import"),
    Write("reports-import", "report.import"),
    Write("report-import-undo", "run.delete"),  # of an import that somebody else uploaded
    Write("runs:undo_import", "run.delete"),
    Write("report-import-replay", "report.import"),
    Write("runs:repeat_import", "report.import"),
    Write("failure-rule-", "failure.sort"),
    Write("quarantine-", "failure.sort"),
    Write("search-api", NOTHING_CHANGES),
)


def permission_of(route: Route, method: str) -> str | None:
    """The permission that the route asks for, None when there is no row."""
    fitting = [row for row in WRITES if route.name.startswith(row.route) and row.method in {"", method}]
    best = max(fitting, key=lambda row: (len(row.route), row.method), default=None)
    return best.permission if best else None
