import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import audit
from accounts.audit import export
from accounts.audit.export import COLUMNS, neutral
from accounts.models import AuditEntry
from qaportal.kit.spreadsheets import restored

EXPORT = "/administration/audit/export/"


def exported(client, **query):
    response = client.get(EXPORT, query)
    assert response.status_code == 200
    assert response.streaming
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="audit-log-')
    return list(csv.reader(io.StringIO(b"".join(response).decode())))


def test_the_filtered_log_is_exported_newest_first(signed_in, admin, tester, project):
    with audit.dated(timezone.now() - timedelta(days=1)):
        old = audit.record(
            "project.updated", actor=tester, target=project, changes={"name": ["a", "ü"]}, reason="ordered"
        )
    new = audit.record("project.updated", actor=None, target=project)
    audit.record("user.updated", actor=admin, target=tester)
    head, first, second = exported(signed_in(admin), action="project.updated")
    assert tuple(head) == COLUMNS
    assert [first[0], second[0]] == [str(new.pk), str(old.pk)]
    assert dict(zip(COLUMNS, second, strict=True)) == {
        "id": str(old.pk),
        "time": old.created_at.isoformat(),
        "company": "Tessarin",
        "person": "Tomas Reyl",
        "email": tester.email,
        "action": "project.updated",
        "words": "changed a project",
        "project": "PAY",
        "object_type": "accounts.project",
        "object_id": str(project.pk),
        "object": "PAY Payments platform",
        "changes": '{"name": ["a", "ü"]}',
        "details": '{"reason": "ordered"}',
        "request_id": "'-",
    }


def test_an_export_stands_in_the_log_itself(signed_in, admin):
    exported(signed_in(admin), action="project.updated", q="secret plan", page="2", nonsense="x")
    entry = AuditEntry.objects.get(action="audit.exported")
    assert (entry.actor, entry.tenant) == (admin, admin.tenant)
    assert entry.facts == {"filters": {"q": "secret plan", "action": "project.updated"}}


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(signed_in, admin, project, cell):
    assert neutral(cell) == f"'{cell}"
    AuditEntry.objects.create(tenant=admin.tenant, action="x.changed", target_label=cell)
    assert exported(signed_in(admin), action="")[2][COLUMNS.index("object")] == f"'{cell}"


@pytest.mark.parametrize(("cell", "kept"), [(None, ""), (7, "7"), ("a=b", "a=b"), ("", "")])
def test_other_cells_stay_as_they_are(cell, kept):
    assert neutral(cell) == kept


def test_a_cell_that_was_marked_before_is_marked_once_more_so_that_it_can_be_read_back():
    assert restored(neutral("'=x")) == "'=x"


def test_a_long_log_is_read_in_stretches_without_gap_or_repetition(signed_in, admin, project, monkeypatch):
    monkeypatch.setattr(export, "STRETCH", 3)
    moment = timezone.now()
    for place in range(10):
        with audit.dated(moment - timedelta(seconds=place // 4)):
            audit.record("project.updated", actor=admin, target=project)
    rows = exported(signed_in(admin), action="project.updated")[1:]
    expected = AuditEntry.objects.filter(action="project.updated").order_by("-created_at", "-pk")
    assert [int(row[0]) for row in rows] == [entry.pk for entry in expected]


def test_nothing_of_another_company_is_exported(signed_in, admin, stranger, other_project):
    audit.record("project.updated", actor=stranger, target=other_project)
    assert "Rival" not in str(exported(signed_in(admin)))
