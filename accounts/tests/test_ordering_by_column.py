"""Lists of the administration are ordered by every plain column that their rows show."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, RequestRecord
from accounts.tests.factories import TenantFactory, UserFactory

from .administration import custom_role, super_admin

LISTS = {"tenants": {"settings"}, "users": set(), "roles": set(), "audit-logs": {"user", "tenant"}}
"""The lists, each with what in a row is an object and no column."""
ACTS = ["project.created", "project.updated", "project.deleted", "project.restored"]
BODIES = {"request_body", "response_body", "changes", "metadata"}


@pytest.fixture
def root(api, db):
    return api(super_admin())


def asked(place: int, company, person) -> AuditEntry:
    """An entry with its record; what is later in the list has less of everything but time."""
    moment = timezone.now() - timedelta(minutes=place)
    told = {"tenant": company, "correlation_id": f"call-{9 - place}"}
    RequestRecord.objects.create(
        **told,
        user=person,
        method=["DELETE", "PATCH", "POST", "PUT"][place % 4],
        path=f"/api/{place}",
        status=200 + place,
        ip_address=f"10.0.0.{place + 1}",
        user_agent=f"agent {place}",
        duration_ms=1,
        created_at=moment + timedelta(milliseconds=1),
    )
    kind = ["runs.case", "catalog.folder", "accounts.user"][place % 3]
    return AuditEntry.objects.create(
        **told, actor=person, action=ACTS[place % 4], target_type=kind, target_id=str(place), created_at=moment
    )


@pytest.fixture
def rows(db):
    """Two companies with people, roles and entries that differ in all they can."""

    def grow(numbers=range(4)) -> None:
        for number in numbers:
            company = TenantFactory(subscription_tier=f"tier {number}", max_users=number + 1, max_modules=9 - number)
            person = UserFactory(tenant=company, status=["active", "suspended"][number % 2])
            custom_role(company, ["viewer", "tester"][number % 2], name=f"Role {number}", description=str(9 - number))
            asked(number, company, person)

    grow()
    return grow


def listed(client, kind, name, direction) -> list:
    answer = client.get(f"/api/v1/{kind}?limit=100&orderBy[]={name}&orderBy[]={direction}")
    assert answer.status_code == 200, (name, answer.json())
    return [row["id"] for row in answer.json()["data"]]


@pytest.mark.parametrize("kind", LISTS)
def test_every_plain_column_of_a_row_orders_the_list(root, rows, kind):
    first = root.get(f"/api/v1/{kind}?limit=1").json()["data"][0]
    columns = set(first) - LISTS[kind] - BODIES - {"permissions"}
    assert len(columns) >= 7
    for name in sorted(columns):
        up, down = (listed(root, kind, name, direction) for direction in ("asc", "desc"))
        assert sorted(up) == sorted(down)
        assert up != down or len(up) < 2, name
        if kind != "audit-logs":
            assert up == down[::-1], name


@pytest.mark.parametrize("name", ["request_method", "request_path", "response_status", "ip_address", "user_agent"])
def test_entries_are_ordered_by_how_they_were_asked_for(root, rows, name):
    for direction, is_down in (("asc", False), ("desc", True)):
        answer = root.get(f"/api/v1/audit-logs?orderBy[]={name}&orderBy[]={direction}&action=project")
        values = [row[name] for row in answer.json()["data"]]
        assert len(values) == 4
        assert values == sorted(values, reverse=is_down)


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_entries_that_no_request_asked_for_stand_last(root, rows, direction):
    AuditEntry.objects.create(action="project.updated", target_type="accounts.user")
    answer = root.get(f"/api/v1/audit-logs?orderBy[]=response_status&orderBy[]={direction}&action=project").json()
    assert [row["response_status"] is None for row in answer["data"]] == [False] * 4 + [True]


def test_kinds_are_ordered_as_they_are_shown(root, rows):
    answer = root.get("/api/v1/audit-logs?orderBy[]=resource_type&orderBy[]=asc&action=project")
    kinds = [row["resource_type"] for row in answer.json()["data"]]
    assert kinds == sorted(kinds) == ["case", "case", "folder", "user"]


def test_only_the_newest_are_ordered_by_their_request(root, rows, monkeypatch):
    monkeypatch.setattr("accounts.querysets.audit.MOST_ORDERED_BY_REQUEST", 2)
    newest = AuditEntry.objects.order_by("-created_at", "-pk")[:2]
    answer = root.get("/api/v1/audit-logs?orderBy[]=user_agent&orderBy[]=asc").json()
    assert {row["id"] for row in answer["data"]} == {str(entry.pk) for entry in newest}
    assert answer["pagination"]["total"] == 2
    assert len(root.get("/api/v1/audit-logs?orderBy[]=action").json()["data"]) > 2


@pytest.mark.parametrize(
    ("kind", "name"),
    [("tenants", "max_users"), ("users", "tenant_id"), ("users", "role_id"), ("roles", "scope"),
     ("audit-logs", "request_path"), ("audit-logs", "resource_type")],
)  # fmt: skip
def test_an_order_costs_the_same_queries_however_many_rows_there_are(root, rows, same_queries, kind, name):
    same_queries(lambda: listed(root, kind, name, "desc"), lambda: rows(range(4, 8)))


def test_columns_that_are_objects_are_no_order(root, rows):
    for kind, names in LISTS.items():
        for name in names | (BODIES if kind == "audit-logs" else set()):
            answer = root.get(f"/api/v1/{kind}?orderBy[]={name}&orderBy[]=asc")
            assert (answer.status_code, answer.json()["details"][0]["path"]) == (400, "orderBy")
