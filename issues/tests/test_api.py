"""The API of issues in both styles."""

import pytest

from accounts.services.api_tokens import create_api_token
from catalog.tests.factories import TestCaseFactory
from issues import targets
from issues.models import Issue
from issues.tests.factories import make_issue
from runs.models import Result
from runs.services.sessions import create_session
from runs.tests.factories import make_run, record, reported

PLAIN = {
    "title": "White page",
    "description": "After paying",
    "status": "In Progress",
    "priority": "High",
    "severity": "Critical",
    "jira_story_id": "PAY-312",
    "reporter_name": "Nora",
    "screenshot_urls": ["https://files.example/white.png"],
}
CAMEL = {
    "name": "Issue Name",
    "title": "Issue Title",
    "description": "Issue description",
    "priority": "HIGH",
    "severity": "CRITICAL",
    "externalId": "JIRA-123",
    "externalUrl": "https://jira.example.com/JIRA-123",
}


@pytest.fixture
def issue(project) -> Issue:
    return make_issue(project)


def test_an_issue_is_made_read_changed_and_deleted_in_plain_words(api, tester, project):
    client = api(tester)
    case = TestCaseFactory(project=project)
    made = client.post("/api/issues", PLAIN | {"test_case_id": case.pk, "assigned_to": tester.pk})
    assert made.status_code == 201
    body = made.json()
    assert {name: body[name] for name in PLAIN} == PLAIN
    assert (body["test_case_id"], body["assigned_to"], body["created_by"]) == (case.pk, tester.pk, tester.pk)
    address = f"/api/issues/{body['id']}"
    assert client.get(address).json() == body
    changed = client.put(address, {"status": "closed"}, headers={"If-Match": made["ETag"]})
    assert (changed.json()["status"], bool(changed.json()["closed_at"])) == ("Closed", True)
    assert client.put(address, {"title": "Late"}, headers={"If-Match": made["ETag"]}).status_code == 409
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404


def test_the_same_paths_answer_in_camel_case_to_who_names_the_project_so(api, tester, project):
    client = api(tester)
    made = client.post("/api/issues/create", CAMEL | {"projectId": str(project.pk)})
    assert made.status_code == 201
    body = made.json()
    assert {name: body[name] for name in CAMEL if name != "name"} == {k: v for k, v in CAMEL.items() if k != "name"}
    listed = client.get(f"/api/issues?projectId={project.pk}").json()
    assert [each["id"] for each in listed["data"]] == [body["id"]]
    assert client.get("/api/issues").json()[0]["title"] == "Issue Title"
    changed = client.put(
        f"/api/issues/{body['id']}", {"status": "IN_PROGRESS"}, headers={"Accept": "application/json; style=camel"}
    )
    assert (changed.json()["status"], changed.json()["externalId"]) == ("IN_PROGRESS", "JIRA-123")


def test_a_session_is_answered_in_camel_case_and_a_machine_in_plain(signed_in, api, tester, project, issue):
    assert signed_in(tester).get(f"/api/issues/{issue.pk}").json()["projectId"] == str(project.pk)
    _token, secret = create_api_token(actor=tester, name="build", scopes=["read"])
    client = api()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert client.get(f"/api/issues/{issue.pk}").json()["project_id"] == str(project.pk)


def test_an_issue_is_linked_to_and_unlinked_from_everything_it_was_seen_in(api, tester, project, issue):
    run = make_run(project)
    record(run, reported("pays", "failed"))
    ids = {
        "testCase": TestCaseFactory(project=project).pk,
        "testRun": run.pk,
        "testRunResult": Result.objects.get(run=run).pk,
        "session": create_session(actor=None, project=project, name="Refunds").pk,
    }
    client = api(tester)
    for kind, key in ids.items():
        linked = client.post(f"/api/issues/{issue.pk}/link", {"entityType": kind, "entityId": str(key)})
        assert linked.status_code == 200, linked.json()
    assert {(each["entityType"], each["entityId"]) for each in linked.json()["links"]} == {
        (kind, str(key)) for kind, key in ids.items()
    }
    for kind, key in ids.items():
        unlinked = client.post(f"/api/issues/{issue.pk}/unlink", {"entityType": kind, "entityId": str(key)})
    assert unlinked.json()["links"] == []


@pytest.mark.parametrize("given", ["987654321", "x", "-1", str(2**70), "018f0000-0000-7000-8000-000000000000", ""])
@pytest.mark.parametrize("kind", ["testCase", "testRun", "testRunResult", "session"])
def test_what_is_not_there_cannot_be_linked(api, tester, issue, kind, given):
    answer = api(tester).post(f"/api/issues/{issue.pk}/link", {"entityType": kind, "entityId": given})
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["field"] == "entityId"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"title": "x", "status": "sometimes"}, "status"),
        ({"title": "x", "severity": 3}, "severity"),
        ({"title": "x", "priority": "huge"}, "priority"),
        ({"title": "x", "test_case_id": 987654}, "test_case_id"),
        ({"title": "x", "assigned_to": 987654}, "assigned_to"),
        ({"title": "x", "external_url": "javascript:alert(1)"}, "external_url"),
    ],
)
def test_the_field_that_cannot_be_used_is_named(api, tester, project, body, field):
    answer = api(tester).post("/api/issues", body)
    assert answer.status_code == 400
    assert field in answer.json()["fields"]


def test_issues_are_counted(api, tester, project, issue):
    make_issue(project, "Wrong sum", status="closed", severity="critical")
    body = api(tester).get("/api/issues/stats").json()
    assert (body["total"], body["open"], body["closed"], body["by_severity"]["critical"]) == (2, 1, 1, 1)


def test_viewers_and_strangers_are_refused(api, viewer, stranger, issue):
    assert api(viewer).post("/api/issues", {"title": "x"}).status_code == 403
    assert api(viewer).get(f"/api/issues/{issue.pk}").status_code == 200
    assert api(stranger).get(f"/api/issues/{issue.pk}").status_code == 404
    assert api().get("/api/issues").status_code == 401


def test_the_list_takes_the_same_number_of_queries_for_more(api, tester, project, issue, same_queries):
    client = api(tester)

    def grow():
        for number in range(5):
            make_issue(project, f"Page {number}", targets.of_case(TestCaseFactory(project=project)), assignee=tester)

    grow()
    same_queries(lambda: client.get("/api/issues"), grow)
    same_queries(lambda: client.get(f"/api/issues?projectId={project.pk}"), grow)
