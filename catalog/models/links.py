"""How cases depend on and repeat one another."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from accounts.models import Authored, ProjectOwned
from qaportal.kit.models import SoftDeleted

from ..choices import CaseLinkType
from ..querysets import TestCaseLinkQuerySet
from .cases import TestCase


class TestCaseLink(ProjectOwned, Authored, SoftDeleted):
    """Two cases of a project that belong together: the first depends on the second, or both check the same."""

    __test__ = False

    case_a = models.ForeignKey(TestCase, on_delete=models.CASCADE, related_name="links_from")
    case_b = models.ForeignKey(TestCase, on_delete=models.CASCADE, related_name="links_to")
    type = models.CharField(_("kind"), max_length=30, choices=CaseLinkType.choices)

    objects = TestCaseLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(case_a=F("case_b")), name="test_case_link_of_two"),
            models.CheckConstraint(condition=Q(type__in=CaseLinkType.values), name="test_case_link_type_known"),
            models.UniqueConstraint(
                Least("case_a", "case_b"),
                Greatest("case_a", "case_b"),
                condition=Q(deleted_at__isnull=True, type=CaseLinkType.SAME_TEST),
                name="test_case_link_same_once",
            ),
            models.UniqueConstraint(
                fields=["case_a", "case_b"],
                condition=Q(deleted_at__isnull=True, type=CaseLinkType.DEPENDS_ON),
                name="test_case_link_depends_once",
            ),
        ]

    def __str__(self) -> str:
        """The two cases and how they belong together."""
        return f"{self.case_a_id} {self.type} {self.case_b_id}"
