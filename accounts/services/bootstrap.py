"""What a fresh installation needs before anybody can sign in."""

import os
import secrets
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from qaportal.kit.errors import InvalidInput

from .. import audit
from ..choices import ROLE_SCOPE, RoleCode
from ..models import Role, Tenant, User
from .passwords import reset_url
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


@transaction.atomic
def create_platform_administrator(
    *, email: str, password: str | None, first_name: str = "", last_name: str = ""
) -> tuple[User, str]:
    """Add somebody who administers the platform and belongs to no company.

    Without a password the answer holds a link to choose one, which works once. Raises InvalidInput for an unusable
    address or password, RuleViolation for an address that somebody has.
    """
    ensure_roles()
    try:
        validate_email(email.strip())
    except ValidationError as error:
        raise InvalidInput(_("The address cannot be used."), fields={"email": error.messages}) from error
    administrator = create_user(
        actor=None,
        email=email,
        password=password,
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        tenant=None,
        role=RoleCode.SUPER_ADMIN,
        is_email_verified=True,
    )
    if password is not None:
        return administrator, ""
    audit.record("user.reset_link_issued", actor=None, target=administrator)
    return administrator, reset_url(administrator)
