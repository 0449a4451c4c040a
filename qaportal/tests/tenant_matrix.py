"""Tenants with real objects of every kind; `address_objects` says which of them an address names."""

import io
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
from runs.choices import ImportState
from runs.models import ReportImport, RunCase, TestRun
from runs.tests.factories import evidence_of, known_failures_of, make_run, manual_run, record, reported

from . import admin_matrix, catalog_examples, ground_examples

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
    ground = ground_examples.ground_of(project, marker)
    release = ReleaseFactory(
        project=project, name=f"{marker} release", version=f"{marker}-1", milestone=ground["milestone"]
    )
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
        **ground,
        **ground_examples.explored(project, admin, case, marker),
        "release": release,
        "release_case": scope,
        "run": run,
        "run_case": RunCase.objects.filter(run=run, case__isnull=True).first(),
        **evidence_of(run, admin, marker),
        **known_failures_of(run, admin, marker),
        **_planned(project, admin, marker, number=run_number + 500),
        "spare_case": spare,
        "file": stored,
        "announced": announce(actor=admin, project=project, name=f"{marker}.png", size=8),
        "progress": work,
        "report_import": report_import,
        "undone_import": ReportImport.objects.create(
            project=project, file=stored, file_name=f"{marker} undone.xml", sha256="1" * 64, state=ImportState.UNDONE
        ),
        "stored_import": ReportImport.objects.create(
            project=project, file_name=f"{marker}-stored.xml", sha256="2" * 64, run=run, state="done"
        ),
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
