"""The API of releases."""

import pytest

from releases.choices import OverallStatus
from releases.models import Release
from releases.tests.factories import ReleaseFactory, cover, make_case, make_folder


@pytest.fixture
def release(project) -> Release:
    return ReleaseFactory(project=project, version="R 2.90", name="Autumn")


def test_a_release_is_made_read_changed_and_deleted(api, lead, project):
    client = api(lead)
    made = client.post(
        "/api/releases",
        {
            "version": "R 2.90",
            "name": "Autumn",
            "releaseDate": "2026-12-01T10:00:00Z",
            "environment": "staging",
            "qa_lead_id": str(lead.pk),
            "overall_status": "IN_PROGRESS",
        },
    )
    assert made.status_code == 201
    body = made.json()
    assert (body["version"], body["overall_status"], body["qa_lead_id"]) == ("R 2.90", "in_progress", lead.pk)
    address = f"/api/releases/{body['id']}"
    assert client.get(address).json() == body
    changed = client.put(address, {"name": "Winter"}, headers={"If-Match": made["ETag"]})
    assert (changed.status_code, changed.json()["name"], changed.json()["version"]) == (200, "Winter", "R 2.90")
    assert client.put(address, {"name": "Late"}, headers={"If-Match": made["ETag"]}).status_code == 409
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404


def test_the_list_is_an_array_of_the_project(api, tester, project, release, other_project):
    ReleaseFactory(project=other_project)
    answer = api(tester).get("/api/releases")
    assert [each["version"] for each in answer.json()] == ["R 2.90"]
    assert api(tester).get("/api/releases?page=1").json()["count"] == 1


def test_the_list_takes_the_same_number_of_queries_for_more_releases(api, tester, project, release, same_queries):
    client = api(tester)

    def grow():
        for _number in range(10):
            ReleaseFactory(project=project, qa_lead=tester)

    same_queries(lambda: client.get("/api/releases"), grow)


def test_a_retried_create_makes_one_release(api, lead, project):
    client, headers = api(lead), {"Idempotency-Key": "once"}
    first = client.post("/api/releases", {"version": "5.0"}, headers=headers)
    second = client.post("/api/releases", {"version": "5.0"}, headers=headers)
    assert first.json() == second.json()
    assert Release.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "version"),
        ({"version": ""}, 400, "version"),
        ({"version": "x\x00"}, 400, "version"),
        ({"version": "1", "overall_status": "great"}, 400, "overall_status"),
        ({"version": "1", "release_date": "soon"}, 400, "release_date"),
        ({"version": "1", "qa_lead_id": 99999999}, 400, "qa_lead_id"),
        ({"version": "R 2.90"}, 409, "version"),
    ],
)
def test_an_unusable_release_is_refused_by_field(api, lead, release, body, status, field):
    answer = api(lead).post("/api/releases", body)
    assert answer.status_code == status
    assert field in answer.json()["fields"]


def test_a_tester_is_refused_in_words(api, tester, project, release):
    answer = api(tester).post("/api/releases", {"version": "1"})
    assert answer.status_code == 403
    assert "may not create and change releases" in answer.json()["detail"]


def test_cases_are_added_and_the_rest_is_told(api, tester, project, release):
    first, second = make_case(project), make_case(project)
    address = f"/api/releases/{release.pk}/test-cases"
    body = {"test_case_ids": [first.pk, str(second.pk)], "priority": "HIGH", "assigned_to": tester.pk}
    answer = api(tester).post(address, body)
    assert answer.status_code == 201
    assert answer.json() == {"added": 2, "skipped": 0, "not_found": [], "total": 2}
    again = api(tester).post(address, {"test_case_ids": [first.pk, 987654321]})
    assert again.json() == {"added": 0, "skipped": 1, "not_found": [987654321], "total": 2}


def test_cases_are_added_by_module_tag_or_all(api, tester, project, release):
    cards = make_folder(project, "Cards")
    make_case(project, folder=cards)
    make_case(project, tags=["smoke"])
    make_case(project)
    address = f"/api/releases/{release.pk}/test-cases"
    assert api(tester).post(address, {"module_id": cards.pk}).json()["added"] == 1
    assert api(tester).post(address, {"tags": "smoke"}).json()["added"] == 1
    assert api(tester).post(address, {"all": True}).json() == {"added": 1, "skipped": 2, "not_found": [], "total": 3}


