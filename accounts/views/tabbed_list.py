"""Lists whose tabs filter by one field, with a search and a menu of the other filters above them."""

from collections.abc import Mapping
from typing import Any

from qaportal.kit.views import FilteredListView, FragmentMixin

from ..administration import choice_tabs


class TabbedListView(FragmentMixin, FilteredListView):
    """Base of such lists; the company is a filter of the menu for those alone who see several."""

    tab_field: str

    def tab_choices(self) -> list[tuple[str, Any]]:
        """The values of the field that have a tab."""
        raise NotImplementedError

    def tab_counts(self) -> Mapping[str, int]:
        """How many rows each tab holds; under `all` the first one."""
        raise NotImplementedError

    def menu(self) -> list[str]:
        """The filters that the reader is offered."""
        return [name for name in self.menu_fields if name != "company" or self.request.user.is_super_admin]

    def chips(self, filterset: Any) -> list[dict[str, str]]:
        """The active filters but the one that the tabs show."""
        return [chip for chip in super().chips(filterset) if chip["name"] != self.tab_field]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The tabs with their counts."""
        tabs = choice_tabs(self.request, self.tab_field, self.tab_choices(), self.tab_counts())
        return super().get_context_data(**kwargs) | {"tabs": tabs}
