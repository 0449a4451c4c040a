"""The saved views that the list of cases offers, and which of them it shows."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from qaportal.kit.errors import Decision, InvalidInput

from . import policies
from .models import SavedView
from .services.saved_views import usable_query


class SavedViews:
    """The views of one project as one person has them."""

    def __init__(self, request: HttpRequest, list_url: str) -> None:
        """Remember who looks at what."""
        self.request, self.list_url = request, list_url

    @cached_property
    def all(self) -> list[SavedView]:
        """Those of the project, then one's own."""
        visible = SavedView.objects.visible_to(self.request.user)
        return list(visible.in_project(self.request.project).for_list())

    @cached_property
    def current(self) -> SavedView | None:
        """The one that the address names."""
        chosen = self.request.GET.get("view", "")
        return next((view for view in self.all if str(view.pk) == chosen), None)

    @property
    def default(self) -> SavedView | None:
        """What the list opens with: one's own default, else that of the project."""
        defaults = [view for view in self.all if view.is_default]
        return next((view for view in reversed(defaults)), None)

    @cached_property
    def state(self) -> str:
        """What the list shows now, as a view keeps it."""
        try:
            return usable_query(self.request.GET.urlencode())
        except InvalidInput:
            return ""

    @property
    def is_changed(self) -> bool:
        """Whether the list shows something else than the view keeps."""
        return self.current is not None and self.state != self.current.query

    @cached_property
    def may_share(self) -> Decision:
        """Whether views of everybody may be kept."""
        return policies.can_share_views(self.request.user, self.request.project)

    @property
    def may_change(self) -> bool:
        """Whether the current view may be changed."""
        return self.current is not None and (self.current.owner_id is not None or bool(self.may_share))

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """Every case, then the views; nothing while there is no view."""
        if not self.all:
            return []
        everything = {"label": _("All"), "url": f"{self.list_url}?view=0", "is_current": self.current is None}
        return [everything, *(self._tab(view) for view in self.all)]

    def _tab(self, view: SavedView) -> dict[str, Any]:
        icon = "star" if view.is_default else "" if view.owner_id else "users"
        is_current = self.current is not None and view.pk == self.current.pk
        return {"label": view.name, "url": view.get_absolute_url(), "is_current": is_current, "icon": icon}
