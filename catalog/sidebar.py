"""The numbers beside the catalog's entries in the sidebar, all of them asked at once."""

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.models import Project, User

from .models import CaseReview, FolderCount, Story


@dataclass(frozen=True, slots=True)
class SidebarCounts:
    """What a reader sees of a project."""

    cases: int
    reviews: int
    """Those that wait for the reader."""
    stories: int


def sidebar_counts(user: User, project: Project) -> SidebarCounts:
    """The numbers in one query, asked once for each object of a project, that is once for a request."""
    known = project.__dict__.get("_sidebar_counts")
    if known is None or known[0] != user.pk:
        known = project.__dict__["_sidebar_counts"] = user.pk, _asked(user, project)
    return known[1]


def _asked(user: User, project: Project) -> SidebarCounts:
    cases = FolderCount.objects.in_project(OuterRef("pk")).order_by().values("project").annotate(n=Sum("cases"))
    reviews = CaseReview.objects.in_project(OuterRef("pk")).waiting_for(user).order_by().values("project")
    stories = Story.objects.living().in_project(OuterRef("pk")).order_by().values("project")
    counted = (cases, reviews.annotate(n=Count("pk")), stories.annotate(n=Count("pk")))
    numbers = [Coalesce(Subquery(each.values("n")), 0) for each in counted]
    return SidebarCounts(*Project.objects.filter(pk=project.pk).values_list(*numbers).get())