@pytest.mark.parametrize(
    "body",
    [{}, {"test_case_ids": []}, {"test_case_ids": ["x"]}, {"test_case_ids": [987654321]}, {"folder_id": 9999999}],
)
def test_adding_nothing_that_exists_is_refused(api, tester, release, body):
    answer = api(tester).post(f"/api/releases/{release.pk}/test-cases", body)
    assert answer.status_code == 400


def test_a_foreign_case_reads_like_one_that_does_not_exist(api, tester, release, other_project):
    foreign = make_case(other_project)
    answer = api(tester).post(f"/api/releases/{release.pk}/test-cases", {"test_case_ids": [foreign.pk]})
    assert answer.status_code == 400
    assert not release.scope.exists()


def test_the_scope_is_listed_with_the_places_of_its_cases(api, tester, project, release):
    cards = make_folder(project, "Cards")
    challenge = make_folder(project, "Challenge", make_folder(project, "Authorisation", cards))
    row = cover(release, "failed", folder=challenge, bug_ids=["PAY-1", "PAY-2"], comments="No receipt")[0]
    cover(release, "passed")
    listed = api(tester).get(f"/api/releases/{release.pk}/test-cases?status=FAIL&module_id={cards.pk}").json()
    assert len(listed) == 1
    found = listed[0]
    assert (found["test_case_id"], found["module_id"], found["feature_id"]) == (row.case_id, cards.pk, challenge.pk)
    assert (found["execution_status"], found["bug_ids"], found["priority"]) == ("failed", "PAY-1,PAY-2", "medium")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("status=left", 2),
        ("status=passed,in_progress", 2),
        ("assigned_to=nobody", 2),
        ("assigned_to=me", 1),
        ("module_id=987654", 0),
        ("q=nothing like this", 0),
    ],
)
def test_the_scope_is_filtered(api, tester, release, query, count):
    rows = cover(release, "passed", "in_progress", "not_started")
    rows[0].assigned_to = tester
    rows[0].save()
    assert len(api(tester).get(f"/api/releases/{release.pk}/test-cases?{query}").json()) == count


@pytest.mark.parametrize("query", ["status=great", "module_id=x", "assigned_to=77777", "priority=huge"])
def test_a_filter_that_makes_no_sense_is_refused_by_name(api, tester, release, query):
    answer = api(tester).get(f"/api/releases/{release.pk}/test-cases?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [query.partition("=")[0]]


def test_the_scope_takes_the_same_number_of_queries_for_more_cases(api, tester, release, project, same_queries):
    client = api(tester)
    cover(release, "passed", folder=make_folder(project, "One"), executed_by=tester)
    other = make_folder(project, "Two")
    same_queries(
        lambda: client.get(f"/api/releases/{release.pk}/test-cases"),
        lambda: cover(release, *["failed"] * 10, folder=other, executed_by=tester),
    )


def test_the_dashboard_counts_by_module_and_says_why(api, tester, project, release):
    cards = make_folder(project, "Cards")
    cover(release, "passed", "failed", folder=make_folder(project, "Below", cards))
    cover(release, "not_started")
    body = api(tester).get(f"/api/releases/{release.pk}/dashboard").json()
    assert (body["total"], body["executed"], body["pass_rate"]) == (3, 2, 50.0)
    assert body["execution_rate"] == pytest.approx(66.67)
    assert body["verdict"]["ready"] is False
    assert body["verdict"]["reasons"]
    assert body["by_module"][0]["module_id"] == cards.pk
    assert body["by_module"][0]["failed"] == 1


def test_a_closed_release_refuses_changes_of_its_scope(api, tester, project):
    release = ReleaseFactory(project=project, overall_status=OverallStatus.RELEASED)
    answer = api(tester).post(f"/api/releases/{release.pk}/test-cases", {"test_case_ids": [make_case(project).pk]})
    assert (answer.status_code, answer.json()["code"]) == (409, "release_closed")


@pytest.mark.parametrize("path", ["", "/test-cases", "/dashboard"])
def test_a_release_of_another_tenant_is_not_there(api, stranger, release, path):
    assert api(stranger).get(f"/api/releases/{release.pk}{path}").status_code == 404
    assert api().get(f"/api/releases/{release.pk}{path}").status_code == 401


@pytest.mark.parametrize("key", ["x", "0", "99999999999999999999", "-1", "1.5"])
def test_unusable_ids_are_not_there(api, tester, project, key):
    assert api(tester).get(f"/api/releases/{key}").status_code == 404
