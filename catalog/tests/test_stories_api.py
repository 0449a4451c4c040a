"""Stories in the API."""

import pytest

from catalog.models import Story, TestCaseStory
from catalog.services.stories import create_story
from catalog.tests.factories import CaseActivityFactory, StoryFactory, TestCaseFactory

BODY = {
    "story_id": "CTP-1234",
    "epic_id": "CTP-100",
    "title": "Log in",
    "description": "With a password",
    "status": "To Do",
    "priority": "High",
    "assignee": "Nora",
    "sprint": "Sprint 9",
    "release": "4.18.0",
}


@pytest.fixture
def case(project):
    return TestCaseFactory(project=project, test_id="TC_UI_114", title="Pays", steps=["Pay"])


@pytest.fixture
def story(project, tester):
    return create_story(actor=tester, project=project, **BODY)


def test_a_story_is_written_and_read_in_the_documented_fields(project, api, tester):
    client = api(tester)
    created = client.post("/api/jira-stories", BODY)
    assert created.status_code == 201
    shown = created.json()
    assert {name: shown[name] for name in BODY} == BODY
    assert (shown["created_by"], shown["last_synced_at"], shown["test_case_count"]) == (tester.pk, None, 0)
    read = client.get("/api/jira-stories/CTP-1234")
    assert read.json() == shown
    assert client.get("/api/jira-stories/CTP-1234", headers={"If-None-Match": read["ETag"]}).status_code == 304
    assert [each["story_id"] for each in client.get("/api/jira-stories").json()] == ["CTP-1234"]
    assert client.get("/api/jira-stories?page=1").json()["count"] == 1


def test_a_repeated_create_is_one_story_and_another_one_a_conflict(project, api, tester):
    client = api(tester)
    answers = [client.post("/api/jira-stories", BODY, headers={"Idempotency-Key": "one"}) for _time in range(2)]
    assert answers[0].json() == answers[1].json()
    refused = client.post("/api/jira-stories", BODY)
    assert (refused.status_code, refused.json()["code"]) == (409, "story_taken")
    for missing in ("story_id", "title"):
        answer = client.post("/api/jira-stories", {**BODY, missing: ""})
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [missing])


def test_a_story_is_changed_by_who_saw_its_state(story, api, tester):
    client = api(tester)
    seen = client.get("/api/jira-stories/CTP-1234")["ETag"]
    changed = client.put("/api/jira-stories/CTP-1234", {"status": "Done"}, headers={"If-Match": seen})
    assert (changed.json()["status"], changed.json()["title"]) == ("Done", "Log in")
    assert client.put("/api/jira-stories/CTP-1234", {"status": "x"}, headers={"If-Match": seen}).status_code == 409
    assert client.put("/api/jira-stories/CTP-1234", {"story_id": "CTP-1"}).json()["fields"].keys() == {"story_id"}
    assert client.delete("/api/jira-stories/CTP-1234", headers={"If-Match": seen}).status_code == 409
    assert client.delete("/api/jira-stories/CTP-1234").status_code == 204
    assert client.get("/api/jira-stories/CTP-1234").status_code == 404


def test_cases_are_linked_listed_and_unlinked(story, case, api, tester):
    client = api(tester)
    address = "/api/jira-stories/CTP-1234"
    linked = client.post(f"{address}/link-test-case/{case.pk}")
    assert linked.status_code == 201
    shown = linked.json()
    assert (shown["test_case_id"], shown["story_id"], shown["linked_by"]) == (case.pk, "CTP-1234", tester.pk)
    assert client.post(f"{address}/link-test-case/{case.pk}").status_code == 200
    found = client.get(f"{address}/test-cases").json()
    assert [(each["test_id"], len(each["steps"])) for each in found] == [("TC_UI_114", 1)]
    assert client.get(f"{address}/test-cases?search=nothing").json() == []
    assert client.get(address).json()["test_case_count"] == 1
    assert client.delete(f"{address}/unlink-test-case/{case.pk}").status_code == 204
    assert client.delete(f"{address}/unlink-test-case/{case.pk}").status_code == 404
    assert not TestCaseStory.objects.exists()


@pytest.mark.parametrize("given", ["0", "999999", "TC_UI_114", "9" * 19])
def test_what_is_no_case_of_the_project_is_not_linked(story, case, api, tester, given):
    foreign = TestCaseFactory()
    for pk in (given, foreign.pk):
        assert api(tester).post(f"/api/jira-stories/CTP-1234/link-test-case/{pk}").status_code == 404


