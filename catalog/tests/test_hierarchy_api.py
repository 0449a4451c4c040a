import pytest

from catalog.services.custom_fields import create_field, update_field
from catalog.services.templates import create_template
from catalog.tests.factories import FolderFactory, TestCaseFactory

STRUCTURE = "/api/test-cases/hierarchy/structure"
OPTIONS = "/api/test-cases/hierarchy/options"


@pytest.fixture
def tree(project):
    module = FolderFactory(project=project, name="Payments", description="Money in")
    sub_module = FolderFactory(parent=module, name="Cards")
    feature = FolderFactory(parent=sub_module, name="Capture")
    deeper = FolderFactory(parent=feature, name="Partial")
    FolderFactory(project=project, name="Accounts")
    for folder in (module, feature, deeper, deeper):
        TestCaseFactory(folder=folder, tags=["smoke", "Audit"])
    TestCaseFactory(folder=feature, is_archived=True, tags=["old"])
    return {"module": module, "sub_module": sub_module, "feature": feature}


def test_the_structure_holds_three_levels_with_their_cases_counted(tree, api, tester):
    accounts, payments = api(tester).get(STRUCTURE).json()
    assert (accounts["name"], accounts["case_count"], accounts["sub_modules"]) == ("Accounts", 0, [])
    assert payments["id"] == tree["module"].pk
    assert (payments["description"], payments["case_count"], payments["direct_case_count"]) == ("Money in", 4, 1)
    (cards,) = payments["sub_modules"]
    assert (cards["name"], cards["case_count"], cards["direct_case_count"]) == ("Cards", 3, 0)
    assert cards["features"] == [
        {"id": tree["feature"].pk, "name": "Capture", "description": "", "case_count": 3, "direct_case_count": 1}
    ]


def test_the_options_offer_what_the_fields_of_a_case_take(tree, api, tester):
    found = api(tester).get(OPTIONS).json()
    assert [each["name"] for each in found["modules"]] == ["Accounts", "Payments"]
    assert found["sub_modules"] == [{"id": tree["sub_module"].pk, "name": "Cards", "module_id": tree["module"].pk}]
    assert found["features"] == [{"id": tree["feature"].pk, "name": "Capture", "sub_module_id": tree["sub_module"].pk}]
    assert found["tags"] == ["Audit", "smoke"]
    assert [each["value"] for each in found["test_tags"]] == ["ui", "api", "hybrid"]
    assert [each["value"] for each in found["priorities"]] == ["critical", "high", "medium", "low"]
    assert {"value": "working", "label": "Working"} in found["automation_statuses"]
    assert {each["value"] for each in found["test_types"]} >= {"manual", "automated"}
    assert {"value": "active", "label": "Active"} in found["states"]
    assert {"id": tester.pk, "name": "Tomas Reyl"} in found["owners"]


def test_the_options_tell_custom_fields_and_templates(project, api, admin, tester):
    facts = {"options": [{"name": "Low"}, {"name": "High"}], "default": "Low", "is_required": True}
    risk = create_field(actor=admin, project=project, name="Risk", kind="dropdown", **facts)
    gone = create_field(actor=admin, project=project, name="Gone", kind="string")
    update_field(actor=admin, field=gone, is_archived=True)
    device = create_field(actor=admin, project=project, name="Device", kind="string", target="result", maximum=40)
    template = create_template(actor=admin, project=project, name="Page", fields=[risk, device])
    found = api(tester).get(OPTIONS).json()
    assert [each["key"] for each in found["custom_fields"]] == ["risk", "device"]
    told, other = found["custom_fields"]
    assert told["options"] == [{"value": "low", "label": "Low"}, {"value": "high", "label": "High"}]
    assert (told["kind"], told["target"], told["default"], told["is_required"]) == ("dropdown", "case", "low", True)
    assert (other["target"], other["minimum"], other["maximum"]) == ("result", None, "40")
    expected = {"id": template.pk, "name": "Page", "is_default": True, "fields": ["risk", "device"]}
    assert found["templates"] == [expected]


@pytest.mark.parametrize("address", [STRUCTURE, OPTIONS])
def test_another_companys_project_is_a_404(tree, other_project, api, tester, address):
    assert api(tester).get(address, {"project_id": other_project.pk}).status_code == 404
    assert api(tester).get(f"{address}/").status_code == 200
    assert api().get(address).status_code == 401


@pytest.mark.parametrize("address", [STRUCTURE, OPTIONS])
def test_the_number_of_queries_does_not_grow_with_the_tree(tree, project, api, tester, same_queries, address):
    client = api(tester)

    def grow():
        for number in range(10):
            folder = FolderFactory(parent=tree["sub_module"], name=f"Feature {number}")
            TestCaseFactory(folder=folder, tags=[f"tag{number}"])

    same_queries(lambda: client.get(address), grow)


def test_a_role_that_may_not_read_cases_gets_no_names(tree, project, api, tester):
    from accounts.models import Role

    role = Role.objects.create(
        tenant=project.tenant, name="Blind", code="tester", scope="module", permissions=["project.view"]
    )
    tester.role = role
    tester.save()
    client = api(tester)
    assert client.get(STRUCTURE).json() == []
    assert client.get(OPTIONS).status_code == 403
