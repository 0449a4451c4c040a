"""Cases as clients of the repository write and read them."""

import pytest

from catalog.models import CustomField, Folder, Template, TestCase, TestCaseVersion
from catalog.services.cases import create_case
from catalog.tests.factories import FolderFactory, TestCaseFactory

ADDRESS = "/api/repository-cases"


@pytest.fixture
def folder(project):
    return FolderFactory(project=project, name="Login")


@pytest.fixture
def case(project, folder, tester):
    steps = [{"action": "Open", "expected": "Form", "data": "nora"}, {"action": "Send", "data": "twice"}]
    return create_case(actor=tester, project=project, folder=folder, title="Log in", steps=steps, tags=["smoke"])


def body(project, **more):
    return {"projectId": str(project.pk), "title": "Pay", **more}


def actions(answer):
    return [(step["order"], step["action"]) for step in answer.json()["steps"]]


def test_a_case_is_written_read_changed_and_deleted(project, folder, api, tester):
    client = api(tester)
    steps = [{"action": "Second", "order": 2}, {"action": "First", "expected": "Ok", "order": 1}]
    sent = body(project, folderId=folder.pk, steps=steps, tags="a, b", priority="critical", expectedResult="Paid")
    made = client.post(ADDRESS, {**sent, "automationStatus": "SEMI_AUTOMATED", "estimate": 300})
    assert made.status_code == 201, made.content
    shown = made.json()
    assert actions(made) == [(1, "First"), (2, "Second")]
    assert (shown["tags"], shown["priority"], shown["automationStatus"]) == (["a", "b"], "CRITICAL", "SEMI_AUTOMATED")
    assert (shown["folderId"], shown["createdBy"], shown["deleted"]) == (str(folder.pk), str(tester.pk), False)
    stored = TestCase.objects.get(pk=int(shown["id"]))
    assert (stored.test_id, stored.test_type, stored.priority, stored.estimate) == (
        "TC_UI_001",
        "semi_automated",
        4,
        300,
    )
    address = f"{ADDRESS}/{shown['id']}"
    assert client.get(address).json() == shown
    changed = client.put(address, {"title": "Pay twice", "automationStatus": "AUTOMATED"})
    assert (changed.json()["title"], changed.json()["automationStatus"]) == ("Pay twice", "AUTOMATED")
    assert changed.json()["steps"] == shown["steps"]
    assert [row["id"] for row in client.get(f"{ADDRESS}?projectId={project.pk}").json()["data"]] == [shown["id"]]
    assert client.delete(address).status_code == 204
    gone = client.get(address)
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_the_same_case_is_answered_by_both_apis(project, case, api, tester):
    client = api(tester)
    repository, plain = client.get(f"{ADDRESS}/{case.pk}").json(), client.get(f"/api/test-cases/{case.pk}").json()
    assert (repository["id"], repository["title"]) == (str(plain["id"]), plain["title"])
    assert ",".join(repository["tags"]) == plain["tags"]
    assert client.put(f"/api/test-cases/{case.pk}", {"title": "New"}).status_code == 200
    assert client.get(f"{ADDRESS}/{case.pk}").json()["title"] == "New"


def test_writing_back_what_was_read_changes_nothing(case, api, tester):
    client = api(tester)
    shown = client.get(f"{ADDRESS}/{case.pk}").json()
    assert client.put(f"{ADDRESS}/{case.pk}", shown).json() == shown
    assert TestCase.objects.get(pk=case.pk).version == 1
    assert [step.data for step in case.steps.all()] == ["nora", "twice"]


def test_steps_that_come_back_keep_what_this_shape_does_not_show(case, api, tester):
    client = api(tester)
    opened, sent = client.get(f"{ADDRESS}/{case.pk}").json()["steps"]
    moved = [{**sent, "order": 1, "action": "Send it"}, {"action": "New", "order": 2}, {**opened, "order": 3}]
    answer = client.put(f"{ADDRESS}/{case.pk}", {"steps": moved})
    assert actions(answer) == [(1, "Send it"), (2, "New"), (3, "Open")]
    assert [step.data for step in case.steps.order_by("position")] == ["twice", "", "nora"]
    by_words = client.put(f"{ADDRESS}/{case.pk}", {"steps": [{"action": "Open", "expected": "Form"}]})
    assert actions(by_words) == [(1, "Open")]
    assert case.steps.get().data == "nora"
    assert client.put(f"{ADDRESS}/{case.pk}", {"steps": []}).json()["steps"] == []
    assert TestCaseVersion.objects.filter(case=case).count() == 4


