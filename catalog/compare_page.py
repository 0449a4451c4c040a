"""What the page of two cases side by side shows: what differs, and what becomes of it when they become one."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Decision
from qaportal.kit.views import Refusal

from . import policies
from .case_links import SAME_TEST
from .comparison import Difference, differences, label_of
from .models import SimilarPair, TestCase, TestCaseLink
from .open_case import OpenCase
from .services.cases import document_of
from .services.merges import CHOSEN, JOINED


@dataclass(frozen=True, slots=True)
class Choice:
    """A field in which the two differ, and whether the text of the other one is chosen."""

    difference: Difference
    takes_other: bool


class ComparePage:
    """Two cases side by side: the one that would stay at the left, the one that would go at the right."""

    def __init__(self, request: HttpRequest, case: TestCase, other: TestCase, refusal: Refusal | None = None) -> None:
        """Keep both."""
        self.request, self.case, self.other, self.refusal = request, case, other, refusal
        self.user: User = request.user
        self.etag, self.other_etag = etag(case), etag(other)
        self.documents = document_of(case), document_of(other)

    @property
    def sides(self) -> tuple[OpenCase, OpenCase]:
        """The one that stays, and the one that goes."""
        return OpenCase(self.case, ""), OpenCase(self.other, "")

    @cached_property
    def differences(self) -> list[Difference]:
        """What the two do not share."""
        return differences(*self.documents, project=self.case.project)

    @cached_property
    def choices(self) -> list[Choice]:
        """The fields of which one text wins: the left one, unless it is empty or the form says otherwise."""
        own, _other = self.documents
        posted = self.request.POST.getlist("take") if self.request.method == "POST" else None
        return [
            Choice(each, each.name in posted if posted is not None else not own.get(each.name))
            for each in self.differences
            if each.name in CHOSEN
        ]

    @cached_property
    def joined(self) -> str:
        """What the one that stays gets of both, in words."""
        named = [label_of(name) for name in JOINED]
        return ", ".join([*named, _("Stories"), _("Linked cases")])

    @cached_property
    def pair(self) -> SimilarPair | None:
        """The pair, when the two were found to be alike."""
        pairs = SimilarPair.objects.visible_to(self.user).filter(
            Q(case_a=self.case, case_b=self.other) | Q(case_a=self.other, case_b=self.case)
        )
        return pairs.first()

    @cached_property
    def is_linked(self) -> bool:
        """Whether a link says already that both are the same test."""
        links = TestCaseLink.objects.visible_to(self.user).of_case(self.case)
        return links.filter(Q(case_a=self.other) | Q(case_b=self.other), type=SAME_TEST).exists()

    @property
    def reasons(self) -> list[str]:
        """Why the two look alike."""
        return self.pair.reason_words if self.pair else []

    @property
    def url(self) -> str:
        """This page."""
        return compare_url(self.case, self.other)

    @property
    def swapped_url(self) -> str:
        """The page with the other one staying."""
        return compare_url(self.other, self.case)

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        """Where the page is."""
        key = self.case.project.key
        return [
            (_("Test cases"), reverse("catalog:case_list", args=[key])),
            (_("Duplicates"), reverse("catalog:duplicate_list", args=[key])),
        ]

    @cached_property
    def may(self) -> dict[str, Decision]:
        """The decisions that buttons show."""
        return {
            "merge": policies.can_merge_cases(self.user, self.case.project),
            "decide": policies.can_edit_cases(self.user, self.case.project),
        }


def compare_url(case: TestCase, other: TestCase) -> str:
    """The page of the two side by side, the first one staying."""
    return reverse("catalog:case_compare", args=[case.project.key, case.test_id, other.test_id])
