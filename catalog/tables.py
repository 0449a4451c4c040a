"""Columns of the lists of stories and reviews."""

import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qaportal.kit import drawing, wording
from qaportal.kit.tables import PortalTable
from qaportal.kit.templatetags import ui

from .coverage import NOTHING, Standing
from .models import CaseReview, Story
from .reviewing import review_status


class StoryTable(PortalTable):
    """Stories with how far their cases are; `standings` holds that of each shown story by its key."""

    caption = gettext_lazy("Stories of the project")

    story_id = tables.Column(verbose_name=gettext_lazy("ID"), attrs={"th": {"class": "w-id"}, "td": {"class": "c-sub"}})
    title = tables.Column(
        verbose_name=gettext_lazy("Title"),
        empty_values=(),
        attrs={"td": {"class": "c-title"}},
        order_by=("title", "pk"),
    )
    epic_id = tables.Column(
        verbose_name=gettext_lazy("Epic"),
        empty_values=(),
        attrs={"th": {"class": "w-id q-wide"}, "td": {"class": "q-wide"}},
    )
    status = tables.Column(
        verbose_name=gettext_lazy("Status"),
        empty_values=(),
        attrs={"th": {"class": "w-type"}, "td": {"class": "c-side"}},
    )
    sprint = tables.Column(
        verbose_name=gettext_lazy("Sprint"),
        empty_values=(),
        attrs={"th": {"class": "w-type q-wide q-roomy"}, "td": {"class": "q-wide q-roomy"}},
    )
    cases = tables.Column(
        verbose_name=gettext_lazy("Cases"),
        empty_values=(),
        orderable=False,
        attrs={"th": {"class": "w-n q-r q-wide"}, "td": {"class": "q-r q-num q-wide"}},
    )
    coverage = tables.Column(
        verbose_name=gettext_lazy("Coverage"),
        empty_values=(),
        orderable=False,
        attrs={"th": {"class": "w-sig"}, "td": {"class": "c-status"}},
    )

    class Meta(PortalTable.Meta):
        model = Story
        fields: tuple[str, ...] = ()
        sequence = ("story_id", "title", "epic_id", "status", "sprint", "cases", "coverage")
        order_by_field = "sort"

    standings: dict[int, Standing] = {}

    def order_story_id(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By number: PAY-9 stands before PAY-10."""
        return queryset.sorted_by("-id" if is_descending else "id"), True

    def render_story_id(self, record: Story) -> SafeString:
        """The id."""
        return format_html('<span class="q-id" title="{}">{}</span>', record.story_id, record.story_id)

    def render_title(self, record: Story) -> SafeString:
        """The title, which opens the story; a stub has none yet."""
        words = record.title or _("Not described yet")
        kind = "" if record.title else " q-3"
        return format_html(
            '<a class="q-name{}" href="{}" title="{}">{}</a>', kind, record.get_absolute_url(), words, words
        )

    def render_epic_id(self, record: Story) -> SafeString | str:
        """The epic."""
        return _faint(record.epic_id)

    def render_status(self, record: Story) -> SafeString | str:
        """The word of its tracker."""
        return _faint(record.status)

    def render_sprint(self, record: Story) -> SafeString | str:
        """The sprint."""
        return _faint(record.sprint)

    def render_cases(self, record: Story) -> str:
        """How many current cases cover it."""
        return wording.number(self.standings.get(record.pk, NOTHING).total)

    def render_coverage(self, record: Story) -> SafeString:
        """The bar of the last results with the share that passed."""
        return coverage_bar(self.standings.get(record.pk, NOTHING))


def _faint(words: str) -> SafeString:
    return format_html('<span class="q-2 q-clip" title="{}">{}</span>', words, words)


def coverage_bar(standing: Standing) -> SafeString:
    """The bar of the last results with the share that passed; a word where there is no case."""
    if not standing.total:
        return format_html('<span class="q-3">{}</span>', _("No case"))
    share = wording.percent(standing.passed, standing.total)
    title = _("%(passed)d of %(total)d passed") % {"passed": standing.passed, "total": standing.total}
    return format_html(
        '<span class="q-row w-hist" title="{}">{}<span class="q-num q-xs q-3">{}</span></span>',
        title,
        drawing.status_bar_svg(standing.counts),
        share,
    )


class ReviewTable(PortalTable):
    """Reviews of cases."""

    caption = gettext_lazy("Reviews of test cases")

    case_id = tables.Column(
        verbose_name=gettext_lazy("ID"),
        accessor="case__test_id",
        orderable=False,
        attrs={"th": {"class": "w-id"}, "td": {"class": "c-sub"}},
    )
    title = tables.Column(
        verbose_name=gettext_lazy("Title"),
        accessor="case__title",
        orderable=False,
        attrs={"td": {"class": "c-title"}},
    )
    status = tables.Column(
        verbose_name=gettext_lazy("Review"),
        orderable=False,
        attrs={"th": {"class": "w-status"}, "td": {"class": "c-status"}},
    )
    reviewer = tables.Column(
        verbose_name=gettext_lazy("Reviewer"),
        empty_values=(),
        orderable=False,
        attrs={"th": {"class": "w-sig q-wide"}, "td": {"class": "q-wide"}},
    )
    requested_by = tables.Column(
        verbose_name=gettext_lazy("Asked by"),
        empty_values=(),
        orderable=False,
        attrs={"th": {"class": "w-sig q-wide q-roomy"}, "td": {"class": "q-wide q-roomy"}},
    )
    created_at = tables.Column(
        verbose_name=gettext_lazy("Asked"),
        order_by=("pk",),
        attrs={"th": {"class": "w-status q-r"}, "td": {"class": "q-r c-side"}},
    )

    class Meta(PortalTable.Meta):
        model = CaseReview
        fields: tuple[str, ...] = ()
        sequence = ("case_id", "title", "status", "reviewer", "requested_by", "created_at")
        order_by_field = "sort"

    def render_case_id(self, value: str) -> SafeString:
        """The id of the case."""
        return format_html('<span class="q-id">{}</span>', value)

    def render_title(self, record: CaseReview) -> SafeString:
        """The title, which opens the reviews of the case; whether it says something else since."""
        title = record.case.title
        link = format_html('<a class="q-name" href="{}" title="{}">{}</a>', record.get_absolute_url(), title, title)
        if not (record.is_outdated and record.is_open):
            return link
        words = _("changed since the request")
        mark = drawing.icon_svg("alert-triangle", size="sm", label=words)
        return format_html(
            '<span class="q-row">{}<span class="is-blocked q-ink-st" title="{}">{}</span></span>', link, words, mark
        )

    def render_status(self, record: CaseReview) -> SafeString:
        """How far it is."""
        return review_status(record)

    def render_reviewer(self, record: CaseReview) -> SafeString:
        """Who decides."""
        return ui.person(record.reviewer)

    def render_requested_by(self, record: CaseReview) -> SafeString:
        """Who asked."""
        return ui.person(record.requested_by)

    def render_created_at(self, record: CaseReview) -> SafeString | str:
        """When he was asked."""
        return ui.timeago(record.created_at)
