import pytest

from catalog.models import Story
from catalog.tests.factories import FolderFactory, TestCaseFactory
from issues.services.issues import create_issue
from releases.services.milestones import create_milestone
from releases.tests.factories import ReleaseFactory
from runs.services.sessions import create_session
from runs.tests.factories import make_run

ADDRESS = "/api/search"


@pytest.fixture
def world(project, tester, lead):
    folder = FolderFactory(project=project, name="Walrus folder")
    case = TestCaseFactory(folder=folder, title="Walrus <b>case</b>", tags=["smoke"], description="walrus & co")
    Story.objects.create(project=project, story_id="ZOO-1", title="Walrus story")
    release = ReleaseFactory(project=project, name="Walrus release", version="1.2")
    run = make_run(project, name="Walrus run")
    create_milestone(actor=lead, project=project, name="Walrus milestone")
    create_session(actor=tester, project=project, name="Walrus session")
    create_issue(actor=tester, project=project, title="Walrus issue")
    return {"folder": folder, "case": case, "release": release, "run": run}


def titles(response):
    assert response.status_code == 200, response.json()
    return [each["title"] for each in response.json()["data"]]


def test_everything_is_found_by_words(world, project, tester, api):
    response = api(tester).get(ADDRESS, {"q": "walrus", "project": project.key})
    assert set(titles(response)) == {
        "Walrus <b>case</b>",
        "Walrus folder",
        "Walrus story",
        "1.2 Walrus release",
        f"{world['run'].number} Walrus run",
        "Walrus milestone",
        "Walrus session",
        "Walrus issue",
    }
    answer = response.json()
    assert (answer["total"], answer["isCapped"], answer["limit"], answer["offset"]) == (8, False, 25, 0)
    assert {each["type"]: each["total"] for each in answer["counts"]} == dict.fromkeys(
        ("repository_cases", "folders", "stories", "releases", "test_runs", "milestones", "sessions", "issues"), 1
    )
    case = next(each for each in answer["data"] if each["type"] == "repository_cases")
    assert case["code"] == world["case"].test_id
    assert case["projectId"] == project.pk
    assert case["tags"] == ["smoke"]
    assert case["highlights"]["title"] == "<mark>Walrus</mark> &lt;b&gt;case&lt;/b&gt;"
    assert "<mark>walrus</mark>" in case["highlights"]["text"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"type": ["repository_cases"]}, 1),
        ({"type": ["repository-cases", "sessions"]}, 2),
        ({"type": "folders,stories"}, 2),
        ({"type": ["sessions", "issues"]}, 2),
        ({"tags": ["smoke"]}, 1),
        ({"tags": ["nightly"]}, 0),
        ({"dateRange": {"field": "createdAt", "from": "2000-01-01"}}, 8),
        ({"dateRange": {"field": "updatedAt", "to": "2000-01-01"}}, 0),
        ({}, 8),
    ],
)
def test_filters_narrow_what_is_found(world, tester, api, filters, found):
    body = {"query": "walrus", "filters": filters, "sort": [{"_score": {"order": "desc"}}]}
    response = api(tester).post(ADDRESS, body, format="json")
    assert len(titles(response)) == found
    assert response.json()["total"] == found


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("types", [["repository_cases"], ["repository_cases", "folders"]])
def test_the_order_and_the_stretch_can_be_chosen(project, tester, api, order, types):
    for name in ("Walrus a", "Walrus b", "Walrus c"):
        TestCaseFactory(project=project, title=name)
    body = {"query": "walrus", "filters": {"type": types}, "sort": [{"title": {"order": order}}], "limit": 2}
    expected = ["Walrus a", "Walrus b", "Walrus c"][:: 1 if order == "asc" else -1]
    assert titles(api(tester).post(ADDRESS, body, format="json")) == expected[:2]
    assert titles(api(tester).post(ADDRESS, {**body, "offset": 2}, format="json")) == expected[2:]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"filters": {"type": ["people"]}}, "type"),
        ({"filters": {"type": 7}}, "type"),
        ({"filters": {"colour": "red"}}, "colour"),
        ({"filters": {"dateRange": {"field": "password"}}}, "field"),
        ({"filters": {"dateRange": {"field": "createdAt", "from": "2024-02-31"}}}, "from"),
        ({"filters": {"dateRange": {"field": "createdAt", "from": 7}}}, "from"),
        ({"filters": {"tags": "smoke"}}, "tags"),
        ({"sort": [{"password": {"order": "desc"}}]}, "sort"),
        ({"sort": [{"_score": {"order": "up"}}]}, "sort"),
        ({"sort": [{"_score": "asc"}, {"title": "asc"}]}, "sort"),
        ({"limit": 100_000}, "limit"),
        ({"offset": -1}, "offset"),
        ({"query": "x" * 1_001}, "query"),
    ],
)
def test_what_cannot_be_searched_is_refused_by_name(tester, api, body, field):
    response = api(tester).post(ADDRESS, {"query": "walrus", **body}, format="json")
    assert response.status_code == 422
    error = response.json()["error"]
    assert error["code"] == "VALIDATION_ERROR"
    assert field in str(error["details"])


def test_nothing_of_others_is_found_and_their_project_is_not_there(world, project, stranger, api):
    assert titles(api(stranger).get(ADDRESS, {"q": "walrus"})) == []
    assert api(stranger).get(ADDRESS, {"q": "walrus", "project": project.key}).status_code == 404
    body = {"query": "walrus", "filters": {"projectId": str(project.pk)}}
    assert api(stranger).post(ADDRESS, body, format="json").status_code == 404


def test_without_words_the_newest_stand_first(project, tester, api):
    for name in ("First", "Second"):
        TestCaseFactory(project=project, title=name)
    body = {"filters": {"type": ["repository_cases"]}}
    assert titles(api(tester).post(ADDRESS, body, format="json")) == ["Second", "First"]


def test_the_number_of_questions_is_constant(project, tester, api, same_queries):
    client = api(tester)

    def grow():
        for _each in range(10):
            folder = FolderFactory(project=project, name=f"Walrus {_each} {project.folders_made}")
            TestCaseFactory(folder=folder, title="Walrus")
        project.folders_made += 1

    project.folders_made = 0
    grow()
    same_queries(lambda: client.get(ADDRESS, {"q": "walrus"}), grow)
