from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import audit
from accounts.choices import RoleCode
from accounts.models import AuditEntry, RequestRecord
from accounts.tests.factories import UserFactory

LIST = "/api/v1/audit-logs"
KEYS = [
    "id", "tenant_id", "user_id", "action", "resource_type", "resource_id", "request_method", "request_path",
    "request_body", "response_status", "response_body", "ip_address", "user_agent", "correlation_id", "changes",
    "metadata", "created_at", "updated_at", "user", "tenant",
]  # fmt: skip


@pytest.fixture
def platform(db):
    return UserFactory(tenant=None, role_code=RoleCode.SUPER_ADMIN, first_name="Paula", last_name="Platform")


def rows(client, **query):
    answer = client.get(LIST, query)
    assert answer.status_code == 200, answer.json()
    return answer.json()["data"]


def test_an_entry_is_told_with_how_it_was_asked_for(api, admin):
    client = api(admin)
    made = client.post("/api/projects", {"name": "New", "key": "NEW"}, HTTP_X_REQUEST_ID="call-1", HTTP_USER_AGENT="ci")
    row = rows(client, action="project.created")[0]
    entry = AuditEntry.objects.get(action="project.created")
    assert list(row) == KEYS
    assert row == {
        "id": str(entry.pk),
        "tenant_id": str(admin.tenant_id),
        "user_id": str(admin.pk),
        "action": "project.created",
        "resource_type": "project",
        "resource_id": made.json()["id"],
        "request_method": "POST",
        "request_path": "/api/projects",
        "request_body": {"name": "New", "key": "NEW"},
        "response_status": 201,
        "response_body": made.json(),
        "ip_address": "127.0.0.1",
        "user_agent": "ci",
        "correlation_id": made["X-Correlation-ID"],
        "changes": None,
        "metadata": {"client_request_id": "call-1"},
        "created_at": row["created_at"],
        "updated_at": row["created_at"],
        "user": {"id": str(admin.pk), "email": admin.email, "first_name": "Ada", "last_name": "Admin"},
        "tenant": {"id": str(admin.tenant_id), "name": "Tessarin"},
    }
    one = client.get(f"{LIST}/{entry.pk}").json()
    assert one == {"success": True, "data": row}


def test_what_no_request_asked_for_has_no_request(api, admin, project):
    audit.record("project.updated", actor=None, target=project, changes={"name": ["a", "b"]}, why="because")
    row = rows(api(admin), action="project.updated")[0]
    assert {row[name] for name in KEYS if name.startswith(("request_", "response_"))} == {None}
    assert (row["correlation_id"], row["user"], row["user_id"], row["ip_address"]) == (None, None, None, None)
    assert (row["changes"], row["metadata"]) == ({"name": ["a", "b"]}, {"why": "because"})


