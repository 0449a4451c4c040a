import datetime
import decimal
import uuid

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts import audit
from accounts.models import AuditEntry


def test_an_entry_takes_project_and_tenant_from_its_target(tester, project):
    entry = audit.record("project.updated", actor=tester, target=project)
    assert (entry.project, entry.tenant, entry.target_label) == (project, project.tenant, str(project))
    assert (entry.target_type, entry.target_id) == ("accounts.project", str(project.pk))


@pytest.mark.parametrize(
    "name", ["password", "new_password", "refresh_token", "clientSecret", "token_hash", "credentials"]
)
def test_secrets_are_masked_wherever_they_stand(tester, project, name):
    entry = audit.record(
        "x.changed",
        actor=tester,
        target=project,
        changes=audit.changes_between({name: "canary-1", "a": 1}, {name: "canary-2", "a": 2}),
        settings={"inner": {name: "canary-3"}, "list": [{name: "canary-4"}]},
        **{name: "canary-5"},
    )
    entry.refresh_from_db()
    assert "canary" not in str(entry.changes) + str(entry.facts)
    assert entry.changes == {name: ["***", "***"], "a": [1, 2]}


def test_values_are_kept_as_json_and_long_texts_cut(tester, project):
    moment = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
    entry = audit.record(
        "x.changed", actor=tester, target=project, moment=moment, key=uuid.UUID(int=7), price=decimal.Decimal("1.50"),
        person=tester, text="x" * 3_000, nothing=None, empty="", numbers=(1, 2),
    )  # fmt: skip
    entry.refresh_from_db()
    assert len(entry.facts.pop("text")) == 2_001
    assert entry.facts == {
        "moment": "2026-01-02 00:00:00+00:00",
        "key": "00000000-0000-0000-0000-000000000007",
        "price": "1.50",
        "person": {"id": str(tester.pk), "label": "Tomas Reyl"},
        "numbers": [1, 2],
    }


def test_only_what_changed_is_told():
    assert audit.changes_between({"a": 1, "b": 2}, {"a": 1, "b": 3}) == {"b": [2, 3]}


def test_who_may_read_entries(tester, admin, stranger, project, other_project):
    mine = audit.record("project.updated", actor=tester, target=project)
    of_company = audit.record("user.created", actor=admin, target=tester)
    theirs = audit.record("project.updated", actor=stranger, target=other_project)
    assert set(AuditEntry.objects.visible_to(tester)) == {mine}
    assert set(AuditEntry.objects.visible_to(admin)) == {mine, of_company}
    assert set(AuditEntry.objects.visible_to(stranger)) == {theirs}
    assert not AuditEntry.objects.visible_to(AnonymousUser()).exists()
    assert set(AuditEntry.objects.about(project)) == {mine}


def test_an_entry_is_undone_with_what_it_tells(tester, project):
    from django.db import transaction

    with transaction.atomic():
        audit.record("project.updated", actor=tester, target=project)
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()
