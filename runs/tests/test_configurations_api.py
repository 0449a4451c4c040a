"""API of configurations."""

import pytest

from accounts.models import AuditEntry
from runs.models import Configuration
from runs.services.configurations import create_configuration

VALUES = [{"name": "Browser", "value": "Firefox"}, {"name": "System", "value": "Windows 11"}]


@pytest.fixture
def configuration(project) -> Configuration:
    return create_configuration(actor=None, project=project, name="Firefox on Windows", values=VALUES)


def test_a_client_adds_finds_changes_and_deletes_one(api, lead, project, configuration):
    client = api(lead)
    body = {"projectId": str(project.pk), "name": "Safari", "values": [{"name": "Browser", "value": "Safari"}]}
    made = client.post("/api/configurations", body)
    assert made.status_code == 201
    assert {name: made.json()[name] for name in body} == body
    assert AuditEntry.objects.get(action="configuration.created", target_id=made.json()["id"]).actor == lead
    listed = client.get(f"/api/configurations?projectId={project.key}").json()["data"]
    assert [each["name"] for each in listed] == ["Firefox on Windows", "Safari"]
    found = client.get("/api/configurations?name=safari").json()["data"]
    assert [each["id"] for each in found] == [made.json()["id"]]
    address = f"/api/configurations/{found[0]['id']}"
    changed = client.put(address, {"values": VALUES}, headers={"If-Match": made["ETag"]})
    assert (changed.json()["name"], changed.json()["values"]) == ("Safari", VALUES)
    assert client.put(address, {"name": "Late"}, headers={"If-Match": made["ETag"]}).status_code == 409
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404


def test_a_run_is_planned_in_a_configuration_that_was_found_by_name(api, lead, project, configuration):
    client = api(lead)
    [found] = client.get("/api/configurations?name=Firefox on Windows").json()["data"]
    run = client.post("/api/test-runs", {"name": "Checkout", "configurationId": found["id"]})
    assert run.json()["configurationId"] == str(configuration.pk)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "x", "values": "Firefox"}, "values"),
        ({"name": "x", "values": [{"name": "Browser"}]}, "values[0].value"),
        ({"name": "x", "values": [VALUES[0], VALUES[0]]}, "values"),
        ({"name": "x", "values": [{"name": f"n{number}", "value": "y"} for number in range(21)]}, "values"),
    ],
)
def test_what_cannot_be_used_is_named(api, lead, project, body, field):
    answer = api(lead).post("/api/configurations", body)
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["field"] == field


def test_a_name_is_taken_once_and_a_configuration_stays_in_its_project(api, lead, other_project, configuration):
    client = api(lead)
    taken = client.post("/api/configurations", {"projectId": "PAY", "name": "firefox on WINDOWS"})
    assert (taken.status_code, taken.json()["error"]["details"]["field"]) == (409, "name")
    moved = client.put(f"/api/configurations/{configuration.pk}", {"projectId": other_project.pk})
    assert moved.json()["error"]["details"]["field"] == "projectId"


def test_testers_read_them_and_strangers_find_nothing(api, tester, stranger, configuration):
    client, address = api(tester), f"/api/configurations/{configuration.pk}"
    assert client.get(address).json()["values"] == VALUES
    assert client.post("/api/configurations", {"name": "x"}).status_code == 403
    assert client.delete(address).status_code == 403
    assert api(stranger).get(address).status_code == 404


def test_the_list_takes_the_same_number_of_queries_for_more(api, tester, project, configuration, same_queries):
    client = api(tester)

    def grow():
        for number in range(10):
            create_configuration(actor=None, project=project, name=f"Device {number}")

    same_queries(lambda: client.get("/api/configurations"), grow)


@pytest.mark.parametrize("given", [0, "0", -1, False, [], {}])
def test_a_project_that_is_none_is_never_taken_for_the_default_one(api, lead, project, given):
    answer = api(lead).post("/api/configurations", {"projectId": given, "name": "x"})
    assert answer.status_code in {404, 422}
    assert not Configuration.objects.exists()
