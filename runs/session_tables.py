"""Columns of the list of exploratory sessions."""

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from qaportal.kit import drawing
from qaportal.kit.tables import PortalTable
from qaportal.kit.templatetags import ui

from .models import Session
from .session_page import clock
from .tables import quiet_number


class SessionTable(PortalTable):
    """Exploratory sessions, the newest first."""

    caption = gettext_lazy("Sessions, newest first unless sorted")

    name = tables.Column(verbose_name=gettext_lazy("Name"), attrs={"td": {"class": "c-title"}}, order_by=("name", "pk"))
    status = tables.Column(
        verbose_name=gettext_lazy("Status"), attrs={"th": {"class": "w-status"}, "td": {"class": "c-status"}}
    )
    worked = tables.Column(
        verbose_name=gettext_lazy("Time"),
        attrs={"th": {"class": "w-sig q-r q-wide"}, "td": {"class": "q-r q-num q-wide"}},
    )
    count_entries = tables.Column(
        verbose_name=gettext_lazy("Notes"),
        attrs={"th": {"class": "w-n q-r q-wide"}, "td": {"class": "q-r q-num q-wide"}},
    )
    count_findings = tables.Column(
        verbose_name=gettext_lazy("Findings"),
        attrs={"th": {"class": "w-n q-r q-wide"}, "td": {"class": "q-r q-num q-wide"}},
    )
    assigned_to = tables.Column(
        verbose_name=gettext_lazy("Assigned to"),
        empty_values=(),
        orderable=False,
        attrs={"th": {"class": "w-sig q-wide"}, "td": {"class": "q-wide"}},
    )
    created_at = tables.Column(
        verbose_name=gettext_lazy("Planned"), attrs={"th": {"class": "w-sig"}, "td": {"class": "c-side"}}
    )

    class Meta(PortalTable.Meta):
        model = Session
        fields: tuple[str, ...] = ()
        sequence = ("name", "status", "worked", "count_entries", "count_findings", "assigned_to", "created_at")
        order_by_field = "sort"

    def render_name(self, record: Session) -> SafeString:
        """The name, which opens the session."""
        return format_html(
            '<a class="q-name" href="{}" title="{}">{}</a>', record.get_absolute_url(), record.name, record.name
        )

    def render_status(self, record: Session) -> SafeString:
        """How far it is, as glyph and word."""
        return drawing.status_html(record.status)

    def render_worked(self, record: Session) -> str:
        """How long it was worked on, and its time box."""
        limit = f" / {clock(record.estimate)}" if record.estimate else ""
        return f"{clock(record.seconds())}{limit}"

    def render_count_entries(self, value: int) -> str:
        """How many notes."""
        return quiet_number(value)

    def render_count_findings(self, value: int) -> str:
        """How many findings."""
        return quiet_number(value)

    def render_assigned_to(self, record: Session) -> SafeString:
        """Who explores."""
        return ui.person(record.assigned_to)

    def render_created_at(self, record: Session) -> SafeString | str:
        """When it was planned."""
        return ui.timeago(record.created_at)
