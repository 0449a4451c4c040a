"""Changing many rows at once, shown on cases."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog.models import TestCase
from catalog.tests.factories import FolderFactory, TestCaseFactory
from qaportal.kit.inserting import FEW
from qaportal.kit.updating import update_all

HOSTILE = "a\tb\nc\\N \\. \"quoted\" 'single' ,; \u2028 é 支払"
FIELDS = ("tags", "custom_values", "description", "owner", "estimate", "folder", "updated_at", "priority")


def stored_cases(project, number):
    return TestCaseFactory.create_batch(number, project=project, estimate=60)


@pytest.mark.parametrize("number", [1, FEW, FEW + 1])
def test_each_row_gets_the_values_of_its_own(project, tester, number):
    cases, folder, moment = stored_cases(project, number), FolderFactory(project=project), timezone.now()
    for place, case in enumerate(cases):
        case.tags, case.custom_values, case.description = [f"t{place}", "b,c"], {"x": [place, None, HOSTILE]}, HOSTILE
        case.owner, case.estimate, case.folder, case.updated_at, case.priority = tester, None, folder, moment, 4
    update_all(cases, FIELDS)
    stored = TestCase.objects.in_bulk()
    for case in cases:
        for name in FIELDS:
            assert getattr(stored[case.pk], name) == getattr(case, name)
        assert stored[case.pk].title == case.title
    assert TestCase.objects.matching("t0").count() == 1


def test_none_at_all_is_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        update_all([], FIELDS)


def test_nothing_is_half_stored_and_it_can_be_done_twice_in_one_transaction(project):
    cases = stored_cases(project, FEW + 1)
    for case in cases:
        case.priority = 4
    cases[-1].test_id = cases[0].test_id
    with pytest.raises(IntegrityError), transaction.atomic():
        update_all(cases, ["priority", "test_id"])
    assert not TestCase.objects.filter(priority=4).exists()
    update_all(cases, ["priority"])
    update_all(cases, ["priority"])
    assert TestCase.objects.filter(priority=4).count() == FEW + 1
