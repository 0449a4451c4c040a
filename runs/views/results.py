"""The page of one result with its evidence."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.project_pages import get_visible, project_page
from qaportal.kit.views import render_fragment, wants_fragment

from .. import policies
from ..models import RunCase
from ..result_page import ResultPage
from .run_changes import crumbs_of

TEMPLATE = "runs/result.html"


@require_safe
@project_page
def result(request: HttpRequest, number: int, test_id: int) -> HttpResponse:
    """A test of a run: one of its attempts with all it left behind; htmx asks for a stretch of its log."""
    tests = RunCase.objects.living().for_list().select_related("run__release__project", "run__configuration")
    test = get_visible(tests.filter(run__number=number), request, pk=test_id)
    page = ResultPage(test, user=request.user, query=request.GET)
    context = {
        "project": request.project,
        "run": test.run,
        "test": test,
        "page": page,
        "crumbs": crumbs_of(test.run),
        "base": request.build_absolute_uri("/")[:-1],
        "may_execute": policies.can_execute(request.user, test.run),
        "may_sort": policies.can_sort_failures(request.user, request.project),
    }
    if wants_fragment(request):
        return render_fragment(request, f"{TEMPLATE}#log", context)
    return render(request, TEMPLATE, context)
