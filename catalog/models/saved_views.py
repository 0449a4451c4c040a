"""Looks at the list of cases that people keep."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Authored, ProjectOwned

from ..querysets import SavedViewQuerySet

LONGEST_QUERY = 4_000


class SavedView(ProjectOwned, Authored):
    """Filters, order and columns of the list of cases under a name: somebody's own, or one of the whole project."""

    owner = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    """Whose view it is; nobody's belongs to everybody in the project."""
    name = models.CharField(_("name"), max_length=100)
    query = models.TextField(blank=True)
    """The state of the list as its address holds it, without a question mark."""
    is_default = models.BooleanField(_("default"), default=False)
    """Whether the list opens with it: for its owner, or for everybody who has no default of his own."""

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "project", "owner", Lower("name"), condition=Q(owner__isnull=False), name="saved_view_name_once"
            ),
            models.UniqueConstraint(
                "project", Lower("name"), condition=Q(owner__isnull=True), name="saved_view_shared_name_once"
            ),
            models.UniqueConstraint(
                fields=["project", "owner"],
                condition=Q(is_default=True),
                name="saved_view_default_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_named"),
        ]

    def __str__(self) -> str:
        """The name."""
        return self.name

    def get_absolute_url(self) -> str:
        """The list as the view shows it."""
        query = f"&{self.query}" if self.query else ""
        return f"{reverse('catalog:case_list', args=[self.project.key])}?view={self.pk}{query}"
