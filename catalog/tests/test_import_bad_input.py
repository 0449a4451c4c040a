import io
import json
import zipfile

import pytest

from catalog.importing import Options, open_source
from catalog.models import CaseImport, CaseImportRow, CustomField, Folder, TestCase
from catalog.services import case_imports, import_running
from catalog.tests.imports import checked, errors, imported, table, uploaded, verdicts
from qaportal.kit.errors import InvalidInput
from qaportal.kit.spreadsheets import excel_stretches

pytestmark = pytest.mark.django_db
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
BOMB = f'<?xml version="1.0"?>{ENTITIES}<suite><sections>&b;</sections></suite>'


def refused(actor, project, content, *, name="cases.csv", **choices):
    """Why the whole file is refused; nothing of it is left."""
    with pytest.raises(InvalidInput) as error:
        imported(actor, project, content, name=name, **choices)
    assert not CaseImport.objects.exists()
    assert not TestCase.objects.exists()
    return " ".join(text for texts in error.value.fields.values() for text in texts)


def workbook(**parts):
    """A workbook some of whose parts are replaced or added."""
    whole = b"".join(excel_stretches([["Title"], ["One"]], title="Cases"))
    kept = zipfile.ZipFile(io.BytesIO(whole))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name in kept.namelist():
            made.writestr(name, parts.pop(name, kept.read(name)))
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def test_a_million_columns(project, tester):
    assert "has 1000000 columns" in refused(tester, project, b"a," * 999_999 + b"a\n1\n")


def test_a_line_without_an_end(project, tester):
    assert "longer than" in refused(tester, project, b"Title\n" + b"x" * (5 * 1024 * 1024))


@pytest.mark.parametrize("content", [b'Title,Tags\n"One,a\nTwo,b\n', b'Title\nOne\n"Two\n'])
def test_a_quotation_mark_that_is_never_closed(project, tester, content):
    assert "never closed" in refused(tester, project, content)


def test_a_word_behind_a_closing_quotation_mark(project, tester):
    assert "Line 3" in refused(tester, project, b'Title\nOne\n"Two"x\n')


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "iso-8859-2"])
def test_encodings_are_found_out(project, tester, encoding):
    words = "Größe, Łódź żółć" if encoding == "iso-8859-2" else "Größe geprüft für Ärzte — naïve"
    words = words.replace("—", "-") if encoding.startswith("iso") else words
    if encoding == "iso-8859-2":
        words = "Zażółć gęślą jaźń, Łódź żółć, święto źdźbła"
    content = f"Title;Description\n{words};{words} {words}\n".encode(encoding)
    assert imported(tester, project, content).counts == {"create": 1}
    assert TestCase.objects.get().title == words


def test_an_encoding_that_is_not_the_files_is_said(project, tester):
    content = "Title\nGröße\n".encode("cp1252")
    with pytest.raises(InvalidInput) as error:
        uploaded(tester, project, content, encoding="utf-8")
    assert "not written in utf-8" in error.value.fields["file"][0]
    with pytest.raises(InvalidInput):
        uploaded(tester, project, content, encoding="klingon")


@pytest.mark.parametrize("content", [b"", b"\n\n\n", b"   \n ,,\n", b"\xef\xbb\xbf"])
def test_an_empty_file(project, tester, content):
    assert "is empty" in refused(tester, project, content)


def test_a_head_without_rows(project, tester):
    done = imported(tester, project, b"Title,Tags\n")
    assert (done.state, done.error) == ("failed", "The file holds no test case.")


def test_no_head_at_all(project, tester):
    content = table(["One", "high"], ["Two", "low"])
    case_import = uploaded(tester, project, content, has_head=False)
    assert case_import.options["columns"] == ["", ""]
    columns = ["title", "priority"]
    case_import = case_imports.choose_options(actor=tester, case_import=case_import, columns=columns)
    begun = case_imports.begin_import(actor=tester, case_import=case_import)
    assert import_running.run_import(import_id=begun.pk).counts == {"create": 2}


def test_a_head_twice(project, tester):
    content = table(["Title", "Title", "TITLE"], ["One", "Two", "Three"])
    assert uploaded(tester, project, content).options["columns"] == ["title", "", ""]
    imported(tester, project, content)
    assert TestCase.objects.get().title == "One"


