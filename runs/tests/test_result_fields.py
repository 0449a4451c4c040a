"""The project's own fields of results: said with a verdict, shown with the result."""

import pytest
from django.urls import reverse

from catalog.tests.factories import CustomFieldFactory, TemplateFactory
from releases.models import ReleaseCase
from releases.tests.factories import ReleaseFactory, cover
from runs.models import Result
from runs.services.verdicts import set_verdict

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "section#drawer"}


@pytest.fixture
def row(project) -> ReleaseCase:
    return cover(ReleaseFactory(project=project), "not_started")[0]


@pytest.fixture
def device(project):
    return CustomFieldFactory(project=project, name="Device", target="result", kind="string", is_required=True)


@pytest.fixture
def load(project):
    return CustomFieldFactory(project=project, name="Load", target="result", kind="integer", maximum=100)


def verdict_url(row, query: str = "") -> str:
    release = row.release
    return reverse("runs:set_verdict", args=[release.project.key, release.tail, row.pk]) + query


def status_url(row) -> str:
    return f"/api/releases/{row.release_id}/test-case/{row.case_id}/execution-status"


def sent(status: str, **values) -> dict:
    return {
        "status": status,
        "own_fields": ["device", "load"],
        **{f"custom_fields.{key}": value for key, value in values.items()},
    }


def test_the_open_case_asks_for_them_and_the_result_keeps_them(signed_in, tester, row, device, load):
    client = signed_in(tester)
    page = client.get(f"{row.release.get_absolute_url()}?case={row.case.test_id}").content.decode()
    assert 'name="custom_fields.device"' in page
    answer = client.post(verdict_url(row), sent("passed", device="Phone", load="80"), headers=PARTIAL)
    assert answer.status_code == 200
    assert Result.objects.get().custom_values == {"device": "Phone", "load": 80}
    page = client.get(f"{row.release.get_absolute_url()}?case={row.case.test_id}").content.decode()
    assert 'value="Phone"' in page


def test_a_value_that_cannot_be_used_is_told_beside_it_and_nothing_is_recorded(signed_in, tester, row, device, load):
    answer = signed_in(tester).post(verdict_url(row), sent("failed", device="", load="200"), headers=PARTIAL)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Device is needed." in page
    assert "At most 100." in page
    assert 'value="200"' in page
    assert not Result.objects.exists()


def test_what_is_required_is_asked_of_executed_cases_alone(signed_in, tester, row, device):
    client = signed_in(tester)
    assert client.post(verdict_url(row), {"status": "passed"}, headers=PARTIAL).status_code == 422
    assert client.post(verdict_url(row), {"status": "in_progress"}, headers=PARTIAL).status_code == 200


def test_a_template_says_which_of_them_a_case_has(project, tester, row, device, load):
    TemplateFactory(project=project, is_default=True, has=[load])
    set_verdict(actor=tester, release_case=row, status="passed", custom_values={"load": "5"})
    assert Result.objects.get().custom_values == {"load": 5}


def test_taking_a_verdict_back_brings_what_was_said_before(signed_in, tester, row, device, load):
    set_verdict(actor=tester, release_case=row, status="passed", custom_values={"device": "Phone", "load": 3})
    client = signed_in(tester)
    answer = client.post(verdict_url(row), sent("failed", device="Tablet"), headers=PARTIAL)
    import json

    undo = json.loads(answer["HX-Trigger"])["portal:toast"]["undo"]
    client.post(undo["url"], undo["values"], headers=PARTIAL)
    assert Result.objects.order_by("-attempt").first().custom_values == {"device": "Phone", "load": 3}


@pytest.mark.parametrize("name", ["customFields", "custom_fields"])
def test_the_api_takes_them_with_the_verdict(api, tester, row, device, load, name):
    answer = api(tester).patch(status_url(row), {"status": "passed", name: {"device": "Phone"}})
    assert answer.status_code == 200
    listed = [{"name": "Device", "value": "Tablet"}, {"fieldId": load.pk, "value": 7}]
    assert api(tester).patch(status_url(row), {"status": "passed", name: listed}).status_code == 200
    assert [each.custom_values for each in Result.objects.order_by("attempt")] == [
        {"device": "Phone"},
        {"device": "Tablet", "load": 7},
    ]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"device": "Phone", "load": "much"}, "custom_fields.load"),
        ({}, "custom_fields.device"),
        ({"device": "Phone", "colour": "red"}, "custom_fields.colour"),
        ("Phone", "custom_fields"),
    ],
)
def test_the_api_names_what_cannot_be_used(api, tester, row, device, load, given, field):
    answer = api(tester).patch(status_url(row), {"status": "passed", "custom_fields": given})
    assert (answer.status_code, field in answer.content.decode()) == (400, True)
    assert not Result.objects.exists()


def test_the_details_of_a_result_show_them(signed_in, tester, row, device, load):
    set_verdict(actor=tester, release_case=row, status="passed", custom_values={"device": "<b>Phone</b>"})
    result = Result.objects.get()
    page = signed_in(tester).get(f"{result.run.get_absolute_url()}?tab=all&test={result.run_case_id}")
    assert "Device" in page.content.decode()
    assert "&lt;b&gt;Phone&lt;/b&gt;" in page.content.decode()


def test_results_without_such_fields_hold_nothing(tester, row):
    set_verdict(actor=tester, release_case=row, status="passed")
    assert Result.objects.get().custom_values is None
