"""The base of the portal's tables."""

from collections.abc import Callable, Iterator
from typing import Any

import django_tables2 as tables
from django.db.models import Model
from django_tables2.columns import BoundColumn
from django_tables2.utils import signature


class PortalTable(tables.Table):
    """A table in the portal's look; columns that are not named in `Meta.sortable` do not sort."""

    caption = ""

    class Meta:
        template_name = "kit/table.html"
        attrs = {"class": "q-table"}
        orderable = True
        row_attrs = {"data-row": lambda record: record.pk if isinstance(record, Model) else ""}

    def shown_rows(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """The rows of the page: attributes of the row, and attributes and content of each cell.

        The attributes of a cell are those of its column, so they are worked out once and not in every row.
        """
        columns = [(drawn_by(column), column.attrs["td"].as_html()) for column in self.columns]
        for row in self.paginated_rows:
            yield row.attrs.as_html(), [(attrs, draw(row)) for draw, attrs in columns]


def drawn_by(column: BoundColumn) -> Callable[[Any], str]:
    """What draws the cells of a column.

    The library asks in each cell anew what the drawing function takes, and looks the value up. A column that draws
    every row from its record alone needs neither.
    """
    if not column.column.empty_values and not column.link and signature(column.render) == (("record",), None):
        return lambda row: column.render(record=row.record)
    return lambda row: row.get_cell(column.name)
