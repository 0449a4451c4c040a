import pytest

from catalog.models import Folder, TestCase
from catalog.services.step_text import parse_steps, render_steps
from catalog.tests.factories import CaseActivityFactory, FolderFactory, TestCaseFactory


@pytest.fixture
def tree(project):
    module = FolderFactory(project=project, name="Payments")
    sub_module = FolderFactory(parent=module, name="Cards")
    feature = FolderFactory(parent=sub_module, name="Capture")
    return {"module": module, "sub_module": sub_module, "feature": feature}


@pytest.fixture
def case(project, tree):
    return TestCaseFactory(folder=tree["feature"], test_id="TC_UI_114", title="Old title", steps=["Pay", "Confirm"])


BODY = {
    "title": "Verify login with valid credentials",
    "description": "Test successful login flow",
    "test_type": "automated",
    "tag": "ui",
    "tags": "smoke,regression",
    "automation_status": "working",
    "jira_story_id": "CTP-1234",
    "jira_epic_id": "CTP-100",
    "jira_labels": '["login", "web"]',
    "preconditions": "User must be registered",
    "steps_to_reproduce": "1. Navigate to login\n2. Enter credentials\n3. Click submit",
    "expected_result": "User is redirected to dashboard",
    "scenario_examples": {"columns": ["Amount"], "rows": [["$0"]]},
}


# -- folders
def test_the_three_levels_of_the_tree_are_made_and_listed(project, api, tester):
    client = api(tester)
    module = client.post("/api/modules", {"name": "Payments", "description": "Flows"}).json()
    sub_module = client.post("/api/sub-modules", {"name": "Cards", "module_id": module["id"]}).json()
    feature = client.post("/api/features", {"name": "Capture", "subModuleId": str(sub_module["id"])}).json()
    assert sub_module["module_id"] == module["id"]
    assert feature["sub_module_id"] == sub_module["id"]
    assert [each["name"] for each in client.get("/api/modules").json()] == ["Payments"]
    assert [each["name"] for each in client.get(f"/api/sub-modules?module_id={module['id']}").json()] == ["Cards"]
    assert client.get(f"/api/features?sub_module_id={module['id']}").json() == []
    assert client.get(f"/api/modules/{module['id']}").json()["description"] == "Flows"
    assert client.get(f"/api/modules/{sub_module['id']}").status_code == 404


def test_a_folder_is_changed_and_moved(project, tree, api, tester):
    client, other = api(tester), FolderFactory(project=project, name="Payouts")
    response = client.put(f"/api/sub-modules/{tree['sub_module'].pk}", {"name": "Plastic", "module_id": other.pk})
    assert response.json()["name"] == "Plastic"
    assert Folder.objects.get(pk=tree["feature"].pk).path.startswith(other.path)


def test_a_folder_with_content_is_deleted_only_with_it(project, tree, case, api, lead):
    client = api(lead)
    address = f"/api/modules/{tree['module'].pk}"
    refused = client.delete(address)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_empty")
    assert client.delete(f"{address}?cascade=true").status_code == 204
    assert client.get(address).status_code == 404
    assert client.get(f"/api/test-cases/{case.pk}").status_code == 404


def test_a_taken_name_is_409_and_an_unknown_parent_400(project, tree, api, tester):
    client = api(tester)
    assert client.post("/api/modules", {"name": "payments"}).status_code == 409
    for parent in (0, tree["sub_module"].pk):
        response = client.post("/api/sub-modules", {"name": "New", "module_id": parent})
        assert (response.status_code, list(response.json()["fields"])) == (400, ["module_id"])


# -- cases
def test_a_case_is_written_and_read_in_the_documented_fields(project, tree, api, tester):
    client = api(tester)
    body = {**BODY, "module_id": tree["module"].pk, "sub_module": "Authentication", "feature_section": "Login"}
    created = client.post("/api/test-cases", body)
    assert created.status_code == 201
    shown = created.json()
    for name, value in {**body, "jira_labels": ["login", "web"], "test_id": "TC_UI_001"}.items():
        assert shown[name] == value, name
    assert [step["action"] for step in shown["steps"]] == ["Navigate to login", "Enter credentials", "Click submit"]
    assert (shown["created_by"], shown["last_status"], shown["priority"]) == (tester.pk, "not_started", "medium")
    assert client.get(f"/api/test-cases/{shown['id']}").json() == shown
    assert created.headers["ETag"]