def test_formulas_are_texts(project, tester):
    imported(tester, project, table(["Title", "Tags"], ["=cmd|'/c calc'!A1", "+1, -2"], ["'=kept", "@x"]))
    assert set(TestCase.objects.values_list("title", flat=True)) == {"=cmd|'/c calc'!A1", "=kept"}


def test_nuls_and_halves_of_letters(project, tester):
    done = imported(tester, project, b"Title,Description\nOne,a\x00b\nTwo,ok\n", skips_bad=True)
    assert verdicts(done) == ["refused", "create"]
    assert "description" in errors(done)[2]
    content = json.dumps([{"title": "half \ud800"}]).encode()
    assert "title" in errors(imported(tester, project, content, name="x.json"))[1]


def test_texts_that_are_too_long_name_their_field(project, tester):
    rows = [
        ["x" * 501, "", "", ""],
        ["One", "x" * 50_001, "", ""],
        ["Two", "", "a" * 101, ""],
        ["Three", "", "", "x" * 51],
    ]
    done = imported(tester, project, table(["Title", "Description", "Tags", "Jira Story Id"], *rows), skips_bad=True)
    assert [list(found) for found in errors(done).values()] == [["title"], ["description"], ["tags"], ["story_id"]]
    assert not TestCase.objects.exists()


def test_ten_thousand_steps(project, tester):
    cell = "\n".join(f"{number}. Do it" for number in range(1, 10_001))
    done = imported(tester, project, table(["Title", "Step Action"], ["One", cell]), skips_bad=True)
    assert errors(done)[2]["steps"] == ["A case has at most 1000 steps."]
    rows = [["", "Do it"] for _number in range(10_000)]
    content = table(["Title", "Step Action"], ["One", "Do it"], *rows)
    done = imported(tester, project, content, skips_bad=True, is_per_step=True)
    assert list(errors(done)) == [2]


def test_a_step_without_an_action(project, tester):
    done = imported(tester, project, table(["Title", "Step Expected"], ["One", "1. It works"]))
    assert "steps" in errors(done)[2]


def test_tags_with_commas_are_several(project, tester):
    content = json.dumps([{"title": "One", "tags": ["a,b", 'say "hi"']}]).encode()
    imported(tester, project, content, name="x.json")
    assert TestCase.objects.get().tags == ["a", "b", 'say "hi"']


@pytest.mark.parametrize(
    ("kind", "value"),
    [("integer", "many"), ("number", "1e400"), ("date", "31.12.2030"), ("checkbox", "perhaps"), ("dropdown", "none"),
     ("multi_select", "a, none"), ("steps", "[1]")],
)  # fmt: skip
def test_own_values_of_another_type_name_their_column(project, tester, kind, value):
    options = [{"code": "a", "name": "A", "is_archived": False}]
    CustomField.objects.create(project=project, key="risk", name="Risk", kind=kind, options=options)
    done = imported(tester, project, table(["Title", "Custom Risk"], ["One", value]))
    assert list(errors(done)[2]) == ["custom_risk"]
    assert not TestCase.objects.exists()


@pytest.mark.parametrize(
    ("column", "value"),
    [("Priority", "huge"), ("Test Type", "magic"), ("Tag", "x"), ("State", "gone"), ("Automation Status", "maybe"),
     ("Owner", "nobody@okapi.example"), ("Template", "None such"), ("Estimate", "soon"), ("Is Archived", "maybe"),
     ("Scenario Examples", "{"), ("Folder", "x" * 201), ("Test Id", "C1"), ("Estimate", "99999999999")],
)  # fmt: skip
def test_values_that_cannot_be_used_name_their_column(project, tester, column, value):
    head = ["Title", "Test Id"] if column == "Test Id" else ["Title", column]
    options = {"columns": ["title", "test_id"]} if column == "Test Id" else {}
    done = imported(tester, project, table(head, ["One", value]), **options)
    assert len(errors(done)[2]) == 1, errors(done)
    assert done.counts == {"refused": 1}
    assert not TestCase.objects.exists()
    assert not Folder.objects.exists()


def test_the_same_id_twice(project, tester, card_case):
    content = table(["Test Id", "Title"], [card_case.test_id, "One"], [card_case.test_id, "Two"])
    done = imported(tester, project, content, skips_bad=True)
    assert verdicts(done) == ["update", "refused"]
    assert "row 2 of the file has it" in errors(done)[3]["test_id"][0]


