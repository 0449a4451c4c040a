"""The configurations of a project: the list, the form with its rows of values, and taking one away."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.project_pages import get_visible, project_page
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, PortalError
from qaportal.kit.views import shown_refusal

from .. import policies
from ..forms import ConfigurationForm
from ..models import Configuration
from ..services import configurations as services

EMPTY_ROWS = 3
"""Rows that the form offers those who have no script."""


@require_GET
@project_page
def configuration_list(request: HttpRequest) -> HttpResponse:
    """The configurations by name, each with how many runs were executed in it."""
    found = Configuration.objects.visible_to(request.user).in_project(request.project)
    context = {
        "configurations": found.for_list().with_runs(),
        "project": request.project,
        "decision": policies.can_edit_configurations(request.user, request.project),
    }
    return render(request, "runs/configuration_list.html", context)


@require_http_methods(["GET", "POST"])
@project_page
def create_configuration(request: HttpRequest) -> HttpResponse:
    """The form for a new configuration."""
    policies.can_edit_configurations(request.user, request.project).require()
    form, rows = ConfigurationForm(request.POST or None), _rows(request.POST)
    if request.method == "POST" and form.is_valid():
        saved = _saved(form, lambda: services.create_configuration(
            actor=request.user, project=request.project, name=form.cleaned_data["name"], values=rows
        ))  # fmt: skip
        if saved:
            messages.success(request, _("The configuration %s is added") % saved.name)
            return redirect("runs:configurations", request.project.key)
    return _render_form(request, form, rows)


@require_http_methods(["GET", "POST"])
@project_page
def update_configuration(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a stored configuration."""
    policies.can_edit_configurations(request.user, request.project).require()
    stored = _visible(request, pk)
    form = ConfigurationForm(request.POST or None, initial={"name": stored.name, "if_match": etag(stored)})
    rows = _rows(request.POST) if request.method == "POST" else stored.values
    if request.method == "POST" and form.is_valid():
        facts = {"name": form.cleaned_data["name"], "values": rows, "if_match": form.cleaned_data["if_match"] or None}
        saved = _saved(form, lambda: services.update_configuration(actor=request.user, configuration=stored, **facts))
        if saved:
            messages.success(request, _("The configuration %s is saved") % saved.name)
            return redirect("runs:configurations", request.project.key)
    return _render_form(request, form, rows, stored)


@require_POST
@project_page
def delete_configuration(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer the configuration no more; its runs keep it."""
    stored = _visible(request, pk)
    with shown_refusal(request) as refusal:
        services.delete_configuration(actor=request.user, configuration=stored)
        messages.success(request, _("The configuration %s is deleted. Its runs keep it.") % stored.name)
    if refusal:
        messages.error(request, refusal.message)
    return redirect("runs:configurations", request.project.key)


def _visible(request: HttpRequest, pk: int) -> Configuration:
    return get_visible(Configuration.objects.select_related("project__tenant"), request, pk=pk)


def _rows(data: QueryDict) -> list[dict[str, str]]:
    """The rows of a posted form, empty ones included."""
    columns = data.getlist("value_name"), data.getlist("value")
    return [{"name": name, "value": value} for name, value in zip(*columns, strict=False)]


def _render_form(
    request: HttpRequest,
    form: ConfigurationForm,
    rows: Sequence[dict[str, str]],
    configuration: Configuration | None = None,
) -> HttpResponse:
    list_url = reverse("runs:configurations", args=[request.project.key])
    context: dict[str, Any] = {
        "form": form,
        "rows": [*rows, *[{"name": "", "value": ""}] * max(1, EMPTY_ROWS - len(rows))],
        "configuration": configuration,
        "project": request.project,
        "crumbs": [(_("Configurations"), list_url)],
        "list_url": list_url,
    }
    return render(request, "runs/configuration_form.html", context, status=422 if form.errors else 200)


def _saved(form: ConfigurationForm, save: Callable[[], Configuration]) -> Configuration | None:
    """What the service answers; its refusal stands in the form."""
    try:
        return save()
    except Denied:
        raise
    except PortalError as error:
        form.refuse(error)
        return None
