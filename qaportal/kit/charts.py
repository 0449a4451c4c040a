"""One definition of a chart feeds the page, PDF and mail: drawn as SVG on the server, read as a table."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .statuses import STATUS_ORDER, Shown, count_words, counted, shown
from .wording import number

TOP, PLOT_HEIGHT = 3, 85  # percent of the drawing above the highest line, and of the plot; below it stand the labels
WIDEST_COLUMN = 6.0  # percent of the plot
MOST_LABELS = 16  # labels below a wide chart that do not touch; a narrow one shows every second of them


@dataclass(frozen=True, slots=True)
class Column:
    """One column: counts by status, stacked."""

    label: str
    """Below the column, short: "7 Nov"."""
    parts: dict[str, int]
    href: str = ""
    title: str = ""
    """The whole name, on hover: "Run 2368, Fri 7 Nov"."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a line."""

    label: str
    value: float
    href: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The chart as a table, for those who cannot see it."""

    caption: str
    head: list[str]
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class StackedColumns:
    """Columns of counts by status."""

    title: str
    columns: list[Column]
    unit: str = ""
    statuses: tuple[str, ...] = ()
    """Which statuses are drawn; without it those that occur."""

    def drawn(self) -> list[str]:
        """The statuses in the picture, in the order of every legend."""
        chosen = self.statuses or STATUS_ORDER
        return [
            code for code in STATUS_ORDER if code in chosen and any(counted(each.parts)[code] for each in self.columns)
        ]

    def highest(self) -> float:
        """The height of the highest column."""
        return max((sum(counted(each.parts)[code] for code in self.drawn()) for each in self.columns), default=0)

    def labels(self) -> list[str]:
        """The words below the picture."""
        return [each.label for each in self.columns]

    def legend(self) -> list[Shown]:
        """The statuses as they are shown beside the picture."""
        return [shown(code) for code in self.drawn()]

    def words(self, column: Column) -> str:
        """A column in words: "Run 2368, Fri 7 Nov: 9 failed, 1 blocked"."""
        counts = counted(column.parts)
        told = ", ".join(
            f"{number(counts[code])} {count_words(code, counts[code])}" for code in self.drawn() if counts[code]
        )
        return f"{column.title or column.label}: {told or _('nothing')}"

    def as_table(self) -> Table:
        """One row a column, one column a status."""
        head = [_("Column"), *(str(shown(code).word) for code in self.drawn())]
        rows = [
            [each.title or each.label, *(number(counted(each.parts)[code]) for code in self.drawn())]
            for each in self.columns
        ]
        return Table(caption=self.title, head=head, rows=rows)


@dataclass(frozen=True, slots=True)
class Line:
    """One value over time."""

    title: str
    points: list[Point]
    unit: str = ""
    ceiling: float = 0
    """The top of the scale when it is known, such as 100 for a share in percent."""
    digits: int = 0

    def highest(self) -> float:
        """The greatest value."""
        return self.ceiling or max((each.value for each in self.points), default=0)

    def labels(self) -> list[str]:
        """The words below the picture."""
        return [each.label for each in self.points]

    def legend(self) -> list[Shown]:
        """A line needs none."""
        return []

    def words(self, point: Point) -> str:
        """A point in words."""
        return f"{point.title or point.label}: {point.value:,.{self.digits}f} {self.unit}".strip()

    def as_table(self) -> Table:
        """One row a point."""
        rows = [[each.title or each.label, f"{each.value:,.{self.digits}f}"] for each in self.points]
        return Table(caption=self.title, head=[_("Point"), self.unit or _("Value")], rows=rows)


Chart = StackedColumns | Line


def scale_top(highest: float) -> tuple[float, float]:
    """The top of a scale above the highest value, and its step: three steps of a round number."""
    if highest <= 0:
        return 3, 1
    raw = highest / 3
    power = 10 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * 0.9999)
    if float(highest).is_integer():
        step = math.ceil(step)
    return step * math.ceil(highest / step - 1e-9), step


def _share(value: float) -> str:
    """A length as percent of the plot, so that the drawing fits any width while its words keep their size."""
    return f"{round(value, 2):g}%"


def _marks(highest: float) -> list[tuple[float, str]]:
    """The grid: height in percent of the plot from its top, and the number there."""
    top, step = scale_top(highest)
    return [((1 - place * step / top) * 100, f"{place * step:,g}") for place in range(round(top / step) + 1)]


def _grid(marks: list[tuple[float, str]]) -> SafeString:
    lines = (
        ("q-chart-base" if place == 0 else "q-chart-grid", _share(height), _share(height))
        for place, (height, _word) in enumerate(marks)
    )
    return format_html_join("", '<line class="{}" x1="0" x2="100%" y1="{}" y2="{}"/>', lines)


def _linked(href: str, words: str, drawing: SafeString) -> SafeString:
    """A part of the picture with its words on hover; a link when there is somewhere to go."""
    title = format_html("<title>{}</title>", words)
    if href:
        return format_html('<a class="q-chart-part" href="{}" aria-label="{}">{}{}</a>', href, words, title, drawing)
    return format_html('<g class="q-chart-part">{}{}</g>', title, drawing)


def _labels(labels: list[str], width: float) -> SafeString:
    """The words below: as many as fit, the last one always; every second of them leaves a narrow chart."""
    every = max(1, math.ceil(len(labels) / MOST_LABELS))
    room = width / max(len(labels), 1)
    shown_labels = [
        ("q-chart-odd" if back % (2 * every) else "", _share(room * (len(labels) - back - 0.5)), labels[-1 - back])
        for back in range(0, len(labels), every)
    ]
    return format_html_join(
        "", '<text class="q-chart-text q-chart-middle {}" x="{}" y="100%" dy="-8">{}</text>', shown_labels
    )


def _columns(chart: StackedColumns) -> Iterator[SafeString]:
    top, _step = scale_top(chart.highest())
    room = 100 / max(len(chart.columns), 1)
    width = min(room * 0.44, WIDEST_COLUMN)
    for place, column in enumerate(chart.columns):
        counts = counted(column.parts)
        shapes = [("q-chart-hit", _share(room * place), "0", _share(room), "100%")]
        floor = 100.0
        for code in reversed(chart.drawn()):
            height = counts[code] / top * 100
            floor -= height
            left = _share(room * place + (room - width) / 2)
            if height:
                shapes.append((shown(code).fill, left, _share(floor), _share(width), _share(height)))
        drawing = format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', shapes)
        yield _linked(column.href, chart.words(column), drawing)


def _line(chart: Line) -> Iterator[SafeString]:
    top, _step = scale_top(chart.highest())
    room = 100 / max(len(chart.points), 1)
    places = [
        (_share(room * (place + 0.5)), _share((1 - each.value / top) * 100)) for place, each in enumerate(chart.points)
    ]
    segments = ((*start, *end) for start, end in pairwise(places))
    yield format_html_join("", '<line class="q-chart-line" x1="{}" y1="{}" x2="{}" y2="{}"/>', segments)
    for each, (x, y) in zip(chart.points, places, strict=True):
        drawing = format_html('<circle class="q-chart-point" cx="{}" cy="{}" r="4"/>', x, y)
        yield _linked(each.href, chart.words(each), drawing)


def render_svg(chart: Chart) -> SafeString:
    """The drawing, in classes of the stylesheet instead of colours; words on hover, a summary as its label.

    It has no size of its own: the stylesheet of page, mail or PDF gives it one.
    """
    marks = _marks(chart.highest())
    width = round(98 - 1.8 * max(len(word) for _height, word in marks), 1)
    drawn = list(_columns(chart) if isinstance(chart, StackedColumns) else _line(chart))
    numbers = ((_share(TOP + height * PLOT_HEIGHT / 100), word) for height, word in marks)
    return format_html(
        '<svg class="q-chart-svg" role="group" aria-label="{}">'
        '<svg y="{}%" width="{}%" height="{}%" overflow="visible">{}{}</svg><g aria-hidden="true">{}{}</g></svg>',
        chart.title,
        TOP,
        width,
        PLOT_HEIGHT,
        _grid(marks),
        format_html_join("", "{}", ((part,) for part in drawn)),
        _labels(chart.labels(), width),
        format_html_join("", '<text class="q-chart-text q-chart-end" x="100%" y="{}" dy="4">{}</text>', numbers),
    )
