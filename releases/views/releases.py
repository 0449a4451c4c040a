"""The list of releases, and making, changing and deleting one."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.project_pages import ProjectMixin, get_visible, project_page
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Decision, Denied, PortalError
from qaportal.kit.views import FilteredListView, FragmentMixin, shown_refusal

from .. import gates, policies
from ..filters import ReleaseFilter
from ..forms import ReleaseForm
from ..models import Release
from ..services import releases as services
from ..tables import ReleaseTable


class ReleaseListView(ProjectMixin, FragmentMixin, FilteredListView):
    """All releases of the project with how far they are; htmx asks for the rows alone."""

    table_class, filterset_class, fragment = ReleaseTable, ReleaseFilter, "rows"
    template_name = "releases/release_list.html"
    menu_fields = ("overall_status",)

    def get_queryset(self) -> QuerySet[Release]:
        """The releases the reader may see."""
        return Release.objects.visible_to(self.request.user).in_project(self.project).for_list()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Judge the releases of the page, all at once."""
        context = super().get_context_data(**kwargs)
        shown = [row.record for row in context["page_obj"].object_list]
        context["table"].verdicts = gates.verdicts(shown)
        context["may_create"] = policies.can_create_release(self.request.user, self.project)
        return context


def _render_form(request: HttpRequest, form: ReleaseForm, decision: Decision, release: Release | None) -> HttpResponse:
    context = {"form": form, "decision": decision, "release": release, "project": request.project}
    return render(request, "releases/release_form.html", context, status=422 if form.errors else 200)


def _saved(form: ReleaseForm, save: Any) -> Release | None:
    """What the service answers; its refusal stands in the form."""
    fields = {name: value for name, value in form.cleaned_data.items() if name != "if_match"}
    try:
        return save(**fields)
    except Denied:
        raise
    except PortalError as error:
        form.refuse(error)
        return None


@project_page
def create_release(request: HttpRequest) -> HttpResponse:
    """Start a release; its scope comes next."""
    decision = policies.can_create_release(request.user, request.project)
    form = ReleaseForm(request.POST or None, project=request.project)
    if request.method == "POST" and form.is_valid():
        decision.require()
        release = _saved(
            form, lambda **fields: services.create_release(actor=request.user, project=request.project, **fields)
        )
        if release:
            messages.success(request, _("Release %s created. Choose the cases it covers.") % release.version)
            return redirect("releases:scope", request.project.key, release.tail)
    return _render_form(request, form, decision, None)


@project_page
def update_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the facts of a release; two people who edit at once do not overwrite each other."""
    release = get_visible(Release.objects.for_list(), request, pk=pk)
    decision = policies.can_edit_release(request.user, release)
    initial = ReleaseForm.initial_of(release) | {"if_match": etag(release)}
    form = ReleaseForm(request.POST or None, project=request.project, initial=initial)
    if request.method == "POST" and form.is_valid():
        decision.require()
        expected = form.cleaned_data["if_match"] or None
        saved = _saved(
            form,
            lambda **fields: services.update_release(actor=request.user, release=release, if_match=expected, **fields),
        )
        if saved:
            messages.success(request, _("Release %s saved") % saved.version)
            return redirect(saved)
    return _render_form(request, form, decision, release)


@require_POST
@project_page
def delete_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a release; its runs and results stay."""
    release = get_visible(Release.objects.for_list(), request, pk=pk)
    with shown_refusal(request) as refusal:
        services.delete_release(actor=request.user, release=release)
    if refusal:
        messages.error(request, refusal.message)
        return redirect(release)
    messages.success(request, _("Release %s deleted. Its runs stay.") % release.version)
    return redirect("releases:list", request.project.key)
