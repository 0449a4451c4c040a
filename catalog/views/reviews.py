"""Reviews: the lists of them, asking for them and deciding them."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.project_pages import ProjectMixin, get_visible, project_page
from qaportal.kit.views import (
    FilteredListView,
    FragmentMixin,
    Refusal,
    render_fragment,
    shown_refusal,
    tell,
    wants_fragment,
)
from qaportal.kit.wording import number

from .. import policies
from ..case_pages import CasesPage
from ..change_page import ChangePage
from ..filters import CaseReviewFilter
from ..forms import ReviewForm
from ..models import CaseReview, TestCase
from ..review_pages import ASKED, EVERY, review_tabs, shown_view
from ..services import reviews as services
from ..tables import ReviewTable


class ReviewListView(ProjectMixin, FragmentMixin, FilteredListView):
    """What waits for the reader, what he asked for, and every review of the project."""

    table_class, filterset_class, fragment = ReviewTable, CaseReviewFilter, "rows"
    template_name = "catalog/review_list.html"

    def get_queryset(self) -> QuerySet[CaseReview]:
        """The reviews of the chosen view."""
        found = CaseReview.objects.visible_to(self.request.user).in_project(self.project).of_current_cases().for_list()
        view = shown_view(self.request)
        if view == EVERY:
            return found
        return found.asked_by(self.request.user) if view == ASKED else found.waiting_for(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The views as tabs."""
        return super().get_context_data(view=shown_view(self.request), tabs=review_tabs(self.request), **kwargs)


@require_POST
@project_page
def request_review(request: HttpRequest, test_id: str) -> HttpResponse:
    """Ask people to review the case."""
    case = _visible_case(request, test_id)
    form = ReviewForm(request.POST, project=request.project, user=request.user)
    policies.can_edit_cases(request.user, request.project).require()
    with shown_refusal(request) as refusal:
        if form.is_valid():
            services.request_review(actor=request.user, project=request.project, case_ids=[case.pk], **form.asked())
    return _answer(request, test_id, _("Asked for a review"), refusal, form)


@require_POST
@project_page
def decide_review(request: HttpRequest, test_id: str) -> HttpResponse:
    """Approve the case as it was seen, or return it for a reason: whoever was asked."""
    policies.can_review(request.user, request.project).require()
    case = _visible_case(request, test_id)
    is_approved = request.POST.get("decision") == "approve"
    decide = services.approve_review if is_approved else services.return_review
    with shown_refusal(request) as refusal:
        review = services.own_review(actor=request.user, case=case)
        seen, comment = request.POST.get("etag"), request.POST.get("comment", "")
        decide(actor=request.user, review=review, comment=comment, if_match=seen)
    words = _("%s is approved") if is_approved else _("%s is returned")
    return _answer(request, test_id, words % test_id, refusal)


@require_POST
@project_page
def withdraw_review(request: HttpRequest, test_id: str, review_id: int) -> HttpResponse:
    """Take back what somebody was asked."""
    policies.can_edit_cases(request.user, request.project).require()
    review = _visible_review(request, test_id, review_id)
    with shown_refusal(request) as refusal:
        services.withdraw_review(actor=request.user, review=review)
    return _answer(request, test_id, _("The review is withdrawn"), refusal)


@require_POST
@project_page
def request_reviews(request: HttpRequest) -> HttpResponse:
    """Ask people to review the picked cases: choose them first, then ask."""
    page = ChangePage(request)
    data = request.POST if request.POST.get("step") else None
    form = ReviewForm(data, project=request.project, user=request.user)
    context: dict[str, Any] = {"form": form, "project": request.project, "in_dialog": wants_fragment(request)}
    with shown_refusal(request) as refusal:
        context["joined_ids"] = page.joined_ids
        if form.is_valid():
            services.request_review(actor=request.user, project=request.project, case_ids=page.ids, **form.asked())
            return _after_asking(request, len(page.ids))
    context |= {"refusal": refusal, "query": f"?{request.GET.urlencode()}" if request.GET else ""}
    return _render_asking(request, context, 422 if refusal or form.errors else 200)


def _render_asking(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    if not context["in_dialog"]:
        return render_fragment(request, "catalog/review_request.html", context, status=status)
    response = render_fragment(request, "catalog/review_request.html#asking", context, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = "#change", "innerHTML"
    return response


def _after_asking(request: HttpRequest, count: int) -> HttpResponse:
    """The list as it was when the cases were picked."""
    words = ngettext("%s case goes into review", "%s cases go into review", count) % number(count)
    page = CasesPage(request)
    if wants_fragment(request):
        response = tell(page.render(), words)
        response["HX-Push-Url"] = page.closed_url
        return response
    messages.success(request, words)
    return redirect(page.closed_url)


def _visible_case(request: HttpRequest, test_id: str) -> TestCase:
    return get_visible(TestCase.objects.for_detail(), request, test_id=test_id)


def _visible_review(request: HttpRequest, test_id: str, review_id: int) -> CaseReview:
    found = CaseReview.objects.filter(case__test_id=test_id).of_current_cases()
    return get_visible(found.select_related("project__tenant", "reviewer"), request, pk=review_id)


def _answer(
    request: HttpRequest, test_id: str, words: str, refusal: Refusal, form: ReviewForm | None = None
) -> HttpResponse:
    """The case with its reviews as they are now; what was refused stands there, a full load goes back to the page."""
    case = _visible_case(request, test_id)
    page = CasesPage(request, case, refusal=refusal)
    if refusal or (form and form.errors):
        page.review_form = form
        return page.render(422)
    if wants_fragment(request):
        return tell(page.render(), words)
    messages.success(request, words)
    query = request.GET.urlencode()
    return redirect(f"{case.get_absolute_url()}?{query}" if query else case.get_absolute_url())