def test_writing_back_what_was_read_changes_nothing(project, case, api, tester):
    TestCase.objects.filter(pk=case.pk).update(test_type="semi_automated", tags=["a", "b"])
    case.steps.filter(position=1).update(expected="Paid")
    deep = FolderFactory(parent=case.folder, name="Deeper")
    TestCase.objects.filter(pk=case.pk).update(folder=deep)
    client = api(tester)
    shown = client.get(f"/api/test-cases/{case.pk}").json()
    assert shown["test_type"] == "automated"
    del shown["steps"], shown["folder_id"]
    assert client.put(f"/api/test-cases/{case.pk}", shown).json()["version"] == 1
    assert TestCase.objects.get(pk=case.pk).folder == deep


def test_places_are_named_and_made(project, tree, api, tester):
    client = api(tester)
    without = client.post("/api/test-cases", {"title": "A", "sub_module": "Loose"}).json()
    module = Folder.objects.get(pk=without["module_id"])
    assert (module.name, without["sub_module"], without["feature_section"]) == ("Unsorted", "Loose", None)
    bare = client.post("/api/test-cases", {"title": "B"}).json()
    assert (bare["module_id"], bare["sub_module"], bare["folder_id"]) == (None, None, None)
    feature = client.post("/api/test-cases", {"title": "C", "module_id": tree["module"].pk, "feature_section": "F"})
    assert (feature.json()["sub_module"], feature.json()["feature_section"]) == ("Unsorted", "F")


def test_another_module_keeps_sub_module_and_feature(project, tree, case, api, tester):
    other = FolderFactory(project=project, name="Payouts")
    shown = api(tester).put(f"/api/test-cases/{case.pk}", {"module_id": other.pk}).json()
    assert (shown["module_id"], shown["sub_module"], shown["feature_section"]) == (other.pk, "Cards", "Capture")


def test_null_removes_the_story_and_a_changed_text_replaces_the_steps(project, case, api, tester):
    client = api(tester)
    address = f"/api/test-cases/{case.pk}"
    assert client.put(address, {"jira_story_id": "CTP-1"}).json()["jira_story_id"] == "CTP-1"
    assert client.put(address, {"jiraStoryId": None}).json()["jira_story_id"] is None
    shown = client.put(address, {"steps_to_reproduce": "Just try it"}).json()
    assert [step["action"] for step in shown["steps"]] == ["Just try it"]
    assert shown["steps_to_reproduce"] == "Just try it"


def test_a_write_names_the_state_it_was_based_on(project, case, api, tester):
    client = api(tester)
    address = f"/api/test-cases/{case.pk}"
    seen = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": seen}).status_code == 304
    assert client.put(address, {"title": "First"}, headers={"If-Match": seen}).status_code == 200
    late = client.put(address, {"title": "Second"}, headers={"If-Match": seen})
    assert (late.status_code, late.json()["code"]) == (409, "version_conflict")
    assert client.delete(address, headers={"If-Match": seen}).status_code == 409
    assert client.delete(address).status_code == 204


def test_a_repeated_create_is_answered_once(project, api, tester):
    client = api(tester)
    first = client.post("/api/test-cases", {"title": "Once"}, headers={"Idempotency-Key": "k1"})
    second = client.post("/api/test-cases", {"title": "Once"}, headers={"Idempotency-Key": "k1"})
    assert second.json() == first.json()
    assert TestCase.objects.count() == 1


