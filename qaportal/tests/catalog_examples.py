"""What a tenant of the matrix has in its catalog: one example of every kind that a route names."""

import io
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from accounts.models import Project, User
from catalog.importing import Options
from catalog.models import CaseImport, CaseReview, SharedSteps, SimilarPair, TestCase
from catalog.services.bulk import update_cases
from catalog.services.case_imports import import_at_once, upload_cases
from catalog.services.shared_steps import create_shared_steps, update_shared_steps
from catalog.services.versions import keep_versions
from catalog.tests.factories import CustomFieldFactory, TemplateFactory, TestCaseFactory

CHANGED_AT = datetime(2026, 1, 5, 9, 0, 0, 1, tzinfo=UTC)


def shared_steps_of(marker: str, project: Project) -> Any:
    """Shared steps with two versions."""
    steps = [{"action": f"{marker} shared step"}]
    shared = create_shared_steps(actor=None, project=project, title=f"{marker} shared", steps=steps)
    SharedSteps.objects.filter(pk=shared.pk).update(version=project.pk)
    shared.versions.update(number=project.pk)
    return update_shared_steps(actor=None, shared=shared, title=f"{marker} shared steps")


def imports_of(admin: User, project: Project, marker: str) -> dict[str, CaseImport]:
    """A file of cases that was looked at, and one that was brought in."""
    table = f"Title\r\n{marker} imported case\r\n".encode()
    facts = {"actor": admin, "project": project, "file_name": f"{marker}.csv", "options": Options()}
    done, _stood_already = import_at_once(stream=io.BytesIO(table), **facts)
    return {"case_import": upload_cases(stream=io.BytesIO(table), **facts), "done_import": done}


def changed_at_once(project: Project, people: dict[str, User]) -> None:
    """A case that each writer changed at one moment, so that he may take it back."""
    for role in ("tenant_admin", "quality_manager", "tester"):
        case = TestCaseFactory(project=project, title=f"Changed by {role}")
        keep_versions(actor=None, case_ids=[case.pk])
        update_cases(actor=people[role], project=project, case_ids=[case.pk], priority="low")
        TestCase.objects.filter(pk=case.pk).update(updated_at=CHANGED_AT)


def reviews_of(case: TestCase, people: dict[str, User]) -> list[CaseReview]:
    """Everybody who may review is asked about the case."""
    facts = {"project": case.project, "case": case, "version": case.version, "came_from": "draft"}
    return [
        CaseReview.objects.create(reviewer=people[role], requested_by=people["tester"], note=case.title, **facts)
        for role in ("tenant_admin", "quality_manager", "tester")
    ]


def own_fields_of(project: Project, marker: str) -> dict[str, Any]:
    """A custom field and the template that has it."""
    field = CustomFieldFactory(project=project, name=f"{marker} field", key="plain")
    CustomFieldFactory(project=project, name=f"{marker} other field", key="other")
    TemplateFactory(project=project, name=f"{marker} usual template", is_default=True, has=[field])
    template = TemplateFactory(project=project, name=f"{marker} template", has=[field])
    return {"custom_field": field, "template": template}


def pairs_of(case: TestCase, spare: TestCase, other: TestCase) -> dict[str, SimilarPair]:
    """Two cases that look alike, and two of which somebody said that they are no duplicates."""
    found = {"project": case.project, "score": 90, "reasons": ["like_title"], "found_at": timezone.now()}
    return {
        "similar_pair": SimilarPair.objects.create(case_a=case, case_b=spare, **found),
        "dismissed_pair": SimilarPair.objects.create(case_a=case, case_b=other, dismissed_at=timezone.now(), **found),
    }
