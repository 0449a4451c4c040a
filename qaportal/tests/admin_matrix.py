"""One object of every table of the data administration, for the matrix of the tenancy tests.

A test fails for a table that is not known here: add a maker that names or makes its object.
"""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db import models
from django.utils import timezone

from accounts.models import AuditEntry, Membership, RequestRecord
from runs.models import Result, RetentionSweep, RetentionTerms, RunCluster, TestStability


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


def _known(name: str) -> Callable[[Any], models.Model]:
    return lambda world: world.objects[name]


MAKERS: dict[str, Callable[[Any], models.Model]] = {
    "accounts.Tenant": lambda world: world.project.tenant,
    "accounts.TenantDomain": _known("domain"),
    "accounts.Project": _known("project"),
    "accounts.User": _known("person"),
    "accounts.Role": _known("role"),
    "accounts.Membership": lambda world: Membership.objects.get(project=world.project),
    "accounts.Invitation": _known("invitation"),
    "accounts.ApiToken": _known("api_token"),
    "accounts.IdentityProvider": _known("identity_provider"),
    "accounts.AuditEntry": _entry,
    "accounts.RequestRecord": _record,
    "files.StoredFile": _known("file"),
    "catalog.Folder": _known("module"),
    "catalog.TestCase": _known("case"),
    "catalog.Story": _known("story"),
    "catalog.CaseImport": _known("case_import"),
    "catalog.SavedView": _known("saved_view"),
    "catalog.CustomField": _known("custom_field"),
    "catalog.Template": _known("template"),
    "catalog.SharedSteps": _known("shared_steps"),
    "catalog.CaseReview": _known("review"),
    "catalog.WorkflowState": _known("state"),
    "releases.Milestone": _known("milestone"),
    "releases.Release": _known("release"),
    "issues.Issue": _known("issue"),
    "runs.Session": _known("exploratory_session"),
    "runs.Configuration": _known("configuration"),
    "runs.TestRun": _known("run"),
    "runs.RunCase": _known("run_case"),
    "runs.Result": lambda world: Result.objects.filter(project=world.project).first(),
    "runs.FailureRule": _known("failure_rule"),
    "runs.FailureCluster": _known("cluster"),
    "runs.Quarantine": _known("quarantine"),
    "runs.RunCluster": lambda world: RunCluster.objects.filter(project=world.project).first(),
    "runs.TestStability": lambda world: TestStability.objects.filter(project=world.project).first(),
    "runs.ReportImport": _known("report_import"),
    "runs.RetentionTerms": lambda world: RetentionTerms.objects.get_or_create(project=world.project)[0],
    "runs.RetentionSweep": lambda world: RetentionSweep.objects.create(
        project=world.project, finished_at=timezone.now(), error=world.marker
    ),
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
