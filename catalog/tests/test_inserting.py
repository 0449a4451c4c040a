"""Storing many new rows at once, shown on cases and what belongs to them."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry
from catalog.choices import Priority, TestTag
from catalog.models import FolderCount, TestCase, TestStep, TitleWord
from catalog.tests.factories import FolderFactory, TestCaseFactory
from qaportal.kit.inserting import FEW, insert_all

HOSTILE = "a\tb\nc\\N \\. \"quoted\" 'single' ,; \u2028 é 支払 \U0001f600"


def built(project, number, **fields):
    return TestCase(project=project, test_id=f"TC_UI_{number:05d}", title=f"Walrus {number}", **fields)


@pytest.mark.parametrize("number", [1, FEW, FEW + 1, FEW * 3])
def test_rows_are_stored_whatever_their_number(project, tester, number):
    folder = FolderFactory(project=project)
    fields = {"folder": folder, "tags": ["a", "b,c", 'd"'], "custom_values": {"x": [1, None, HOSTILE]}, "owner": tester}
    choices = {"priority": Priority.HIGH, "tag": TestTag.API, "automation_status": None, "estimate": None}
    cases = [built(project, each, description=HOSTILE, **fields, **choices) for each in range(number)]
    insert_all(cases)
    stored = TestCase.objects.in_bulk()
    assert len(stored) == number
    for case in cases:
        found = stored[case.pk]
        assert (found.description, found.tags, found.custom_values) == (
            HOSTILE,
            fields["tags"],
            fields["custom_values"],
        )
        assert (found.priority, found.tag, found.owner_id, found.estimate) == (3, "api", tester.pk, None)
        assert found.created_at == case.created_at
        assert not case._state.adding
    assert FolderCount.objects.get(folder=folder).cases == number
    assert TitleWord.objects.filter(project=project, word="walrus").exists()
    assert TestCase.objects.matching("walrus").count() == number


def test_none_at_all_is_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        insert_all([])


def test_given_keys_are_kept_and_missing_ones_come_from_the_sequence(project):
    case = TestCaseFactory(project=project)
    insert_all([TestStep(project=project, case=case, position=number, action="Pay") for number in range(FEW + 1)])
    assert case.steps.count() == FEW + 1
    TestStep.objects.create(project=project, case=case, position=1_000, action="Later")
    entries = [AuditEntry(action="plain", target_type="x", target_id=str(each)) for each in range(FEW + 1)]
    insert_all(entries)
    assert [each.pk for each in entries] == sorted(each.pk for each in entries)


def test_constraints_hold_and_nothing_is_half_stored(project):
    cases = [built(project, number) for number in range(FEW + 1)]
    cases[-1].test_id = cases[0].test_id
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_all(cases)
    assert not TestCase.objects.exists()
