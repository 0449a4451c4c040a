"""Reading which cases say almost the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Exists, OuterRef, Q

from accounts.querysets import ProjectOwnedQuerySet

from ..choices import CaseLinkType

if TYPE_CHECKING:
    from ..models import Folder, TestCase

_UNSEEN = ("search", "folded", "description", "preconditions", "expected_result", "test_data", "steps_text")


class CaseFingerprintQuerySet(ProjectOwnedQuerySet):
    """What cases are compared by."""

    view_permission = "case.view"


class DuplicateScanQuerySet(ProjectOwnedQuerySet):
    """When cases were compared last."""

    view_permission = "case.view"


class SimilarPairQuerySet(ProjectOwnedQuerySet):
    """Pairs of cases that say almost the same."""

    view_permission = "case.view"

    def of_current_cases(self) -> Self:
        """Those whose cases are neither deleted, merged nor archived."""
        living = Q(case_a__deleted_at__isnull=True, case_b__deleted_at__isnull=True)
        return self.filter(living, case_a__is_archived=False, case_b__is_archived=False)

    def open(self) -> Self:
        """Those that wait for a decision: neither dismissed nor linked as the same test."""
        return self.of_current_cases().filter(~Exists(self._links()), dismissed_at__isnull=True)

    def dismissed(self) -> Self:
        """Those that somebody said are no duplicates."""
        return self.of_current_cases().filter(dismissed_at__isnull=False)

    def _links(self) -> Self:
        """The links that say already that both are the same test."""
        from ..models import TestCaseLink

        there = Q(case_a=OuterRef("case_a"), case_b=OuterRef("case_b"))
        back = Q(case_a=OuterRef("case_b"), case_b=OuterRef("case_a"))
        return TestCaseLink.objects.living().filter(there | back, type=CaseLinkType.SAME_TEST)

    def of_case(self, case: TestCase) -> Self:
        """Those of one case, whichever side it stands on."""
        return self.filter(Q(case_a=case) | Q(case_b=case))

    def below_folder(self, folder: Folder) -> Self:
        """Those of which a case stands in the folder or below it."""
        from ..models import Folder as FolderModel

        places = FolderModel.objects.living().below(folder).values("pk")
        return self.filter(Q(case_a__folder__in=places) | Q(case_b__folder__in=places))

    def for_list(self) -> Self:
        """With what a list of one project shows of both cases, the most alike first.

        The project is not among it, whoever lists the pairs has it: each table more makes the database plan longer.
        """
        shown = [f"{side}__{name}" for side in ("case_a", "case_b") for name in ("folder", "activity")]
        heavy = [f"{side}__{name}" for side in ("case_a", "case_b") for name in _UNSEEN]
        return self.select_related(*shown, "dismissed_by").defer(*heavy).order_by("-score", "pk")