def test_the_newest_come_first_in_pages(api, admin, project):
    for place in range(5):
        audit.record("project.updated", actor=admin, target=project, place=place)
    client = api(admin)
    answer = client.get(LIST, {"limit": 2, "page": 2, "action": "project.updated"}).json()
    assert [row["metadata"]["place"] for row in answer["data"]] == [2, 1]
    assert answer["pagination"] == {"page": 2, "limit": 2, "total": 5, "totalPages": 3, "hasMore": True}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("orderBy[]=created_at&orderBy[]=asc", [0, 1, 2]),
        ("orderBy[]=created_at&orderBy[]=desc", [2, 1, 0]),
        ("orderBy%5B%5D=id&orderBy%5B%5D=asc", [0, 1, 2]),
        ("orderBy[]=action&orderBy[]=desc&orderBy[]=id&orderBy[]=desc", [2, 0, 1]),
    ],
)
def test_the_order_is_asked_for(api, admin, project, query, expected):
    for place, action in enumerate(("project.b", "project.a", "project.c")):
        audit.record(action, actor=admin, target=project, place=place)
    answer = api(admin).get(f"{LIST}?resource_type=project&{query}")
    assert [row["metadata"]["place"] for row in answer.json()["data"]] == expected


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("orderBy[]=password&orderBy[]=asc", "orderBy"),
        ("orderBy[]=created_at&orderBy[]=up", "orderBy"),
        ("method=TRACE", "method"),
        ("user_id=abc", "user_id"),
        (f"user_id={2**70}", "user_id"),
        ("date_from=2026-13-01", "date_from"),
        ("date_to=tomorrow", "date_to"),
        ("action=%00", "action"),
        ("page=0", "page"),
        (f"limit={'9' * 30}", "limit"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_by_name(api, admin, query, field):
    answer = api(admin).get(f"{LIST}?{query}")
    assert answer.status_code == 400
    body = answer.json()
    assert (body["success"], body["error"]) == (False, "Validation failed")
    assert [detail["path"] for detail in body["details"]] == [field]


def test_filters_narrow_the_list(api, admin, tester, project):
    client = api(admin)
    client.post("/api/projects", {"name": "New", "key": "NEW"})
    client.put(f"/api/projects/{project.pk}", {"description": "More"})
    with audit.dated(timezone.now() - timedelta(days=3)):
        old = audit.record("user.created", actor=tester, target=tester, tenant=tester.tenant)
    today, then = timezone.now().date(), old.created_at.date()
    assert [row["action"] for row in rows(client, method="POST")] == ["project.created"]
    assert [row["action"] for row in rows(client, method="PUT")] == ["project.updated"]
    assert rows(client, method="DELETE") == []
    assert [row["action"] for row in rows(client, action="project")] == ["project.updated", "project.created"]
    assert [row["id"] for row in rows(client, user_id=tester.pk)] == [str(old.pk)]
    assert [row["id"] for row in rows(client, date_to=then.isoformat())] == [str(old.pk)]
    assert str(old.pk) not in {row["id"] for row in rows(client, date_from=today.isoformat())}
    assert {row["resource_type"] for row in rows(client, resource_type="user", resource_id=tester.pk)} == {"user"}
    assert rows(client, resource_type="nothing") == []
    assert rows(client, date_from="9999-12-31", date_to="0001-01-01") == []


def test_of_several_requests_that_the_client_calls_the_same_each_is_told_with_its_own_entry(api, admin):
    client = api(admin)
    client.post("/api/projects", {"name": "One", "key": "ONE"}, HTTP_X_REQUEST_ID="same")
    client.post("/api/projects", {"name": "Two", "key": "TWO"}, HTTP_X_REQUEST_ID="same")
    client.delete("/api/projects/987654321", HTTP_X_REQUEST_ID="same")
    second, first = rows(client, action="project.created")
    assert (first["request_body"]["key"], second["request_body"]["key"]) == ("ONE", "TWO")
    assert rows(client, method="DELETE") == []
    assert first["correlation_id"] != second["correlation_id"]


def test_nobody_puts_another_request_in_the_place_of_the_one_that_did_it(api, admin, tester, project):
    address = f"/api/projects/{project.pk}"
    done = api(admin).put(address, {"description": "Mine"})
    api(admin).delete("/api/projects/987654321", HTTP_X_REQUEST_ID=done["X-Correlation-ID"])
    api(tester).put(address, {"description": "Harmless"}, HTTP_X_REQUEST_ID=done["X-Correlation-ID"])
    row = rows(api(admin), action="project.updated")[0]
    assert (row["request_method"], row["request_body"]) == ("PUT", {"description": "Mine"})
    assert len(rows(api(admin), correlation_id=done["X-Correlation-ID"])) == 1


def test_a_request_of_another_company_with_the_same_id_is_not_told(api, admin, stranger, project):
    audit.record("project.updated", actor=admin, target=project)
    AuditEntry.objects.create(tenant=admin.tenant, action="x.changed", correlation_id="same")
    api(stranger).post("/api/projects", {"name": "Theirs", "key": "THEIRS"}, HTTP_X_REQUEST_ID="same")
    row = rows(api(admin), correlation_id="same")[0]
    assert (row["action"], row["request_path"]) == ("x.changed", None)
    assert rows(api(admin), method="POST") == []


@pytest.mark.parametrize("who", ["lead", "tester", "developer", "viewer"])
def test_only_administrators_read_it_and_others_are_told_why(api, request, project, who):
    person = request.getfixturevalue(who)
    entry = audit.record("project.updated", actor=person, target=project)
    for path in (LIST, f"{LIST}/{entry.pk}"):
        answer = api(person).get(path)
        assert answer.status_code == 403
        assert answer.json()["error"]["message"] == f"Your role, {person.role.label}, may not read the audit log."


def test_an_entry_of_another_company_is_like_one_that_does_not_exist(api, admin, stranger, other_project):
    entry = audit.record("project.updated", actor=stranger, target=other_project)
    client = api(admin)
    answers = [client.get(f"{LIST}/{key}") for key in (entry.pk, 987654321, "abc", 2**70)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert str(entry.pk) not in {row["id"] for row in rows(client)}


def test_administrators_of_the_platform_read_everything(api, platform, project, other_project, admin):
    for each in (project, other_project):
        audit.record("project.updated", actor=admin, target=each)
    audit.record("portal.changed", actor=platform)
    client = api(platform)
    assert [row["tenant"] and row["tenant"]["name"] for row in rows(client)][1:] == [None, "Rival", "Tessarin"]
    assert len(rows(client, tenant_id=project.tenant_id)) == 1


def test_the_log_cannot_be_written(api, admin, project):
    entry = audit.record("project.updated", actor=admin, target=project)
    for method in ("post", "put", "patch", "delete"):
        assert getattr(api(admin), method)(f"{LIST}/{entry.pk}", {"action": "x"}).status_code == 405
    assert api(admin).post(LIST, {}).status_code == 405


def test_the_number_of_queries_does_not_grow(api, admin, project, same_queries):
    client = api(admin)

    def grow():
        for place in range(5):
            client.post("/api/projects", {"name": f"New {place}", "key": f"NEW{place}"})
        people = [UserFactory(tenant=admin.tenant) for _ in range(3)]
        for person in people:
            audit.record("project.updated", actor=person, target=project)

    client.post("/api/projects", {"name": "First", "key": "FIRST"})
    assert same_queries(lambda: client.get(LIST), grow) <= 5
    assert RequestRecord.objects.count() == 6
