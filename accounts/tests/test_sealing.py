import datetime
import hashlib
import json
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import audit, jobs
from accounts.audit.chain import ENTRY_COLUMNS
from accounts.models import AuditEntry, AuditSeal, RequestRecord
from accounts.services.seals import seal_entries
from accounts.tests.trail import await_older_transactions, forge, seal_settled, settle

committing = pytest.mark.django_db(transaction=True)


def chain_of(tenant):
    return list(AuditSeal.objects.filter(tenant=tenant).order_by("sequence"))


def in_thread(work):
    """Start the work with a connection of its own."""

    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def moment(value):
    return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")


def digest(*content):
    text = json.dumps([1, *content], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_digests_can_be_computed_from_the_rows_alone(tester, project):
    audit.record("project.updated", actor=tester, target=project, changes={"b": [1, 2.5], "a": ["ä", None]}, why="ß")
    audit.record("project.updated", actor=None, target=project)
    settle()
    assert seal_entries() == 2
    previous = ""
    for seal in chain_of(project.tenant):
        entry = AuditEntry.objects.get(pk=seal.entry_id)
        content = digest(
            "entry", entry.pk, entry.tenant_id, entry.project_id, entry.actor_id, entry.action, entry.target_type,
            entry.target_id, entry.target_label, entry.changes, entry.facts, entry.correlation_id,
            moment(entry.created_at), entry.transaction_id,
        )  # fmt: skip
        assert seal.entry_digest == content
        own = (seal.tenant_id, seal.sequence, seal.entry_id, content, moment(seal.sealed_at))
        assert seal.digest == digest("seal", previous, *own)
        previous = seal.digest


def test_a_digest_covers_every_column():
    assert set(ENTRY_COLUMNS) == {field.column for field in AuditEntry._meta.concrete_fields}
    covered = {"tenant_id", "sequence", "entry_id", "entry_digest", "sealed_at"}
    assert covered == {field.column for field in AuditSeal._meta.concrete_fields} - {"id", "digest"}


def test_every_company_has_a_gapless_chain_of_its_own(tester, stranger, project, other_project):
    for place in range(7):
        audit.record("project.updated", actor=tester, target=project, to=place)
        audit.record("project.updated", actor=stranger, target=other_project, to=place)
        audit.record("portal.changed", actor=None, to=place)
    settle()
    assert seal_entries(chunk=4) == 21
    for tenant in (project.tenant, other_project.tenant, None):
        seals = chain_of(tenant)
        assert [seal.sequence for seal in seals] == [1, 2, 3, 4, 5, 6, 7]
        assert [seal.entry.facts["to"] for seal in seals] == list(range(7))


def test_sealing_again_seals_nothing_twice(tester, project):
    audit.record("project.updated", actor=tester, target=project)
    settle()
    assert [seal_entries(), seal_entries(), seal_entries(whole_trail=True)] == [1, 0, 0]
    audit.record("project.updated", actor=tester, target=project)
    settle()
    assert [seal_entries(), seal_entries()] == [1, 0]


@committing
def test_an_entry_of_an_older_transaction_that_is_still_open_is_not_overtaken(tester, project):
    written, go_on = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            audit.record("project.updated", actor=tester, target=project, which="older")
            written.set()
            go_on.wait(30)

    older = in_thread(slow)
    assert written.wait(30)
    audit.record("project.updated", actor=tester, target=project, which="younger")
    assert seal_entries() == 0
    go_on.set()
    older.join()
    assert seal_settled() == 2
    assert [seal.entry.facts["which"] for seal in chain_of(project.tenant)] == ["older", "younger"]


@committing
def test_writing_waits_for_no_sealer(tester, project):
    audit.record("project.updated", actor=tester, target=project)
    await_older_transactions()
    with transaction.atomic():
        assert seal_entries() == 1
        writer = in_thread(lambda: audit.record("project.updated", actor=tester, target=project))
        writer.join(30)
        assert not writer.is_alive()
    assert AuditEntry.objects.count() == 2


@committing
def test_two_sealers_at_once_make_one_gapless_chain(tester, project):
    for place in range(60):
        audit.record("project.updated", actor=tester, target=project, to=place)
    await_older_transactions()
    start, sealed = threading.Barrier(3), []

    def seal():
        start.wait(30)
        sealed.append(seal_entries(chunk=7))

    sealers = [in_thread(seal) for _ in range(3)]
    for sealer in sealers:
        sealer.join()
    assert sum(sealed) == 60
    assert [seal.sequence for seal in chain_of(project.tenant)] == list(range(1, 61))
    assert [seal.entry.facts["to"] for seal in chain_of(project.tenant)] == list(range(60))


@committing
def test_entries_of_a_restored_backup_are_sealed_and_hold_nothing_up(tester, project):
    for place in range(4):
        audit.record("project.updated", actor=tester, target=project, to=place)
    with transaction.atomic():
        forge("UPDATE accounts_auditentry SET transaction_id = transaction_id + 5000000000")
    assert seal_settled(chunk=3) == 4
    for place in range(4, 8):
        audit.record("project.updated", actor=tester, target=project, to=place)
        assert seal_settled() == 1
    assert [seal.entry.facts["to"] for seal in chain_of(project.tenant)] == list(range(8))


@committing
def test_what_the_usual_sealing_leaves_out_is_found_at_night(tester, project):
    audit.record("project.updated", actor=tester, target=project)
    late = audit.record("project.updated", actor=tester, target=project)
    assert seal_settled() == 2
    with transaction.atomic():
        forge("DELETE FROM accounts_auditseal WHERE entry_id = %s", late.pk)
        forge("UPDATE accounts_auditentry SET transaction_id = 5 WHERE id = %s", late.pk)
    jobs.seal_audit_entries(timestamp=0)
    assert AuditSeal.objects.count() == 1
    jobs.seal_whole_audit_trail(timestamp=0)
    assert AuditSeal.objects.count() == 2


@committing
def test_what_is_rolled_back_leaves_no_gap(tester, project):
    audit.record("project.updated", actor=tester, target=project)
    with transaction.atomic():
        audit.record("project.updated", actor=tester, target=project)
        transaction.set_rollback(True)
    audit.record("project.updated", actor=tester, target=project)
    assert seal_settled() == 2
    assert [seal.sequence for seal in chain_of(project.tenant)] == [1, 2]


def test_a_constant_number_of_statements_seals_any_number_of_entries(tester, project, django_assert_num_queries):
    for number in (3, 30):
        for place in range(number):
            audit.record("project.updated", actor=tester, target=project, to=place)
        settle()
        with django_assert_num_queries(5 + 2):  # and the savepoint of the test's transaction
            assert seal_entries() == number


def test_the_trail_is_append_only(tester, project):
    audit.record("project.updated", actor=tester, target=project)
    RequestRecord.objects.create(tenant=tester.tenant, correlation_id="1", path="/", status=200, duration_ms=1)
    settle()
    seal_entries()
    for table in ("auditentry", "auditseal", "requestrecord"):
        for statement in (f"UPDATE accounts_{table} SET id = id", f"DELETE FROM accounts_{table}"):
            with (
                pytest.raises(IntegrityError, match="append-only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
