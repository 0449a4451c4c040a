"""Reading workflows and reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.querysets import ProjectOwnedQuerySet

from ..choices import ReviewStatus

if TYPE_CHECKING:
    from accounts.models import User

HEAVY = ("search", "folded", "steps_text", "description", "preconditions", "expected_result", "test_data")


class WorkflowStateQuerySet(ProjectOwnedQuerySet):
    """The states of workflows."""

    view_permission = "case.view"

    def called(self, words: str) -> Self:
        """Those with this code, or with this name whatever its case."""
        return self.filter(Q(code=words.lower().replace("-", "_").replace(" ", "_")) | Q(name__iexact=words.strip()))


class CaseReviewQuerySet(ProjectOwnedQuerySet):
    """Reviews of cases."""

    view_permission = "case.view"

    def open(self) -> Self:
        """Those that nobody has decided yet."""
        return self.filter(status=ReviewStatus.REQUESTED)

    def of_current_cases(self) -> Self:
        """Those of cases that are neither deleted nor archived."""
        return self.filter(case__deleted_at__isnull=True, case__is_archived=False)

    def waiting_for(self, user: User) -> Self:
        """Those that the user has to decide."""
        return self.open().of_current_cases().filter(reviewer=user)

    def asked_by(self, user: User) -> Self:
        """Those that the user asked for."""
        return self.of_current_cases().filter(requested_by=user)

    def about(self, words: str) -> Self:
        """Those whose case or reviewer is called so."""
        found = Q()
        for name in ("case__test_id", "case__title", "reviewer__first_name", "reviewer__last_name"):
            found |= Q(**{f"{name}__icontains": words})
        return self.filter(found)

    def standing(self) -> Self:
        """The approvals of cases that say the same since."""
        approved = self.filter(status=ReviewStatus.APPROVED)
        return approved.exclude(Exists(changes_since(OuterRef("case"), OuterRef("decided_version"))))

    def with_changes(self) -> Self:
        """Each with `is_outdated`: whether the case says something else than when its reviewer was asked."""
        return self.annotate(is_outdated=Exists(changes_since(OuterRef("case"), OuterRef("version"))))

    def for_list(self) -> Self:
        """What a row shows, the newest first."""
        found = self.select_related("case__project", "reviewer", "requested_by").with_changes()
        return found.defer(*[f"case__{name}" for name in HEAVY]).order_by("-pk")


def changes_since(case: object, version: object) -> QuerySet:
    """The versions of the case after this one that changed what it says, not only where it stands."""
    from ..models import TestCaseVersion
    from ..services.versions import PLACED

    return TestCaseVersion.objects.filter(case=case, number__gt=version).exclude(changed__contained_by=list(PLACED))
