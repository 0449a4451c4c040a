"""Runs of one plan side by side: how each test stands in each configuration."""

from dataclasses import dataclass
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from qaportal.kit.drawing import status_html
from qaportal.kit.statuses import shown

from .models import RunCase, TestRun
from .tables import RunCaseTable

MOST_IN_WORDS = 5


@dataclass(frozen=True, slots=True)
class Sibling:
    """One of the runs that were planned together."""

    run: TestRun
    is_this: bool

    @property
    def label(self) -> str:
        """What it is executed in."""
        return self.run.configuration.name if self.run.configuration else self.run.environment or str(self.run.number)

    @property
    def failed(self) -> int:
        """How many of its tests failed."""
        return self.run.count_failed + self.run.count_error

    @property
    def left(self) -> int:
        """How many of its tests have no verdict."""
        return self.run.count_not_started + self.run.count_in_progress


def siblings_of(run: TestRun, user: User) -> list[Sibling]:
    """The runs of the plan, this one included, in the order of their planning; none for a run that stands alone."""
    if run.group is None:
        return []
    found = TestRun.objects.visible_to(user).in_project(run.project).filter(group=run.group)
    found = found.select_related("project", "configuration").order_by("number")
    return [Sibling(each, each.pk == run.pk) for each in found]


class SiblingTable(RunCaseTable):
    """Tests of a run with how they stand in each run of the plan."""

    caption = gettext_lazy("Tests and how they stand in each configuration")
    signals, duration, status = None, None, None
    all_runs = tables.Column(
        verbose_name=gettext_lazy("Results"),
        empty_values=(),
        orderable=False,
        attrs={"th": {"class": "q-narrow"}, "td": {"class": "c-sub q-narrow"}},
    )

    class Meta(RunCaseTable.Meta):
        sequence = ("case", "name", "...")

    def __init__(self, *args: Any, siblings: list[Sibling], opened: int | None = None, **kwargs: Any) -> None:
        """One column for each sibling; glyphs alone where words find no room."""
        self.siblings, self._found = siblings, None
        is_narrow = bool(opened) or len(siblings) > MOST_IN_WORDS
        columns = [(f"run_{each.run.number}", _SiblingColumn(each, is_narrow=is_narrow)) for each in siblings]
        super().__init__(*args, opened=opened, extra_columns=columns, **kwargs)

    def in_run(self, run: TestRun, test: RunCase) -> RunCase | None:
        """The same test in the other run; those of the page are loaded at once."""
        if self._found is None:
            keys = [row.record.test_key for row in self.paginated_rows]
            rows = RunCase.objects.filter(run__in=[each.run.pk for each in self.siblings], test_key__in=keys)
            rows = rows.only("run_id", "test_key", "occurrence", "status")
            self._found = {(row.run_id, row.test_key, row.occurrence): row for row in rows}
        return self._found.get((run.pk, test.test_key, test.occurrence))

    def render_all_runs(self, record: RunCase) -> SafeString:
        """A glyph for each run."""
        found = [(each, self.in_run(each.run, record)) for each in self.siblings]
        marks = [
            (status_html(test.status, icon_only=True, word=f"{each.label}: {shown(test.status).word}"),)
            for each, test in found
            if test is not None
        ]
        return format_html('<span class="q-row">{}</span>', format_html_join("", "{}", marks))


class _SiblingColumn(tables.Column):
    """How a test stands in one of the runs; leads to it there."""

    def __init__(self, sibling: Sibling, *, is_narrow: bool) -> None:
        """Called as the configuration is."""
        width = "w-n" if is_narrow else "w-sig"
        attrs = {"th": {"class": f"{width} q-wide"}, "td": {"class": "q-wide"}}
        self.place, self.is_narrow, self.sibling = sibling.run.get_absolute_url(), is_narrow, sibling
        is_this = SafeString(' aria-current="true"') if sibling.is_this else ""
        head = format_html(
            '<a class="q-clip" href="{}?tab=siblings" title="{}"{}>{}</a>',
            self.place,
            sibling.label,
            is_this,
            sibling.run.number if is_narrow else sibling.label,
        )
        super().__init__(verbose_name=head, empty_values=(), orderable=False, attrs=attrs)

    def render(self, record: RunCase, table: SiblingTable) -> SafeString:
        """Glyph and word."""
        found = table.in_run(self.sibling.run, record)
        if found is None:
            return format_html('<span class="q-3" title="{}">–</span>', _("This run does not have the test"))
        mark = status_html(found.status, icon_only=self.is_narrow)
        return format_html('<a href="{}?tab=siblings&amp;test={}">{}</a>', self.place, found.pk, mark)
