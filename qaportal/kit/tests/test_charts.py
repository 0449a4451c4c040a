"""Charts: one definition, a drawing without a style and a table with the same numbers."""

import re

import pytest

from qaportal.kit.charts import Column, Line, Point, StackedColumns, render_svg, scale_top


def nights(**parts: int) -> StackedColumns:
    columns = [
        Column(label="7 Nov", title="Run 2368", href="/runs/2368", parts=parts),
        Column(label="8 Nov", parts={"passed": 2, "failed": 10}),
    ]
    return StackedColumns(title="Nightly runs", columns=columns, statuses=("failed", "blocked", "skipped"))


@pytest.mark.parametrize(
    ("highest", "top"), [(48, 60), (60, 60), (1, 1), (2, 2), (3, 3), (7, 9), (10, 10), (100, 100), (101, 150), (0, 3)]
)
def test_the_scale_ends_on_a_round_number_above_the_highest_value(highest, top):
    assert scale_top(highest)[0] >= highest
    assert scale_top(highest)[0] == pytest.approx(top)


@pytest.mark.parametrize("highest", [1, 3, 5, 8, 13, 49, 333, 99_999, 0.4])
def test_the_scale_has_few_even_steps(highest):
    top, step = scale_top(highest)
    assert 1 <= round(top / step) <= 4
    assert top / step == pytest.approx(round(top / step))


def test_counts_are_not_measured_in_halves():
    assert scale_top(1) == (1, 1)
    assert scale_top(100.5)[0] >= 100.5


def test_a_column_is_drawn_in_the_classes_of_its_statuses_from_the_floor_up():
    drawn = render_svg(nights(failed=9, blocked=1, error=1))
    assert 'class="f-failed"' in drawn
    assert 'class="f-blocked"' in drawn
    assert "f-passed" not in drawn
    assert "style=" not in drawn


def test_every_part_says_its_words_on_hover_and_links_where_it_can():
    drawn = render_svg(nights(failed=9, blocked=1))
    assert "<title>Run 2368: 9 failed, 1 blocked</title>" in drawn
    assert 'href="/runs/2368"' in drawn
    assert drawn.count("<a ") == 1


def test_the_table_has_the_same_numbers_as_the_picture():
    table = nights(failed=9, error=1, blocked=1234).as_table()
    assert table.head[1:] == ["Failed", "Blocked"]
    assert table.rows == [["Run 2368", "10", "1,234"], ["8 Nov", "10", "0"]]


def test_names_from_outside_never_become_markup():
    hostile = '"><script>alert(1)</script>'
    column = Column(label=hostile, title=hostile, href=f"/{hostile}", parts={"failed": 1})
    drawn = render_svg(StackedColumns(title=hostile, columns=[column]))
    assert "<script" not in drawn


def test_a_chart_without_columns_still_draws_its_scale():
    drawn = render_svg(StackedColumns(title="Nothing yet", columns=[]))
    assert "<line" in drawn
    assert StackedColumns(title="Nothing yet", columns=[]).as_table().rows == []


def test_of_many_labels_only_as_many_are_drawn_as_fit_and_the_last_one_always():
    columns = [Column(label=f"n{number}", parts={"passed": 1}) for number in range(90)]
    labels = re.findall(
        r'<text class="q-chart-text q-chart-middle [^>]*>(\w+)<', render_svg(StackedColumns(title="", columns=columns))
    )
    assert len(labels) <= 16
    assert "n89" in labels


def test_a_line_joins_its_points_and_keeps_its_ceiling():
    line = Line(title="Pass rate", unit="%", ceiling=100, digits=1, points=[Point("1", 96.04), Point("2", 50)])
    drawn = render_svg(line)
    assert drawn.count("q-chart-line") == 1
    assert drawn.count("<circle") == 2
    assert "1: 96.0 %" in drawn
    assert line.as_table().rows == [["1", "96.0"], ["2", "50.0"]]
