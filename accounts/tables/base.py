"""What the tables of the administration share."""

from typing import Any

import django_tables2 as tables
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from qaportal.kit import drawing
from qaportal.kit.tables import PortalTable

format_html_lazy = lazy(format_html, SafeString)
_NEUTRAL = {"active": "enabled", "open": "pending"}
"""Statuses whose code another app uses for something that has a colour."""


def state_mark(state: Any) -> SafeString:
    """What has become of a person, a company, an invitation or a token, as glyph and word."""
    return drawing.status_html(_NEUTRAL.get(state.value, state.value), word=state.label)


def nothing(words: str = "–") -> SafeString:
    """What stands in a cell that has nothing to tell."""
    return format_html('<span class="q-3">{}</span>', words)


def clipped(words: str) -> SafeString:
    """Words that are cut where the column ends, whole when they are pointed at."""
    return format_html('<span class="q-clip" title="{}">{}</span>', words, words)


def link(url: str, name: str) -> SafeString:
    """The name that opens the row."""
    return format_html('<a class="q-name" href="{}" title="{}">{}</a>', url, name, name)


def column(label: Any, th: str = "", td: str = "", **options: Any) -> tables.Column:
    """A column with the classes of its head and of its cells; it sorts only where that is said."""
    attrs = {"th": {"class": th}, "td": {"class": td}}
    return tables.Column(verbose_name=label, empty_values=(), attrs=attrs, **{"orderable": False} | options)


def actions(template: str) -> tables.TemplateColumn:
    """The column with the buttons of a row."""
    return tables.TemplateColumn(
        template_name=template,
        verbose_name=format_html_lazy('<span class="visually-hidden">{}</span>', gettext_lazy("Actions")),
        orderable=False,
        attrs={"th": {"class": "w-sig q-r"}, "td": {"class": "c-side q-r"}},
    )


class ListTable(PortalTable):
    """Base of the lists of the administration: `hidden` names the columns that this reader does not get."""

    def __init__(self, *args: Any, hidden: tuple[str, ...] = (), **kwargs: Any) -> None:
        """Leave the hidden columns out."""
        super().__init__(*args, exclude=hidden, **kwargs)

    class Meta(PortalTable.Meta):
        order_by_field = "sort"
