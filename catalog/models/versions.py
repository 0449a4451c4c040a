"""What every save of a case left behind."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User

from ..querysets import TestCaseVersionQuerySet
from .cases import TestCase

LONGEST_REASON = 500


class TestCaseVersion(models.Model):
    """A case as one save left it, with who saved it and why."""

    __test__ = False

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(TestCase, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    document = models.JSONField()
    """Everything that the writers of a case change, under the names of its fields; `steps` and `story` beside them."""
    changed = ArrayField(models.CharField(max_length=40), default=list)
    """The names in `document` that this save changed; none for the first version."""
    reason = models.CharField(_("why"), max_length=LONGEST_REASON, blank=True)
    saved_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    created_at = models.DateTimeField()

    objects = TestCaseVersionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="test_case_version_once")]

    def __str__(self) -> str:
        """The number."""
        return str(self.number)
