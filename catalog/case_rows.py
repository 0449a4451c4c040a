"""The rows of the page of cases: filtered, searched, in order, and counted no further than need be."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property

from accounts.models import User
from qaportal.kit.search import MOST_COUNTED, MOST_REACHED
from qaportal.kit.wording import number

from .case_columns import Column
from .filters import TestCaseFilter
from .models import TestCase
from .query_language import parse

RELEVANCE = "relevance"


class CasesPaginator(Paginator):
    """Pages through the keys of cases; the number is known, or counted up to a bound."""

    def __init__(self, keys: Any, size: int, known: int | None = None, *, is_capped: bool = False) -> None:
        """`known` is the number where something keeps it."""
        super().__init__(keys, size)
        self.known, self._is_capped = known, is_capped

    @cached_property
    def count(self) -> int:
        """How many rows can be paged through."""
        if self.known is not None:
            return self.known
        keys = self.object_list
        return len(keys) if isinstance(keys, Sequence) else keys.order_by()[:MOST_REACHED].count()

    @property
    def is_capped(self) -> bool:
        """Whether the number reads as "so many and more"."""
        return self.known is None and (self._is_capped or self.count > MOST_COUNTED)

    @property
    def shown_count(self) -> str:
        """The number as the foot of the list says it."""
        return f"{number(MOST_COUNTED)}+" if self.is_capped else number(self.count)


def searched_words(filterset: TestCaseFilter) -> str:
    """What is searched, or nothing when the filters cannot be used."""
    return filterset.form.cleaned_data.get("search", "") if filterset.form.is_valid() else ""


def is_narrowed(filterset: TestCaseFilter) -> bool:
    """Whether some filter or words leave cases out."""
    return not filterset.form.is_valid() or any(filterset.form.cleaned_data.values())


def is_ranked(filterset: TestCaseFilter, order: str) -> bool:
    """Whether the best stand first: words are searched, and no other order is chosen."""
    return order.removeprefix("-") in {"", RELEVANCE} and bool(parse(searched_words(filterset)).words)


def load_rows(
    filterset: TestCaseFilter,
    *,
    user: User,
    order: str,
    size: int,
    place: str | None,
    known: int | None,
    columns: Sequence[Column],
) -> Page:
    """The page of cases that the address asks for, with what its columns show; one beyond the end means the last."""
    words = searched_words(filterset)
    if is_ranked(filterset, order):
        found = _filtered(filterset, {"search": ""}).ranked(words, user)
        paginator = CasesPaginator(found.ids, size, is_capped=found.is_capped)
    else:
        cases = _filtered(filterset, {}) if filterset.form.is_valid() else filterset.queryset
        paginator = CasesPaginator(cases.sorted_by(order).values_list("pk", flat=True), size, known)
    page = paginator.get_page(place)
    page.object_list = TestCase.objects.rows_of(
        list(page.object_list),
        words,
        needs={name for column in columns for name in column.needs},
        with_stories=any(column.needs_stories for column in columns),
    )
    return page


def _filtered(filterset: TestCaseFilter, instead: Mapping[str, Any]) -> Any:
    """The cases that the filters leave, with these values in place of some that were given."""
    found = filterset.queryset
    for name, value in {**filterset.form.cleaned_data, **instead}.items():
        found = filterset.filters[name].filter(found, value)
    return found


def matching_ids(filterset: TestCaseFilter, most: int) -> list[int]:
    """The keys of the cases that the filters leave, at most so many."""
    found = _filtered(filterset, {}) if filterset.form.is_valid() else filterset.queryset
    return list(found.order_by("pk").values_list("pk", flat=True)[:most])
