"""Pages that read: the tree, the list and the case."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.project_pages import get_visible, project_page
from qaportal.kit.views import render_fragment, wants_fragment

from ..case_pages import CasesPage
from ..models import Folder, TestCase
from ..tree import load_node


@require_GET
@project_page
def case_list(request: HttpRequest) -> HttpResponse:
    """The tree, the filtered cases of a folder, and nothing in the drawer; without a state, the default view."""
    page = CasesPage(request)
    if not request.GET and not wants_fragment(request) and (default := page.views.default):
        return redirect(default)
    return page.render()


@require_GET
@project_page
def case_detail(request: HttpRequest, test_id: str) -> HttpResponse:
    """The case in the drawer beside the list; `?full=1` shows it as a page of its own."""
    case = TestCase.objects.for_detail().visible_to(request.user).in_project(request.project).filter(test_id=test_id)
    if found := case.first():
        return CasesPage(request, found).render()
    return _to_winner(request, test_id)


def _to_winner(request: HttpRequest, test_id: str) -> HttpResponse:
    """The page of the case that the named one was merged into; 404 when there is none that is still there."""
    merged = TestCase.objects.merged_readable_by(request.user).in_project(request.project)
    winner = get_object_or_404(merged, test_id=test_id).standing_for()
    if winner is None:
        raise Http404
    words = _("%(other)s was merged into %(id)s, which is what you see here.")
    messages.info(request, words % {"other": test_id, "id": winner.test_id})
    query = request.GET.urlencode()
    return redirect(winner.get_absolute_url() + (f"?{query}" if query else ""))


@require_GET
@project_page
def folder_children(request: HttpRequest, pk: int) -> HttpResponse:
    """One folder of the tree, opened or closed."""
    folder = get_visible(Folder, request, pk=pk)
    page = CasesPage(request)
    is_open = request.GET.get("expand", "1") == "1"
    here = page.folder.pk if page.folder else None
    node = load_node(user=request.user, project=request.project, folder=folder, is_open=is_open, here_id=here)
    page.address([node], set())
    return render_fragment(request, "catalog/_tree_node.html", {"node": node})


@require_GET
@project_page
def case_filters(request: HttpRequest) -> HttpResponse:
    """The form of every filter; the list asks for it when its menu is opened."""
    return _render_choices(request, "filters", _("Filters"))


@require_GET
@project_page
def case_columns(request: HttpRequest) -> HttpResponse:
    """The form of every column; the list asks for it when its menu is opened."""
    return _render_choices(request, "columns", _("Columns"))


def _render_choices(request: HttpRequest, part: str, heading: str) -> HttpResponse:
    template = "catalog/case_choices.html"
    page = CasesPage(request, is_choosing=True)
    context = {"page": page, "project": request.project, "part": part, "heading": heading}
    return render_fragment(request, f"{template}#{part}" if wants_fragment(request) else template, context)
