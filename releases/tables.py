"""Columns of the lists of releases and milestones."""

from collections.abc import Mapping

import django_tables2 as tables
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qaportal.kit import drawing, wording
from qaportal.kit.tables import PortalTable
from qaportal.kit.templatetags import ui

from .gates import Verdict
from .milestone_pages import Progress
from .models import Milestone, Release

format_html_lazy = lazy(format_html, SafeString)


def verdict_mark(verdict: Verdict, *, pill: bool = False) -> SafeString:
    """The verdict as glyph and word; an empty scope has its own word."""
    word = _("Empty scope") if verdict.state == "waiting" else ""
    return drawing.status_html(verdict.state, word=word, css="q-status-pill" if pill else "")


class ReleaseTable(PortalTable):
    """The releases of a project with how far they are; `verdicts` holds the verdict of each shown release by id."""

    caption = gettext_lazy("Releases of the project")

    version = tables.Column(attrs={"th": {"class": "w-type"}, "td": {"class": "c-sub"}})
    name = tables.Column(
        verbose_name=gettext_lazy("Name"), empty_values=(), attrs={"td": {"class": "c-title"}}, order_by=("name", "pk")
    )
    progress = tables.Column(
        verbose_name=gettext_lazy("Progress"),
        empty_values=(),
        orderable=False,
        attrs={"th": {"class": "q-wide"}, "td": {"class": "q-wide"}},
    )
    verdict = tables.Column(
        verbose_name=gettext_lazy("Verdict"),
        empty_values=(),
        orderable=False,
        attrs={"th": {"class": "w-status"}, "td": {"class": "c-status"}},
    )
    release_date = tables.Column(
        verbose_name=gettext_lazy("Ships"),
        empty_values=(),
        attrs={"th": {"class": "w-time"}, "td": {"class": "c-side"}},
    )
    qa_lead = tables.Column(
        verbose_name=format_html_lazy('<span class="visually-hidden">{}</span>', gettext_lazy("Led by")),
        empty_values=(),
        orderable=False,
        attrs={"th": {"class": "w-who q-wide"}, "td": {"class": "q-wide"}},
    )

    class Meta(PortalTable.Meta):
        model = Release
        fields: tuple[str, ...] = ()
        sequence = ("version", "name", "progress", "verdict", "release_date", "qa_lead")
        order_by_field = "sort"

    verdicts: dict[int, Verdict] = {}

    def render_version(self, record: Release) -> SafeString:
        """The version as an id."""
        return format_html('<span class="q-id" title="{}">{}</span>', record.version, record.version)

    def render_name(self, record: Release) -> SafeString:
        """The name, which opens the release; one without a name is called by its version."""
        words = record.name or _("Release %s") % record.version
        return format_html('<a class="q-name" href="{}" title="{}">{}</a>', record.get_absolute_url(), words, words)

    def render_progress(self, record: Release) -> SafeString:
        """The bar of its verdicts with the share that was executed."""
        standing = self.verdicts[record.pk].standing
        if not standing.total:
            return format_html('<span class="q-3">{}</span>', _("No cases"))
        share = wording.percent(standing.executed, standing.total)
        return format_html(
            '<span class="q-row">{}<span class="q-num q-xs q-3">{}</span></span>',
            drawing.status_bar_svg(standing.counts),
            share,
        )

    def render_verdict(self, record: Release) -> SafeString:
        """Ready or not."""
        return verdict_mark(self.verdicts[record.pk])

    def render_release_date(self, record: Release) -> SafeString | str:
        """When it ships."""
        return ui.timeago(record.release_date, empty=_("No date"))

    def render_qa_lead(self, record: Release) -> SafeString:
        """Who leads it."""
        return ui.avatar(record.qa_lead)


class MilestoneTable(PortalTable):
    """The milestones of a project; `progress` holds how far each shown one is by its id."""

    caption = gettext_lazy("Milestones of the project")

    name = tables.Column(
        verbose_name=gettext_lazy("Name"), empty_values=(), attrs={"td": {"class": "c-title"}}, order_by=("name", "pk")
    )
    parent = tables.Column(
        verbose_name=gettext_lazy("Part of"),
        empty_values=(),
        orderable=False,
        attrs={"th": {"class": "w-sig q-wide q-roomy"}, "td": {"class": "q-wide q-roomy"}},
    )
    progress = tables.Column(
        verbose_name=gettext_lazy("Progress"),
        empty_values=(),
        orderable=False,
        attrs={"th": {"class": "q-wide"}, "td": {"class": "q-wide"}},
    )
    count_releases = tables.Column(
        verbose_name=gettext_lazy("Releases"),
        attrs={"th": {"class": "w-n q-r q-wide"}, "td": {"class": "q-r q-num q-wide"}},
    )
    status = tables.Column(
        verbose_name=gettext_lazy("Status"), attrs={"th": {"class": "w-status"}, "td": {"class": "c-status"}}
    )
    due_date = tables.Column(
        verbose_name=gettext_lazy("Due"),
        empty_values=(),
        attrs={"th": {"class": "w-sig"}, "td": {"class": "c-side"}},
    )

    class Meta(PortalTable.Meta):
        model = Milestone
        fields: tuple[str, ...] = ()
        sequence = ("name", "parent", "progress", "count_releases", "status", "due_date")
        order_by_field = "sort"

    progress_by_id: Mapping[int, Progress] = {}

    def render_name(self, record: Milestone) -> SafeString:
        """The name, which opens the milestone."""
        return format_html(
            '<a class="q-name" href="{}" title="{}">{}</a>', record.get_absolute_url(), record.name, record.name
        )

    def render_parent(self, record: Milestone) -> SafeString:
        """What it is a part of."""
        above = record.parent if record.parent and record.parent.deleted_at is None else None
        if above is None:
            return format_html('<span class="q-3">{}</span>', "–")
        return format_html('<span class="q-clip" title="{}">{}</span>', above.name, above.name)

    def render_progress(self, record: Milestone) -> SafeString:
        """The verdicts of its releases together, with the share that was executed."""
        found = self.progress_by_id.get(record.pk, Progress())
        if not found.total:
            return format_html('<span class="q-3">{}</span>', _("No cases"))
        share = wording.percent(found.executed, found.total)
        return format_html(
            '<span class="q-row">{}<span class="q-num q-xs q-3">{}</span></span>',
            drawing.status_bar_svg(found.counts),
            share,
        )

    def render_status(self, record: Milestone) -> SafeString:
        """How far it is, as glyph and word."""
        return drawing.status_html(record.status)

    def render_due_date(self, record: Milestone) -> SafeString | str:
        """When it is due."""
        return ui.timeago(record.due_date, empty=_("No date"))
