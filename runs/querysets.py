"""Reading runs and results."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, JSONObject, Lower

from accounts.querysets import ProjectOwnedQuerySet, projects_to_read
from catalog.choices import ResultStatus
from catalog.models import TestCaseVersion

if TYPE_CHECKING:
    from catalog.models import TestCase

NEWEST = 2**31 - 1
"""No version has a higher number."""
CASE_TEXTS = (
    *("search", "folded", "steps_text", "description", "preconditions", "test_data", "expected_result"),
    *("scenario_examples", "custom_values"),
)
FAILURES = (ResultStatus.FAILED, ResultStatus.ERROR)


class ConfigurationQuerySet(ProjectOwnedQuerySet):
    """Configurations."""

    view_permission = "run.view"

    def for_list(self) -> Self:
        """By name."""
        return self.select_related("project", "created_by").order_by(Lower("name"), "pk")

    def with_runs(self) -> Self:
        """How many living runs each has."""
        return self.annotate(count_runs=Count("runs", filter=Q(runs__deleted_at__isnull=True)))

    def for_choice(self, chosen: int | None = None) -> Self:
        """What a form offers: living ones, and the one that is chosen already."""
        return self.filter(Q(deleted_at__isnull=True) | Q(pk=chosen)).order_by(Lower("name"), "pk")

    def named(self, given: str) -> Self:
        """The one with this id or name, the id first."""
        given = given.strip()
        lookup = Q(name__iexact=given)
        if given.isascii() and given.isdigit() and len(given) < 19:
            return self.filter(lookup | Q(pk=int(given))).order_by(Case(When(pk=int(given), then=0), default=1), "pk")
        return self.filter(lookup).order_by("pk")


class SessionQuerySet(ProjectOwnedQuerySet):
    """Exploratory sessions."""

    view_permission = "run.view"

    def for_list(self) -> Self:
        """What a list shows, newest first."""
        known = self.select_related("project", "assigned_to", "release__project", "created_by")
        return known.order_by("-created_at", "-pk")

    def for_detail(self) -> Self:
        """What its page shows."""
        return self.select_related(
            *("project__tenant", "assigned_to", "release__project", "milestone__project", "configuration", "template"),
            "created_by",
        )

    def with_counts(self) -> Self:
        """How many notes and findings each has."""
        return self.annotate(
            count_entries=Count("entries", distinct=True), count_findings=Count("findings", distinct=True)
        )


class OfSessionQuerySet(ProjectOwnedQuerySet):
    """What belongs to sessions; that of a deleted one is gone with it."""

    view_permission = "run.view"

    def living(self) -> Self:
        """Those of sessions that are not deleted."""
        return self.filter(session__deleted_at__isnull=True)


class SessionEntryQuerySet(OfSessionQuerySet):
    """Notes."""


class FindingQuerySet(OfSessionQuerySet):
    """Findings."""


class TestRunQuerySet(ProjectOwnedQuerySet):
    """Runs."""

    view_permission = "run.view"

    __test__ = False

    def for_list(self) -> Self:
        """What a list shows, newest first."""
        known = self.select_related("project", "release__project", "configuration", "created_by")
        return known.order_by("-started_at", "-number")

    def shown(self) -> Self:
        """Without the implicit run of a release that has no result yet."""
        tests = self.model._meta.get_field("tests").related_model.objects.filter(run=OuterRef("pk"))
        return self.filter(Q(is_implicit=False) | Q(finished_at__isnull=False) | Exists(tests))

    def automated(self) -> Self:
        """Those that reports filled."""
        return self.filter(kind__in=["automated", "mixed"])

    def pinned(self) -> Self:
        """Those that are kept whatever their age."""
        return self.filter(pinned_at__isnull=False)


class RetentionQuerySet(ProjectOwnedQuerySet):
    """How long projects keep what they were sent, and what was removed."""

    view_permission = "run.view"

    def with_terms(self) -> Self:
        """Terms of living projects in which something is not kept for ever."""
        some = Q(results_days__isnull=False) | Q(artifacts_days__isnull=False)
        return self.filter(some, project__deleted_at__isnull=True).select_related("project").order_by("project")

    def newest_first(self) -> Self:
        """In the order of the nights, the last one first."""
        return self.order_by("-started_at", "-pk")


class RunCaseQuerySet(ProjectOwnedQuerySet):
    """Tests of runs."""

    view_permission = "run.view"

    def living(self) -> Self:
        """Those of runs that are not deleted."""
        return self.filter(run__deleted_at__isnull=True)

    def for_list(self) -> Self:
        """What a row shows."""
        return self.select_related("case__project", "run__project", "assigned_to", "rule").defer(
            "case__search", "case__folded"
        )

    def for_rows(self) -> Self:
        """What a row of the tests of one run shows, of its case no more than the id; the run is known already."""
        told = self.select_related("case", "assigned_to", "rule")
        return told.defer("suite_path", *(f"case__{name}" for name in CASE_TEXTS))

    def failures(self) -> Self:
        """Those whose last attempt failed."""
        return self.filter(status__in=FAILURES)

    def left(self) -> Self:
        """Those that have no verdict yet."""
        return self.filter(status__in=(ResultStatus.NOT_STARTED, ResultStatus.IN_PROGRESS))

    def planned(self) -> Self:
        """Those that stand for a case and can be executed by hand."""
        return self.filter(case__isnull=False, automation_key="")

    def unmatched(self) -> Self:
        """Those that found no case."""
        return self.filter(case__isnull=True)

    def with_text(self) -> Self:
        """What each executes, for `text_of`: the pinned version of its case, or the newest one, as `told_version`."""
        versions = TestCaseVersion.objects.filter(
            case=OuterRef("case"), number__lte=Coalesce(OuterRef("case_version"), NEWEST)
        ).order_by("-number")
        told = versions.values(told=JSONObject(document="document", number="number"))[:1]
        return self.annotate(told_version=Subquery(told, output_field=models.JSONField()))

    def matching(self, words: str) -> Self:
        """Tests whose name, class, case id or failure holds the words."""
        words = words.strip()
        if not words:
            return self
        return self.filter(
            Q(name__icontains=words)
            | Q(class_name__icontains=words)
            | Q(case__test_id__istartswith=words)
            | Q(error_summary__icontains=words)
        )


class ResultQuerySet(models.QuerySet):
    """Attempts."""

    def visible_to(self, user: object) -> Self:
        """Those of the projects that the user sees and whose runs he may read, in runs that are not deleted."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(project__in=projects_to_read(user, "run.view"), run__deleted_at__isnull=True)

    def in_project(self, project: object) -> Self:
        """Those of one project."""
        return self.filter(project=project)

    def for_list(self) -> Self:
        """What a row shows."""
        return self.select_related("run__project", "executor").order_by("-id")

    def for_detail(self) -> Self:
        """What is told of one attempt, with the test id of its case as `case_test_id`."""
        known = self.select_related("run__project__tenant", "run_case").defer("output", "notes", "custom_values")
        return known.annotate(case_test_id=F("case__test_id"))

    def of_import(self, report_import: object) -> Self:
        """The attempts that an import stored, in the order of the run; whoever sees the import may see them."""
        of_run = self.filter(run_case__run=report_import.run_id, report_import_id=report_import.pk)
        of_run = of_run.filter(run__deleted_at__isnull=True)
        return of_run.select_related("run_case__case").order_by("run_case__position", "run_case", "attempt")

    def history_of(self, case: TestCase) -> Self:
        """The attempts of one case, newest first."""
        return self.filter(case=case, run__deleted_at__isnull=True).for_list()


