"""What happened to a release."""

from typing import Any

from django.core.paginator import Paginator
from django.views.generic import TemplateView

from accounts.project_pages import ProjectMixin, get_visible
from qaportal.kit.views import FragmentMixin

from ..head import release_head
from ..history import entries_of, lines_of
from ..models import Release

LINES = 50


class HistoryView(ProjectMixin, FragmentMixin, TemplateView):
    """The audit trail of the release, newest first; `?show=verdicts` adds the verdicts of its cases."""

    template_name = "releases/release_history.html"

    def get_context_data(self, pk: int, **kwargs: Any) -> dict[str, Any]:
        """One page of the trail in words."""
        release = get_visible(Release.objects.for_list(), self.request, pk=pk)
        with_verdicts = self.request.GET.get("show") == "verdicts"
        page = Paginator(entries_of(release, with_verdicts=with_verdicts), LINES).get_page(self.request.GET.get("page"))
        page.object_list = lines_of(page.object_list)
        head = release_head(release, user=self.request.user, current="history")
        context = super().get_context_data(**kwargs)
        return context | {"release": release, "head": head, "page_obj": page, "with_verdicts": with_verdicts}
