"""Columns of the audit log."""

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qaportal.kit.tables import PortalTable
from qaportal.kit.templatetags.ui import icon, person, timeago

from ..models import AuditEntry
from .reading import changes_of
from .words import kind_of, nobody_of, object_of, title_of

LONGEST_CHANGE = 40


def _only_change(entry: AuditEntry) -> SafeString:
    """What became of the one field that changed, where few words tell it: a verdict, a role, a status."""
    changes = changes_of(entry)
    if len(changes) != 1 or max(len(changes[0].before), len(changes[0].after)) > LONGEST_CHANGE:
        return SafeString("")
    became = icon("arrow-right", size="sm", label=_("became"))
    return format_html(
        '<span class="q-3 q-xs q-nowrap q-wide" title="{}">{} {} {}</span>',
        changes[0].name,
        changes[0].before,
        became,
        changes[0].after,
    )


class AuditTable(PortalTable):
    """Entries of the audit log, the newest first."""

    caption = gettext_lazy("Audit log, newest first")
    action = tables.Column(verbose_name=gettext_lazy("What"), attrs={"td": {"class": "c-title"}})
    who = tables.Column(
        verbose_name=gettext_lazy("Who"),
        empty_values=(),
        attrs={"th": {"class": "w-sig"}, "td": {"class": "c-sub"}},
    )
    project = tables.Column(
        verbose_name=gettext_lazy("Project"),
        empty_values=(),
        attrs={"th": {"class": "w-id q-wide"}, "td": {"class": "q-wide"}},
    )
    company = tables.Column(
        verbose_name=gettext_lazy("Company"),
        empty_values=(),
        attrs={"th": {"class": "w-sig q-wide"}, "td": {"class": "q-wide"}},
    )
    when = tables.Column(
        verbose_name=gettext_lazy("When"),
        accessor="created_at",
        attrs={"th": {"class": "w-sig q-r"}, "td": {"class": "c-side q-r"}},
    )

    class Meta(PortalTable.Meta):
        model = AuditEntry
        fields = ()
        orderable = False
        sequence = ("action", "who", "project", "company", "when")

    def __init__(self, *args: Any, opened: int | None, link_to: Any, shows_company: bool, **kwargs: Any) -> None:
        """`opened` is the entry whose drawer is open; `link_to(entry)` gives the address that opens one."""
        self.opened, self.link_to = opened, link_to
        row_attrs = {
            "data-row": "",
            "id": lambda record: f"entry-{record.pk}",
            "class": lambda record: "is-open" if record.pk == opened else "",
        }
        hidden = [] if shows_company else ["company"]
        if opened:  # beside the drawer what happened needs the room, and the drawer tells where
            hidden += ["project", "company"]
        super().__init__(*args, row_attrs=row_attrs, exclude=hidden, **kwargs)

    def render_action(self, record: AuditEntry) -> SafeString:
        """What was done, opening the drawer; with the object beside it."""
        is_open = SafeString(' aria-current="true"') if record.pk == self.opened else ""
        return format_html(
            '<span class="q-row"><a class="q-name flex-shrink-0" href="{}" title="{}"{}>{}</a>'
            '<span class="q-2 q-clip" title="{}">{}</span>{}</span>',
            self.link_to(record),
            record.action,
            is_open,
            title_of(record.action),
            kind_of(record),
            object_of(record),
            _only_change(record),
        )

    def render_who(self, record: AuditEntry) -> SafeString | str:
        """Avatar and name, or who it was when nobody known did it."""
        if record.actor is None:
            return format_html('<span class="q-3">{}</span>', nobody_of(record.action))
        return person(record.actor)

    def render_project(self, record: AuditEntry) -> SafeString | str:
        """The key."""
        if record.project is None:
            return format_html('<span class="q-3">{}</span>', "–")
        return format_html('<span class="q-id" title="{}">{}</span>', record.project.name, record.project.key)

    def render_company(self, record: AuditEntry) -> SafeString | str:
        """The name, for those who see several."""
        return record.tenant.name if record.tenant else format_html('<span class="q-3">{}</span>', "–")

    def render_when(self, record: AuditEntry) -> SafeString:
        """When, in relative words."""
        return timeago(record.created_at)
