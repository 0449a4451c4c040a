"""What a fresh installation needs before anybody can sign in."""

import os
import secrets
from collections.abc import Iterator

from django.db import transaction

from .. import audit
from ..choices import ROLE_SCOPE, RoleCode
from ..models import Role, Tenant, User
from .people import create_user
from .projects import create_project

FIRST_TENANT = ("First company", "first-company")
FIRST_PROJECT = ("FIRST", "First project")


def ensure_roles() -> None:
    """Make the built-in roles that are missing."""
    existing = set(Role.objects.filter(is_built_in=True).values_list("code", flat=True))
    Role.objects.bulk_create(
        [
            Role(name=str(code.label), code=code, scope=ROLE_SCOPE[code], is_built_in=True)
            for code in RoleCode
            if code.value not in existing
        ],
        ignore_conflicts=True,
    )


def prepare_roles(*, demo: bool) -> Iterator[str]:
    """Preparation step: the built-in roles."""
    ensure_roles()
    yield from ()


@transaction.atomic
def prepare_first_administrator(*, demo: bool) -> Iterator[str]:
    """Preparation step: somebody who can sign in, with a password that is printed once if it was made here."""
    if User.objects.exists():
        return
    email = os.environ.get("QAPORTAL_ADMIN_EMAIL", "").strip() or "admin@qaportal.local"
    given = os.environ.get("QAPORTAL_ADMIN_PASSWORD", "")
    password = given or secrets.token_urlsafe(12)
    tenant = Tenant.objects.create(name=FIRST_TENANT[0], slug=FIRST_TENANT[1])
    audit.record("tenant.created", actor=None, target=tenant)
    administrator = create_user(
        actor=None,
        email=email,
        password=password,
        first_name="First",
        last_name="Administrator",
        tenant=tenant,
        role=RoleCode.TENANT_ADMIN,
        is_email_verified=True,
    )
    if not demo:
        key, name = FIRST_PROJECT
        create_project(actor=administrator, key=key, name=name)
    yield f"Administrator: {email}"
    if given:
        yield "  with the password of QAPORTAL_ADMIN_PASSWORD."
    else:
        yield f"  password: {password}"
        yield "  It is shown this once. Change it after signing in, under your account."
