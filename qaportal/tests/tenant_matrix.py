"""Real objects of a tenant for every part of an address, so that a new route cannot be forgotten.

A test fails for a route whose parts are not known here: add a row that names the object.
"""

import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils import timezone

from accounts.choices import RoleCode, RoleScope, TokenScope, UserStatus
from accounts.models import (
    AuditEntry,
    IdentityProvider,
    Invitation,
    Membership,
    Project,
    Role,
    Tenant,
    TenantDomain,
    TokenFamily,
    User,
)
from accounts.services.api_tokens import create_api_token
from accounts.tests.factories import ProjectFactory, TenantFactory, UserFactory
from catalog.models import CopyJob, SavedView
from catalog.services.cases import update_case
from catalog.services.copies import start_copy
from catalog.services.links import link_two_cases
from catalog.services.versions import keep_versions
from catalog.services.workflow import add_state
from catalog.tests.factories import (
    FolderFactory,
    StoryFactory,
    TestCaseFactory,
)
from files.services import store
from files.uploads import announce
from qaportal.kit import progress
from releases.models import Release
from releases.tests.factories import ReleaseCaseFactory, ReleaseFactory
from runs.models import ReportImport, RunCase, TestRun
from runs.tests.factories import evidence_of, make_run, manual_run, record, reported

from . import admin_matrix, catalog_examples

RUNNER_VIEWS = ("runner", "set_step", "set_test", "add_file", "take_text", "people_here", "note_present")
ROLES = ("viewer", "developer", "tester", "quality_manager", "tenant_admin")
NOTHING = 987_654_321
"""An id that no object has."""


@dataclass(slots=True)
class World:
    """A tenant with one object of every kind; `marker` stands in all their names."""

    marker: str
    project: Project
    people: dict[str, User]
    objects: dict[str, Any] = field(default_factory=dict)

    @property
    def admin(self) -> User:
        """Somebody who may do everything here."""
        return self.people["tenant_admin"]


def _run_of(release: Release, marker: str, number: int) -> TestRun:
    """A run of the release with this number."""
    run = make_run(release.project, name=f"{marker} run", release=release)
    TestRun.objects.filter(pk=run.pk).update(number=number)
    run.refresh_from_db()
    return run


def _planned(project: Project, admin: User, marker: str, *, number: int) -> dict[str, Any]:
    """A run by hand with this number, and its test."""
    run = manual_run(project, admin, name=f"{marker} by hand")
    TestRun.objects.filter(pk=run.pk).update(number=number)
    run.refresh_from_db()
    return {"planned_run": run, "planned_test": run.tests.get()}


def make_world(marker: str, key: str, *, run_number: int = 1, beside: World | None = None) -> World:
    """Make the tenant and everything in it; a run number of its own tells its run from those of other worlds.

    Beside another world, make one more project in its tenant, with objects of its own and the same people.
    """
    tenant = beside.project.tenant if beside else TenantFactory(**_named(marker))
    project = ProjectFactory(tenant=tenant, key=key, name=f"{marker} product", description=f"About {marker}")
    people = beside.people if beside else make_people(tenant, marker)
    world = World(marker, project, people)
    admin = world.admin
    member = Membership.objects.create(user=people["viewer"], project=project, role=Role.objects.built_in("viewer"))
    module = FolderFactory(project=project, name=f"{marker} module")
    sub_module = FolderFactory(parent=module, name=f"{marker} sub-module")
    feature = FolderFactory(parent=sub_module, name=f"{marker} feature")
    case = TestCaseFactory(folder=feature, title=f"{marker} case", steps=[f"{marker} step"], version=project.pk)
    keep_versions(actor=None, case_ids=[case.pk])
    own = catalog_examples.own_fields_of(project, marker)
    case = update_case(actor=None, case=case, description=f"{marker} words", custom_values={"plain": marker})
    release = ReleaseFactory(project=project, name=f"{marker} release", version=f"{marker}-1")
    scope = ReleaseCaseFactory(release=release, case=case, comments=f"{marker} comment")
    run = _run_of(release, marker, run_number)
    spare = TestCaseFactory(project=project, title=f"{marker} spare case")
    about = {"story_id": f"{marker}-1", "epic_id": f"{marker}-EPIC", "title": f"{marker} story"}
    story = StoryFactory(project=project, cases=[case], **about)
    record(
        run,
        reported(f"{marker} test", "failed", error_message=f"{marker} error"),
        reported(f"{marker} spare", explicit_ids=(spare.test_id,)),
    )
    stored = store(actor=admin, project=project, stream=io.BytesIO(marker.encode()), name=f"{marker}.txt")
    work = progress.start(kind="report_import", user_id=admin.pk, tenant_id=tenant.pk, project_id=project.pk)
    report_import = ReportImport.objects.create(
        project=project, file=stored, file_name=f"{marker}.xml", sha256="0" * 64, run=run, progress_id=work.pk
    )
    catalog_examples.changed_at_once(project, people)
    world.objects = own | {
        "project": project,
        "member": member,
        "module": module,
        "sub_module": sub_module,
        "feature": feature,
        "case": case,
        "review": catalog_examples.reviews_of(case, people)[0],
        "state": add_state(actor=None, project=project, name=f"{marker} state"),
        "story": story,
        "shared_steps": catalog_examples.shared_steps_of(marker, project),
        "saved_view": SavedView.objects.create(project=project, name=f"{marker} view", query="priority=high"),
        **catalog_examples.pairs_of(case, spare, TestCaseFactory(project=project, title=f"{marker} other spare case")),
        "case_link": link_two_cases(actor=admin, case=case, other=spare, type="DEPENDS_ON"),
        "release": release,
        "release_case": scope,
        "run": run,
        "run_case": RunCase.objects.filter(run=run, case__isnull=True).first(),
        **evidence_of(run, admin, marker),
        **_planned(project, admin, marker, number=run_number + 500),
        "spare_case": spare,
        "file": stored,
        "announced": announce(actor=admin, project=project, name=f"{marker}.png", size=8),
        "progress": work,
        "report_import": report_import,
        "copy_job": start_copy(actor=admin, project=project, target_project=project, case_ids=[spare.pk]),
        "failed_copy": CopyJob.objects.create(
            project=project, target_project=project, state="failed", created_by=admin, counts={"copied": 0, "cases": 0}
        ),
        "other_module": FolderFactory(project=project, name=f"{marker} other module"),
        "deleted_folder": FolderFactory(project=project, name=f"{marker} gone", deleted_at=timezone.now()),
        **catalog_examples.imports_of(admin, project, marker),
        "person": people["viewer"],
        "audit_entry": AuditEntry.objects.filter(tenant=tenant).first(),
    }
    world.objects = (
        (beside.objects | world.objects) if beside else (world.objects | access_of(world) | _sign_ins_of(admin, marker))
    )
    if not beside:
        world.objects |= admin_matrix.objects_for(world)
    return world


