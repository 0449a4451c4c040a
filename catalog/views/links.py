"""Linking a case to others."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.project_pages import get_visible, project_page
from qaportal.kit.errors import InvalidInput
from qaportal.kit.views import Refusal, render_fragment, shown_refusal, wants_fragment

from ..case_links import NEEDED_BY, SAME_TEST
from ..case_pages import CasesPage
from ..forms import CaseLinkForm
from ..models import TestCase, TestCaseLink
from ..services.links import link_two_cases, remove_link


@require_POST
@project_page
def link_case(request: HttpRequest, test_id: str) -> HttpResponse:
    """Say how another case of the project belongs to this one."""
    case = _visible_case(request, test_id)
    form = CaseLinkForm(request.POST)
    with shown_refusal(request) as refusal:
        other = _named_case(request, form)
        kind = form.cleaned_data["kind"]
        first, second = (other, case) if kind == NEEDED_BY else (case, other)
        type = SAME_TEST if kind == SAME_TEST else "DEPENDS_ON"
        link_two_cases(actor=request.user, case=first, other=second, type=type)
    return _render(request, test_id, refusal)


@require_POST
@project_page
def unlink_case(request: HttpRequest, test_id: str, link_id: int) -> HttpResponse:
    """Take a link of the case back."""
    case = _visible_case(request, test_id)
    link = get_visible(TestCaseLink.objects.of_case(case), request, pk=link_id)
    with shown_refusal(request) as refusal:
        remove_link(actor=request.user, link=link)
    return _render(request, test_id, refusal)


def _visible_case(request: HttpRequest, test_id: str) -> TestCase:
    return get_visible(TestCase.objects.for_detail(), request, test_id=test_id)


def _named_case(request: HttpRequest, form: CaseLinkForm) -> TestCase:
    """The case that the form names; raises InvalidInput when there is none in the project."""
    if not form.is_valid():
        raise InvalidInput(_("Choose a kind and name the other case by its id, such as TC_UI_114."))
    given = form.cleaned_data["other"].strip()
    found = TestCase.objects.visible_to(request.user).in_project(request.project).select_related("project__tenant")
    other = found.filter(test_id__iexact=given).first()
    if other is None:
        raise InvalidInput(_("There is no case %s in this project.") % given)
    return other


def _render(request: HttpRequest, test_id: str, refusal: Refusal) -> HttpResponse:
    """The linked cases as they are now, with the refusal beside the form; a full load goes back to the case's page."""
    case = _visible_case(request, test_id)
    page = CasesPage(request, case, refusal=refusal)
    if wants_fragment(request):
        context = {"page": page, "may": page.may, "is_page": request.GET.get("full") == "1"}
        return render_fragment(request, "catalog/_case_links.html", context, status=refusal.status)
    if refusal:
        return page.render(refusal.status)
    query = request.GET.urlencode()
    return redirect(f"{case.get_absolute_url()}?{query}" if query else case.get_absolute_url())
