import pytest

from accounts.models import AuditEntry, Project

from .factories import ProjectFactory, UserFactory


def test_projects_are_listed_under_data_in_camel_case(api, tester, project, other_project):
    body = api(tester).get("/api/projects").json()
    assert set(body) == {"data"}
    (row,) = body["data"]
    assert set(row) == {
        "id", "key", "name", "description", "settings", "icon", "color", "createdAt", "updatedAt", "createdBy",
        "updatedBy",
    }  # fmt: skip
    assert (row["id"], row["key"]) == (str(project.pk), "PAY")


def test_an_administrator_starts_a_project(api, admin):
    settings = {"allowPublicAccess": False, "requireApproval": True, "my_own_key": 1}
    body = {"name": "Card payments", "description": "What it is", "settings": settings}
    response = api(admin).post("/api/projects", body)
    assert response.status_code == 201
    told = response.json()
    assert (told["key"], told["settings"], told["createdBy"]) == ("CP", settings, str(admin.pk))
    assert AuditEntry.objects.get(action="project.created").project_id == int(told["id"])


@pytest.mark.parametrize(
    ("name", "taken", "key"),
    [
        ("Payments", "", "PAYM"),
        ("Payments", "PAYM", "PAYM2"),
        ("Card payments", "", "CP"),
        ("3D Secure", "", "SPRO"),
        ("支払い", "", "PROJ"),
        ("X", "", "XPRO"),
    ],
)
def test_a_project_without_a_key_gets_one_made_of_its_name(api, admin, name, taken, key):
    if taken:
        ProjectFactory(tenant=admin.tenant, key=taken)
    assert api(admin).post("/api/projects", {"name": name}).json()["key"] == key


def test_a_taken_key_is_refused_and_one_of_another_company_is_free(api, admin, project, other_project):
    refused = api(admin).post("/api/projects", {"name": "Again", "key": "PAY"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "KEY_TAKEN")
    assert api(admin).post("/api/projects", {"name": "Same", "key": other_project.key}).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "x", "key": "pay"}, "key"),
        ({"name": "x", "key": "1AB"}, "key"),
        ({"name": "x", "settings": []}, "settings"),
        ({"name": "x", "settings": {"membersOnly": "yes"}}, "settings"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(api, admin, body, field):
    response = api(admin).post("/api/projects", body)
    assert response.status_code == 422
    error = response.json()["error"]
    assert error["code"] == "VALIDATION_ERROR"
    assert error["details"]["field"] == field


def test_changing_merges_the_settings_and_leaves_what_is_not_named(api, admin, project):
    project.settings = {"requireApproval": True, "own": 1}
    project.description = "Kept"
    project.save()
    response = api(admin).put(f"/api/projects/{project.pk}", {"name": "New", "settings": {"requireApproval": False}})
    told = response.json()
    assert (told["name"], told["description"]) == ("New", "Kept")
    assert told["settings"] == {"requireApproval": False, "own": 1}
    assert AuditEntry.objects.get(action="project.updated").changes["name"] == ["Payments platform", "New"]


def test_a_body_changes_nothing_it_should_not(api, admin, project, other_tenant):
    forbidden = {
        "id": 99,
        "tenant_id": other_tenant.pk,
        "tenant": other_tenant.pk,
        "createdBy": 99,
        "deletedAt": "2020",
    }
    api(admin).put(f"/api/projects/{project.pk}", {"name": "New", "key": "OTHER"} | forbidden)
    project.refresh_from_db()
    assert (project.key, project.tenant_id, project.created_by_id) == ("PAY", admin.tenant_id, None)
    assert project.deleted_at is None


def test_a_deleted_project_is_gone_everywhere_and_its_key_is_free(api, admin, project):
    client = api(admin)
    assert client.delete(f"/api/projects/{project.pk}").status_code == 204
    assert client.get(f"/api/projects/{project.pk}").status_code == 404
    assert client.get("/api/projects").json() == {"data": []}
    assert Project.objects.get(pk=project.pk).deleted_at is not None
    assert client.post("/api/projects", {"name": "Payments again", "key": "PAY"}).status_code == 201


def test_a_project_that_holds_something_is_deleted_only_with_all_it_holds(api, admin, project, monkeypatch):
    monkeypatch.setattr("accounts.services.projects._content_checks", [lambda project: True])
    refused = api(admin).delete(f"/api/projects/{project.pk}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "NOT_EMPTY")
    assert api(admin).delete(f"/api/projects/{project.pk}?cascade=true").status_code == 204


@pytest.mark.parametrize(("role", "may_edit"), [("quality_manager", True), ("tester", False), ("viewer", False)])
def test_roles_may_what_the_table_says(api, tenant, project, role, may_edit):
    client = api(UserFactory(tenant=tenant, role_code=role))
    assert client.put(f"/api/projects/{project.pk}", {"name": "New"}).status_code == (200 if may_edit else 403)
    assert client.post("/api/projects", {"name": "New"}).status_code == 403
    refused = client.delete(f"/api/projects/{project.pk}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "FORBIDDEN")
    assert "may not delete projects" in refused.json()["error"]["message"]


def test_a_project_of_another_company_does_not_exist(api, stranger, project):
    client = api(stranger)
    for method in ("get", "put", "delete"):
        assert getattr(client, method)(f"/api/projects/{project.pk}", {"name": "x"}).status_code == 404


def test_a_closed_project_is_open_to_members_and_administrators_alone(api, admin, tester, project):
    project.settings = {"membersOnly": True}
    project.save()
    assert api(tester).get(f"/api/projects/{project.pk}").status_code == 404
    assert api(admin).get(f"/api/projects/{project.pk}").status_code == 200
    from accounts.services.people import set_project_role

    set_project_role(actor=admin, project=project, user=tester, role=tester.role)
    assert api(tester).get(f"/api/projects/{project.pk}").status_code == 200


def test_listing_costs_the_same_for_more_projects(api, admin, project, same_queries):
    client = api(admin)
    same_queries(lambda: client.get("/api/projects"), lambda: [ProjectFactory(tenant=admin.tenant) for _ in range(10)])