def test_ids_are_reserved_and_may_be_named(project, api, tester):
    client = api(tester)
    assert client.get("/api/test-cases/generate-test-id?tag=api").json() == {"test_id": "TC_API_001"}
    assert client.get("/api/test-cases/generate-test-id?tag=API").json() == {"test_id": "TC_API_002"}
    assert client.get("/api/test-cases/generate-test-id").json() == {"test_id": "TC_UI_001"}
    assert client.get("/api/test-cases/generate-test-id?tag=desktop").status_code == 400
    created = client.post("/api/test-cases", {"title": "Named", "test_id": "TC_API_001"}).json()
    assert (created["test_id"], created["tag"]) == ("TC_API_001", "api")
    assert client.post("/api/test-cases", {"title": "Again", "test_id": "TC_API_001"}).status_code == 409
    assert client.put(f"/api/test-cases/{created['id']}", {"test_id": "TC_API_009"}).status_code == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("module_id={module}", {"TC_UI_001", "TC_UI_002"}),
        ("module_id={sub_module}", set()),
        ("sub_module_id={sub_module}", {"TC_UI_001"}),
        ("sub_module=cards", {"TC_UI_001"}),
        ("sub_module={sub_module}", {"TC_UI_001"}),
        ("feature=Capture", {"TC_UI_001"}),
        ("feature_id={feature}", {"TC_UI_001"}),
        ("tag=api", {"TC_API_003"}),
        ("tags=smoke", {"TC_UI_001"}),
        ("test_type=AUTOMATED", {"TC_API_003"}),
        ("automation_status=broken", {"TC_API_003"}),
        ("priority=CRITICAL,low", {"TC_UI_001", "TC_UI_002"}),
        ("search=refund", {"TC_UI_002"}),
        ("jira_story_id=CTP-1", {"TC_UI_002"}),
        ("last_status=failed", {"TC_UI_001"}),
        ("nonsense=1", {"TC_UI_001", "TC_UI_002", "TC_API_003"}),
    ],
)
def test_cases_are_filtered(project, tree, api, tester, query, found):
    from catalog.services.cases import update_case

    one = TestCaseFactory(folder=tree["feature"], test_id="TC_UI_001", tags=["smoke"], priority=4)
    two = TestCaseFactory(folder=tree["module"], test_id="TC_UI_002", title="Refund", priority=1)
    three = {"tag": "api", "test_type": "automated", "automation_status": "broken"}
    TestCaseFactory(project=project, test_id="TC_API_003", **three)
    update_case(actor=tester, case=two, story_id="CTP-1")
    CaseActivityFactory(case=one, last_status="failed")
    ids = {name: folder.pk for name, folder in tree.items()}
    response = api(tester).get(f"/api/test-cases?{query.format(**ids)}")
    assert {each["test_id"] for each in response.json()} == found


@pytest.mark.parametrize(
    "query", ["module_id=x", "priority=urgent", "tag=desktop", "module_id=99999999999999999999999"]
)
def test_an_unusable_filter_is_400_with_its_name(project, api, tester, query):
    response = api(tester).get(f"/api/test-cases?{query}")
    assert response.status_code == 400
    assert query.partition("=")[0] in response.json()["fields"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"title": "a\u0000b"}, "title"),
        ({"title": "A", "tag": "desktop"}, "tag"),
        ({"title": "A", "priority": 7}, "priority"),
        ({"title": "A", "module_id": "x"}, "module_id"),
        ({"title": "A", "module_id": 10**30}, "module_id"),
        ({"title": "A", "module_id": 999}, "module_id"),
        ({"title": "A", "folder_id": 999}, "folder_id"),
        ({"title": "A", "owner_id": 999}, "owner_id"),
        ({"title": "A", "estimate": 10**12}, "estimate"),
        ({"title": "A", "tags": 7}, "tags"),
        ({"title": "A", "steps": [{"expected": "b"}]}, "steps[0].action"),
        ({"title": "A", "test_id": "mine"}, "test_id"),
        ({"title": "A", "sub_module": "x" * 201}, "sub_module"),
        ({"title": "A", "description": "x" * 50_001}, "description"),
    ],
)
def test_an_unusable_body_is_400_with_the_field(project, api, tester, body, named):
    response = api(tester).post("/api/test-cases", body)
    assert response.status_code == 400, response.content
    assert named in response.json()["fields"]
    assert not TestCase.objects.exists()
    assert not Folder.objects.exists()


def test_a_refused_case_leaves_no_folder_behind(project, tree, api, tester):
    body = {"title": "A", "module_id": tree["module"].pk, "sub_module": "New one", "test_id": "mine"}
    assert api(tester).post("/api/test-cases", body).status_code == 400
    assert not Folder.objects.filter(name="New one").exists()


