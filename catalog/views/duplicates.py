"""Cases that say almost the same: the pairs that were found, and what is decided about them."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.project_pages import get_visible, project_page
from qaportal.kit.views import Refusal, render_fragment, shown_refusal, tell, tell_later, wants_fragment

from ..case_links import SAME_TEST
from ..compare_page import ComparePage
from ..duplicates_page import MOST_COUNTED, DuplicatesPage, counted
from ..models import SimilarPair, TestCase
from ..services.duplicates import bring_back_pair, dismiss_pair, request_scan
from ..services.links import link_two_cases
from ..services.merges import merge_cases
from ..similar_cases import similar_cases


@require_GET
@project_page
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """The pairs that wait for a decision, the most alike first."""
    return DuplicatesPage(request).render()


@require_GET
@project_page
def duplicate_count(request: HttpRequest) -> HttpResponse:
    """How many pairs wait, for the menu of the page of cases; loaded when it opens."""
    number = counted(SimilarPair.objects.visible_to(request.user).in_project(request.project).open())
    context = {"number": min(number, MOST_COUNTED), "is_capped": number > MOST_COUNTED}
    return render_fragment(request, "catalog/duplicate_list.html#count", context)


@require_POST
@project_page
def scan_for_duplicates(request: HttpRequest) -> HttpResponse:
    """Let a job compare what changed since the last time."""
    request_scan(actor=request.user, project=request.project)
    return _list_again(request)


@require_POST
@project_page
def dismiss_duplicate(request: HttpRequest, pair_id: int) -> HttpResponse:
    """Say that two cases are no duplicates."""
    pair = dismiss_pair(actor=request.user, pair=_pair(request, pair_id))
    undo = reverse("catalog:duplicate_bring_back", args=[request.project.key, pair.pk])
    return _list_again(request, _("%(a)s and %(b)s are no duplicates") % _ids_of(pair), undo=undo)


@require_POST
@project_page
def bring_duplicate_back(request: HttpRequest, pair_id: int) -> HttpResponse:
    """Let two cases wait for a decision again."""
    bring_back_pair(actor=request.user, pair=_pair(request, pair_id))
    return _list_again(request, _("The pair waits for a decision again"))


@require_POST
@project_page
def link_duplicate(request: HttpRequest, pair_id: int) -> HttpResponse:
    """Say that both cases are the same test from different sources, and keep both."""
    pair = _pair(request, pair_id)
    with shown_refusal(request) as refusal:
        link_two_cases(actor=request.user, case=pair.case_a, other=pair.case_b, type=SAME_TEST)
        return _list_again(request, _("%(a)s and %(b)s are linked") % _ids_of(pair))
    return DuplicatesPage(request, refusal).render(refusal.status)


@require_http_methods(["GET", "POST"])
@project_page
def compare_cases(request: HttpRequest, test_id: str, other_id: str) -> HttpResponse:
    """Two cases side by side; POST merges the second one into the first."""
    case, other = _both(request, test_id, other_id)
    if request.method != "POST":
        return _render_comparison(request, case, other)
    tags = {"if_match": request.POST.get("etag"), "loser_if_match": request.POST.get("other_etag")}
    with shown_refusal(request) as refusal:
        taken = request.POST.getlist("take")
        case = merge_cases(actor=request.user, winner=case, loser=other, taken=taken, **tags)
        messages.success(request, _("%(other)s was merged into %(id)s") % {"other": other_id, "id": test_id})
        return redirect(case.get_absolute_url())
    return _render_comparison(request, case, other, refusal)


@require_GET
@project_page
def case_similar(request: HttpRequest) -> HttpResponse:
    """The cases that are like what is typed into the form of a case."""
    typed = {name: request.GET.get(name, "")[:1000] for name in ("title", "automation_key")}
    found = similar_cases(request.user, request.project, besides=request.GET.get("besides", "")[:40], **typed)
    return render_fragment(request, "catalog/case_form.html#similar", {"similar": found, "project": request.project})


def _pair(request: HttpRequest, pair_id: int) -> SimilarPair:
    pairs = SimilarPair.objects.of_current_cases().select_related("project__tenant", "case_a__project", "case_b")
    pair = get_visible(pairs, request, pk=pair_id)
    pair.case_a.project = pair.project
    return pair


def _ids_of(pair: SimilarPair) -> dict[str, str]:
    return {"a": pair.case_a.test_id, "b": pair.case_b.test_id}


def _both(request: HttpRequest, test_id: str, other_id: str) -> tuple[TestCase, TestCase]:
    """Both cases; one that is no longer there, or is the other one, is a 404."""
    found = TestCase.objects.for_detail().select_related("project__tenant", "folder", "owner", "activity")
    if test_id == other_id:
        raise Http404
    return get_visible(found, request, test_id=test_id), get_visible(found, request, test_id=other_id)


def _render_comparison(
    request: HttpRequest, case: TestCase, other: TestCase, refusal: Refusal | None = None
) -> HttpResponse:
    page = ComparePage(request, case, other, refusal)
    context = {"page": page, "project": request.project, "may": page.may}
    return render(request, "catalog/case_compare.html", context, status=refusal.status if refusal else 200)


def _list_again(request: HttpRequest, words: str = "", *, undo: str = "") -> HttpResponse:
    """The list as it is now; a page without script is sent there. `undo` is the address that takes it back."""
    if wants_fragment(request):
        response = DuplicatesPage(request).render()
        return tell(response, words, undo={"url": undo, "values": {}} if undo else None) if words else response
    if words:
        tell_later(request, words, undo=undo)
    page = DuplicatesPage(request)
    return redirect(page.url + page.kept_query)
