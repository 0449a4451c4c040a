import csv
import io
import json
import zipfile
from datetime import date
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook

from catalog.columns.texts import folder_names, folder_text, numbered_items, numbered_text, seconds_of
from catalog.models import CustomField, Template, TestCase
from catalog.services.cases import create_case
from catalog.services.shared_steps import create_shared_steps
from catalog.tests.factories import FolderFactory, TestCaseFactory
from catalog.tests.pages import HTMX, url
from qaportal.kit.spreadsheets import MOST_EXCEL_ROWS, from_excel, neutral, restored

pytestmark = pytest.mark.django_db
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "''=1", "＝1"]


@pytest.fixture
def rich_case(project, tester):
    field = CustomField.objects.create(
        project=project,
        key="risk",
        name="Risk",
        kind="dropdown",
        options=[{"code": "high", "name": "High, very", "is_archived": False}, {"code": "low", "name": "Low"}],
    )
    folder = FolderFactory(parent=FolderFactory(project=project, name="Cards"), name="Visa/Master\\card")
    template = Template.objects.create(project=project, name="Short")
    template.fields.add(field, through_defaults={"project": project})
    return create_case(
        actor=tester,
        project=project,
        title="=HYPERLINK(1) pays",
        folder=folder,
        steps=[
            {"action": "Open\n2. the shop", "expected": "It is open", "data": ""},
            {"action": "- pay", "expected": "", "data": "4111 1111"},
        ],
        description='Two\nlines, "quoted" <b>bold</b>',
        tags=['say "hi"', "smoke"],
        labels=["eins"],
        owner=tester,
        estimate=90,
        priority="high",
        scenario_examples={"columns": ["a"], "rows": [["=1"]]},
        story_id="PAY-1",
        template=template,
        custom_values={"risk": "high"},
    )


def exported(client, project, **query):
    response = client.get("/api/repository/export", {"projectId": project.key, **query})
    return response, b"".join(response.streaming_content) if response.streaming else response.content


def rows_of(content):
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.fixture
def viewer_client(client, viewer):
    client.force_login(viewer)
    return client


def test_a_csv_tells_every_field_and_no_formula(viewer_client, project, rich_case):
    response, content = exported(viewer_client, project, format="csv")
    assert response["Content-Disposition"].endswith('.csv"')
    [row] = rows_of(content)
    assert row["Test Id"] == rich_case.test_id
    assert row["Title"] == "'=HYPERLINK(1) pays"
    assert row["Folder"] == "Cards/Visa\\/Master\\\\card"
    assert row["Tags"] == 'say "hi", smoke'
    assert row["Owner"] == rich_case.owner.email
    assert row["Jira Story Id"] == "PAY-1"
    assert row["Template"] == "Short"
    assert row["Custom Risk"] == "High, very"
    assert json.loads(row["Scenario Examples"]) == {"columns": ["a"], "rows": [["=1"]]}
    assert numbered_items(restored(row["Step Action"])) == ["Open\n2. the shop", "- pay"]


def test_steps_may_have_rows_of_their_own(viewer_client, project, rich_case):
    _response, content = exported(viewer_client, project, format="csv", rows="step", columns="title,stepAction")
    rows = rows_of(content)
    assert [row["Step Action"] for row in rows] == ["Open\n2. the shop", "'- pay"]
    assert [row["Title"] for row in rows] == ["'=HYPERLINK(1) pays", ""]


def test_a_workbook_holds_texts_alone(viewer_client, project, rich_case):
    _response, content = exported(viewer_client, project, format="xlsx")
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    head = [cell.value for cell in sheet[1]]
    cell = sheet.cell(row=2, column=head.index("Title") + 1)
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1) pays", "s")
    assert all(cell.data_type in {"s", "n"} and (cell.data_type == "s" or cell.value is None) for cell in sheet[2])


def test_json_holds_lists_and_is_one_document(viewer_client, project, rich_case):
    _response, content = exported(viewer_client, project, format="json")
    [document] = json.loads(content)
    assert document["folder"] == ["Cards", "Visa/Master\\card"]
    assert document["steps"][1] == {"action": "- pay", "expected": "", "data": "4111 1111"}
    assert document["tags"] == ['say "hi"', "smoke"]


def test_an_empty_export_is_still_a_document(viewer_client, project):
    assert json.loads(exported(viewer_client, project, format="json")[1]) == []
    assert ElementTree.fromstring(exported(viewer_client, project, format="testlink")[1]).tag == "testsuite"
    assert rows_of(exported(viewer_client, project, format="csv")[1]) == []


def test_testlink_xml_nests_suites_as_folders_do(viewer_client, project, rich_case):
    TestCaseFactory(project=project, title="Unfiled </testsuite>]]>", description="a ]]> b\x0b")
    tree = ElementTree.fromstring(exported(viewer_client, project, format="testlink")[1])
    assert [case.get("name") for case in tree.findall("testcase")] == ["Unfiled </testsuite>]]>"]
    case = tree.find("testsuite[@name='Cards']/testsuite/testcase")
    assert case.get("name") == rich_case.title
    assert case.find("importance").text == "3"
    assert "&lt;b&gt;" in case.find("summary").text
    assert [step.find("step_number").text for step in case.iter("step")] == ["1", "2"]


