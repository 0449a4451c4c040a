"""The data administration at `/admin/`: who gets in, and what stands around its tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import update_wrapper
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from qaportal.kit.admin import PortalModelAdmin

if TYPE_CHECKING:
    from .models import AuditEntry

RECENT = 10
"""Acts of the reader that the start page shows."""
HISTORY = 100
"""Entries that the history of a row shows."""


@dataclass(frozen=True, slots=True)
class TrailRow:
    """An entry of the audit trail as the history of a row shows it."""

    created_at: datetime
    who: str
    action: str
    changes: list[str]

    @classmethod
    def of(cls, entry: AuditEntry) -> TrailRow:
        """The entry in words."""
        who = str(entry.actor) if entry.actor else gettext("The portal")
        changes = [f"{name}: {_shown(old)} → {_shown(new)}" for name, (old, new) in (entry.changes or {}).items()]
        return cls(entry.created_at, who, entry.action, changes)


def _shown(value: Any) -> str:
    return "–" if value in (None, "") else str(value)[:200]


class VisibleAutocomplete(AutocompleteJsonView):
    """Offers related objects while somebody types, of those that he sees."""

    def get_queryset(self) -> QuerySet:
        """The matching objects; those that were deleted can be reached but not chosen."""
        found = super().get_queryset()
        visible = found.model._default_manager.visible_to(self.request.user)
        return found.filter(pk__in=visible.order_by().values("pk"))

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        """The key and what tells the object apart."""
        return {**super().serialize_result(obj, to_field_name), "text": self.model_admin.choice_label(obj)}


class PortalAdminSite(admin.AdminSite):
    """Django's admin behind the portal's own sign-in, with tables that were written for it and no others."""

    site_title = _("QA Portal data")
    site_header = _("Data")
    index_title = _("Data of the portal")
    final_catch_all_view = False

    def __init__(self, name: str = "admin") -> None:
        """Take Django's way to delete several rows out: it knows no services."""
        super().__init__(name)
        self.disable_action("delete_selected")

    def register(self, model_or_iterable: Any, admin_class: type | None = None, **options: Any) -> None:
        """Add a table; those that libraries bring along are left out, because they show everything to everybody."""
        if admin_class is not None and issubclass(admin_class, PortalModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the person may come in."""
        from .policies import can_open_data

        return request.user.is_authenticated and bool(can_open_data(request.user))

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Callable[..., HttpResponse]:
        """Ask the anonymous to sign in by the portal's page, which knows second factors, and refuse others in words.

        Whoever changes something has proved lately who he is; what he typed before that waits for him in the form.
        """
        from .policies import can_open_data
        from .sign_in.reauthentication import confirmation_wanted_for_data, typed_data_before

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("account_login"))
            can_open_data(request.user).require()
            question = confirmation_wanted_for_data(request) if request.method == "POST" else None
            request.typed = typed_data_before(request)
            return question or view(request, *args, **kwargs)

        guarded = csrf_protect(inner)
        return update_wrapper(guarded if cacheable else never_cache(guarded), view)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The start page, what the tables need, and the tables; signing in and out is the portal's business."""
        addresses: list[URLPattern | URLResolver] = [
            path("", self.admin_view(self.index), name="index"),
            path("login/", self.login, name="login"),
            path("autocomplete/", self.admin_view(self.autocomplete_view), name="autocomplete"),
            path("jsi18n/", self.admin_view(self.i18n_javascript, cacheable=True), name="jsi18n"),
        ]
        for model, model_admin in self._registry.items():
            place = f"{model._meta.app_label}/{model._meta.model_name}/"
            addresses.append(path(place, include(model_admin.urls)))
        return addresses

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """No door of its own: on to the portal's page, or inside for whoever is signed in."""
        target = reverse("admin:index")
        if request.user.is_authenticated:
            return redirect(target)
        return redirect_to_login(target, reverse("account_login"))

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """What fields with many choices offer."""
        return VisibleAutocomplete.as_view(admin_site=self)(request)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The tables, and what the reader did last."""
        from .models import AuditEntry

        own = AuditEntry.objects.visible_to(request.user).filter(actor=request.user)
        recent = list(own.order_by("-created_at", "-pk")[:RECENT])
        return super().index(request, {"recent": recent, **(extra_context or {})})

    def trail_of(self, user: Any, row: Model) -> list[TrailRow]:
        """What the audit trail tells of a row, the newest first."""
        from .models import AuditEntry

        told = AuditEntry.objects.visible_to(user).about(row).select_related("actor").order_by("-pk")
        return [TrailRow.of(entry) for entry in told[:HISTORY]]

    def get_log_entries(self, request: HttpRequest) -> Iterable:
        """None: Django's own log stays empty, the audit trail is the one log."""
        return []

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """The tables that the reader may see, by apps from the ground up."""
        shown: dict[str, dict[str, Any]] = {}
        for model, model_admin in self._registry.items():
            label = model._meta.app_label
            if app_label not in (None, label) or not model_admin.has_module_permission(request):
                continue
            name = apps.get_app_config(label).verbose_name
            group = shown.setdefault(label, {"name": name, "app_label": label, "models": []})
            group["models"].append(self._entry(request, model, model_admin))
        return list(shown.values())

    def _entry(self, request: HttpRequest, model: type[Model], model_admin: PortalModelAdmin) -> dict[str, Any]:
        """One table as the templates read it."""
        may_add = model_admin.has_add_permission(request)
        return {
            "model": model,
            "name": model_admin.words()["plural"],
            "object_name": model._meta.object_name,
            "admin_url": model_admin.address("changelist"),
            "add_url": model_admin.address("add") if may_add else None,
            "view_only": not model_admin.changes,
        }
