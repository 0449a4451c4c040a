"""Reading what is known of failures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q
from django.utils import timezone

from accounts.querysets import ProjectOwnedQuerySet

if TYPE_CHECKING:
    from .models import TestRun


class FailureRuleQuerySet(ProjectOwnedQuerySet):
    """Rules."""

    view_permission = "run.view"

    def in_force(self) -> Self:
        """Those whose last day has not passed, the more exact first: a fingerprint, then a pattern, then a path."""
        today = timezone.now().date()
        return self.filter(Q(expires_on__isnull=True) | Q(expires_on__gte=today)).order_by("pk")

    def for_list(self) -> Self:
        """What a row shows, those that came back first."""
        return self.select_related("project", "owner", "reopened_run__project").order_by("-reopened_at", "-pk")


class FailureClusterQuerySet(ProjectOwnedQuerySet):
    """Causes of failures."""

    view_permission = "run.view"

    def for_list(self) -> Self:
        """What a row shows, the last seen first."""
        return self.select_related("project", "first_run__project", "last_run__project").order_by("-last_seen", "-pk")


class RunClusterQuerySet(ProjectOwnedQuerySet):
    """Causes in one run."""

    view_permission = "run.view"

    def of_run(self, run: TestRun) -> Self:
        """Those of the run, the one with most tests first."""
        found = self.filter(run=run).select_related("cluster__project", "cluster__first_run", "rule")
        return found.order_by("-tests", "cluster_id")

    def history(self) -> Self:
        """Those of runs that are not deleted, newest first."""
        found = self.filter(run__deleted_at__isnull=True).select_related("run__project", "rule")
        return found.order_by("-run__started_at", "-run__number")


class TestStabilityQuerySet(ProjectOwnedQuerySet):
    """How tests did lately."""

    view_permission = "run.view"

    __test__ = False

    def flaky(self) -> Self:
        """Those that could not make up their mind, the worst first."""
        found = self.filter(score__gt=0).filter(Q(case__isnull=True) | Q(case__deleted_at__isnull=True))
        return found.select_related("case__project", "last_run__project", "project").order_by(
            "-score", "-last_seen", "pk"
        )


class QuarantineQuerySet(ProjectOwnedQuerySet):
    """Tests whose failures do not count."""

    view_permission = "run.view"

    def standing(self) -> Self:
        """Those that nobody lifted, whether their last day has passed or not."""
        return self.filter(lifted_at__isnull=True)

    def in_force(self) -> Self:
        """Those that count today."""
        return self.standing().filter(expires_on__gte=timezone.now().date())

    def for_list(self) -> Self:
        """What a row shows, those that end first on top."""
        return self.select_related("project", "case__project", "created_by").order_by("expires_on", "pk")
