"""The views of the list of reviews."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from .sidebar import sidebar_counts

WAITING, ASKED, EVERY = "waiting", "asked", "all"
VIEWS = (WAITING, ASKED, EVERY)


def shown_view(request: HttpRequest) -> str:
    """The view that the address names; the reader's own work unless it does."""
    view = request.GET.get("view", "")
    return view if view in VIEWS else WAITING


def review_tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """The views as tabs."""
    url, current = reverse("catalog:review_list", args=[request.project.key]), shown_view(request)
    waiting = sidebar_counts(request.user, request.project).reviews or None
    labels = {WAITING: _("Waiting for me"), ASKED: _("Asked by me"), EVERY: _("All")}
    return [
        {
            "label": labels[view],
            "url": url if view == WAITING else f"{url}?view={view}",
            "is_current": view == current,
            "count": waiting if view == WAITING else None,
        }
        for view in VIEWS
    ]
