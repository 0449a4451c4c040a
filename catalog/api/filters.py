"""Filters that the API alone spells like this."""

from typing import Any

import django_filters
from django.utils.datastructures import MultiValueDict

from qaportal.kit.api.spelling import camel

from ..choices import TestType
from ..filters import CodesFilter, IdFilter, TestCaseApiFilter
from ..querysets.cases import OWN_FIELD


class RepositoryCaseFilter(TestCaseApiFilter):
    """The filters of cases by camelCase names, taken in both spellings; automation is who executes the case."""

    automation_status = CodesFilter(field_name="test_type", choices=TestType.choices)
    template_id = IdFilter(field_name="template_id")

    class Meta(TestCaseApiFilter.Meta):
        pass

    @classmethod
    def get_filters(cls) -> dict[str, django_filters.Filter]:
        """The filters by the names that the address has for them."""
        return {camel(name): each for name, each in super().get_filters().items()}

    def __init__(self, data: MultiValueDict | None = None, *args: Any, **kwargs: Any) -> None:
        """Take both spellings; the keys of the project's own fields stay as they are."""
        given = data.lists() if data else ()
        known = {name if name.startswith(OWN_FIELD) else camel(name): values for name, values in given}
        super().__init__(MultiValueDict(known), *args, **kwargs)