def test_long_words_and_keys_are_stored(project, api, tester):
    key = "".join(chr(0x4E00 + number) for number in range(1000))
    text = " ".join(chr(0x4E00 + number % 20_000) + str(number) for number in range(7000))[:50_000]
    body = {"title": "A", "automation_key": key, "description": text, "preconditions": text[::-1]}
    assert api(tester).post("/api/test-cases", body).status_code == 201


def test_foreign_objects_are_named_like_random_ids(project, other_project, api, tester):
    folder = FolderFactory(project=other_project)
    for field in ("module_id", "folder_id"):
        foreign = api(tester).post("/api/test-cases", {"title": "A", field: folder.pk})
        unknown = api(tester).post("/api/test-cases", {"title": "A", field: 987_654})
        assert (foreign.status_code, foreign.json()) == (unknown.status_code, unknown.json())


def test_a_viewer_reads_and_is_refused_the_rest_with_the_reason(project, tree, case, api, viewer):
    client = api(viewer)
    assert client.get(f"/api/test-cases/{case.pk}").status_code == 200
    calls = [
        client.post("/api/test-cases", {"title": "A"}),
        client.put(f"/api/test-cases/{case.pk}", {"title": "A"}),
        client.delete(f"/api/test-cases/{case.pk}"),
        client.get("/api/test-cases/generate-test-id"),
        client.post("/api/modules", {"name": "A"}),
        client.put(f"/api/modules/{tree['module'].pk}", {"name": "A"}),
        client.delete(f"/api/modules/{tree['module'].pk}"),
    ]
    assert [call.status_code for call in calls] == [403] * len(calls)
    assert "Your role, Viewer, may not" in calls[0].json()["detail"]


def test_a_stranger_finds_nothing(project, tree, case, api, stranger, other_project):
    client = api(stranger)
    assert client.get("/api/test-cases").json() == []
    assert client.get(f"/api/test-cases?project_id={project.pk}").status_code == 404
    addresses = [f"/api/test-cases/{case.pk}", f"/api/modules/{tree['module'].pk}"]
    addresses += [f"/api/sub-modules/{tree['sub_module'].pk}", f"/api/features/{tree['feature'].pk}"]
    for address in addresses:
        for call in (client.get, client.put, client.delete):
            assert call(address).status_code == 404


def test_the_anonymous_are_refused(project, api):
    for address in ("test-cases", "modules", "sub-modules", "features", "test-cases/generate-test-id"):
        assert api().get(f"/api/{address}").status_code == 401


@pytest.mark.parametrize("address", ["test-cases", "modules", "sub-modules", "features"])
def test_lists_take_a_constant_number_of_queries(project, tree, case, api, tester, same_queries, address):
    client = api(tester)

    def grow():
        for number in range(10):
            module = FolderFactory(project=project, name=f"Module {number}")
            feature = FolderFactory(parent=FolderFactory(parent=module))
            CaseActivityFactory(case=TestCaseFactory(folder=feature, steps=["One"], owner=tester))

    same_queries(lambda: client.get(f"/api/{address}"), grow)


# -- steps as a text
@pytest.mark.parametrize(
    ("text", "actions"),
    [
        ("1. Pay\n2. Confirm", ["Pay", "Confirm"]),
        ("1. Pay\nby card\n2. Confirm", ["Pay\nby card", "Confirm"]),
        ("1. Pay", ["1. Pay"]),
        ("1) Pay\n2) Confirm", ["1) Pay\n2) Confirm"]),
        ("1. Pay\n3. Confirm", ["1. Pay\n3. Confirm"]),
        ("First this\n1. Pay\n2. Confirm", ["First this\n1. Pay\n2. Confirm"]),
        ("1. Pay\n2. ", ["1. Pay\n2."]),
        ("", []),
    ],
)
def test_numbered_lines_are_steps_when_the_same_text_comes_back(text, actions):
    found = [step["action"] for step in parse_steps(text)]
    assert found == actions
    assert render_steps(found) == text.strip()
