"""How a page finds its project: the key in the address, through what the user may see."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from .models import Project
from .permissions import decide

TENANT_IN_SESSION = "tenant_id"
_reading: dict[str, str] = {}


def register_reading(namespace: str, permission: str) -> None:
    """Name the permission without which the pages of a namespace are refused with its reason."""
    _reading[namespace] = permission


def load_project(request: HttpRequest, key: str) -> Project:
    """The project with this key; a key of nobody's or somebody else's is the same 404.

    A platform administrator sees every tenant, where keys may repeat: `?tenant=<id>` chooses and is remembered.
    Raises Denied where a custom role may not read what the page shows.
    """
    found = Project.objects.visible_to(request.user).select_related("tenant").filter(key=key)
    if request.user.is_super_admin:
        chosen = request.GET.get("tenant", "")
        if chosen.isdigit() and len(chosen) < 18:
            request.session[TENANT_IN_SESSION] = int(chosen)
        tenant_id = request.session.get(TENANT_IN_SESSION)
        preferred = found.filter(tenant_id=tenant_id).first() if tenant_id else None
        project = preferred or found.order_by("pk").first()
    else:
        project = found.first()
    if project is None:
        raise Http404
    request.project = project
    if permission := _reading.get(request.resolver_match.namespace):
        decide(request.user, permission, project).require()
    return project


class ProjectMixin(LoginRequiredMixin):
    """A class-based page of a project: `self.project` and `request.project`."""

    project: Project

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask the anonymous to sign in, then find the project."""
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        self.project = load_project(request, kwargs["project_key"])
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The project for the template."""
        return super().get_context_data(project=self.project, **kwargs)


def project_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A function page of a project: replaces `project_key` by `request.project`."""

    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, project_key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        load_project(request, project_key)
        return view(request, *args, **kwargs)

    return wrapped


def get_visible(model_or_queryset: type[Model] | QuerySet, request: HttpRequest, **lookup: Any) -> Any:
    """One object of the page's project that the user may see, else 404."""
    queryset = model_or_queryset if isinstance(model_or_queryset, QuerySet) else model_or_queryset.objects.all()
    return get_object_or_404(queryset.visible_to(request.user).in_project(request.project), **lookup)
