"""Pages of lists that are too long to be counted."""

from django.core.paginator import Paginator
from django.utils.functional import cached_property

MOST_COUNTED = 10_000


class CappedPaginator(Paginator):
    """Counts the rows of a table up to `MOST_COUNTED` and pages through so many; what follows needs a narrower list."""

    @cached_property
    def _counted(self) -> int:
        """The rows, and one more where there are more than are counted."""
        return self.object_list.data.data.order_by()[: MOST_COUNTED + 1].count()

    @property
    def count(self) -> int:
        """How many rows can be paged through."""
        return min(self._counted, MOST_COUNTED)

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows."""
        return self._counted > MOST_COUNTED
