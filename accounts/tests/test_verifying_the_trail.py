import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import audit
from accounts.audit import verification
from accounts.audit.chain import SEAL_TABLE, seal_digest
from accounts.models import AuditSeal
from accounts.services.seals import seal_entries
from accounts.tests.trail import forge, sealed_trail, settle


@pytest.fixture
def trail(project, tester):
    """Six sealed entries about the project."""
    return sealed_trail(project, tester, 6)


def verified(**options):
    """What the command prints, and how it ends."""
    out = StringIO()
    try:
        call_command("verify_audit", stdout=out, **options)
    except CommandError as error:
        return out.getvalue() + str(error), error.returncode
    return out.getvalue(), 0


def found(anchors=None):
    """The kinds of what is wrong."""
    return [each.kind for each in verification.walk(anchors or {}) if isinstance(each, verification.Finding)]


def test_an_untouched_trail_is_proven_and_its_heads_are_told(trail, project, stranger, other_project):
    sealed_trail(other_project, stranger, 2)
    audit.record("project.updated", actor=stranger, target=project)
    out, code = verified()
    head = AuditSeal.objects.filter(tenant=project.tenant).last()
    assert code == 0
    assert f"tessarin ({project.tenant_id}): 6 sealed, head 6 {head.digest}" in out
    assert f"rival ({other_project.tenant_id}): 2 sealed, head 2 " in out
    assert out.endswith("Nothing is wrong. 1 wait for their seal.\n")


def test_an_empty_trail_is_fine(db):
    assert verified() == ("Nothing is wrong. 0 wait for their seal.\n", 0)


@pytest.mark.parametrize(
    "change",
    [
        "action = 'project.created'",
        "target_label = 'Another'",
        "target_id = '9'",
        "actor_id = NULL",
        "tenant_id = NULL",
        "project_id = NULL",
        "correlation_id = 'other'",
        "created_at = created_at + interval '1 microsecond'",
        "changes = jsonb_set(changes, '{name,1}', '\"nicer\"')",
        "changes = NULL",
        "facts = facts || '{\"more\": 1}'",
        "transaction_id = transaction_id + 1",
    ],
)
@pytest.mark.parametrize("place", [0, 3, 5])
def test_an_altered_entry_is_named(trail, change, place):
    assert forge(f"UPDATE accounts_auditentry SET {change} WHERE id = %s", trail[place].pk) == 1
    out, code = verified()
    assert code == 1
    assert f"entry {trail[place].pk} of seal {place + 1} was altered (entry_altered)" in out
    assert found() == ["entry_altered"]


@pytest.mark.parametrize("place", [0, 3, 5])
def test_a_missing_entry_is_named(trail, place):
    forge("DELETE FROM accounts_auditentry WHERE id = %s", trail[place].pk)
    out, code = verified()
    assert (code, found()) == (1, ["entry_missing"])
    assert f"entry {trail[place].pk} of seal {place + 1} is missing (entry_missing)" in out


@pytest.mark.parametrize(
    ("first", "last", "words"), [(1, 1, "seal 1 is"), (3, 3, "seal 3 is"), (2, 4, "seal 2 to 4 is")]
)
def test_a_gap_is_named_although_the_entries_went_too(trail, first, last, words):
    ids = [entry.pk for entry in trail[first - 1 : last]]
    forge(f"DELETE FROM {SEAL_TABLE} WHERE entry_id = ANY(%s)", ids)
    forge("DELETE FROM accounts_auditentry WHERE id = ANY(%s)", ids)
    out, code = verified()
    assert (code, found()) == (1, ["gap"])
    assert f"{words} missing before seal {last + 1} (gap)" in out


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ("digest = repeat('0', 64)", ["seal_altered"]),
        ("sealed_at = sealed_at + interval '1 second'", ["seal_altered"]),
        ("entry_digest = repeat('0', 64)", ["entry_altered", "seal_altered"]),
        ("sequence = sequence + 100", ["gap"]),
    ],
)
def test_an_altered_seal_is_named(trail, change, kinds):
    forge(f"UPDATE {SEAL_TABLE} SET {change} WHERE sequence = 6")
    assert (found(), verified()[1]) == (kinds, 1)


@pytest.mark.parametrize("change", ["digest = repeat('0', 64)", "sealed_at = sealed_at + interval '1 second'"])
def test_an_altered_seal_accuses_no_other_one(trail, change):
    forge(f"UPDATE {SEAL_TABLE} SET {change} WHERE sequence = 3")
    out, _code = verified()
    assert found() == ["seal_altered"]
    assert "seal 3 was altered (seal_altered)" in out


def test_seals_that_swapped_their_entries_are_found(trail):
    forge(f"UPDATE {SEAL_TABLE} SET entry_id = -entry_id WHERE sequence IN (2, 5)")
    other = {2: trail[4].pk, 5: trail[1].pk}
    for sequence, entry_id in other.items():
        forge(f"UPDATE {SEAL_TABLE} SET entry_id = %s WHERE sequence = %s", entry_id, sequence)
    assert found() == ["entry_altered", "seal_altered", "entry_altered", "seal_altered"]


