"""What the pages of reviews share: their views, and how many reviews wait for somebody."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Project, User

from .models import CaseReview

WAITING, ASKED, EVERY = "waiting", "asked", "all"
VIEWS = (WAITING, ASKED, EVERY)


def waiting_count(user: User, project: Project) -> int | None:
    """How many reviews of the project wait for the user; nothing is said of none."""
    return CaseReview.objects.in_project(project).waiting_for(user).count() or None


def shown_view(request: HttpRequest) -> str:
    """The view that the address names; the reader's own work unless it does."""
    view = request.GET.get("view", "")
    return view if view in VIEWS else WAITING


def review_tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """The views as tabs."""
    url, current = reverse("catalog:review_list", args=[request.project.key]), shown_view(request)
    labels = {WAITING: _("Waiting for me"), ASKED: _("Asked by me"), EVERY: _("All")}
    return [
        {
            "label": labels[view],
            "url": url if view == WAITING else f"{url}?view={view}",
            "is_current": view == current,
            "count": waiting_count(request.user, request.project) if view == WAITING else None,
        }
        for view in VIEWS
    ]
