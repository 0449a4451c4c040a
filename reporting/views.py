"""The overview of a project."""

from typing import Any

from django.views.generic import TemplateView

from accounts.project_pages import ProjectMixin

from .overview import Overview


class OverviewView(ProjectMixin, TemplateView):
    """Where the project stands: the next release, the last runs, the reader's own work, the cases to look at."""

    template_name = "reporting/overview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The overview, read part by part by the template."""
        return super().get_context_data(overview=Overview(self.project, self.request.user), **kwargs)
