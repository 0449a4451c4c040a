"""The overview of a project, and the search."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from django.views.generic import TemplateView

from accounts.project_pages import ProjectMixin, project_page
from qaportal.kit.views import render_fragment, wants_fragment

from .overview import Overview
from .search_page import SearchPage


class OverviewView(ProjectMixin, TemplateView):
    """Where the project stands: the next release, the last runs, the reader's own work, the cases to look at."""

    template_name = "reporting/overview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The overview, read part by part by the template."""
        return super().get_context_data(overview=Overview(self.project, self.request.user), **kwargs)


@require_GET
@login_required
def search_everywhere(request: HttpRequest) -> HttpResponse:
    """What the words find in all projects that the reader sees."""
    return _render(request, SearchPage(request, None))


@require_GET
@project_page
def search_project(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """What the words find in the project."""
    return _render(request, SearchPage(request, request.project))


def _render(request: HttpRequest, page: SearchPage) -> HttpResponse:
    template = "reporting/search.html" + ("#found" if wants_fragment(request) else "")
    return render_fragment(request, template, {"page": page, "project": page.project})
