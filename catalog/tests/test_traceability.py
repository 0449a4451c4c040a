"""The traceability matrix: on the page, as CSV and as a workbook."""

import csv
import io

import pytest
from openpyxl import load_workbook

from catalog.coverage import Matrix
from catalog.models import Story
from catalog.tests.factories import CaseActivityFactory, StoryFactory, TestCaseFactory
from catalog.tests.pages import HTMX, text


@pytest.fixture
def stories(project):
    passed, failed = (TestCaseFactory(project=project, test_id=f"TC_UI_{n}", title=f"Case {n}") for n in (114, 115))
    CaseActivityFactory(case=passed, last_status="passed")
    CaseActivityFactory(case=failed, last_status="error")
    archived = TestCaseFactory(project=project, is_archived=True, title="Gone case")
    return [
        StoryFactory(project=project, story_id="PAY-9", title="Refunds", epic_id="PAY-1", cases=[failed, archived]),
        StoryFactory(project=project, story_id="PAY-10", title="Limits", epic_id="PAY-1", cases=[passed, failed]),
        StoryFactory(project=project, story_id="PAY-8", title='=HYPERLINK("x")', epic_id="PAY-2", cases=[archived]),
    ]


def rows_of(client, query=""):
    answer = client.get(f"/p/PAY/stories/matrix.csv?{query}")
    assert answer["Content-Type"].startswith("text/csv")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    return [(row["Story"], row["Test case"], row["Last result"]) for row in csv.DictReader(io.StringIO(content))]


EVERYTHING = [
    ("PAY-9", "TC_UI_115", "Error"),
    ("PAY-10", "TC_UI_114", "Passed"),
    ("PAY-10", "TC_UI_115", "Error"),
    ("PAY-8", "", "No case"),
]


def test_every_story_stands_with_its_current_cases_and_their_last_results(signed_in, viewer, stories):
    page = text(signed_in(viewer).get("/p/PAY/stories/matrix/"))
    places = [page.index(f">{each}<") for each in ("PAY-9", "PAY-10", "PAY-8")]
    assert places == sorted(places)
    assert page.count(">PAY-10<") == 1
    assert "No case covers it" in page
    assert "Gone case" not in page


def test_the_csv_holds_what_the_filters_let_through(signed_in, viewer, stories):
    client = signed_in(viewer)
    assert rows_of(client) == EVERYTHING
    assert rows_of(client, "epic_id=PAY-2") == EVERYTHING[3:]
    assert rows_of(client, "last_status=failed") == [EVERYTHING[0], EVERYTHING[2]]
    assert rows_of(client, "coverage=failing&search=limits") == EVERYTHING[1:3]
    page = text(client.get("/p/PAY/stories/matrix/?last_status=passed", headers=HTMX))
    assert "/p/PAY/stories/matrix.csv?last_status=passed" in page
    assert "Case 114" in page
    assert "Case 115" not in page


def test_no_cell_is_a_formula(signed_in, viewer, stories):
    client = signed_in(viewer)
    content = b"".join(client.get("/p/PAY/stories/matrix.csv").streaming_content).decode()
    assert "'=HYPERLINK" in content
    book = load_workbook(io.BytesIO(b"".join(client.get("/p/PAY/stories/matrix.xlsx").streaming_content)))
    cells = list(book.active.iter_rows())
    assert len(cells) == 1 + len(EVERYTHING)
    assert [(row[1].value, row[6].value or "", row[10].value) for row in cells[1:]] == EVERYTHING
    assert cells[4][2].value == '=HYPERLINK("x")'
    assert {cell.data_type for row in cells for cell in row if cell.value} == {"s"}


def test_a_control_character_does_not_break_the_workbook(signed_in, viewer, project):
    StoryFactory(project=project, title="Bell \x07 rings")
    answer = signed_in(viewer).get("/p/PAY/stories/matrix.xlsx")
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.active["C2"].value == "Bell  rings"


def test_more_rows_than_a_sheet_holds_are_refused_with_words(signed_in, viewer, stories, monkeypatch):
    monkeypatch.setattr("catalog.matrix_export.MOST_EXCEL_ROWS", 3)
    answer = signed_in(viewer).get("/p/PAY/stories/matrix.xlsx")
    assert answer.status_code == 422
    assert "take the CSV" in text(answer)


def test_long_matrices_are_read_in_stretches(project, stories, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("catalog.coverage.STRETCH", 2)
    with django_assert_num_queries(1 + 2 * 2):
        rows = list(Matrix(Story.objects.in_project(project)))
    assert [row.story.story_id for row in rows] == ["PAY-9", "PAY-10", "PAY-10", "PAY-8"]


def test_strangers_get_nothing(signed_in, stranger, stories):
    for tail in ("matrix/", "matrix.csv", "matrix.xlsx"):
        assert signed_in(stranger).get(f"/p/PAY/stories/{tail}").status_code == 404
