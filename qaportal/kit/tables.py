"""The base of the portal's tables."""

from collections.abc import Iterator

import django_tables2 as tables
from django.db.models import Model


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
        columns = [(column.name, column.attrs["td"].as_html()) for column in self.columns]
        for row in self.paginated_rows:
            yield row.attrs.as_html(), [(attrs, row.get_cell(name)) for name, attrs in columns]
