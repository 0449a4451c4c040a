"""The templates of a project: the list, the form with the fields in their order, and putting them away."""

from collections.abc import Callable
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
from ..forms import read_ids
from ..forms.custom_fields import TemplateForm
from ..models import CustomField, Template
from ..services import templates
from .custom_fields import settings_tabs


@require_GET
@project_page
def template_list(request: HttpRequest) -> HttpResponse:
    """The templates, the default one first."""
    return _render_list(request)


@require_http_methods(["GET", "POST"])
@project_page
def create_template(request: HttpRequest) -> HttpResponse:
    """The form for a new template."""
    policies.can_edit_fields(request.user, request.project).require()
    is_first = not Template.objects.visible_to(request.user).in_project(request.project).exists()
    form = TemplateForm(request.POST or None, initial={"is_default": is_first}, is_settled=is_first)
    chosen = _chosen(request)
    if request.method == "POST" and form.is_valid():
        saved = _saved(form, lambda: templates.create_template(
            actor=request.user, project=request.project, fields=chosen, **form.facts()
        ))  # fmt: skip
        if saved:
            messages.success(request, _("The template %s is added") % saved.name)
            return redirect("catalog:template_list", request.project.key)
    return _render_form(request, form, [field.pk for field in chosen])


@require_http_methods(["GET", "POST"])
@project_page
def update_template(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a stored template."""
    policies.can_edit_fields(request.user, request.project).require()
    template = _visible(request, pk)
    facts = {name: getattr(template, name) for name in ("name", "description", "is_default")}
    form = TemplateForm(
        request.POST or None, initial=facts | {"if_match": etag(template)}, is_settled=template.is_default
    )
    chosen = _chosen(request)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["if_match"] or None
        saved = _saved(form, lambda: templates.update_template(
            actor=request.user, template=template, if_match=seen, fields=chosen, **form.facts()
        ))  # fmt: skip
        if saved:
            messages.success(request, _("The template %s is saved") % saved.name)
            return redirect("catalog:template_list", request.project.key)
    if request.method == "POST":
        return _render_form(request, form, [field.pk for field in chosen], template)
    return _render_form(request, form, template.field_ids, template)


@require_POST
@project_page
def change_template(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the template away, bring it back, or let new cases take it."""
    template, act = _visible(request, pk), request.POST.get("act")
    facts = {"default": {"is_default": True}, "archive": {"is_archived": True}, "restore": {"is_archived": False}}
    with shown_refusal(request) as refusal:
        templates.update_template(actor=request.user, template=template, **facts.get(act, {}))
    if refusal or wants_fragment(request):
        return _render_list(request, refusal=refusal, status=refusal.status)
    return redirect("catalog:template_list", request.project.key)


def _visible(request: HttpRequest, pk: int) -> Template:
    return get_visible(Template.objects.select_related("project__tenant").with_field_ids(), request, pk=pk)


def _offered(request: HttpRequest) -> list[CustomField]:
    return list(
        CustomField.objects.visible_to(request.user).in_project(request.project).in_use().order_by("target", "position")
    )


def _chosen(request: HttpRequest) -> list[CustomField]:
    """The ticked fields in the order of the rows; what is no field of the project is left out."""
    by_id = {field.pk: field for field in _offered(request)} if request.method == "POST" else {}
    return [by_id[pk] for pk in read_ids(request.POST) if pk in by_id]


def _saved(form: TemplateForm, save: Callable[[], Template]) -> Template | None:
    """What the service answers; its refusal stands in the form."""
    try:
        return save()
    except Denied:
        raise
    except PortalError as error:
        form.refuse(error)
        return None


def _render_list(request: HttpRequest, *, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    context = {
        "templates": list(Template.objects.visible_to(request.user).in_project(request.project).for_list()),
        "project": request.project,
        "decision": policies.can_edit_fields(request.user, request.project),
        "refusal": refusal,
        "tabs": settings_tabs(request, "template_list"),
    }
    template = "catalog/template_list.html" + ("#templates" if wants_fragment(request) else "")
    return render_fragment(request, template, context, status=status)


def _render_form(
    request: HttpRequest, form: TemplateForm, chosen: list[int], template: Template | None = None
) -> HttpResponse:
    offered = _offered(request)
    places = {pk: place for place, pk in enumerate(chosen)}
    rows = sorted(offered, key=lambda field: places.get(field.pk, len(places)))
    list_url = reverse("catalog:template_list", args=[request.project.key])
    context: dict[str, Any] = {
        "form": form,
        "template": template,
        "rows": [{"field": field, "is_chosen": field.pk in places} for field in rows],
        "project": request.project,
        "crumbs": [(_("Templates"), list_url)],
        "list_url": list_url,
    }
    return render_fragment(request, "catalog/template_form.html", context, status=422 if form.errors else 200)