def test_lists_are_filtered_and_sorted(project, case, api, tester):
    CaseActivityFactory(case=case, last_status="failed")
    StoryFactory(project=project, story_id="PAY-10", epic_id="PAY-1", status="Done", title="Refunds", cases=[case])
    StoryFactory(project=project, story_id="PAY-9", epic_id="PAY-2", sprint="Sprint 4", title="Limits")
    client = api(tester)

    def ids(query):
        return [each["story_id"] for each in client.get(f"/api/jira-stories?{query}").json()]

    assert ids("") == ["PAY-9", "PAY-10"]
    assert ids("sort=-title") == ["PAY-10", "PAY-9"]
    for query in ("status=done", "epic_id=PAY-1", "search=refund", "coverage=failing"):
        assert ids(query) == ["PAY-10"], query
    for query in ("sprint=Sprint+4", "coverage=uncovered", "coverage=uncovered,passed"):
        assert ids(query) == ["PAY-9"], query
    assert client.get("/api/jira-stories?coverage=nonsense").status_code == 400


def test_the_stories_of_an_epic_are_listed_and_an_unknown_epic_is_not_there(project, story, api, tester):
    StoryFactory(project=project, epic_id="CTP-200")
    client = api(tester)
    assert [each["story_id"] for each in client.get("/api/jira-stories/epic/CTP-100/stories").json()] == ["CTP-1234"]
    assert client.get("/api/jira-stories/epic/CTP-999/stories").status_code == 404


def test_cases_stand_below_the_stories_that_they_cover(project, story, case, api, tester):
    CaseActivityFactory(case=case, last_status="passed")
    StoryFactory(project=project, story_id="CTP-9", cases=[case, TestCaseFactory(project=project, is_archived=True)])
    found = api(tester).get("/api/test-cases/by-jira-story").json()
    assert [(each["story_id"], each["test_case_count"]) for each in found] == [("CTP-9", 1)]
    shown = found[0]["test_cases"]
    assert [(each["test_id"], each["last_status"], each["is_primary"]) for each in shown] == [
        ("TC_UI_114", "passed", False)
    ]
    assert api(tester).get("/api/test-cases/by-jira-story?page=1&epic_id=x").json()["results"] == []


def test_one_id_in_two_projects_asks_which(project, story, api, tester, admin):
    from accounts.tests.factories import ProjectFactory

    other = ProjectFactory(tenant=project.tenant, key="OPS")
    client = api(tester)
    assert client.get("/api/jira-stories/CTP-1234").status_code == 200
    StoryFactory(project=other, story_id="CTP-1234", title="Other")
    assert list(client.get("/api/jira-stories/CTP-1234").json()["fields"]) == ["project_id"]
    assert client.get("/api/jira-stories/CTP-1234?project_id=OPS").json()["title"] == "Other"
    tester.default_project = project
    tester.save()
    assert client.get("/api/jira-stories/CTP-1234").json()["title"] == "Log in"


def test_readers_may_not_write_and_strangers_see_nothing(story, case, api, viewer, stranger):
    address = "/api/jira-stories/CTP-1234"
    assert api(viewer).get(address).status_code == 200
    assert "may not" in api(viewer).put(address, {"status": "Done"}).json()["detail"]
    assert api(viewer).post(f"{address}/link-test-case/{case.pk}").status_code == 403
    assert api(viewer).delete(address).status_code == 403
    nothing = api(stranger).get("/api/jira-stories/CTP-0").json()
    assert api(stranger).get(address).json() == nothing
    assert api(stranger).post(f"{address}/link-test-case/{case.pk}").status_code == 404
    assert Story.objects.get().status == "To Do"


@pytest.mark.parametrize("path", ["jira-stories", "jira-stories/CTP-1234/test-cases", "test-cases/by-jira-story"])
def test_lists_cost_the_same_for_more_rows(project, story, case, api, tester, same_queries, path):
    client = api(tester)
    TestCaseStory.objects.create(project=project, story=story, case=case)

    def grow():
        for _number in range(5):
            more = [TestCaseFactory(project=project, steps=["One"]) for _case in range(2)]
            StoryFactory(project=project, cases=more)
            TestCaseStory.objects.create(project=project, story=story, case=more[0])

    same_queries(lambda: client.get(f"/api/{path}"), grow)
