"""Columns of the list of issues."""

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from qaportal.kit import drawing
from qaportal.kit.tables import PortalTable
from qaportal.kit.templatetags import ui

from .models import Issue


class IssueTable(PortalTable):
    """The issues of a project."""

    caption = gettext_lazy("Issues of the project, the last changed first unless sorted")

    external_key = tables.Column(
        verbose_name=gettext_lazy("Ticket"),
        empty_values=(),
        attrs={"th": {"class": "w-id q-wide"}, "td": {"class": "c-sub q-wide"}},
    )
    title = tables.Column(
        verbose_name=gettext_lazy("Title"),
        empty_values=(),
        attrs={"td": {"class": "c-title"}},
        order_by=("title", "pk"),
    )
    case = tables.Column(
        verbose_name=gettext_lazy("Case"),
        empty_values=(),
        orderable=False,
        attrs={"th": {"class": "w-id q-wide q-roomy"}, "td": {"class": "q-wide q-roomy"}},
    )
    severity = tables.Column(
        verbose_name=gettext_lazy("Severity"),
        orderable=False,
        attrs={"th": {"class": "w-prio q-wide"}, "td": {"class": "q-wide"}},
    )
    priority = tables.Column(
        verbose_name=gettext_lazy("Priority"), attrs={"th": {"class": "w-prio q-wide"}, "td": {"class": "q-wide"}}
    )
    status = tables.Column(
        verbose_name=gettext_lazy("Status"), attrs={"th": {"class": "w-status"}, "td": {"class": "c-status"}}
    )
    assignee = tables.Column(
        verbose_name=gettext_lazy("Assigned to"),
        empty_values=(),
        orderable=False,
        attrs={"th": {"class": "w-sig q-wide"}, "td": {"class": "q-wide"}},
    )
    updated_at = tables.Column(
        verbose_name=gettext_lazy("Changed"), attrs={"th": {"class": "w-sig"}, "td": {"class": "c-side"}}
    )

    class Meta(PortalTable.Meta):
        model = Issue
        fields: tuple[str, ...] = ()
        sequence = ("external_key", "title", "case", "severity", "priority", "status", "assignee", "updated_at")
        order_by_field = "sort"

    def render_external_key(self, record: Issue) -> SafeString:
        """The key in the tracker, or the portal's own number."""
        words = record.external_key or f"#{record.pk}"
        return format_html('<span class="q-id" title="{}">{}</span>', words, words)

    def render_title(self, record: Issue) -> SafeString:
        """The title, which opens the issue."""
        return format_html(
            '<a class="q-name" href="{}" title="{}">{}</a>', record.get_absolute_url(), record.title, record.title
        )

    def render_case(self, record: Issue) -> SafeString:
        """The case that it is about."""
        if record.case is None or record.case.deleted_at is not None:
            return format_html('<span class="q-3">{}</span>', "–")
        return format_html(
            '<a class="q-id" href="{}" title="{}">{}</a>',
            record.case.get_absolute_url(),
            record.case.title,
            record.case.test_id,
        )

    def render_priority(self, record: Issue) -> SafeString:
        """The priority as glyph and word."""
        return ui.priority(record.priority_code)

    def render_status(self, record: Issue) -> SafeString:
        """Where it stands, as glyph and word."""
        return drawing.status_html(record.status)

    def render_assignee(self, record: Issue) -> SafeString:
        """Who works on it."""
        return ui.person(record.assignee)

    def render_updated_at(self, record: Issue) -> SafeString | str:
        """When it was changed last."""
        return ui.timeago(record.updated_at)
