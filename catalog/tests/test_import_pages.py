import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog.models import CaseImport, TestCase
from catalog.tests.imports import checked, imported, table, uploaded
from catalog.tests.pages import HTMX, text, url

pytestmark = pytest.mark.django_db
CHOICES = {"separator": "comma", "encoding": "utf-8", "has_head": "on", "folder_separator": "/", "existing": "update"}


@pytest.fixture
def signed_in(client, tester):
    client.force_login(tester)
    return client


def send(signed_in, project, content, name="cases.csv"):
    file = SimpleUploadedFile(name, content)
    return signed_in.post(url("import_create", project), {"file": file}, format="multipart")


def choose(signed_in, case_import, columns, **more):
    data = {**CHOICES, **{f"column_{place}": name for place, name in enumerate(columns)}, **more}
    return signed_in.post(case_import.get_absolute_url() + "columns/", data, format="multipart")


def test_a_file_goes_from_its_upload_to_its_undo(signed_in, project, run_jobs):
    content = table(["What", "Weight"], ["One", "high"], ["Two", "huge"], ["Three", "low"])
    answer = send(signed_in, project, content)
    case_import = CaseImport.objects.get()
    assert answer.url == case_import.get_absolute_url()
    asked = text(signed_in.get(answer.url))
    assert "What the columns are" in asked
    assert "One · Two · Three" in asked

    answer = choose(signed_in, case_import, ["title", "priority"], skips_bad="1", check="1")
    told = text(signed_in.get(answer.url))
    assert "1 row cannot be used and will be left out" in told
    assert "Import 2 cases" in told
    assert "“huge” is none of" in told
    assert not TestCase.objects.exists()

    refused = text(signed_in.get(answer.url + "?verdict=refused"))
    assert "Two" in refused
    assert "Three" not in refused

    signed_in.post(url("import_start", project, case_import.pk))
    assert "Waiting for a worker" in text(signed_in.get(answer.url))
    run_jobs()
    assert "Created" in text(signed_in.get(answer.url))
    assert TestCase.objects.living().count() == 2

    signed_in.post(url("import_undo", project, case_import.pk))
    run_jobs()
    assert "2 cases were taken back; 0 stayed" in text(signed_in.get(answer.url))
    assert not TestCase.objects.living().exists()
    assert "Taken back" in text(signed_in.get(url("import_list", project)))


def test_another_separator_reads_the_columns_anew(signed_in, project, tester):
    case_import = uploaded(tester, project, b"a;b,c\n1;2,3\n")
    answer = choose(signed_in, case_import, ["title", ""], separator="comma", read="1")
    assert answer.status_code == 302
    told = text(signed_in.get(case_import.get_absolute_url()))
    assert 'title="a;b"' in told


def test_what_cannot_be_chosen_is_said_beside_it(signed_in, project, tester):
    case_import = uploaded(tester, project, table(["A", "B"], ["1", "2"]))
    assert "Several columns are mapped to Title" in text(choose(signed_in, case_import, ["title", "title"], check="1"))
    assert "No column is mapped to the title" in text(choose(signed_in, case_import, ["tags", ""], check="1"))
    assert choose(signed_in, case_import, ["nothing", ""], check="1").status_code == 422


def test_a_file_that_cannot_be_read_is_refused_beside_its_field(signed_in, project):
    response = send(signed_in, project, b'"never closed\n')
    assert response.status_code == 422
    assert "is never closed" in text(response)
    assert not CaseImport.objects.exists()


def test_progress_is_a_part_of_the_page_until_it_is_over(signed_in, project, tester, run_jobs):
    case_import = uploaded(tester, project, table(["Title"], ["One"]))
    signed_in.post(url("import_start", project, case_import.pk))
    part = signed_in.get(case_import.get_absolute_url(), headers=HTMX)
    assert b"<html" not in part.content
    run_jobs()
    assert signed_in.get(case_import.get_absolute_url(), headers=HTMX)["HX-Refresh"] == "true"


def test_rows_are_a_part_of_the_page(signed_in, project, tester):
    case_import = checked(tester, project, table(["Title"], ["One"]))
    part = signed_in.get(case_import.get_absolute_url(), headers={**HTMX, "HX-Target": "section#rows"})
    assert b"<html" not in part.content
    assert b"One" in part.content


def test_readers_see_imports_but_do_none(client, project, tester, viewer):
    case_import = imported(tester, project, table(["Title"], ["One"]))
    client.force_login(viewer)
    assert "Take back" not in text(client.get(case_import.get_absolute_url()))
    assert client.get(url("import_list", project)).status_code == 200
    for name in ("import_start", "import_undo"):
        assert client.post(url(name, project, case_import.pk)).status_code in {403, 422}
    assert client.get(url("import_create", project)).status_code == 403
    assert TestCase.objects.living().count() == 1


def test_imports_of_another_company_are_not_there(client, project, tester, stranger):
    case_import = imported(tester, project, table(["Title"], ["One"]))
    client.force_login(stranger)
    assert client.get(case_import.get_absolute_url()).status_code == 404
    for name in ("import_choose", "import_start", "import_undo"):
        assert client.post(url(name, project, case_import.pk)).status_code == 404


def test_the_pages_ask_no_more_for_more_rows(signed_in, project, tester, same_queries):
    case_import = imported(tester, project, table(["Title"], *[[f"Case {n}"] for n in range(30)]))
    short = imported(tester, project, table(["Title"], ["Only"]))
    pages = iter([short, short, case_import])
    same_queries(lambda: signed_in.get(next(pages).get_absolute_url()), lambda: None)

    def grow():
        for number in range(3):
            uploaded(tester, project, table(["Title"], [f"File {number}"]))

    same_queries(lambda: signed_in.get(url("import_list", project)), grow)


def test_hostile_words_of_a_file_are_only_shown(signed_in, project, tester):
    content = table(["Title", "<script>x</script>"], ["<script>alert(1)</script>", "=1"])
    case_import = uploaded(tester, project, content)
    assert "<script>x" not in text(signed_in.get(case_import.get_absolute_url()))
    case_import = imported(tester, project, content)
    assert "<script>alert" not in text(signed_in.get(case_import.get_absolute_url()))


def test_the_list_of_imports_says_what_is_stored_and_what_would_be(signed_in, project, tester):
    checked(tester, project, table(["title"], ["One"]))
    assert "1 to create" in text(signed_in.get(url("import_list", project)))
    imported(tester, project, table(["title"], ["Two"]))
    told = text(signed_in.get(url("import_list", project)))
    assert "1 created" in told
    assert "1 to create" in told
