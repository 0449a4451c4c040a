"""What belongs to a company is seen by those whose role has the permission that it is for, whatever their rank."""

import pytest

from accounts.models import (
    IdentityProvider,
    Invitation,
    Project,
    RequestRecord,
    Tenant,
    TenantDomain,
    TokenFamily,
    User,
)
from accounts.permissions import permissions_of
from accounts.services.projects import delete_project
from accounts.services.tokens import open_family
from accounts.services.users import delete_user

from .administration import custom_role, super_admin
from .factories import ProjectFactory, UserFactory

NEEDED = [
    (TenantDomain, "sign_in.manage"),
    (IdentityProvider, "sign_in.manage"),
    (Invitation, "user.manage"),
    (RequestRecord, "audit.view"),
]


def model_name(value):
    return value if isinstance(value, str) else value.__name__


@pytest.fixture
def somebody(tenant):
    """`somebody("user.manage")`: a person whose role is based on the administrator's and has this alone."""

    def made(*codes: str) -> User:
        role = custom_role(tenant, code="tenant_admin", name=f"Role {len(codes)} {codes[:1]}", permissions=list(codes))
        return UserFactory(tenant=tenant, role=role)

    return made


@pytest.fixture
def rows(tenant, other_tenant, admin):
    """One row of each kind in either company."""
    for company in (tenant, other_tenant):
        TenantDomain.objects.create(tenant=company, domain=f"{company.slug}.example")
        IdentityProvider.objects.create(tenant=company, name="ID", issuer="https://id.example", default_role=admin.role)
        Invitation.objects.create(
            tenant=company, email="new@x.example", role=admin.role, expires_at="2040-01-01T00:00Z"
        )
        RequestRecord.objects.create(tenant=company, correlation_id="1", path="/", status=200, duration_ms=1)


@pytest.mark.parametrize(("model", "permission"), NEEDED, ids=model_name)
def test_the_permission_shows_the_rows_of_the_own_company_and_nothing_else_does(
    rows, tenant, admin, lead, somebody, model, permission
):
    assert [row.tenant for row in model.objects.visible_to(somebody(permission))] == [tenant]
    assert [row.tenant for row in model.objects.visible_to(admin)] == [tenant]
    others = sorted(permissions_of("tenant_admin") - {permission})
    assert not model.objects.visible_to(somebody(*others)).exists()
    assert not model.objects.visible_to(lead).exists()
    assert model.objects.visible_to(super_admin()).count() == 2


def test_deleted_people_are_seen_by_those_who_restore_them(admin, lead, tester, somebody):
    delete_user(actor=admin, user=tester)
    for reader, sees in ((admin, True), (somebody("user.manage"), True), (lead, False), (somebody("user.view"), False)):
        assert User.objects.manageable_by(reader).filter(pk=tester.pk).exists() == sees
        assert User.objects.deleted_visible_to(reader).filter(pk=tester.pk).exists() == sees
        assert not User.objects.visible_to(reader).filter(pk=tester.pk).exists()


def test_deleted_projects_are_seen_by_those_who_restore_them(admin, lead, tenant, somebody):
    gone = ProjectFactory(tenant=tenant)
    delete_project(actor=admin, project=gone)
    for reader, sees in ((admin, True), (somebody("project.delete"), True), (lead, False), (somebody(), False)):
        assert Project.objects.manageable_by(reader).filter(pk=gone.pk).exists() == sees
        assert Project.objects.deleted_visible_to(reader).filter(pk=gone.pk).exists() == sees


def test_the_trail_names_deleted_people_to_whoever_reads_it(admin, tester, stranger, somebody):
    delete_user(actor=admin, user=tester)
    named = User.objects.named_in_trail_of(somebody("audit.view"))
    assert tester in named
    assert stranger not in named
    assert tester not in User.objects.named_in_trail_of(somebody("user.view"))


def test_sign_ins_of_programs_are_their_owners_alone(admin, tester):
    open_family(user=tester)
    assert TokenFamily.objects.visible_to(tester).open().count() == 1
    assert not TokenFamily.objects.visible_to(admin).exists()


def test_companies_are_counted_with_their_living_people(tenant, admin, tester):
    delete_user(actor=admin, user=tester)
    assert Tenant.objects.with_people().get(pk=tenant.pk).people == 1
