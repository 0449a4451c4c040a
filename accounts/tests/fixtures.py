"""People and projects that the tests of every app use."""

import time

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.choices import RoleCode
from accounts.models import IdentityProvider, Project, Tenant, TenantDomain, User
from accounts.sign_in.social import callback_address

from .factories import ProjectFactory, TenantFactory, UserFactory, role
from .openid import LocalProvider, running_provider


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


def open_session(client: Client, user: User, *, way: str = "password", ago: float = 0) -> Client:
    """Let the client have a session of the user, who signed in this way, as long ago as given in seconds."""
    client.force_login(user, backend="accounts.sign_in.backends.ActiveUserBackend")
    session = client.session
    session["account_authentication_methods"] = [{"method": way, "at": time.time() - ago}]
    session["account_authentication_methods_user"] = str(user.pk)
    session["sign_in_way"] = "identity_provider" if way == "socialaccount" else "page"
    session["seen_at"] = int(time.time())
    session.save()
    return client


@pytest.fixture
def signed_in():
    """`signed_in(user)`: a browser session, in which the user signed in just now; `ago=` seconds before."""

    def sign_in(user: User, *, way: str = "password", ago: float = 0) -> Client:
        return open_session(Client(), user, way=way, ago=ago)

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


@pytest.fixture(scope="session")
def openid():
    """A real OpenID provider on loopback."""
    with running_provider() as provider:
        yield provider


@pytest.fixture
def company_provider(openid, tenant, settings) -> IdentityProvider:
    """The identity provider of the tenant, and `tessarin.example` as its confirmed mail domain."""
    settings.OUTBOUND_ALLOW = ["127.0.0.1"]
    settings.ORIGIN = "http://testserver"
    return connected_provider(openid, tenant, "tessarin.example")


def connected_provider(openid: LocalProvider, tenant: Tenant, domain: str) -> IdentityProvider:
    """Connect the tenant with the provider, as a client of its own, with the mail domain confirmed."""
    made = IdentityProvider(tenant=tenant, name=f"{tenant.name} ID", issuer=openid.issuer, default_role=role("tester"))
    made.client_id, made.client_secret = openid.add_client(callback_address(made))
    made.save()
    TenantDomain.objects.create(tenant=tenant, domain=domain, verified_at=timezone.now())
    return made
