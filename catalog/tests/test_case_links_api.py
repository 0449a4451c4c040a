"""The links between cases in the API."""

import json

import pytest

from catalog.models import TestCaseLink
from catalog.services.links import link_two_cases, remove_link
from catalog.tests.factories import TestCaseFactory

ADDRESS = "/api/model/RepositoryCaseLink"


@pytest.fixture
def cases(project):
    return [TestCaseFactory(project=project) for _number in range(4)]


def body(case, other, type="SAME_TEST_DIFFERENT_SOURCE"):
    return {"data": {"caseA": {"connect": {"id": case.pk}}, "caseB": {"connect": {"id": other.pk}}, "type": type}}


def found(client, **query):
    return client.get(f"{ADDRESS}/findMany", {"q": json.dumps(query)})


def test_links_are_made_found_and_removed_as_documented(cases, api, tester):
    client = api(tester)
    made = client.post(f"{ADDRESS}/create", body(cases[0], cases[1]))
    assert made.status_code == 201
    link = TestCaseLink.objects.get()
    plain = {
        "id": link.pk,
        "type": "SAME_TEST_DIFFERENT_SOURCE",
        "caseAId": cases[0].pk,
        "caseBId": cases[1].pk,
        "isDeleted": False,
    }
    assert made.json() == {"data": plain}
    where = {"OR": [{"caseAId": cases[1].pk, "isDeleted": False}, {"caseBId": cases[1].pk, "isDeleted": False}]}
    rows = found(client, where=where, include={"caseA": True, "caseB": True}).json()["data"]
    assert {name: rows[0][name] for name in plain} == plain
    assert (rows[0]["caseA"]["testId"], rows[0]["caseB"]["title"]) == (cases[0].test_id, cases[1].title)
    change = {"where": {"id": link.pk}, "data": {"isDeleted": True}}
    assert client.put(f"{ADDRESS}/update", change).json()["data"]["isDeleted"] is True
    assert client.put(f"{ADDRESS}/update", change).status_code == 200
    assert found(client, where=where).json() == {"data": []}


def test_plain_combinations_of_the_forms_are_understood(cases, api, tester):
    first = link_two_cases(actor=tester, case=cases[0], other=cases[1], type="DEPENDS_ON")
    second = link_two_cases(actor=tester, case=cases[1], other=cases[2], type="DEPENDS_ON")
    gone = remove_link(
        actor=tester, link=link_two_cases(actor=tester, case=cases[2], other=cases[3], type="DEPENDS_ON")
    )
    client = api(tester)

    def ids(**query):
        return [row["id"] for row in found(client, **query).json()["data"]]

    assert ids() == [first.pk, second.pk, gone.pk]
    assert ids(where={"isDeleted": True}) == [gone.pk]
    assert ids(where={"id": str(first.pk)}) == [first.pk]
    assert ids(where={"id": {"in": [first.pk, gone.pk]}, "type": {"equals": "DEPENDS_ON"}}) == [first.pk, gone.pk]
    assert ids(where={"AND": [{"caseAId": cases[1].pk}, {"OR": [{"id": second.pk}]}]}) == [second.pk]
    assert ids(where={"OR": []}) == []
    assert ids(take=1, skip=1, orderBy={"id": "desc"}) == [second.pk]
    assert ids(orderBy=[{"type": "asc"}, {"id": "desc"}]) == [gone.pk, second.pk, first.pk]


@pytest.mark.parametrize(
    "query",
    [
        "{",
        "[]",
        "NaN",
        '{"select": {}}',
        '{"where": {"project": 1}}',
        '{"where": {"caseA": {"title": "x"}}}',
        '{"where": {"NOT": {"id": 1}}}',
        '{"where": {"id": {"gt": 1}}}',
        '{"where": {"id": {"in": 1}}}',
        '{"where": {"id": {}}}',
        '{"where": {"id": null}}',
        '{"where": {"id": 1e400}}',
        '{"where": {"isDeleted": 0}}',
        '{"where": {"type": "BLOCKS"}}',
        '{"where": {"type": []}}',
        '{"where": {"OR": {"id": 1}}}',
        '{"include": {"project": true}}',
        '{"include": {"caseA": {"include": {}}}}',
        '{"take": -1}',
        '{"skip": "x"}',
        '{"orderBy": {"caseA": "asc"}}',
        '{"orderBy": {"id": "up"}}',
        '{"where": ' + '{"AND": [' * 8 + "{}" + "]}" * 8 + "}",
        '{"where": {"OR": [' + ", ".join(['{"id": 1}'] * 200) + "]}}",
        "[" * 30_000,
    ],
)
def test_anything_else_is_refused(project, api, tester, query):
    answer = api(tester).get(f"{ADDRESS}/findMany", {"q": query})
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["field"] == "q"


def test_rules_are_refused_with_their_words(cases, api, tester, viewer):
    client = api(tester)
    client.post(f"{ADDRESS}/create", body(cases[0], cases[1], "DEPENDS_ON"))
    assert client.post(f"{ADDRESS}/create", body(cases[0], cases[1], "DEPENDS_ON")).status_code == 409
    assert client.post(f"{ADDRESS}/create", body(cases[1], cases[0], "DEPENDS_ON")).status_code == 409
    assert client.post(f"{ADDRESS}/create", body(cases[0], cases[0])).status_code == 422
    assert client.post(f"{ADDRESS}/create", body(cases[0], cases[2], "BLOCKS")).status_code == 422
    back = {"where": {"id": TestCaseLink.objects.get().pk}, "data": {"isDeleted": False}}
    assert client.put(f"{ADDRESS}/update", back).status_code == 422
    assert api(viewer).post(f"{ADDRESS}/create", body(cases[0], cases[3])).status_code == 403
    assert api(viewer).put(f"{ADDRESS}/update", {**back, "data": {"isDeleted": True}}).status_code == 403


def test_what_is_foreign_is_like_nothing(cases, api, tester, stranger):
    link = link_two_cases(actor=tester, case=cases[0], other=cases[1], type="DEPENDS_ON")
    client = api(stranger)
    assert found(client, where={"id": link.pk}).json() == {"data": []}
    change = {"where": {"id": link.pk}, "data": {"isDeleted": True}}
    assert client.put(f"{ADDRESS}/update", change).status_code == 404
    assert client.post(f"{ADDRESS}/create", body(cases[0], cases[2])).status_code == 422
    assert api(tester).post(f"{ADDRESS}/create", body(cases[0], TestCaseFactory())).status_code == 422


def test_finding_costs_the_same_for_more_links(project, cases, api, tester, same_queries):
    client = api(tester)
    link_two_cases(actor=tester, case=cases[0], other=cases[1], type="DEPENDS_ON")

    def grow():
        for _number in range(5):
            link_two_cases(actor=tester, case=cases[0], other=TestCaseFactory(project=project), type="DEPENDS_ON")

    same_queries(lambda: found(client, include={"caseA": True, "caseB": True}), grow)
