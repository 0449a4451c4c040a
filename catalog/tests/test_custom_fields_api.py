"""Custom fields and templates of cases in the API."""

import pytest

from catalog.models import CustomField, TestCase
from catalog.services.cases import create_case
from catalog.tests.factories import CustomFieldFactory, TemplateFactory


@pytest.fixture
def risk(project):
    return CustomFieldFactory(project=project, name="Risk level", key="risk", kind="dropdown", options=["Low", "High"])


@pytest.fixture
def runs(project):
    return CustomFieldFactory(project=project, name="Runs", kind="integer")


def test_a_case_is_written_with_values_by_key_and_answers_them(api, tester, project, risk, runs):
    template = TemplateFactory(project=project, is_default=True, has=[risk, runs])
    body = {"title": "Pay", "project_id": project.pk, "custom_fields": {"risk": "High", "runs": 3}}
    answer = api(tester).post("/api/test-cases", body).json()
    assert (answer["custom_fields"], answer["template_id"]) == ({"risk": "high", "runs": 3}, template.pk)
    again = api(tester).get(f"/api/test-cases/{answer['id']}").json()
    assert again["custom_fields"] == {"risk": "high", "runs": 3}
    changed = api(tester).patch(f"/api/test-cases/{answer['id']}", {"customFields": {"runs": None}}).json()
    assert (changed["custom_fields"], changed["version"]) == ({"risk": "high"}, 2)
    assert api(tester).put(f"/api/test-cases/{answer['id']}", changed).json()["version"] == 2


@pytest.mark.parametrize("naming", [{"name": "risk LEVEL"}, {"key": "risk"}, {"fieldId": "pk"}, {"fieldId": 0}])
def test_a_list_names_each_field_by_id_key_or_name(api, tester, project, risk, naming):
    words = {"pk": str(risk.pk), 0: risk.pk}
    entry = {name: words.get(word, word) for name, word in naming.items()} | {"value": "low"}
    body = {"title": "Pay", "project_id": project.pk, "customFields": [entry]}
    assert api(tester).post("/api/test-cases", body).json()["custom_fields"] == {"risk": "low"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ("text", "custom_fields"),
        (7, "custom_fields"),
        ([1], "custom_fields"),
        ([{"value": 1}], "custom_fields"),
        ([{"key": True, "value": 1}], "custom_fields"),
        ([{"key": "colour", "value": 1}], "custom_fields.colour"),
        ({"colour": "red"}, "custom_fields.colour"),
        ({"risk": "huge"}, "custom_fields.risk"),
        ({"risk": ["low"]}, "custom_fields.risk"),
        ({"runs": "ten"}, "custom_fields.runs"),
        ({"runs": {"a": 1}}, "custom_fields.runs"),
        ({"runs": True}, "custom_fields.runs"),
    ],
)
def test_what_cannot_be_used_is_named(api, tester, project, risk, runs, given, field):
    body = {"title": "Pay", "project_id": project.pk, "custom_fields": given}
    answer = api(tester).post("/api/test-cases", body)
    assert answer.status_code == 400
    assert field in answer.content.decode()
    assert not TestCase.objects.exists()


def test_a_template_is_named_by_id_and_one_of_elsewhere_is_not_there(api, tester, project, other_project, risk):
    case = create_case(actor=tester, project=project, title="Pay")
    template, archived = TemplateFactory(project=project), TemplateFactory(project=project, is_archived=True)
    url = f"/api/test-cases/{case.pk}"
    assert api(tester).patch(url, {"template_id": template.pk}).json()["template_id"] == template.pk
    for foreign in (TemplateFactory(project=other_project), archived):
        answer = api(tester).patch(url, {"template_id": foreign.pk})
        assert (answer.status_code, "template_id" in answer.content.decode()) == (400, True)
    assert api(tester).patch(url, {"templateId": None}).json()["template_id"] is None


def test_many_cases_get_the_same_value(api, tester, project, risk):
    cases = [create_case(actor=tester, project=project, title=f"Case {n}") for n in range(2)]
    body = {"test_case_ids": [case.pk for case in cases], "custom_fields": {"risk": "low"}}
    assert api(tester).put("/api/test-cases/bulk-update", body).json()["updated"] == 2
    assert {case.custom_values["risk"] for case in TestCase.objects.all()} == {"low"}


def test_the_list_takes_the_same_number_of_queries_for_more_cases(api, tester, project, risk, same_queries):
    client = api(tester)

    def grow():
        for number in range(5):
            create_case(actor=tester, project=project, title=f"Case {number}", custom_values={"risk": "low"})

    grow()
    same_queries(lambda: client.get(f"/api/test-cases?project_id={project.pk}"), grow)


def test_restricted_values_are_refused_to_those_who_may_not(api, tester, lead, project, risk):
    CustomField.objects.update(is_restricted=True)
    body = {"title": "Pay", "project_id": project.pk, "custom_fields": {"risk": "low"}}
    answer = api(tester).post("/api/test-cases", body)
    assert (answer.status_code, "may not change what restricted fields say" in answer.content.decode()) == (400, True)
    assert api(lead).post("/api/test-cases", body).status_code == 201
