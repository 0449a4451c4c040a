"""How cases depend on and repeat one another."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import AuditEntry
from catalog.models import TestCaseLink
from catalog.services.links import link_two_cases, remove_link
from catalog.tests.factories import TestCaseFactory
from qaportal.kit.errors import Denied, InvalidInput, NotVisible, PortalError, RuleViolation

DEPENDS, SAME = "DEPENDS_ON", "SAME_TEST_DIFFERENT_SOURCE"


@pytest.fixture
def cases(project):
    return [TestCaseFactory(project=project) for _number in range(4)]


def test_a_link_is_made_and_removed_and_its_row_stays(cases, tester):
    link = link_two_cases(actor=tester, case=cases[0], other=cases[1], type=DEPENDS)
    assert list(TestCaseLink.objects.of_case(cases[1])) == [link]
    remove_link(actor=tester, link=link)
    removed = remove_link(actor=tester, link=link)
    assert removed.deleted_at is not None
    assert not TestCaseLink.objects.of_case(cases[0]).exists()
    entries = AuditEntry.objects.filter(target_id=str(cases[0].pk)).order_by("pk")
    assert [(each.action, each.changes) for each in entries] == [
        ("case.linked", {"depends_on": [None, cases[1].test_id]}),
        ("case.unlinked", {"depends_on": [cases[1].test_id, None]}),
    ]


@pytest.mark.parametrize("type", [DEPENDS, SAME])
def test_a_removed_link_can_be_made_again_and_a_living_one_cannot(cases, tester, type):
    def link():
        return link_two_cases(actor=tester, case=cases[0], other=cases[1], type=type)

    remove_link(actor=tester, link=link())
    link()
    with pytest.raises(RuleViolation, match="already") as refused:
        link()
    assert refused.value.code == "link_taken"


def test_the_same_test_is_the_same_from_both_sides(cases, tester):
    link_two_cases(actor=tester, case=cases[0], other=cases[1], type=SAME)
    with pytest.raises(RuleViolation, match="already"):
        link_two_cases(actor=tester, case=cases[1], other=cases[0], type=SAME)


def test_no_case_is_linked_to_itself_or_by_an_unknown_kind(cases, tester):
    with pytest.raises(InvalidInput):
        link_two_cases(actor=tester, case=cases[0], other=cases[0], type=SAME)
    with pytest.raises(InvalidInput):
        link_two_cases(actor=tester, case=cases[0], other=cases[1], type="BLOCKS")


def test_no_case_depends_on_itself_through_others(cases, tester):
    links = [link_two_cases(actor=tester, case=cases[n], other=cases[n + 1], type=DEPENDS) for n in range(3)]
    with pytest.raises(RuleViolation, match="depends on") as refused:
        link_two_cases(actor=tester, case=cases[3], other=cases[0], type=DEPENDS)
    assert refused.value.code == "circular_link"
    link_two_cases(actor=tester, case=cases[3], other=cases[0], type=SAME)
    remove_link(actor=tester, link=links[1])
    link_two_cases(actor=tester, case=cases[3], other=cases[0], type=DEPENDS)


def test_cases_of_another_project_and_deleted_ones_are_not_there(cases, project, tester):
    for other in (TestCaseFactory(), TestCaseFactory(project=project, deleted_at=project.created_at)):
        with pytest.raises(NotVisible):
            link_two_cases(actor=tester, case=cases[0], other=other, type=SAME)


def test_who_may_only_read_links_and_unlinks_nothing(cases, tester, viewer):
    link = link_two_cases(actor=tester, case=cases[0], other=cases[1], type=SAME)
    with pytest.raises(Denied):
        link_two_cases(actor=viewer, case=cases[0], other=cases[2], type=SAME)
    with pytest.raises(Denied):
        remove_link(actor=viewer, link=link)


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_make_no_circle(project, tester):
    pairs = [TestCaseFactory(project=project) for _number in range(2)]

    def link(order):
        try:
            link_two_cases(actor=tester, case=order[0], other=order[1], type=DEPENDS)
            return "linked"
        except PortalError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(link, [pairs, pairs[::-1]]))
    assert sorted(outcomes) == ["circular_link", "linked"]
