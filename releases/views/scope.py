"""Which cases a release covers: reading, adding, removing, assigning."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView

from accounts.project_pages import ProjectMixin, get_visible, project_page
from qaportal.kit.views import FragmentMixin, shown_refusal

from .. import policies
from ..forms import ScopeForm
from ..head import release_head
from ..models import Release
from ..scope_page import ScopePage
from ..services import scope as services


class ScopeView(ProjectMixin, FragmentMixin, TemplateView):
    """The cases inside and outside the release; htmx asks for the panes alone."""

    template_name, fragment = "releases/release_scope.html", "panes"

    def get_context_data(self, pk: int, **kwargs: Any) -> dict[str, Any]:
        """The head of the release and the page of cases."""
        release = get_visible(Release.objects.for_list(), self.request, pk=pk)
        context = super().get_context_data(**kwargs) | ScopePage(release, self.request.GET).context()
        decision = policies.can_change_scope(self.request.user, release)
        return context | {
            "release": release,
            "head": release_head(release, user=self.request.user, current="scope"),
            "decision": decision and policies.is_open(release),
            "query_string": self.request.GET.urlencode(),
        }


def _changed(
    request: HttpRequest, pk: int, change: Callable[[Release, list[int], ScopeForm], str], *, keep_page: bool = False
) -> HttpResponse:
    """Do the change to the picked or shown cases, say what was done, and show the same place again."""
    release = get_visible(Release.objects.for_list(), request, pk=pk)
    form = ScopeForm(request.POST, project=request.project)
    query = request.GET.copy()
    if not keep_page:
        query.pop("page", None)
    if not form.is_valid():
        messages.error(request, _("The cases could not be read. Pick them again."))
    else:
        shown = form.cleaned_data["all_shown"]
        ids = ScopePage(release, request.GET).shown_ids() if shown else form.cleaned_data["ids"]
        with shown_refusal(request) as refusal:
            messages.success(request, change(release, ids, form))
        if refusal:
            messages.error(request, refusal.message)
    address = reverse("releases:scope", args=[request.project.key, release.tail])
    return HttpResponseRedirect(f"{address}?{query.urlencode()}" if query else address)


@require_POST
@project_page
def add_cases(request: HttpRequest, pk: int) -> HttpResponse:
    """Add the picked cases, or all that the filters show."""

    def add(release: Release, ids: list[int], form: ScopeForm) -> str:
        added = services.add_cases(actor=request.user, release=release, case_ids=ids)
        return ngettext("%d case added", "%d cases added", added) % added

    return _changed(request, pk, add)


@require_POST
@project_page
def remove_cases(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove the picked cases with their verdicts."""

    def remove(release: Release, ids: list[int], form: ScopeForm) -> str:
        removed = services.remove_cases(actor=request.user, release=release, case_ids=ids)
        return ngettext("%d case removed", "%d cases removed", removed) % removed

    return _changed(request, pk, remove)


@require_POST
@project_page
def assign_cases(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the picked cases to a person, or to nobody."""

    def assign(release: Release, ids: list[int], form: ScopeForm) -> str:
        person = form.cleaned_data["assigned_to"]
        changed = services.assign_cases(actor=request.user, release=release, case_ids=ids, assigned_to=person)
        words = ngettext("%(number)d case given to %(person)s", "%(number)d cases given to %(person)s", changed)
        return words % {"number": changed, "person": person or _("nobody")}

    return _changed(request, pk, assign, keep_page=True)
