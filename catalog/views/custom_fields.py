"""The custom fields of a project: the list, the form, their order, and putting them away."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.project_pages import get_visible, project_page
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, PortalError
from qaportal.kit.views import Refusal, render_fragment, shown_refusal, wants_fragment

from .. import policies
from ..choices import FieldTarget
from ..forms.custom_fields import EMPTY_OPTIONS, CustomFieldForm, read_options
from ..models import CustomField, Template
from ..services import custom_fields

SHOW = "show"
"""Sent with a form in which another kind was chosen: it is drawn anew and nothing is stored."""


@require_GET
@project_page
def field_list(request: HttpRequest) -> HttpResponse:
    """The fields of cases and of results, in their order."""
    return _render_list(request)


@require_http_methods(["GET", "POST"])
@project_page
def create_field(request: HttpRequest) -> HttpResponse:
    """The form for a new field; choosing another kind shows what that one has, and saves nothing."""
    policies.can_edit_fields(request.user, request.project).require()
    templates = list(Template.objects.visible_to(request.user).in_project(request.project).in_use())
    if request.method != "POST" or SHOW in request.POST:
        initial = _typed(request) or {"templates": [each.pk for each in templates if each.is_default]}
        return _render_form(request, CustomFieldForm(initial=initial, templates=templates), read_options(request.POST))
    form, options = CustomFieldForm(request.POST, templates=templates), read_options(request.POST)
    if form.is_valid():
        saved = _saved(form, lambda: custom_fields.create_field(
            actor=request.user, project=request.project, **form.facts(options)
        ))  # fmt: skip
        if saved:
            messages.success(request, _("The field %s is added") % saved.name)
            return redirect("catalog:field_list", request.project.key)
    return _render_form(request, form, options)


@require_http_methods(["GET", "POST"])
@project_page
def update_field(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a stored field."""
    policies.can_edit_fields(request.user, request.project).require()
    field = _visible(request, pk)
    initial = CustomFieldForm.initial_of(field) | {"if_match": etag(field)}
    if request.method != "POST" or SHOW in request.POST:
        options = read_options(request.POST) or [each for each in field.options if not each.get("is_archived")]
        return _render_form(request, CustomFieldForm(initial=initial | _typed(request), field=field), options, field)
    form, options = CustomFieldForm(request.POST, initial=initial, field=field), read_options(request.POST)
    if form.is_valid():
        seen = form.cleaned_data["if_match"] or None
        saved = _saved(form, lambda: custom_fields.update_field(
            actor=request.user, field=field, if_match=seen, **form.facts(options)
        ))  # fmt: skip
        if saved:
            messages.success(request, _("The field %s is saved") % saved.name)
            return redirect("catalog:field_list", request.project.key)
    return _render_form(request, form, options, field)


@require_POST
@project_page
def move_field(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the field one place up or down; its row stays in sight."""
    field, by = _visible(request, pk), -1 if request.POST.get("to") == "up" else 1
    with shown_refusal(request) as refusal:
        custom_fields.move_field(actor=request.user, field=field, by=by)
    return _answer(request, refusal)


@require_POST
@project_page
def archive_field(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the field away, or bring it back; what cases say in it stays."""
    field, archives = _visible(request, pk), request.POST.get("restore") != "1"
    with shown_refusal(request) as refusal:
        custom_fields.update_field(actor=request.user, field=field, is_archived=archives)
    return _answer(request, refusal)


def _visible(request: HttpRequest, pk: int) -> CustomField:
    return get_visible(CustomField.objects.select_related("project__tenant"), request, pk=pk)


def _answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The list as it is now, with what was refused on top of it."""
    if refusal or wants_fragment(request):
        return _render_list(request, refusal=refusal, status=refusal.status)
    return redirect("catalog:field_list", request.project.key)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What a form holds that is drawn anew."""
    typed: dict[str, Any] = {name: request.POST[name] for name in CustomFieldForm.base_fields if name in request.POST}
    several = {"templates": request.POST.getlist("templates")}
    boxes = {name: name in request.POST for name in ("is_required", "is_restricted")}
    return {**typed, **several, **boxes} if request.POST else {}


def _saved(form: CustomFieldForm, save: Callable[[], CustomField]) -> CustomField | None:
    """What the service answers; its refusal stands in the form."""
    try:
        return save()
    except Denied:
        raise
    except PortalError as error:
        form.option_errors = error.fields.pop("options", [])
        if error.fields or not form.option_errors:
            form.refuse(error)
        return None


def _render_list(request: HttpRequest, *, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    found = list(CustomField.objects.visible_to(request.user).in_project(request.project).for_list())
    groups = [
        {
            "target": target,
            "label": label,
            "fields": [field for field in found if field.target == target],
            "ends": _ends([field.pk for field in found if field.target == target and not field.is_archived]),
        }
        for target, label in FieldTarget.choices
    ]
    context = {
        "groups": groups,
        "has_any": bool(found),
        "project": request.project,
        "decision": policies.can_edit_fields(request.user, request.project),
        "refusal": refusal,
        "tabs": settings_tabs(request, "field_list"),
    }
    template = "catalog/field_list.html" + ("#fields" if wants_fragment(request) else "")
    return render_fragment(request, template, context, status=status)


def _render_form(
    request: HttpRequest,
    form: CustomFieldForm,
    options: Sequence[Mapping[str, Any]],
    field: CustomField | None = None,
) -> HttpResponse:
    list_url = reverse("catalog:field_list", args=[request.project.key])
    errors = getattr(form, "option_errors", [])
    archived = [each["name"] for each in (field.options if field else []) if each.get("is_archived")]
    context = {
        "form": form,
        "field": field,
        "options": [*options, *[{"code": "", "name": ""}] * EMPTY_OPTIONS],
        "option_errors": errors,
        "archived_options": archived,
        "project": request.project,
        "crumbs": [(_("Custom fields"), list_url)],
        "list_url": list_url,
    }
    template = "catalog/field_form.html" + ("#rules" if wants_fragment(request) else "")
    return render_fragment(request, template, context, status=422 if form.errors or errors else 200)


def _ends(keys: list[int]) -> dict[str, int | None]:
    """The first and the last of those that can be moved."""
    return {"first": keys[0], "last": keys[-1]} if keys else {"first": None, "last": None}


def settings_tabs(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    """The lists of the settings about custom fields."""
    places = [("field_list", _("Fields")), ("template_list", _("Templates"))]
    return [
        {
            "label": label,
            "url": reverse(f"catalog:{name}", args=[request.project.key]),
            "is_current": name == current,
        }
        for name, label in places
    ]
