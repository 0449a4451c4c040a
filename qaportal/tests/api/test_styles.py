import json

import pytest

from accounts.tests.factories import ProjectFactory

pytestmark = pytest.mark.urls("qaportal.tests.api.styled_urls")
STYLES = ["plain", "camel", "envelope", "envelope-camel"]


@pytest.fixture
def client_of(api, admin):
    return api(admin)


def test_one_object_in_each_style(client_of, project):
    def told(style):
        return client_of.get(f"/api/{style}/projects/{project.pk}").json()

    plain = told("plain")
    assert set(plain) == {"id", "key", "name", "settings", "created_at", "default_owner"}
    assert plain["default_owner"] == {"first_name": "Ada"}
    camel = told("camel")
    assert set(camel) == {"id", "key", "name", "settings", "createdAt", "defaultOwner"}
    assert camel["defaultOwner"] == {"firstName": "Ada"}
    assert told("envelope") == {"success": True, "data": plain}
    assert told("envelope-camel") == {"success": True, "data": camel}


def test_keys_of_the_user_are_never_respelled(client_of, project):
    project.settings = {"my_key": {"inner_key": 1}}
    project.save()
    for style in STYLES:
        body = client_of.get(f"/api/{style}/projects/{project.pk}").json()
        assert body.get("data", body)["settings"] == {"my_key": {"inner_key": 1}}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("body", [{"project_id": "7", "full_name": "Ada"}, {"projectId": 7, "fullName": "Ada"}])
def test_both_spellings_are_accepted(client_of, style, body):
    assert client_of.post(f"/api/{style}/echo", body).status_code == 200


@pytest.fixture
def three(tenant):
    return [ProjectFactory(tenant=tenant, name=name) for name in ("A", "B", "C")]


def names(rows):
    return [row["name"] for row in rows]


def test_a_plain_list_is_an_array_that_tells_its_total(client_of, three, settings):
    response = client_of.get("/api/plain/projects")
    assert names(response.json()) == ["A", "B", "C"]
    assert response["X-Total-Count"] == "3"
    assert not response.has_header("Link")
    settings.PLAIN_LIST_LIMIT = 2
    cut = client_of.get("/api/plain/projects")
    assert names(cut.json()) == ["A", "B"]
    assert cut["Link"] == '<http://testserver/api/plain/projects?offset=2>; rel="next"'
    assert names(client_of.get("/api/plain/projects?offset=2").json()) == ["C"]


def test_a_plain_list_is_paged_on_demand(client_of, three):
    body = client_of.get("/api/plain/projects?page=2&page_size=1").json()
    assert (body["count"], names(body["results"])) == (3, ["B"])
    assert body["next"].endswith("page=3&page_size=1")
    assert body["previous"].endswith("page=1&page_size=1")
    beyond = client_of.get("/api/plain/projects?page=99")
    assert (beyond.status_code, beyond.json()["results"], beyond.json()["next"]) == (200, [], None)


def test_a_camel_list_stands_under_data(client_of, three):
    response = client_of.get("/api/camel/projects?limit=2&offset=1")
    assert names(response.json()["data"]) == ["B", "C"]
    assert response["X-Total-Count"] == "3"


def test_an_envelope_list_tells_its_pages(client_of, three):
    body = client_of.get("/api/envelope/projects?page=1&limit=2").json()
    assert (body["success"], names(body["data"])) == (True, ["A", "B"])
    assert body["pagination"] == {"page": 1, "limit": 2, "total": 3, "totalPages": 2, "hasMore": True}
    last = client_of.get("/api/envelope-camel/projects?page=2&limit=2").json()
    assert last["pagination"]["hasMore"] is False
    assert "createdAt" in last["data"][0]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("value", ["-1", "0", "--1", "1.5", "x", "%00", "１", "1180591620717411303424", "1e3", "+1"])
@pytest.mark.parametrize("name", ["page", "limit", "offset", "page_size"])
def test_an_unusable_page_is_named_never_a_fault(client_of, three, style, name, value):
    paging = {"plain": {"page", "offset"}, "camel": {"limit", "offset"}}.get(style, {"page", "limit"})
    response = client_of.get(f"/api/{style}/projects?{name}={value}")
    is_fine = (name not in paging and value != "%00") or (name, value) == ("offset", "0")
    assert response.status_code == (200 if is_fine else (422 if style == "camel" else 400))
    if not is_fine:
        assert name in json.dumps(response.json())


def test_a_page_far_beyond_the_end_is_empty(client_of, three):
    for style in STYLES:
        for query in ("page=999999999999999999", "offset=999999999999999999", "limit=999999999999999999"):
            assert client_of.get(f"/api/{style}/projects?{query}").status_code == 200


def test_reading_a_list_costs_the_same_for_more_rows(client_of, tenant, three, same_queries):
    for style in STYLES:
        same_queries(
            lambda style=style: client_of.get(f"/api/{style}/projects"),
            lambda: [ProjectFactory(tenant=tenant) for _ in range(10)],
        )
