"""Examples of a data-driven case: a table with bounds, typed as lines, read as a table."""

import pytest

from catalog.services.cases import create_case, update_case
from catalog.services.examples import examples_of, examples_text, usable_examples
from catalog.tests.pages import text, url
from catalog.tests.test_case_forms import FORM, steps
from qaportal.kit.errors import InvalidInput

TABLE = {"columns": ["card", "answer"], "rows": [["4111", "paid"], ["4000", "refused"]]}
HOSTILE = "<script>alert(1)</script>"


@pytest.mark.parametrize("given", [None, "", {}, {"columns": [], "rows": []}])
def test_nothing_is_none(given):
    assert usable_examples(given) is None


@pytest.mark.parametrize("given", ["text", ["a", "b"], {"cards": [1, 2]}, 5])
def test_a_shape_of_a_client_s_own_stays(given):
    assert usable_examples(given) == given


def test_a_table_is_kept_with_short_rows_filled_up():
    given = {"columns": [" card ", "answer"], "rows": [[4111], {"answer": "paid"}, []]}
    assert usable_examples(given) == {"columns": ["card", "answer"], "rows": [[4111, ""], ["", "paid"], ["", ""]]}


@pytest.mark.parametrize(
    "given",
    [
        {"columns": "card", "rows": []},
        {"columns": ["card"], "rows": {"card": 1}},
        {"columns": [], "rows": [["4111"]]},
        {"columns": ["card", " "], "rows": []},
        {"columns": ["card", "card"], "rows": []},
        {"columns": ["x" * 101], "rows": []},
        {"columns": [f"c{n}" for n in range(51)], "rows": []},
        {"columns": [1], "rows": []},
        {"columns": ["card"], "rows": [["1", "2"]]},
        {"columns": ["card"], "rows": ["4111"]},
        {"columns": ["card"], "rows": [[["4111"]]]},
        {"columns": ["card"], "rows": [["x" * 5_001]]},
        {"columns": ["card"], "rows": [[]] * 1_001},
        {"other": "x" * 200_001},
    ],
)
def test_what_is_no_table_is_refused(given, project, tester):
    with pytest.raises(InvalidInput) as refusal:
        create_case(actor=tester, project=project, title="Pay", scenario_examples=given)
    assert list(refusal.value.fields) == ["scenario_examples"]


@pytest.mark.parametrize(
    "table",
    [
        TABLE,
        {"columns": ["a"], "rows": [["x | y"], ["back\\slash"], ["two\nlines"], ["\\n"], [HOSTILE]]},
        {"columns": ["a", "b"], "rows": [["", "1"], ["1", ""]]},
    ],
)
def test_a_table_reads_the_same_after_it_was_typed(table):
    assert examples_of(examples_text(table)) == table


def test_lines_with_a_frame_are_a_table_too():
    assert examples_of("| card | answer |\n\n| 4111 | paid |\n| 4000 | refused |\n") == TABLE
    assert examples_of('{"cards": [1]}') == {"cards": [1]}
    assert examples_of("{no json") == "{no json"


def test_the_page_shows_a_table_and_runs_nothing(project, signed_in, viewer, tester):
    table = {"columns": ["card", HOSTILE], "rows": [["4111", HOSTILE]]}
    case = create_case(actor=tester, project=project, title="Pay", scenario_examples=table)
    page = text(signed_in(viewer).get(case.get_absolute_url(), {"full": "1"}))
    assert '<th scope="col">card</th>' in page
    assert HOSTILE not in page
    update_case(actor=tester, case=case, scenario_examples={"own": [HOSTILE]})
    page = text(signed_in(viewer).get(case.get_absolute_url(), {"full": "1"}))
    assert "&quot;own&quot;" in page
    assert HOSTILE not in page
    page = text(signed_in(viewer).get(url("case_version", project, case.test_id, 2)))
    assert "4111" in page


def test_the_form_takes_lines_and_says_what_is_wrong(project, signed_in, tester):
    client = signed_in(tester)
    data = {**FORM, "labels": "web, shop", **steps(("Pay", "", ""))}
    refused = client.post(url("case_create", project), {**data, "scenario_examples": "card | card\n1 | 2"})
    assert refused.status_code == 422
    assert "Two columns are called card." in text(refused)
    assert "card | card" in text(refused)
    client.post(url("case_create", project), {**data, "scenario_examples": "card | answer\r\n4111 | paid"})
    case = project_case(project)
    assert case.scenario_examples == {"columns": ["card", "answer"], "rows": [["4111", "paid"]]}
    assert case.labels == ["web", "shop"]


@pytest.mark.parametrize("stored", ["text of a client", {"cards": [1]}, TABLE, {"columns": ["n"], "rows": [[1]]}])
def test_examples_that_nobody_touched_stay_as_they_are(stored, project, signed_in, tester):
    case = create_case(actor=tester, project=project, title="Pay", scenario_examples=stored)
    client, address = signed_in(tester), url("case_update", project, case.test_id)
    page = client.get(address)
    shown = page.context["form"]["scenario_examples"].value()
    data = {**FORM, "title": "Renamed", "etag": page.context["etag"], "scenario_examples": examples_text(shown)}
    assert client.post(address, data).status_code == 302
    case.refresh_from_db()
    assert (case.title, case.scenario_examples) == ("Renamed", stored)


def project_case(project):
    from catalog.models import TestCase

    return TestCase.objects.get(project=project)
