"""People and projects that the tests of every app use."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.choices import RoleCode
from accounts.models import Project, Tenant, User

from .factories import ProjectFactory, TenantFactory, UserFactory


@pytest.fixture
def tenant(db) -> Tenant:
    return TenantFactory(name="Tessarin", slug="tessarin")


@pytest.fixture
def project(tenant) -> Project:
    return ProjectFactory(tenant=tenant, key="PAY", name="Payments platform")


@pytest.fixture
def other_tenant(db) -> Tenant:
    return TenantFactory(name="Rival", slug="rival")


@pytest.fixture
def other_project(other_tenant) -> Project:
    return ProjectFactory(tenant=other_tenant, key="RIV", name="Rival product")


@pytest.fixture
def admin(tenant) -> User:
    return UserFactory(tenant=tenant, role_code=RoleCode.TENANT_ADMIN, first_name="Ada", last_name="Admin")


@pytest.fixture
def lead(tenant) -> User:
    return UserFactory(tenant=tenant, role_code=RoleCode.QUALITY_MANAGER, first_name="Ines", last_name="Valko")


@pytest.fixture
def tester(tenant) -> User:
    return UserFactory(tenant=tenant, role_code=RoleCode.TESTER, first_name="Tomas", last_name="Reyl")


@pytest.fixture
def developer(tenant) -> User:
    return UserFactory(tenant=tenant, role_code=RoleCode.DEVELOPER, first_name="Dora", last_name="Dev")


@pytest.fixture
def viewer(tenant) -> User:
    return UserFactory(tenant=tenant, role_code=RoleCode.VIEWER, first_name="Vera", last_name="View")


@pytest.fixture
def stranger(other_tenant) -> User:
    """An administrator of another company: may do everything there and nothing here."""
    return UserFactory(tenant=other_tenant, role_code=RoleCode.TENANT_ADMIN, first_name="Stan", last_name="Stranger")


@pytest.fixture
def signed_in():
    """`signed_in(user)`: a browser session."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="accounts.backends.ActiveUserBackend")
        return client

    return sign_in


@pytest.fixture
def api():
    """`api(user)`: a client of the API, authenticated as by token; `api()` is anonymous."""

    def client_of(user: User | None = None) -> APIClient:
        client = APIClient()
        if user is not None:
            from accounts.services.tokens import open_family

            client.credentials(HTTP_AUTHORIZATION=f"Bearer {open_family(user=user).access}")
        return client

    return client_of