class RunnerQuerySet(ProjectOwnedQuerySet):
    """What the runner keeps beside results."""

    view_permission = "run.view"

    def beside(self, user: object, *, since: datetime) -> Self:
        """The others who were seen since then, by name."""
        return self.filter(seen_at__gte=since).exclude(user=user).select_related("user").order_by("user__first_name")


class EvidenceQuerySet(models.QuerySet):
    """Steps, checkpoints and log entries of results."""

    def visible_to(self, user: object) -> Self:
        """Those of the projects that the user sees and whose runs he may read, in runs that are not deleted."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(project__in=projects_to_read(user, "run.view"), result__run__deleted_at__isnull=True)

    def in_project(self, project: object) -> Self:
        """Those of one project."""
        return self.filter(project=project)

    def left_by(self, result: object, number: str = "") -> Self:
        """Those of one result, by iteration and then by the field that numbers them, or in the order of arrival."""
        order = ("iteration", number, "id") if number else ("id",)
        return self.filter(result=result).order_by(*order)


class ArtifactQuerySet(EvidenceQuerySet):
    """Files of results."""

    def for_list(self) -> Self:
        """What an answer tells, in the order of their arrival."""
        return self.select_related("file").order_by("id")


class ReportImportQuerySet(ProjectOwnedQuerySet):
    """Uploaded reports."""

    view_permission = "run.view"

    def for_list(self) -> Self:
        """Newest first."""
        return self.select_related("project", "run__project", "created_by").order_by("-created_at")
