"""The pages of milestones: the list, one of them with its releases, its form, deleting it."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.project_pages import ProjectMixin, get_visible, project_page
from qaportal.kit import panels
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, PortalError
from qaportal.kit.views import FilteredListView, FragmentMixin, shown_refusal

from .. import gates, policies
from ..filters import MilestoneFilter
from ..forms import MilestoneForm
from ..milestone_pages import Progress, progress_of
from ..models import Milestone, Release
from ..services import milestones as services
from ..tables import MilestoneTable, ReleaseTable

PANELS = "releases.milestone"
"""The place where apps above show what belongs to a milestone; a loader answers its facts by the milestone's id."""


class MilestoneListView(ProjectMixin, FragmentMixin, FilteredListView):
    """All milestones of the project with how far their releases are; htmx asks for the rows alone."""

    table_class, filterset_class, fragment = MilestoneTable, MilestoneFilter, "rows"
    template_name = "releases/milestone_list.html"
    menu_fields = ("status",)

    def get_queryset(self) -> QuerySet[Milestone]:
        """The milestones the reader may see."""
        found = Milestone.objects.visible_to(self.request.user).in_project(self.project)
        return found.for_list().with_releases()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """How far those of the page are, all at once."""
        context = super().get_context_data(**kwargs)
        context["table"].progress_by_id = progress_of([row.record for row in context["page_obj"].object_list])
        context["may_edit"] = policies.can_edit_milestones(self.request.user, self.project)
        return context


@require_GET
@project_page
def milestone_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One milestone with its releases, what stands below it, and what other apps know of it."""
    milestone = _visible(request, pk)
    releases = Release.objects.visible_to(request.user).filter(milestone=milestone).for_list()
    table = ReleaseTable(releases, orderable=False)
    table.request, table.verdicts = request, gates.verdicts(list(releases))
    below = list(Milestone.objects.visible_to(request.user).filter(parent=milestone).for_list())
    context = {
        "milestone": milestone,
        "project": request.project,
        "crumbs": _crumbs(request, milestone.parent),
        "table": table if table.data else None,
        "below": below,
        "progress": progress_of([milestone]).get(milestone.pk, Progress()),
        "sections": [(panel, facts.get(milestone.pk)) for panel, facts in panels.loaded(PANELS, [milestone.pk])],
        "may_edit": policies.can_edit_milestones(request.user, request.project),
        "may_delete": policies.can_delete_milestones(request.user, request.project),
    }
    return render(request, "releases/milestone_detail.html", context)


@require_http_methods(["GET", "POST"])
@project_page
def create_milestone(request: HttpRequest) -> HttpResponse:
    """The form for a new milestone."""
    policies.can_edit_milestones(request.user, request.project).require()
    form = MilestoneForm(request.POST or None, project=request.project, initial={"parent": request.GET.get("parent")})
    if request.method == "POST" and form.is_valid():
        milestone = _saved(
            form, lambda **facts: services.create_milestone(actor=request.user, project=request.project, **facts)
        )
        if milestone:
            messages.success(request, _("The milestone %s is planned") % milestone.name)
            return redirect(milestone)
    return _render_form(request, form)


@require_http_methods(["GET", "POST"])
@project_page
def update_milestone(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a stored milestone; two people who edit at once do not overwrite each other."""
    policies.can_edit_milestones(request.user, request.project).require()
    milestone = _visible(request, pk)
    initial = MilestoneForm.initial_of(milestone) | {"if_match": etag(milestone)}
    form = MilestoneForm(request.POST or None, project=request.project, milestone=milestone, initial=initial)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["if_match"] or None
        saved = _saved(form, lambda **facts: services.update_milestone(
            actor=request.user, milestone=milestone, if_match=seen, **facts
        ))  # fmt: skip
        if saved:
            messages.success(request, _("The milestone %s is saved") % saved.name)
            return redirect(saved)
    return _render_form(request, form, milestone)


@require_POST
@project_page
def delete_milestone(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a milestone; its releases and runs stay."""
    milestone = _visible(request, pk)
    with shown_refusal(request) as refusal:
        services.delete_milestone(actor=request.user, milestone=milestone)
        messages.success(request, _("The milestone %s is deleted. Its releases and runs stay.") % milestone.name)
        return redirect("releases:milestones", request.project.key)
    messages.error(request, refusal.message)
    return redirect(milestone)


def _visible(request: HttpRequest, pk: int) -> Milestone:
    return get_visible(Milestone.objects.select_related("project__tenant", "parent__project"), request, pk=pk)


def _crumbs(request: HttpRequest, above: Milestone | None) -> list[tuple[str, str]]:
    steps = [(_("Milestones"), reverse("releases:milestones", args=[request.project.key]))]
    return [*steps, (above.name, above.get_absolute_url())] if above and above.deleted_at is None else steps


def _render_form(request: HttpRequest, form: MilestoneForm, milestone: Milestone | None = None) -> HttpResponse:
    list_url = reverse("releases:milestones", args=[request.project.key])
    context = {
        "form": form,
        "milestone": milestone,
        "project": request.project,
        "crumbs": _crumbs(request, milestone),
        "back_url": milestone.get_absolute_url() if milestone else list_url,
    }
    return render(request, "releases/milestone_form.html", context, status=422 if form.errors else 200)


def _saved(form: MilestoneForm, save: Any) -> Milestone | None:
    """What the service answers; its refusal stands in the form."""
    facts = {name: value for name, value in form.cleaned_data.items() if name != "if_match"}
    try:
        return save(**facts)
    except Denied:
        raise
    except PortalError as error:
        form.refuse(error)
        return None
