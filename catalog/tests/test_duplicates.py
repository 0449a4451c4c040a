"""Cases that say almost the same are found, and somebody decides what becomes of them."""

import pytest

from accounts.models import AuditEntry
from catalog import likeness
from catalog.jobs import close_abandoned_scan, look_for_duplicates
from catalog.models import DuplicateScan, SimilarPair, TestCase
from catalog.services.cases import delete_cases, update_case
from catalog.services.duplicates import bring_back_pair, dismiss_pair, request_scan, scan_project
from catalog.services.links import link_two_cases, remove_link
from catalog.tests.factories import TestCaseFactory
from qaportal.kit.errors import Denied
from qaportal.kit.models import JobProgress

STEPS = ["Open the basket of a customer", "Pay with a card that expired last year", "Look at the words that are shown"]


@pytest.fixture
def make(project):
    return lambda title, steps=(), **fields: TestCaseFactory(project=project, title=title, steps=list(steps), **fields)


def scanned(project):
    """The pairs of open cases: score and reasons by titles."""
    scan_project(project_id=project.pk)
    pairs = SimilarPair.objects.in_project(project).open().for_list()
    return {(pair.case_a.title, pair.case_b.title): (pair.score, pair.reasons) for pair in pairs}


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        (("Card is refused", STEPS), ("Card is refused", STEPS), ["same_title", "same_steps"]),
        (("An expired card is refused", STEPS), ("Expired card gets refused", STEPS), ["same_steps"]),
        (("An expired card is refused",), ("An expired card is réfused",), ["same_title"]),
        (("An expired card is refused",), ("An expired card is refusde",), ["like_title"]),
        (("A card is refused", STEPS), ("A card is declined", [*STEPS, "Close it"]), ["like_steps"]),
    ],
    ids=["all", "same steps", "same title", "a word misspelt", "one more step"],
)
def test_pairs_are_found_with_the_reason(make, project, one, other, reasons):
    make(*one), make(*other)
    make("Something else altogether happens here", ["Wait for the end of the month", "Ring the bell twice in a row"])
    found = scanned(project)
    assert list(found) == [(one[0], other[0])]
    assert set(reasons) <= set(found[one[0], other[0]][1])


def test_an_equal_automation_key_is_enough(make, project):
    make("Pays", automation_key="a.b"), make("Something else", automation_key="a.b"), make("More", automation_key="a.c")
    assert scanned(project) == {("Pays", "Something else"): (95, ["same_key"])}


def test_titles_that_differ_in_a_number_are_two_tests_unless_their_steps_are_alike(make, project):
    make("The login is locked after 3 attempts"), make("The login is locked after 5 attempts")
    assert scanned(project) == {}
    make("A receipt is sent to buyer 1", STEPS), make("A receipt is sent to buyer 2", STEPS)
    assert list(scanned(project)) == [("A receipt is sent to buyer 1", "A receipt is sent to buyer 2")]


def test_cases_of_another_project_and_those_that_are_gone_are_not_compared(make, project):
    make("Card is refused", STEPS)
    TestCaseFactory(title="Card is refused", steps=STEPS)
    make("Card is refused", STEPS, is_archived=True), make("Card is refused", STEPS, deleted_at=project.created_at)
    assert scanned(project) == {}


def test_many_that_are_the_same_are_each_found_without_comparing_all_with_all(make, project):
    for _number in range(20):
        make("Card is refused", STEPS)
    scan_project(project_id=project.pk)
    pairs = SimilarPair.objects.values_list("case_a", "case_b")
    assert {pk for pair in pairs for pk in pair} == set(TestCase.objects.values_list("pk", flat=True))
    assert len(pairs) < 20 * 6


def test_only_what_changed_is_compared_again(make, project, tester):
    first, second = make("Card is refused", STEPS), make("Card is refused", STEPS)
    assert scan_project(project_id=project.pk) == 2
    assert scan_project(project_id=project.pk) == 0
    update_case(actor=tester, case=first, priority="high")
    assert scan_project(project_id=project.pk) == 0
    update_case(actor=tester, case=second, title="The bell rings", steps=[{"action": "Ring"}])
    assert scan_project(project_id=project.pk) == 1
    assert not SimilarPair.objects.exists()


