"""Acts on the rows that were ticked in a list, or on the one that is open: each through its service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..errors import PortalError

MOST_CHOSEN = 200
"""Rows that one act takes: each is a transaction of its own."""


class ActsOnChosen:
    """What a `PortalModelAdmin` does with several rows."""

    actions = ("delete_chosen", "restore_chosen")
    object_actions: tuple[str, ...] = ("restore_chosen",)
    """Actions that the page of a single row offers as buttons; `suits` says whether they fit the row."""

    @admin.action(description=gettext_lazy("Delete"), permissions=["delete"])
    def delete_chosen(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Ask once, then delete each row through its service."""
        if "confirmed" not in request.POST:
            return self._asked(request, queryset)
        self.act_on_each(request, queryset, lambda row: self.remove(request.user, row, None))
        return None

    @admin.action(description=gettext_lazy("Restore"), permissions=["restore"])
    def restore_chosen(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Bring each row back through its service."""
        self.act_on_each(request, queryset, lambda row: self.restore(request.user, row))

    def suits(self, action: str, row: Model) -> bool:
        """Whether a button for the action makes sense on the page of the row."""
        return action != "restore_chosen" or row.deleted_at is not None

    def act_on_each(self, request: HttpRequest, queryset: QuerySet, act: Callable[[Any], object]) -> None:
        """Call a service for every row, each by itself; say how many it was done for, and why not for the others."""
        rows = list(queryset[: MOST_CHOSEN + 1])
        if len(rows) > MOST_CHOSEN:
            words = _("Choose at most %(most)d at a time. Nothing was changed.") % {"most": MOST_CHOSEN}
            self.message_user(request, words, messages.ERROR)
            return
        done = 0
        for row in rows:
            try:
                act(row)
                done += 1
            except PortalError as refusal:
                words = " ".join([text for texts in refusal.fields.values() for text in texts]) or refusal.message
                self.message_user(request, f"{row}: {words}", messages.ERROR)
        if done:
            words = ngettext("Done for %(count)d row.", "Done for %(count)d rows.", done)
            self.message_user(request, words % {"count": done}, messages.SUCCESS)

    def response_action(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Run the action, unless what was ticked are no keys at all."""
        try:
            for value in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.to_python(value)
        except (ValidationError, ValueError):
            self.message_user(request, _("Nothing of this is here."), messages.WARNING)
            return None
        return super().response_action(request, queryset)

    def buttons_for(self, request: HttpRequest, row: Model | None) -> list[tuple[str, str]]:
        """The actions that the page of the row offers, each with its words."""
        if row is None:
            return []
        offered = self.get_actions(request)
        return [(name, offered[name][2]) for name in self.object_actions if name in offered and self.suits(name, row)]

    def _asked(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
        """The page that asks whether these rows are really meant."""
        rows = list(queryset[: MOST_CHOSEN + 1])
        context = {
            **self.admin_site.each_context(request),
            **self.words(),
            "title": _("Delete several"),
            "rows": rows[:MOST_CHOSEN],
            "is_too_much": len(rows) > MOST_CHOSEN,
            "most": MOST_CHOSEN,
            "opts": self.opts,
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/delete_chosen.html", context)