@pytest.mark.parametrize(
    ("orders", "found"),
    [
        ([None, None, None], "abc"),
        ([3, 2, 1], "cba"),
        ([1, 1, 1], "abc"),
        ([10, 0, 5], "bca"),
        ([None, 1, None], "abc"),
        ([1_000_000, None, None], "bca"),
    ],
)
def test_steps_stand_by_their_order_and_else_as_they_come(project, api, tester, orders, found):
    steps = [{"action": name, "order": order} for name, order in zip("abc", orders, strict=True)]
    answer = api(tester).post(ADDRESS, body(project, steps=steps))
    assert "".join(action for _order, action in actions(answer)) == found


def test_both_spellings_are_taken(project, folder, api, tester):
    sent = {"project_id": project.key, "folder_id": folder.pk, "title": "Pay", "expected_result": "Paid"}
    shown = api(tester).post(ADDRESS, {**sent, "automation_status": "automated"}).json()
    assert (shown["folderId"], shown["expectedResult"]) == (str(folder.pk), "Paid")
    assert shown["automationStatus"] == "AUTOMATED"


def test_a_write_names_the_state_it_was_based_on_and_a_create_is_repeated_safely(project, case, api, tester):
    client, address = api(tester), f"{ADDRESS}/{case.pk}"
    seen = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": seen}).status_code == 304
    assert client.put(address, {"title": "First"}, headers={"If-Match": seen}).status_code == 200
    late = client.put(address, {"title": "Second"}, headers={"If-Match": seen})
    assert (late.status_code, late.json()["error"]["code"]) == (409, "VERSION_CONFLICT")
    assert client.delete(address, headers={"If-Match": seen}).status_code == 409
    assert TestCase.objects.get(pk=case.pk).title == "First"
    twice = [client.post(ADDRESS, body(project), headers={"Idempotency-Key": "one"}).json() for _time in range(2)]
    assert twice[0] == twice[1]
    assert TestCase.objects.filter(title="Pay").count() == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("folderId={folder}", {"One"}),
        ("folder_id={folder}", {"One"}),
        ("tags=smoke", {"One", "Two"}),
        ("tags=smoke,slow", {"Two"}),
        ("templateId={template}", {"Two"}),
        ("search=refund", {"Three"}),
        ("automationStatus=AUTOMATED", {"Three"}),
        ("priority=CRITICAL,LOW", {"One"}),
        ("folderId=0", set()),
        ("nonsense=1", {"One", "Two", "Three"}),
    ],
)
def test_cases_are_filtered(project, folder, api, tester, query, found):
    template = Template.objects.create(project=project, name="Short")
    TestCaseFactory(folder=FolderFactory(parent=folder), title="One", tags=["smoke"], priority=4)
    TestCaseFactory(project=project, title="Two", tags=["smoke", "slow"], template=template)
    TestCaseFactory(project=project, title="Three", description="A refund", test_type="automated")
    named = query.format(folder=folder.pk, template=template.pk)
    answer = api(tester).get(f"{ADDRESS}?projectId={project.key}&{named}")
    assert {row["title"] for row in answer.json()["data"]} == found
    assert answer.headers["X-Total-Count"] == str(len(found))


def test_limit_and_offset_choose_the_stretch(project, api, tester):
    for number in range(3):
        TestCaseFactory(project=project, test_id=f"TC_UI_00{number}", title=str(number))
    client = api(tester)
    shown = client.get(f"{ADDRESS}?projectId={project.pk}&limit=1&offset=1")
    assert [row["title"] for row in shown.json()["data"]] == ["1"]
    assert shown.headers["X-Total-Count"] == "3"
    for query in ("limit=0", "limit=x", "offset=-1", "folderId=x", "templateId=x", "priority=urgent"):
        refused = client.get(f"{ADDRESS}?projectId={project.pk}&{query}")
        assert refused.status_code == 422
        assert refused.json()["error"]["details"]["field"] == query.split("=")[0]


