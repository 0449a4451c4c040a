"""Columns of the lists of runs and of the tests in a run."""

from typing import Any

import django_tables2 as tables
from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from qaportal.kit.drawing import icon_svg, status_bar_svg, status_html
from qaportal.kit.tables import PortalTable
from qaportal.kit.templatetags.ui import avatar, timeago
from qaportal.kit.wording import duration, number, relative

from .choices import ResultStatus, RunStatus
from .models import RunCase, TestRun
from .outcome import verdict_of

WORST_FIRST = (
    ResultStatus.ERROR,
    ResultStatus.FAILED,
    ResultStatus.BLOCKED,
    ResultStatus.IN_PROGRESS,
    ResultStatus.NOT_STARTED,
    ResultStatus.SKIPPED,
    ResultStatus.PASSED,
)


def quiet_number(value: int) -> str:
    """A count; nothing says more than a column of zeros."""
    return number(value) if value else "–"


def due_of(run: TestRun) -> SafeString | str:
    """Until when a run that goes on is to be executed; marked when that time is over."""
    if run.due is None or run.status != RunStatus.ACTIVE:
        return ""
    day = relative(run.due)
    if run.is_overdue:
        return format_html(
            '<span class="q-tag is-failed q-ink-st">{}{}</span>', icon_svg("alert-triangle"), _("overdue, %s") % day
        )
    return format_html('<span class="q-3 q-xs q-nowrap">{}</span>', _("due %s") % day)