def test_several_things_wrong_are_all_told(trail):
    forge("UPDATE accounts_auditentry SET target_label = '' WHERE id IN (%s, %s)", trail[0].pk, trail[4].pk)
    forge(f"UPDATE {SEAL_TABLE} SET digest = repeat('1', 64) WHERE sequence IN (2, 3)")
    assert sorted(found()) == ["entry_altered", "entry_altered", "seal_altered", "seal_altered"]
    assert "4 found" in verified()[0]


def test_entries_that_nobody_sealed_are_told_after_ten_minutes(trail, project, tester):
    with audit.dated(timezone.now() - timedelta(minutes=9)):
        audit.record("project.updated", actor=tester, target=project)
    settle()
    assert found() == []
    with audit.dated(timezone.now() - timedelta(minutes=11)):
        first = audit.record("project.updated", actor=tester, target=project)
        audit.record("project.updated", actor=tester, target=project)
    settle()
    out, code = verified()
    assert code == 1
    assert f"2 older than 10 minutes not sealed, the first is entry {first.pk} (not_sealed)" in out


def test_anchors_tell_a_tail_that_was_cut_off(trail, tmp_path):
    anchors = tmp_path / "anchors.json"
    assert verified(write_anchors=anchors)[1] == 0
    forge(f"DELETE FROM {SEAL_TABLE} WHERE sequence > 4")
    forge("DELETE FROM accounts_auditentry WHERE id IN (%s, %s)", trail[4].pk, trail[5].pk)
    assert verified()[1] == 0
    out, code = verified(anchors=anchors)
    assert code == 1
    assert "the chain ends at 4, its anchor is 6 (tail_cut)" in out


def test_anchors_tell_a_chain_that_was_removed_altogether(trail, tmp_path):
    anchors = tmp_path / "anchors.json"
    verified(write_anchors=anchors)
    forge(f"DELETE FROM {SEAL_TABLE}")
    forge("DELETE FROM accounts_auditentry")
    out, code = verified(anchors=anchors)
    assert code == 1
    assert "the chain ends at 0, its anchor is 6 (tail_cut)" in out


def test_anchors_tell_a_chain_that_was_computed_anew(trail, tmp_path):
    anchors = tmp_path / "anchors.json"
    verified(write_anchors=anchors)
    forge("UPDATE accounts_auditentry SET target_label = 'Nicer' WHERE id = %s", trail[2].pk)
    forge(f"DELETE FROM {SEAL_TABLE}")
    assert seal_entries(whole_trail=True) == 6
    assert verified()[1] == 0
    out, code = verified(anchors=anchors)
    assert code == 1
    assert "seal 6 is not the one of the anchor (rewritten)" in out


def test_a_chain_that_grew_keeps_to_its_anchor(trail, project, tester, tmp_path):
    anchors = tmp_path / "anchors.json"
    verified(write_anchors=anchors)
    sealed_trail(project, tester, 2)
    assert verified(anchors=anchors, write_anchors=anchors)[1] == 0
    assert json.loads(anchors.read_text())["chains"][0]["sequence"] == 8


def test_anchors_are_not_replaced_while_something_is_wrong(trail, tmp_path):
    anchors = tmp_path / "anchors.json"
    verified(write_anchors=anchors)
    before = anchors.read_text()
    forge("UPDATE accounts_auditentry SET target_label = '' WHERE id = %s", trail[0].pk)
    out, code = verified(anchors=anchors, write_anchors=anchors)
    assert code == 1
    assert "No anchor was written." in out
    assert anchors.read_text() == before
    assert list(tmp_path.iterdir()) == [anchors]


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"form": 1}', '{"form": 1, "chains": [1]}', '{"form": 2, "chains": []}']
)
def test_anchors_that_cannot_be_read_are_refused(db, tmp_path, content):
    anchors = tmp_path / "anchors.json"
    anchors.write_text(content)
    assert verified(anchors=anchors)[1] == 2
    assert verified(anchors=tmp_path / "nothing.json")[1] == 2
    assert verified(write_anchors=tmp_path / "nowhere" / "anchors.json")[1] == 2


def test_a_chain_without_a_company_is_proven_too(tester):
    audit.record("portal.changed", actor=None)
    settle()
    seal_entries()
    out, code = verified()
    assert code == 0
    assert out.startswith("without a company: 1 sealed, head 1 ")
    forge("UPDATE accounts_auditentry SET action = 'portal.kept'")
    assert found() == ["entry_altered"]


def test_a_seal_depends_on_everything_it_covers():
    moment = timezone.now()
    facts = {"previous": "a", "tenant_id": 1, "sequence": 2, "entry_id": 3, "entry": "b", "sealed_at": moment}
    other = {"previous": "c", "tenant_id": None, "sequence": 4, "entry_id": 5, "entry": "d"}
    digests = {seal_digest(**facts | {name: value}) for name, value in other.items()}
    digests |= {seal_digest(**facts), seal_digest(**facts | {"sealed_at": moment + timedelta(microseconds=1)})}
    assert len(digests) == 7
