"""Configuration of reporting."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    """Read-only views over the other apps."""

    name = "reporting"

    def ready(self) -> None:
        """Register the sidebar entry, the card of open work, the demo project, and what the palette offers."""
        from qaportal.kit import navigation, preparation, search
        from qaportal.kit.shell import register_resume

        from .demo.step import prepare_demo
        from .search_page import find_page
        from .work import resume

        navigation.register(
            navigation.Entry(
                "overview",
                _("Overview"),
                "layout-dashboard",
                "reporting:overview",
                group=0,
                order=0,
                prefix="reporting:overview",
            )
        )
        search.register(search.Source("search-page", _("Search"), find_page, order=90))
        register_resume(resume)
        preparation.register("demo project", prepare_demo, order=50)
