"""Linking reported tests to cases, and creating cases for them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import CaseActivity, TestCase
from catalog.tests.factories import TestCaseFactory
from releases.models import ReleaseCase
from releases.services.scope import add_cases
from releases.tests.factories import ReleaseCaseFactory, ReleaseFactory
from runs.models import Result, RunCase
from runs.services.runs import update_run
from runs.suggestions import spoken
from runs.tests.factories import make_run, record, reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(project):
    run = make_run(project, name="Nightly", release=ReleaseFactory(project=project, version="4.18.0"))
    record(run, reported("test_declines_expired_card", "failed"), reported("pays"), reported("refunds"))
    return run


@pytest.fixture
def test(run):
    return RunCase.objects.get(run=run, name="test_declines_expired_card")


def link_url(test) -> str:
    return f"/p/PAY/runs/{test.run.number}/tests/{test.pk}/link/"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("test_declines_expired_card", "declines expired card"),
        ("paysByCard[visa-3DS]", "pays by card visa 3ds"),
        ("should refund the whole amount", "refund the whole amount"),
        ("___", ""),
    ],
)
def test_a_name_in_code_is_read_as_words(name, words):
    assert spoken(name) == words


def test_cases_with_a_title_like_the_name_are_suggested_in_the_drawer(signed_in, tester, run, test):
    TestCaseFactory(project=run.project, test_id="TC_UI_001", title="Declines an expired card at checkout")
    TestCaseFactory(project=run.project, test_id="TC_UI_002", title="Exports the ledger")
    page = signed_in(tester).get(f"{run.get_absolute_url()}?tab=unmatched&test={test.pk}").content.decode()
    assert "Link to TC_UI_001" in page
    assert "TC_UI_002" not in page


def test_any_case_can_be_found_by_id_or_title(signed_in, tester, run, test, other_project):
    TestCaseFactory(project=run.project, test_id="TC_API_077", title="Exports the ledger")
    TestCaseFactory(project=other_project, title="Exports the ledger of a rival")
    client = signed_in(tester)
    for words in ("TC_API_07", "ledger"):
        page = client.get(link_url(test), {"q": words}).content.decode()
        assert "TC_API_077" in page
        assert "rival" not in page
    assert "No case has this id" in client.get(link_url(test), {"q": "zzz"}).content.decode()
    partial = client.get(link_url(test), headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert partial.content.decode().strip().startswith('<div id="link-panel"')


def test_linking_gives_the_case_its_results_and_its_verdict_in_the_release(signed_in, tester, run, test):
    case = TestCaseFactory(project=run.project, test_id="TC_UI_001")
    ReleaseCaseFactory(release=run.release, case=case)
    response = signed_in(tester).post(link_url(test), {"case": "tc_ui_001", "next": "/p/PAY/runs/"})
    assert response.url == "/p/PAY/runs/"
    test.refresh_from_db()
    assert (test.case, test.matched_by) == (case, "person")
    assert Result.objects.get(run_case=test).case == case
    assert ReleaseCase.objects.get(case=case).execution_status == "failed"
    assert CaseActivity.objects.get(case=case).last_status == "failed"
    run.refresh_from_db()
    assert run.count_unmatched == 2
    later = make_run(run.project)
    record(later, reported("test_declines_expired_card"))
    assert RunCase.objects.get(run=later).case == case


def test_an_address_outside_the_portal_is_not_followed(signed_in, tester, run, test):
    TestCaseFactory(project=run.project, test_id="TC_UI_001")
    for target in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"):
        response = signed_in(tester).post(link_url(test), {"case": "TC_UI_001", "next": target})
        assert response.url.startswith("/p/PAY/")


def test_a_case_that_does_not_exist_or_is_foreign_is_refused_in_words(signed_in, tester, run, test, other_project):
    TestCaseFactory(project=other_project, test_id="TC_UI_900")
    for given in ("TC_UI_900", "TC_UI_999", "", "a\x00b"):
        response = signed_in(tester).post(link_url(test), {"case": given})
        assert response.status_code == 422
        assert "There is no test case with this id." in response.content.decode()
    test.refresh_from_db()
    assert test.case is None


def test_a_test_that_has_a_case_is_not_given_another(signed_in, tester, run, test):
    TestCaseFactory(project=run.project, test_id="TC_UI_001")
    TestCaseFactory(project=run.project, test_id="TC_UI_002")
    client = signed_in(tester)
    client.post(link_url(test), {"case": "TC_UI_001"})
    refused = client.post(link_url(test), {"case": "TC_UI_002"})
    assert refused.status_code == 422
    assert "belongs to" in refused.content.decode()


def test_cases_are_created_for_picked_tests_or_for_all(signed_in, tester, run, test):
    client = signed_in(tester)
    url = f"/p/PAY/runs/{run.number}/cases/"
    client.post(url, {"ids": [test.pk]})
    assert list(TestCase.objects.values_list("title", flat=True)) == ["test_declines_expired_card"]
    client.post(url, {"all": "1"})
    assert TestCase.objects.count() == 3
    assert not RunCase.objects.filter(run=run, case__isnull=True).exists()
    page = client.get(run.get_absolute_url() + "?tab=unmatched").content.decode()
    assert "Every test belongs to a test case" in page


def test_nothing_picked_and_nothing_left_are_said(signed_in, tester, run):
    client = signed_in(tester)
    url = f"/p/PAY/runs/{run.number}/cases/"
    assert "Pick at least one test." in client.post(url, follow=True).content.decode()
    client.post(url, {"all": "1"})
    assert "Nothing to create." in client.post(url, {"all": "1"}, follow=True).content.decode()
    assert TestCase.objects.count() == 3


def test_who_may_not_write_cases_is_told_so_and_a_stranger_finds_nothing(signed_in, viewer, stranger, run, test):
    TestCaseFactory(project=run.project, test_id="TC_UI_001")
    page = signed_in(viewer).get(f"{run.get_absolute_url()}?tab=unmatched&test={test.pk}").content.decode()
    assert "may not write test cases" in page
    refused = signed_in(viewer).post(link_url(test), {"case": "TC_UI_001"})
    assert refused.status_code == 422
    assert "may not write test cases" in refused.content.decode()
    for url in (link_url(test), f"/p/PAY/runs/{run.number}/cases/", f"/p/PAY/runs/{run.number}/scope/"):
        assert signed_in(stranger).post(url, {"all": "1"}).status_code == 404
    assert RunCase.objects.filter(run=run, case__isnull=True).count() == 3


def test_the_panel_takes_the_same_number_of_queries_whatever_the_number_of_cases(
    signed_in, tester, run, test, same_queries
):
    client = signed_in(tester)
    TestCaseFactory.create_batch(3, project=run.project, title="Declines expired card")
    same_queries(
        lambda: client.get(link_url(test)),
        lambda: TestCaseFactory.create_batch(10, project=run.project, title="Declines expired card"),
    )


def test_a_case_that_joins_a_release_brings_the_results_of_its_runs(run, lead, project):
    case = TestCaseFactory(project=project, automation_key="checkout.settles")
    yesterday = timezone.now() - timedelta(days=1)
    record(run, reported("settles", "error", executed_at=yesterday, duration_ms=2_000))
    second = make_run(project, release=run.release)
    record(second, reported("settles", "passed", executed_at=yesterday - timedelta(days=1)))
    record(make_run(project), reported("settles", "skipped"))
    add_cases(actor=lead, release=run.release, case_ids=[case.pk])
    covered = ReleaseCase.objects.get(case=case)
    assert (covered.execution_status, covered.executed_at, covered.execution_duration) == ("failed", yesterday, 2)


def test_a_run_that_is_given_a_release_brings_its_results_unless_newer_ones_are_there(lead, project):
    release = ReleaseFactory(project=project)
    old, new = (TestCaseFactory(project=project, automation_key=f"checkout.{name}") for name in ("old", "new"))
    for case in (old, new):
        ReleaseCaseFactory(release=release, case=case)
    hour = timezone.now() - timedelta(hours=1)
    record(make_run(project, release=release), reported("new", "passed"))
    run = make_run(project)
    record(run, reported("old", "failed", executed_at=hour), reported("new", "failed", executed_at=hour))
    update_run(actor=lead, run=run, release=release)
    assert ReleaseCase.objects.get(case=old).execution_status == "failed"
    assert ReleaseCase.objects.get(case=new).execution_status == "passed"


def test_a_closed_release_is_not_moved_by_a_run_that_joins_it(lead, project):
    release = ReleaseFactory(project=project, overall_status="released")
    case = TestCaseFactory(project=project, automation_key="checkout.pays")
    ReleaseCaseFactory(release=release, case=case)
    run = make_run(project)
    record(run, reported("pays", "failed"))
    update_run(actor=lead, run=run, release=release)
    assert ReleaseCase.objects.get(case=case).execution_status == "not_started"


def test_results_outside_the_scope_are_not_added_to_a_closed_release(signed_in, lead, run, project):
    TestCaseFactory(project=project, automation_key="checkout.settles")
    record(run, reported("settles"))
    type(run.release).objects.update(overall_status="released")
    page = signed_in(lead).post(f"/p/PAY/runs/{run.number}/scope/", follow=True).content.decode()
    assert not ReleaseCase.objects.exists()
    assert "shipped" in page or "closed" in page


def test_one_click_creates_a_bounded_number_of_cases(signed_in, tester, run, monkeypatch):
    for module in ("test_links", "run_detail"):
        monkeypatch.setattr(f"runs.views.{module}.MOST_AT_ONCE", 2)
    client = signed_in(tester)
    assert "Create the first 2 cases" in client.get(run.get_absolute_url() + "?tab=unmatched").content.decode()
    client.post(f"/p/PAY/runs/{run.number}/cases/", {"all": "1"})
    assert TestCase.objects.count() == 2
