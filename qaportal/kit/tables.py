"""The base of the portal's tables."""

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