@pytest.mark.parametrize(
    ("sent", "blamed"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"steps": "Pay"}, "steps"),
        ({"steps": [{"action": "", "expected": "b"}]}, "steps[0].action"),
        ({"steps": [{"action": "a", "order": -1}]}, "steps[0].order"),
        ({"steps": [{"action": "a"}] * 1_001}, "steps"),
        ({"tags": [1]}, "tags"),
        ({"automationStatus": "working"}, "automationStatus"),
        ({"priority": "urgent"}, "priority"),
        ({"estimate": -1}, "estimate"),
        ({"folderId": 987_654}, "folderId"),
        ({"templateId": 987_654}, "templateId"),
        ({"customFields": [{"key": "nothing", "value": 1}]}, "customFields[0]"),
        ({"customFields": [{"fieldId": 1, "value": 1}]}, "customFields[0]"),
    ],
)
def test_an_unusable_body_is_422_with_the_field_and_leaves_nothing(project, case, api, tester, sent, blamed):
    client = api(tester)
    calls = [client.post(ADDRESS, body(project, **sent)), client.put(f"{ADDRESS}/{case.pk}", sent)]
    for answer in calls:
        assert answer.status_code == 422, answer.content
        error = answer.json()["error"]
        assert (error["code"], error["details"]["field"]) == ("VALIDATION_ERROR", blamed)
    assert (TestCase.objects.count(), Folder.objects.count()) == (1, 1)
    assert TestCase.objects.get().version == 1


def test_own_fields_and_templates_are_read_and_written(project, case, api, tester):
    field = CustomField.objects.create(project=project, key="risk", name="Risk", kind="string")
    template = Template.objects.create(project=project, name="Short", is_default=True)
    template.places.create(project=project, field=field)
    client, address = api(tester), f"{ADDRESS}/{case.pk}"
    for named in ({"fieldId": str(field.pk)}, {"key": "risk"}, {"name": "Risk"}):
        value = f"by {', '.join(named)}"
        sent = {"templateId": str(template.pk), "customFields": [{**named, "value": value}]}
        answer = client.put(address, sent)
        assert answer.status_code == 200, answer.content
        shown = {"fieldId": str(field.pk), "key": "risk", "name": "Risk", "type": "string"}
        assert answer.json()["customFields"] == [{**shown, "value": value}]
        assert answer.json()["templateId"] == str(template.pk)


def test_a_case_stays_in_its_project(project, case, api, tester, other_project):
    client, address = api(tester), f"{ADDRESS}/{case.pk}"
    assert client.put(address, {"projectId": project.key, "title": "Same"}).status_code == 200
    refused = client.put(address, {"projectId": str(other_project.pk)})
    assert (refused.status_code, refused.json()["error"]["details"]["field"]) == (422, "projectId")


def test_readers_may_not_write_strangers_find_nothing_and_the_anonymous_are_refused(
    project, case, api, viewer, stranger, other_project
):
    address = f"{ADDRESS}/{case.pk}"
    assert api(viewer).get(address).status_code == 200
    for call in (api(viewer).put(address, {"title": "A"}), api(viewer).post(ADDRESS, body(project))):
        assert (call.status_code, call.json()["error"]["code"]) == (403, "FORBIDDEN")
        assert "Your role, Viewer, may not" in call.json()["error"]["message"]
    for call in (api(stranger).get, api(stranger).put, api(stranger).delete):
        assert call(address).json() == call(f"{ADDRESS}/987654").json()
    assert api(stranger).get(f"{ADDRESS}?projectId={project.pk}").status_code == 404
    assert api(stranger).post(ADDRESS, body(project)).status_code == 404
    folder = FolderFactory(project=other_project)
    assert api(stranger).put(address, {"folderId": folder.pk}).status_code == 404
    assert api().get(ADDRESS).json()["error"]["code"] == "UNAUTHORIZED"


def test_the_list_costs_the_same_for_more_cases(project, folder, case, api, tester, same_queries):
    client = api(tester)

    def grow():
        for _number in range(10):
            TestCaseFactory(folder=FolderFactory(parent=folder), steps=["One", "Two"], owner=tester)

    same_queries(lambda: client.get(f"{ADDRESS}?projectId={project.pk}"), grow)