def test_the_id_of_a_deleted_case(project, tester, card_case):
    card_case.deleted_at = "2030-01-01T00:00Z"
    card_case.save()
    done = imported(tester, project, table(["Test Id", "Title"], [card_case.test_id, "One"]))
    assert "is taken" in errors(done)[2]["test_id"][0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04damaged", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old kind"),
        (lambda: workbook(**{"xl/worksheets/sheet1.xml": b" " * 60_000_000}), "unpacks to more"),
        (lambda: workbook(**{"xl/sharedStrings.xml": b"<sst>" + bytes(range(256)) * 300_000}), "unpacks to more"),
        (lambda: workbook(**{f"part{number}": b"x" for number in range(2_100)}), "unpacks to more"),
        (lambda: workbook(**{"xl/worksheets/sheet1.xml": BOMB.encode()}), "damaged"),
        (lambda: workbook(**{"xl/workbook.xml": BOMB.encode()}), "no sheet"),
    ],
    ids=["damaged", "old", "ratio", "strings", "parts", "entities", "entities in the book"],
)
def test_workbooks_that_are_none_or_bombs(project, tester, content, words):
    content = content() if callable(content) else content
    assert words in refused(tester, project, content, name="x.xlsx")


def test_an_archive_that_is_no_workbook(project, tester):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("cases.csv", "Title\nOne\n")
    assert "Upload the file inside it" in refused(tester, project, file.getvalue(), name="x.zip")


def test_a_sheet_with_too_many_columns(project, tester):
    wide = b"".join(excel_stretches([[f"c{number}" for number in range(400)], ["x"]], title="x"))
    assert "more than 300 columns" in refused(tester, project, wide, name="x.xlsx")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (BOMB.encode(), "DOCTYPE"),
        (b'<!DOCTYPE suite SYSTEM "file:///etc/passwd"><suite><sections/></suite>', "DOCTYPE"),
        (b"<suite><sections>" + b"<section>" * 200_000, "deeper"),
        (b"<suite><sections><section></suite>", "cannot be read"),
        (b'<?xml version="1.0"?><html/>', "no export of a tool"),
        (b"[" * 100_000, "deeper"),
        (b'{"suites": ' + b'{"suites":' * 100_000, "deeper"),
        (b'[{"title": "x"', "cannot be read"),
        (b'[{"title": "x"} {"title": "y"}]', "cannot be read"),
        (b"[1, 2]", "no object"),
        (b"[]", "no test case"),
    ],
)
def test_documents_that_cannot_be_read(project, tester, content, words):
    assert words in refused(tester, project, content, name="x")


def test_a_file_that_is_larger_than_a_table_may_be(monkeypatch):
    monkeypatch.setattr("catalog.importing.source.MOST_BYTES", 10)
    with pytest.raises(InvalidInput) as error:
        open_source(io.BytesIO(b"Title\nOne\nTwo\n"), Options())
    assert "larger than" in error.value.fields["file"][0]


def test_more_rows_than_a_file_may_have(project, tester, monkeypatch):
    monkeypatch.setattr("catalog.importing.text_files.MOST_ROWS", 50)
    done = imported(tester, project, table(["Title"], *[[f"Case {n}"] for n in range(60)]))
    assert (done.state, TestCase.objects.count()) == ("failed", 0)
    assert "more than 50 rows" in done.error


def test_a_broken_row_far_below_stores_nothing(project, tester):
    content = table(["Title"], *[[f"Case {n}"] for n in range(1_500)]) + b'"open\n'
    done = imported(tester, project, content)
    assert (done.state, TestCase.objects.count()) == ("failed", 0)
    assert "never closed" in done.error


def test_a_check_tells_of_every_row(project, tester):
    rows = [[f"Case {number}", "huge" if number % 2 else "low"] for number in range(50)]
    found = checked(tester, project, table(["Title", "Priority"], *rows))
    assert found.counts == {"create": 25, "refused": 25}
    assert CaseImportRow.objects.filter(case_import=found).count() == 50


def test_two_gigabytes_are_refused_before_a_page_reads_them(client, project, tester):
    client.force_login(tester)
    form = "multipart/form-data; boundary=x"
    address = f"/p/{project.key}/cases/imports/new/"
    response = client.generic("POST", address, b"--x--", content_type=form, CONTENT_LENGTH=str(2 * 1024**3))
    assert response.status_code == 413