class RunTable(PortalTable):
    """Runs of a project, the newest first."""

    caption = gettext_lazy("Runs, newest first unless sorted")
    number = tables.Column(verbose_name=gettext_lazy("Run"), attrs={"th": {"class": "w-n"}, "td": {"class": "c-sub"}})
    name = tables.Column(verbose_name=gettext_lazy("Name"), attrs={"td": {"class": "c-title"}})
    status = tables.Column(
        verbose_name=gettext_lazy("Outcome"),
        orderable=False,
        attrs={"th": {"class": "w-status"}, "td": {"class": "c-status"}},
    )
    results = tables.Column(
        verbose_name=gettext_lazy("Results"),
        empty_values=(),
        orderable=False,
        attrs={"th": {"class": "w-hist q-wide"}, "td": {"class": "q-wide"}},
    )
    total = tables.Column(
        verbose_name=gettext_lazy("Tests"),
        orderable=False,
        attrs={"th": {"class": "w-n q-r q-wide"}, "td": {"class": "q-r q-num q-wide"}},
    )
    failed = tables.Column(
        verbose_name=gettext_lazy("Failed"),
        accessor="count_failed",
        attrs={"th": {"class": "w-n q-r q-wide"}, "td": {"class": "q-r q-num q-wide"}},
    )
    flaky = tables.Column(
        verbose_name=gettext_lazy("Flaky"),
        accessor="count_flaky",
        attrs={"th": {"class": "w-n q-r q-wide"}, "td": {"class": "q-r q-num q-wide"}},
    )
    duration = tables.Column(
        verbose_name=gettext_lazy("Took"),
        accessor="duration_ms",
        attrs={"th": {"class": "w-time q-r q-wide"}, "td": {"class": "q-r q-num q-wide"}},
    )
    started = tables.Column(
        verbose_name=gettext_lazy("Started"),
        accessor="started_at",
        attrs={"th": {"class": "w-sig q-r"}, "td": {"class": "c-side q-r"}},
    )

    pin = tables.Column(
        verbose_name=gettext_lazy("Pin"),
        empty_values=(),
        orderable=False,
        attrs={"th": {"class": "w-n q-r q-wide"}, "td": {"class": "q-r q-wide"}},
    )

    class Meta(PortalTable.Meta):
        model = TestRun
        fields = ()
        order_by = "-started"
        sequence = ("number", "name", "status", "results", "total", "failed", "flaky", "duration", "started", "pin")

    def __init__(self, *args: Any, may_pin: bool = False, **kwargs: Any) -> None:
        """`may_pin`: whether the reader pins runs."""
        self.may_pin = may_pin
        super().__init__(*args, **kwargs)

    def render_pin(self, record: TestRun) -> SafeString | str:
        """The button that pins the run, or takes the pin off."""
        if not self.may_pin:
            return icon_svg("pin", label=_("Pinned")) if record.pinned_at else ""
        words = _("Take the pin off run %d") if record.pinned_at else _("Pin run %d, to keep it for ever")
        return format_html(
            '<form class="q-inline" method="post" action="{}">'
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="next" value="{}">{}'
            '<button class="btn btn-ghost btn-sm btn-icon{}" type="submit" aria-label="{}" title="{}">{}</button>'
            "</form>",
            reverse("runs:pin", args=[record.project.key, record.number]),
            get_token(self.request),
            self.request.get_full_path(),
            mark_safe('<input type="hidden" name="off" value="1">') if record.pinned_at else "",
            "" if record.pinned_at else " q-on-hover",
            words % record.number,
            words % record.number,
            icon_svg("pin"),
        )

    def render_number(self, value: int) -> str:
        """The number people call the run by; not grouped, it is a name."""
        return format_html('<span class="q-id">{}</span>', value)

    def render_name(self, record: TestRun) -> SafeString:
        """The name, with the release or the branch that tells equal names apart."""
        where = [record.configuration.name] if record.configuration else []
        where += [record.release.version] if record.release else []
        where += [text for text in (record.branch, record.environment) if text]
        return format_html(
            '<span class="q-row"><a class="q-name" href="{}" title="{}">{}</a>'
            '<span class="q-3 q-xs q-clip">{}</span>{}</span>',
            record.get_absolute_url(),
            record.name,
            record.name,
            " · ".join(where),
            due_of(record),
        )

    def render_status(self, record: TestRun) -> SafeString:
        """What its tests add up to, or whether it still runs."""
        return status_html(verdict_of(record))

    def render_results(self, record: TestRun) -> SafeString:
        """The bar of counts."""
        return status_bar_svg(record.counts)

    def render_total(self, record: TestRun) -> str:
        """How many tests."""
        return number(record.total)

    def render_failed(self, record: TestRun) -> str:
        """Failures and errors."""
        return quiet_number(record.count_failed + record.count_error)

    def order_failed(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By failures and errors together."""
        failures = F("count_failed") + F("count_error")
        return queryset.order_by(failures.desc() if is_descending else failures.asc(), "-number"), True

    def order_started(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By time, then by number."""
        order = ("-started_at", "-number") if is_descending else ("started_at", "number")
        return queryset.order_by(*order), True

    def render_flaky(self, value: int) -> str:
        """How many passed on retry."""
        return quiet_number(value)

    def render_started(self, record: TestRun) -> SafeString:
        """When, in relative words."""
        return timeago(record.started_at)

    def render_duration(self, value: int) -> str:
        """The sum of its tests."""
        return duration(value) if value else "–"


def signals_of(test: RunCase) -> SafeString | str:
    """What a row says beside its verdict: quarantine, the class of its failure, flaky, or how many attempts it took."""
    if test.is_quarantined:
        return format_html('<span class="q-tag">{}</span>', _("Quarantine"))
    if test.rule is not None:
        return format_html('<span class="q-tag" title="{}">{}</span>', test.rule.name, test.rule.get_cause_display())
    if test.is_flaky:
        words = _("Flaky, try %s") % test.attempts if test.attempts > 1 else _("Flaky")
        return format_html('<span class="q-mark-flaky">{}{}</span>', icon_svg("repeat"), words)
    if test.attempts > 1:
        words = ngettext("%s attempt", "%s attempts", test.attempts) % number(test.attempts)
        return format_html('<span class="q-xs q-3">{}</span>', words)
    return ""


class RunCaseTable(PortalTable):
    """Tests of one run."""

    caption = gettext_lazy("Results of the run")
    left_to_drawer = ("case",)
    """Columns that make room for the title while a drawer is open beside the list, which tells the same."""
    case = tables.Column(
        verbose_name=gettext_lazy("Case"),
        accessor="case__test_id",
        empty_values=(),
        attrs={"th": {"class": "w-id q-wide"}, "td": {"class": "q-wide"}},
    )
    name = tables.Column(verbose_name=gettext_lazy("Test"), empty_values=(), attrs={"td": {"class": "c-title"}})
    signals = tables.Column(
        verbose_name=format_html('<span class="visually-hidden">{}</span>', gettext_lazy("Signals")),
        empty_values=(),
        orderable=False,
        attrs={"th": {"class": "w-sig"}, "td": {"class": "c-sub"}},
    )
    status = tables.Column(
        verbose_name=gettext_lazy("Result"),
        empty_values=(),
        attrs={"th": {"class": "w-status"}, "td": {"class": "c-status"}},
    )
    duration = tables.Column(
        verbose_name=gettext_lazy("Time"),
        accessor="duration_ms",
        empty_values=(),
        attrs={"th": {"class": "w-time q-r"}, "td": {"class": "c-side q-r q-num"}},
    )

    class Meta(PortalTable.Meta):
        model = RunCase
        fields = ()
        sequence = ("case", "name", "signals", "status", "duration")

    def __init__(self, *args: Any, opened: int | None = None, link_to: Any = None, **kwargs: Any) -> None:
        """`opened` is the test whose drawer is open; `link_to(test)` gives the address that opens one."""
        self.opened, self.link_to = opened, link_to
        row_attrs = {
            "data-row": "",
            "id": lambda record: f"test-{record.pk}",
            "class": lambda record: "is-open" if record.pk == opened else "",
        }
        if opened:
            kwargs["exclude"] = self.left_to_drawer
        super().__init__(*args, row_attrs=row_attrs, **kwargs)

    def render_case(self, record: RunCase) -> SafeString | str:
        """The id of the case, or a dash while there is none."""
        if record.case is None:
            return format_html('<span class="q-3" title="{}">–</span>', _("Belongs to no test case yet"))
        return format_html('<span class="q-id">{}</span>', record.case.test_id)

    def render_name(self, record: RunCase) -> SafeString:
        """The name, opening the drawer; the class beside it."""
        is_open = SafeString(' aria-current="true"') if record.pk == self.opened else ""
        return format_html(
            '<span class="q-row"><a class="q-name" href="{}" title="{}"{}>{}</a>'
            '<span class="q-3 q-xs q-clip q-wide">{}</span></span>',
            self.link_to(record),
            record.automation_key or record.name,
            is_open,
            record.name,
            "" if self.opened else record.class_name,
        )

    def render_signals(self, record: RunCase) -> SafeString | str:
        """Flaky or retried."""
        return signals_of(record)

    def render_status(self, record: RunCase) -> SafeString:
        """Glyph and word."""
        return status_html(record.status)

    def render_duration(self, record: RunCase) -> str:
        """How long the last attempt took."""
        return "–" if record.duration_ms is None else duration(record.duration_ms)

    def order_name(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By name, then by place in the report."""
        return queryset.order_by("-name" if is_descending else "name", "position", "pk"), True

    def order_status(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """What needs attention first."""
        ranks = [When(status=status, then=Value(rank)) for rank, status in enumerate(WORST_FIRST)]
        ranked = queryset.annotate(rank=Case(*ranks, output_field=IntegerField()))
        return ranked.order_by("-rank" if is_descending else "rank", "position", "pk"), True

    def order_duration(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """The slowest first when descending; tests without a time last."""
        time = F("duration_ms")
        ordered = time.desc(nulls_last=True) if is_descending else time.asc(nulls_last=True)
        return queryset.order_by(ordered, "position", "pk"), True

    def order_case(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By test id; tests without a case last."""
        test_id = F("case__test_id")
        ordered = test_id.desc(nulls_last=True) if is_descending else test_id.asc(nulls_last=True)
        return queryset.order_by(ordered, "position", "pk"), True


class PlannedTable(RunCaseTable):
    """Tests of a run by hand: who executes them, and a box to pick those that change hands."""

    caption = gettext_lazy("Tests of the run and who executes them")
    left_to_drawer = ("case", "signals")
    pick = tables.Column(accessor="pk", orderable=False, attrs={"th": {"class": "w-check"}, "td": {"class": "c-check"}})
    who = tables.Column(
        verbose_name=gettext_lazy("Who"),
        accessor="assigned_to",
        empty_values=(),
        orderable=False,
        attrs={"th": {"class": "w-sign q-wide"}, "td": {"class": "q-wide"}},
    )

    class Meta(RunCaseTable.Meta):
        sequence = ("pick", "case", "name", "signals", "status", "who", "duration")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The head picks every row of the page."""
        super().__init__(*args, **kwargs)
        self.columns["pick"].column.verbose_name = format_html(
            '<input class="form-check-input" type="checkbox" aria-label="{}">', _("Select every test on this page")
        )

    def render_pick(self, record: RunCase) -> SafeString:
        """The checkbox of the row; it belongs to the form that gives tests to people."""
        return format_html(
            '<input class="form-check-input" type="checkbox" name="ids" form="assign-tests" value="{}"'
            ' aria-label="{}">',
            record.pk,
            _("Select %s") % record.name,
        )

    def render_who(self, record: RunCase) -> SafeString:
        """The person."""
        return avatar(record.assigned_to)


class UnmatchedTable(RunCaseTable):
    """Tests of one run that belong to no case yet; they can be picked."""

    caption = gettext_lazy("Tests that belong to no test case yet")
    case = None
    pick = tables.Column(accessor="pk", orderable=False, attrs={"th": {"class": "w-check"}, "td": {"class": "c-check"}})

    class Meta(RunCaseTable.Meta):
        sequence = ("pick", "name", "signals", "status", "duration")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The head picks every row of the page."""
        super().__init__(*args, **kwargs)
        self.columns["pick"].column.verbose_name = format_html(
            '<input class="form-check-input" type="checkbox" aria-label="{}">', _("Select every test on this page")
        )

    def render_pick(self, record: RunCase) -> SafeString:
        """The checkbox of the row; it belongs to the form that creates cases."""
        return format_html(
            '<input class="form-check-input" type="checkbox" name="ids" form="create-cases" value="{}"'
            ' aria-label="{}">',
            record.pk,
            _("Select %s") % record.name,
        )