def test_markdown_reads_as_a_document_without_html(viewer_client, project, rich_case):
    content = exported(viewer_client, project, format="markdown")[1].decode()
    assert "## Cards" in content
    assert "### Visa/Master\\card" in content
    assert "&lt;b>bold" in content
    assert "<b>" not in content
    assert "2. - pay" in content


def test_shared_steps_stand_by_their_mark_in_tables_and_in_full_in_documents(viewer_client, project):
    texts = [{"action": "Type the name"}, {"action": "Type the password"}]
    shared = create_shared_steps(actor=None, project=project, title="Sign in", steps=texts)
    create_case(actor=None, project=project, title="Pay", steps=[{"shared_steps_id": shared.pk}])
    [row] = rows_of(exported(viewer_client, project, format="csv")[1])
    assert row["Step Action"] == f"1. [[shared-steps:{shared.pk}]] Sign in"
    assert "Type the password" in exported(viewer_client, project, format="markdown")[1].decode()


def test_filters_narrow_an_export(viewer_client, project, card_case, card_tree):
    TestCaseFactory(folder=card_tree["wallets"], title="Wallet")
    query = {"format": "json", "folderId": card_tree["card"].pk}
    assert [each["title"] for each in json.loads(exported(viewer_client, project, **query)[1])] == [card_case.title]
    query = {"format": "json", "tags": "nothing"}
    assert json.loads(exported(viewer_client, project, **query)[1]) == []


def test_archived_and_deleted_cases_stay_out(viewer_client, project, tester):
    TestCaseFactory(project=project, is_archived=True)
    TestCaseFactory(project=project, deleted_at="2030-01-01T00:00Z")
    assert json.loads(exported(viewer_client, project, format="json")[1]) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"format": "pdf"}, "format"),
        ({"rows": "many"}, "rows"),
        ({"columns": "password"}, "columns"),
        ({"priority": "huge"}, "priority"),
        ({"folderId": "999999"}, "folderId"),
        ({"folderId": "x" * 50}, "folderId"),
    ],
)
def test_what_cannot_be_used_is_named(viewer_client, project, query, field):
    response, _content = exported(viewer_client, project, **query)
    assert response.status_code == 422
    assert response.json()["error"]["details"]["field"] == field


def test_a_sheet_holds_only_so_many(viewer_client, project, card_case, monkeypatch):
    monkeypatch.setattr("catalog.exporting.formats.MOST_EXCEL_ROWS", 0)
    response, _content = exported(viewer_client, project, format="xlsx")
    assert response.status_code == 409
    assert MOST_EXCEL_ROWS > 1_000_000


def test_nothing_of_another_company_is_exported(client, project, card_case, stranger):
    client.force_login(stranger)
    assert exported(client, project, format="csv")[0].status_code == 404
    assert client.get(url("case_export", project)).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_cases(viewer_client, project, same_queries, card_tree):
    def grow():
        for _each in range(10):
            TestCaseFactory(folder=card_tree["card"], steps=["One", "Two"])

    grow()
    for kind in ("csv", "testlink"):
        same_queries(lambda kind=kind: exported(viewer_client, project, format=kind), grow)


def test_the_page_exports_what_it_shows(viewer_client, project, card_case):
    TestCaseFactory(project=project, title="Another")
    page = viewer_client.get(url("case_export", project), {"search": "challenge"})
    assert page.status_code == 200
    assert b'name="search" value="challenge"' in page.content
    query = {"search": "challenge", "format": "csv", "file_columns": ["title"], "file_rows": "case"}
    content = b"".join(viewer_client.get(url("case_export", project), query).streaming_content)
    assert rows_of(content) == [{"Title": "Challenge completes"}]
    part = viewer_client.get(url("case_export", project), headers=HTMX)
    assert b"<html" not in part.content
    assert b"export-form" in part.content
    assert viewer_client.get(url("case_export", project), {"format": "pdf"}).status_code == 422


@pytest.mark.parametrize("text", [*HOSTILE, "plain", "", "'", "a'=b", "_x0041_", "a\x01b\r\nc"])
def test_every_text_comes_back_from_a_cell(text):
    from qaportal.kit.spreadsheets import excel_text

    assert restored(neutral(text)) == text
    assert not neutral(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert from_excel(excel_text(text)) == text


@pytest.mark.parametrize("names", [["A/B", "C"], ["a\\b"], ["a\\/b", "c\\"], ["x.y > z"]])
@pytest.mark.parametrize("separator", ["/", ".", ">"])
def test_places_come_back_from_a_cell(names, separator):
    assert folder_names(folder_text(names, separator), separator) == names


@pytest.mark.parametrize(
    "items", [["a"], ["a", "b"], ["", "b", ""], ["a\n2. b"], ["1. x"], ["[1]"], ["a\n\nb", "c"], ["x\n3. y", "z"]]
)
def test_steps_come_back_from_a_cell(items):
    assert numbered_items(numbered_text(items)) == items


def test_words_of_time_are_seconds():
    assert [seconds_of(text) for text in ("", "90", "1h 30m", "45 min", "1 hour 5 minutes", "2d")] == [
        None, 90, 5400, 2700, 3900, 57600,
    ]  # fmt: skip


def test_a_file_is_sent_as_it_is_written(viewer_client, project):
    for _each in range(3):
        TestCaseFactory(project=project)
    response, content = exported(viewer_client, project, format="xlsx")
    assert response.streaming
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    assert f"{date.today():%Y}" in response["Content-Disposition"]
    assert TestCase.objects.count() == 3
