"""The list of a project's runs."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.project_pages import ProjectMixin
from qaportal.kit.views import FilteredListView, FragmentMixin

from .. import policies
from ..filters import RunFilter
from ..models import TestRun
from ..tables import RunTable


class RunListView(ProjectMixin, FragmentMixin, FilteredListView):
    """All runs of the project; htmx asks for `#rows` alone."""

    table_class, filterset_class, fragment = RunTable, RunFilter, "rows"
    template_name = "runs/run_list.html"
    menu_fields = ("verdict", "status", "kind", "release", "branch", "environment", "pinned")

    def get_queryset(self) -> QuerySet:
        """The runs the user may see, newest first."""
        return TestRun.objects.visible_to(self.request.user).in_project(self.project).shown().for_list()

    def get_filterset_kwargs(self, filterset_class: type) -> dict[str, Any]:
        """The project whose releases can be chosen."""
        return super().get_filterset_kwargs(filterset_class) | {"project": self.project}

    def get_table_kwargs(self) -> dict[str, Any]:
        """Whether rows have a pin to press."""
        return {"may_pin": bool(policies.can_plan_run(self.request.user, self.project))}

    def chips(self, filterset: Any) -> list[dict[str, str]]:
        """The active filters; a release is named by its version, not by its key."""
        chips = super().chips(filterset)
        for chip in chips:
            if chip["name"] == "release":
                chip["value"] = filterset.form.cleaned_data["release"].version
        return chips

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The list and whether the user may upload."""
        may_import = policies.can_import_report(self.request.user, self.project)
        upload_url = reverse("runs:upload", args=[self.project.key])
        return super().get_context_data(
            may_import=may_import,
            may_plan=policies.can_plan_run(self.request.user, self.project),
            upload_url=upload_url,
            is_filtered=any(value for name, value in self.request.GET.items() if name not in {"sort", "page"}),
            **kwargs,
        )