def _named(marker: str) -> dict[str, str]:
    return {"name": f"{marker} company", "slug": f"{marker}-company".lower()}


def make_people(tenant: Tenant, marker: str, domain: str = "") -> dict[str, User]:
    """One person for each role."""
    domain = (domain or f"{marker}.example").lower()
    return {
        code: UserFactory(tenant=tenant, role_code=code, email=f"{code}@{domain}", first_name=marker, last_name=code)
        for code in ROLES
    }


def access_of(world: World) -> dict[str, Any]:
    """Who else may come in, as what, and by which token."""
    marker, tenant, admin = world.marker, world.project.tenant, world.admin
    scopes = {"code": RoleCode.TESTER, "scope": RoleScope.MODULE}
    role = Role.objects.create(tenant=tenant, name=f"{marker} role", description=f"About {marker}", **scopes)
    invitation = Invitation.objects.create(
        tenant=tenant,
        email=f"invited@{marker}.example".lower(),
        first_name=marker,
        role=Role.objects.built_in(RoleCode.TESTER),
        invited_by=admin,
        nonce=marker,
        expires_at=timezone.now() + timedelta(days=7),
    )
    token, _secret = create_api_token(actor=admin, name=f"{marker} token", scopes=[TokenScope.READ])
    provider = IdentityProvider.objects.create(
        tenant=tenant,
        name=f"{marker} sign-in",
        issuer=f"https://id.{marker}.example".lower(),
        client_id=marker,
        client_secret=f"{marker} secret",
        default_role=Role.objects.built_in(RoleCode.TESTER),
        is_enabled=False,
    )
    gone = UserFactory(tenant=tenant, email=f"gone@{marker}.example".lower(), first_name=marker, last_name="gone")
    User.objects.filter(pk=gone.pk).update(status=UserStatus.DELETED, deleted_at=timezone.now())
    return {
        "tenant": tenant,
        "role": role,
        "gone": gone,
        "reviewer": UserFactory(
            tenant=tenant, email=f"reviewer@{marker}.example".lower(), first_name=marker, last_name="reviewer"
        ),
        "lost_factor": Authenticator.objects.create(
            user=world.people["developer"], type=Authenticator.Type.TOTP, data={"secret": marker}
        ),
        "invitation": invitation,
        "api_token": token,
        "identity_provider": provider,
    }


def _sign_ins_of(admin: User, marker: str) -> dict[str, Any]:
    """How the administrator signs in, and the mail domain that he claims."""
    tomorrow = timezone.now() + timedelta(days=1)
    return {
        "domain": TenantDomain.objects.create(tenant=admin.tenant, domain=f"{marker}.example".lower()),
        "factor": Authenticator.objects.create(user=admin, type=Authenticator.Type.TOTP, data={"secret": marker}),
        "family": TokenFamily.objects.create(user=admin, user_agent=marker, expires_at=tomorrow),
        "session": UserSession.objects.create(user=admin, ip="192.0.2.1", session_key=marker, user_agent=marker),
    }


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
    Row("pk", "runs:", pk_of("release")),
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
    "test_case_ids": lambda world: [world.objects["case"].pk],
    "template_id": pk_of("template"),
    "release_id": pk_of("release"),
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
    {"id", "test_id", "external_id", "bug_ids", "jira_story_id", "story_id", "epic_id", "jira_epic_id"}
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
