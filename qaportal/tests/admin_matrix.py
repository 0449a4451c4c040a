"""One object of every table of the data administration, for the matrix of the tenancy tests.

A test fails for a table that is not known here: add a maker that names or makes its object.
"""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db import models
from django.utils import timezone

from accounts.models import (
    ApiToken,
    AuditEntry,
    IdentityProvider,
    Invitation,
    Membership,
    RequestRecord,
    Role,
    TenantDomain,
)
from catalog.models import Story
from runs.models import Result


def _role(world: Any) -> models.Model:
    name = f"{world.marker} role"
    return Role.objects.create(tenant=world.project.tenant, name=name, code="tester", scope="module")


def _invitation(world: Any) -> models.Model:
    return Invitation.objects.create(
        tenant=world.project.tenant,
        email=f"new@{world.marker}.example".lower(),
        role=Role.objects.built_in("tester"),
        invited_by=world.admin,
        nonce="0" * 32,
        expires_at=timezone.now() + timedelta(days=7),
    )


def _token(world: Any) -> models.Model:
    hashed = f"{world.marker:0>64}"
    name = f"{world.marker} token"
    return ApiToken.objects.create(user=world.admin, name=name, prefix="qap_x", token_hash=hashed, scopes=["read"])


def _provider(world: Any) -> models.Model:
    return IdentityProvider.objects.create(
        tenant=world.project.tenant,
        name=f"{world.marker} provider",
        issuer=f"https://{world.marker}.example".lower(),
        client_id="portal",
        default_role=Role.objects.built_in("tester"),
    )


def _domain(world: Any) -> models.Model:
    return TenantDomain.objects.create(tenant=world.project.tenant, domain=f"{world.marker}.example".lower())


def _entry(world: Any) -> models.Model:
    return AuditEntry.objects.create(
        tenant=world.project.tenant, actor=world.admin, action="test.done", target_label=f"{world.marker} act"
    )


def _record(world: Any) -> models.Model:
    path, answer = f"/{world.marker}", {"about": world.marker}
    return RequestRecord.objects.create(
        tenant=world.project.tenant,
        user=world.admin,
        correlation_id=world.marker,
        method="POST",
        path=path,
        status=200,
        response_body=answer,
        duration_ms=1,
    )


def _story(world: Any) -> models.Model:
    return Story.objects.create(project=world.project, story_id=f"{world.marker}-1", title=f"{world.marker} story")


def _known(name: str) -> Callable[[Any], models.Model]:
    return lambda world: world.objects[name]


MAKERS: dict[str, Callable[[Any], models.Model]] = {
    "accounts.Tenant": lambda world: world.project.tenant,
    "accounts.TenantDomain": _domain,
    "accounts.Project": _known("project"),
    "accounts.User": _known("person"),
    "accounts.Role": _role,
    "accounts.Membership": lambda world: Membership.objects.get(project=world.project),
    "accounts.Invitation": _invitation,
    "accounts.ApiToken": _token,
    "accounts.IdentityProvider": _provider,
    "accounts.AuditEntry": _entry,
    "accounts.RequestRecord": _record,
    "files.StoredFile": _known("file"),
    "catalog.Folder": _known("module"),
    "catalog.TestCase": _known("case"),
    "catalog.Story": _story,
    "releases.Release": _known("release"),
    "runs.TestRun": _known("run"),
    "runs.RunCase": _known("run_case"),
    "runs.Result": lambda world: Result.objects.filter(project=world.project).first(),
    "runs.ReportImport": _known("report_import"),
}


def key_of(model: type[models.Model]) -> str:
    """The name under which the object of a table stands in a world."""
    return f"admin:{model._meta.label}"


def objects_for(world: Any) -> dict[str, models.Model]:
    """One object of every table, in the company of the world."""
    return {f"admin:{label}": make(world) for label, make in MAKERS.items()}


def tables() -> list[tuple[str, type[models.Model], Callable[[], Any]]]:
    """The start of the names of the routes of every table, its model, and how to make an id that names nothing."""
    found = []
    for model in admin.site._registry:
        is_uuid = isinstance(model._meta.pk, models.UUIDField)
        prefix = f"admin:{model._meta.app_label}_{model._meta.model_name}_"
        found.append((prefix, model, uuid.uuid4 if is_uuid else lambda: 987_654_321))
    return found
