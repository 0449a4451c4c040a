"""What the page of a version shows: the version beside another one, and what can be done with it."""

from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from qaportal.kit.errors import Decision

from . import policies
from .comparison import Difference, differences, label_of
from .models import TestCase, TestCaseVersion

MOST_OFFERED = 200
MOST_LISTED = 100


def versions_of(case: TestCase, reader: User) -> list[tuple[TestCaseVersion, list[str]]]:
    """The newest versions of the case, each with what its fields that changed are called."""
    found = TestCaseVersion.objects.visible_to(reader).filter(case=case).for_list()[:MOST_LISTED]
    return [(version, [label_of(name) for name in version.changed]) for version in found]


class VersionPage:
    """A version of a case beside another one, by default the one before it."""

    def __init__(self, case: TestCase, number: int, beside: str, *, reader: User) -> None:
        """Find both; `beside` is the number of the other one as it was typed."""
        self.case, self.reader, self.beside = case, reader, beside
        self.found = TestCaseVersion.objects.visible_to(reader).filter(case=case).select_related("saved_by")
        self.version: TestCaseVersion | None = self.found.filter(number=number).first()

    @cached_property
    def other(self) -> TestCaseVersion | None:
        """The version beside it; None for the first one that has none before it."""
        if self.beside.isascii() and self.beside.isdigit() and len(self.beside) < 10:
            chosen = self.found.filter(number=int(self.beside)).first()
            if chosen is not None:
                return chosen
        return self.found.filter(number__lt=self.version.number).order_by("-number").first()

    @cached_property
    def sides(self) -> tuple[TestCaseVersion, TestCaseVersion] | None:
        """The older and the newer of the two; None when there is one alone."""
        if self.other is None or self.other == self.version:
            return None
        return tuple(sorted((self.version, self.other), key=lambda version: version.number))

    @cached_property
    def differences(self) -> list[Difference]:
        """What the newer changed; of the first version everything that it says."""
        before, after = self.sides or (None, self.version)
        return differences(before.document if before else {}, after.document, project=self.case.project)

    @cached_property
    def offered(self) -> list[int]:
        """The numbers of the other versions to put beside it, the newest first."""
        others = self.found.exclude(number=self.version.number).order_by("-number")
        return list(others.values_list("number", flat=True)[:MOST_OFFERED])

    @property
    def before_label(self) -> str:
        """What the left side is called."""
        return _("Version %d") % self.sides[0].number if self.sides else _("Before")

    @property
    def after_label(self) -> str:
        """What the right side is called."""
        return _("Version %d") % (self.sides[1] if self.sides else self.version).number

    @property
    def url(self) -> str:
        """The page of the version."""
        return reverse("catalog:case_version", args=[self.case.project.key, self.case.test_id, self.version.number])

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        """Where the page is."""
        return [
            (_("Test cases"), reverse("catalog:case_list", args=[self.case.project.key])),
            (self.case.test_id, f"{self.case.get_absolute_url()}?tab=versions&full=1"),
        ]

    @property
    def is_current(self) -> bool:
        """Whether this is what the case says now."""
        return self.version.number == self.case.version

    @property
    def may_restore(self) -> Decision:
        """Whether the reader may bring it back."""
        return policies.can_edit_cases(self.reader, self.case.project)
