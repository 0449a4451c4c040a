"""How the pages of the administration are guarded, and how they find whom and what they are about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from .models import User
from .permissions import decide


def administration_page(permission: str) -> Callable[..., Any]:
    """A function page of the administration, for those whose role has the permission; raises Denied for others."""

    def guard(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @login_required
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            decide(request.user, permission).require()
            return view(request, *args, **kwargs)

        return wrapped

    return guard


class AdministrationMixin(LoginRequiredMixin):
    """A class-based page of the administration: `permission` names what its readers need."""

    permission: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask the anonymous to sign in, and refuse those whose role lacks the permission."""
        if request.user.is_authenticated:
            decide(request.user, self.permission).require()
        return super().dispatch(request, *args, **kwargs)


def find_person(request: HttpRequest, user_id: int) -> User:
    """The person of a page, with role and company; raises Http404 for one out of reach."""
    return get_object_or_404(User.objects.manageable_by(request.user).for_list(), pk=user_id)


def choice_tabs(
    request: HttpRequest, name: str, choices: Iterable[tuple[str, Any]], counts: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Tabs that filter a list by one field: everything first, then each choice, with the counts (`all` for the first).

    The other filters stay.
    """
    current, query, tabs = request.GET.get(name, ""), request.GET.copy(), []
    query.pop("page", None)
    for value, label in [("", _("All")), *choices]:
        query.pop(name, None)
        if value:
            query[name] = value
        url = f"{request.path}?{query.urlencode()}" if query else request.path
        tabs.append({"label": label, "url": url, "is_current": value == current, "count": counts[value or "all"]})
    return tabs


def way_back(request: HttpRequest, otherwise: str) -> str:
    """The page of this host that a form or its address names to return to, else the other one."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    is_path = wanted.startswith("/") and wanted.isprintable()
    if is_path and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return otherwise