def test_what_a_dead_worker_left_half_done_is_done_again(make, project):
    cases = [make("Card is refused", STEPS) for _number in range(2)]
    likeness.mark_cases([case.pk for case in cases])
    assert scan_project(project_id=project.pk) == 2
    assert SimilarPair.objects.count() == 1


def test_the_number_of_statements_does_not_grow_with_the_cases(make, project, django_assert_num_queries):
    def scan():
        scan_project(project_id=project.pk)

    for number in (2, 30):
        for _number in range(number):
            make("Card is refused", STEPS)
        with django_assert_num_queries(11):
            scan()


def test_a_dismissed_pair_stays_dismissed_when_it_is_found_again(make, project, tester):
    first, _second = make("Card is refused", STEPS), make("Card is refused", STEPS)
    scan_project(project_id=project.pk)
    pair = dismiss_pair(actor=tester, pair=SimilarPair.objects.get())
    assert (pair.dismissed_by, scanned(project)) == (tester, {})
    update_case(actor=tester, case=first, title="Card is refused again")
    assert scanned(project) == {}
    dismiss_pair(actor=tester, pair=pair)
    bring_back_pair(actor=tester, pair=pair)
    assert len(scanned(project)) == 1
    told = AuditEntry.objects.filter(action__in=["case.told_apart", "case.doubted_again"]).order_by("pk")
    assert [entry.action for entry in told] == ["case.told_apart", "case.doubted_again"]


def test_pairs_that_are_linked_archived_or_deleted_wait_for_nobody(make, project, tester):
    cases = [make("Card is refused", STEPS) for _number in range(2)]
    assert len(scanned(project)) == 1
    link = link_two_cases(actor=tester, case=cases[1], other=cases[0], type="SAME_TEST_DIFFERENT_SOURCE")
    assert not SimilarPair.objects.open().exists()
    remove_link(actor=tester, link=link)
    assert SimilarPair.objects.open().exists()
    delete_cases(actor=tester, project=project, case_ids=[cases[0].pk])
    assert not SimilarPair.objects.open().exists()
    scan_project(project_id=project.pk)
    assert not SimilarPair.objects.exists()


def test_who_may_only_read_lets_nothing_be_compared_and_decides_nothing(make, project, viewer):
    make("Card is refused", STEPS), make("Card is refused", STEPS)
    scan_project(project_id=project.pk)
    pair = SimilarPair.objects.get()
    for act in (
        lambda: request_scan(actor=viewer, project=project),
        lambda: dismiss_pair(actor=viewer, pair=pair),
        lambda: bring_back_pair(actor=viewer, pair=pair),
    ):
        with pytest.raises(Denied):
            act()


def test_a_job_compares_and_tells_how_far_it_is(make, project, tester, run_jobs):
    make("Card is refused", STEPS), make("Card is refused", STEPS)
    scan = request_scan(actor=tester, project=project)
    assert request_scan(actor=tester, project=project).progress_id == scan.progress_id
    assert run_jobs() == 1
    work = JobProgress.objects.get(pk=scan.progress_id)
    assert (work.state, work.done, work.total) == ("done", 4, 4)
    scan.refresh_from_db()
    assert (scan.compared, scan.finished_at is not None) == (2, True)
    assert request_scan(actor=tester, project=project).progress_id != work.pk


def test_a_fault_closes_the_progress_with_words(project, tester, run_jobs, monkeypatch):
    def fail(*args):
        raise RuntimeError

    monkeypatch.setattr(likeness, "changed_cases", fail)
    scan = request_scan(actor=tester, project=project)
    with pytest.raises(RuntimeError):
        run_jobs()
    assert JobProgress.objects.get(pk=scan.progress_id).state == "failed"


def test_an_abandoned_search_is_closed(project, tester):
    scan = request_scan(actor=tester, project=project)
    close_abandoned_scan(task_name="catalog.jobs.scan_for_duplicates", arguments={"progress_id": str(scan.progress_id)})
    assert JobProgress.objects.get(pk=scan.progress_id).state == "failed"


def test_every_night_projects_are_looked_at_again_in_which_somebody_looked(project, other_project, run_jobs):
    DuplicateScan.objects.create(project=project)
    look_for_duplicates(0)
    assert JobProgress.objects.filter(kind="duplicate_scan").values_list("project_id", flat=True).get() == project.pk
    run_jobs()
    assert DuplicateScan.objects.get().finished_at is not None
