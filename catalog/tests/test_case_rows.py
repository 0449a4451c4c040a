"""Work in the list itself: a row that is changed where it stands, and cases written line by line."""

import json

import pytest

from catalog.models import TestCase
from catalog.services.cases import create_case, update_case

from .factories import FolderFactory, TestCaseFactory
from .pages import HTMX, text, url


@pytest.fixture
def case(project, tester):
    return create_case(actor=tester, project=project, title="Pay by card", tags=["smoke"], priority="low")


def typed(case, **values):
    sent = {
        "title": case.title,
        "priority": "low",
        "state": "active",
        "tags": "smoke",
        "etag": f'"{case.pk}-{case.version}"',
    }
    return {f"row-{name}": value for name, value in {**sent, **values}.items()}


def test_a_row_becomes_a_form_and_a_row_again(project, case, signed_in, tester):
    client = signed_in(tester)
    address = url("case_row", project, case.test_id)
    form = text(client.get(address, {"edit": "priority", "columns": "tags"}, headers=HTMX))
    assert form.startswith(f'<tr data-row id="case-{case.pk}" class="is-editing"><td colspan="4">')
    assert 'value="Pay by card"' in form
    row = text(client.get(address, {"columns": "tags,state"}, headers=HTMX))
    assert row.startswith(f'<tr data-row id="case-{case.pk}"')
    assert "smoke" in row
    assert "Active" in row
    assert client.get(address).url == url("case_update", project, case.test_id)


def test_title_priority_state_and_tags_are_saved_and_the_toast_takes_it_back(project, case, signed_in, tester):
    client = signed_in(tester)
    sent = typed(case, title="Pay by debit card", priority="high", state="draft", tags="smoke, cards")
    response = client.post(url("case_row", project, case.test_id), sent, headers=HTMX)
    assert "Pay by debit card" in text(response)
    case.refresh_from_db()
    assert (case.title, case.priority_code, case.state, case.tags) == (
        "Pay by debit card",
        "high",
        "draft",
        ["smoke", "cards"],
    )
    undo = json.loads(response.headers["HX-Trigger"])["portal:toast"]["undo"]
    client.post(undo["url"], undo["values"], headers=HTMX)
    case.refresh_from_db()
    assert (case.title, case.priority_code, case.state, case.tags) == ("Pay by card", "low", "active", ["smoke"])


def test_saving_what_is_stored_already_makes_no_version(project, case, signed_in, tester):
    response = signed_in(tester).post(url("case_row", project, case.test_id), typed(case), headers=HTMX)
    assert "HX-Trigger" not in response.headers
    assert TestCase.objects.get(pk=case.pk).version == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"title": ""}, "Title: This field is required."),
        ({"title": "x" * 501}, "at most 500 characters"),
        ({"priority": "urgent"}, "Select a valid choice"),
        ({"tags": "x" * 101}, "at most 100 characters"),
    ],
)
def test_a_refused_change_says_why_beside_it(project, case, signed_in, tester, values, words):
    response = signed_in(tester).post(url("case_row", project, case.test_id), typed(case, **values), headers=HTMX)
    assert response.status_code == 422
    assert words in text(response)
    assert TestCase.objects.get(pk=case.pk).version == 1


def test_nothing_is_overwritten_unseen(project, case, signed_in, tester, lead):
    client = signed_in(tester)
    sent = typed(case, title="Mine")
    update_case(actor=lead, case=case, title="Theirs")
    response = client.post(url("case_row", project, case.test_id), sent, headers=HTMX)
    assert response.status_code == 422
    assert "It says now: Title: Theirs." in text(response)
    assert 'value="Mine"' in text(response)
    assert TestCase.objects.get(pk=case.pk).title == "Theirs"
    again = {**sent, "row-etag": f'"{case.pk}-2"'}
    client.post(url("case_row", project, case.test_id), again, headers=HTMX)
    assert TestCase.objects.get(pk=case.pk).title == "Mine"


def test_cases_are_written_line_by_line_into_the_folder(project, signed_in, tester):
    folder = FolderFactory(project=project)
    client = signed_in(tester)
    response = client.post(
        url("case_quick_add", project) + f"?folder={folder.pk}", {"title": " Pay  twice "}, headers=HTMX
    )
    made = TestCase.objects.get()
    assert (made.title, made.folder) == ("Pay twice", folder)
    assert text(response).startswith(f'<tr data-row id="case-{made.pk}"')
    assert made.test_id in response.headers["HX-Trigger"]
    plain = client.post(url("case_quick_add", project) + f"?folder={folder.pk}", {"title": "Third"})
    assert plain.url.endswith(f"?folder={folder.pk}")


@pytest.mark.parametrize("title", ["", "   ", "x" * 501])
def test_a_line_that_is_no_title_stays_with_the_reason(project, signed_in, tester, title):
    response = signed_in(tester).post(url("case_quick_add", project), {"title": title}, headers=HTMX)
    assert response.status_code == 422
    assert 'id="quick-add"' in text(response)
    assert response.headers["HX-Retarget"] == "#quick-add"
    assert not TestCase.objects.exists()


def test_a_viewer_changes_no_row_and_adds_none(project, case, signed_in, viewer):
    client = signed_in(viewer)
    page = text(client.get(url("case_list", project)))
    for words in ("quick-add", "q-row-edit", "data-edit"):
        assert words not in page
    assert client.get(url("case_row", project, case.test_id), {"edit": "title"}, headers=HTMX).status_code == 403
    refused = client.post(url("case_row", project, case.test_id), typed(case, title="Mine"), headers=HTMX)
    assert "may not" in text(refused)
    refused = client.post(url("case_quick_add", project), {"title": "Mine"}, headers=HTMX)
    assert "may not" in text(refused)
    assert TestCase.objects.get().title == "Pay by card"


def test_rows_of_others_are_not_found(project, other_project, case, signed_in, stranger, tester):
    foreign = TestCaseFactory(project=other_project)
    assert signed_in(stranger).get(url("case_row", project, case.test_id), headers=HTMX).status_code == 404
    assert signed_in(stranger).post(url("case_quick_add", project), {"title": "x"}).status_code == 404
    assert signed_in(tester).post(url("case_row", project, foreign.test_id), typed(foreign)).status_code == 404


def test_a_row_costs_a_constant_number_of_queries(project, case, signed_in, tester, same_queries):
    client = signed_in(tester)
    address = url("case_row", project, case.test_id)
    titles = iter(f"Title {n}" for n in range(20))

    def save():
        case.refresh_from_db()
        client.post(address, typed(case, title=next(titles)), headers=HTMX)

    same_queries(save, lambda: [TestCaseFactory(project=project) for _ in range(10)])
