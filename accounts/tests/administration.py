"""People, roles and tokens that the tests of administration need."""

from rest_framework.test import APIClient

from accounts.models import ApiToken, Project, Role, Tenant, User
from accounts.services.api_tokens import create_api_token

from .factories import UserFactory


def super_admin() -> User:
    """An administrator of the platform."""
    return UserFactory(tenant=None, role_code="super_admin", first_name="Rut", last_name="Root")


def custom_role(tenant: Tenant | None, code: str = "viewer", **fields: object) -> Role:
    """A role of the company with this base."""
    return Role.objects.create(**{"tenant": tenant, "code": code, "name": "Custom", "scope": "tenant"} | fields)


def machine(user: User, *scopes: str, project: Project | None = None) -> APIClient:
    """A client that calls with an API token of the user's."""
    return bearer(issue(user, *scopes, project=project)[1])


def bearer(secret: str) -> APIClient:
    """A client that calls with this token."""
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}")


def issue(user: User, *scopes: str, project: Project | None = None) -> tuple[ApiToken, str]:
    """An API token of the user's, with its secret."""
    return create_api_token(actor=User.objects.get(pk=user.pk), name="CI", scopes=scopes, project=project)
