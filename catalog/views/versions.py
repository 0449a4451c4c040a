"""The versions of a case: what one changed, and bringing one back."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.project_pages import get_visible, project_page
from qaportal.kit.concurrency import etag
from qaportal.kit.views import Refusal, shown_refusal

from ..models import TestCase, TestCaseVersion
from ..services.versions import restore_version
from ..version_page import VersionPage


@require_GET
@project_page
def version_detail(request: HttpRequest, test_id: str, number: int) -> HttpResponse:
    """One version beside another, by default the one before it."""
    return _render(request, _visible_case(request, test_id), number)


@require_POST
@project_page
def bring_version_back(request: HttpRequest, test_id: str, number: int) -> HttpResponse:
    """Make the case say again what it said in the version."""
    case = _visible_case(request, test_id)
    version = get_visible(TestCaseVersion.objects.filter(case=case), request, number=number)
    with shown_refusal(request) as refusal:
        restore_version(actor=request.user, case=case, version=version, if_match=request.POST.get("etag"))
        words = _("%(id)s says again what version %(number)d said") % {"id": test_id, "number": number}
        messages.success(request, words)
        return redirect(case.get_absolute_url())
    return _render(request, _visible_case(request, test_id), number, refusal=refusal)


def _visible_case(request: HttpRequest, test_id: str) -> TestCase:
    return get_visible(TestCase.objects.for_detail(), request, test_id=test_id)


def _render(request: HttpRequest, case: TestCase, number: int, refusal: Refusal | None = None) -> HttpResponse:
    page = VersionPage(case, number, request.GET.get("with", ""), reader=request.user)
    if page.version is None:
        raise Http404
    context = {"page": page, "case": case, "project": request.project, "etag": etag(case), "refusal": refusal}
    return render(request, "catalog/case_version.html", context, status=refusal.status if refusal else 200)
