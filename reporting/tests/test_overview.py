from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.choices import RoleCode
from accounts.tests.factories import UserFactory
from catalog.models import CaseActivity
from catalog.services.reviews import request_review
from catalog.tests.factories import CaseActivityFactory, TestCaseFactory
from releases.tests.factories import ReleaseCaseFactory, ReleaseFactory, cover
from reporting.overview import Overview
from runs.choices import ImportState, RunStatus
from runs.models import ReportImport, TestRun
from runs.tests.factories import make_run, record, reported


def ended_run(project, *statuses, name="Nightly", days_ago=0, flaky=0):
    """An automated run that ended, with one test for each status; the first `flaky` of them passed on retry."""
    started_at = timezone.now() - timedelta(days=days_ago, minutes=5)
    run = make_run(project, name=name, started_at=started_at)
    results = [
        reported(
            f"test {place}", status, executed_at=started_at, is_flaky=place < flaky, duration_ms=60_000, named_ids=()
        )
        for place, status in enumerate(statuses)
    ]
    record(run, *results)
    TestRun.objects.filter(pk=run.pk).update(status=RunStatus.COMPLETED, finished_at=started_at)
    run.refresh_from_db()
    return run


@pytest.fixture
def read(project, signed_in):
    def overview_as(user):
        return signed_in(user).get(reverse("reporting:overview", args=[project.key]))

    return overview_as


@pytest.fixture
def busy_project(project, tester):
    """A project in which everything the page shows exists."""
    release = ReleaseFactory(project=project, version="4.18.0", name="Autumn checkout")
    ReleaseFactory(project=project, version="4.17.0", overall_status="released")
    cover(release, "passed", "passed", "failed", "blocked")
    cover(release, "not_started", "in_progress", "passed", assigned_to=tester)
    ended_run(project, "passed", "failed", "skipped", days_ago=2)
    ended_run(project, "passed", "passed", "failed", "error", days_ago=1, flaky=1)
    case = TestCaseFactory(project=project, title="Wallet sheet opens", test_type="automated")
    CaseActivityFactory(
        case=case,
        flaky_score=0.31,
        recent_outcomes=["passed", "flaky", "passed"],
        last_status="passed",
        last_run_at=timezone.now() - timedelta(hours=30),
    )
    broken = TestCaseFactory(project=project, title="Payout above the limit is refused")
    since = timezone.now() - timedelta(days=7)
    CaseActivityFactory(case=broken, failing_since=since, last_status="failed", last_run_at=since)
    return project


@pytest.mark.parametrize("role", [each for each in RoleCode if each != RoleCode.SUPER_ADMIN])
def test_every_role_reads_the_overview(busy_project, tenant, read, role):
    answer = read(UserFactory(tenant=tenant, role_code=role))
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "4.18.0" in text
    assert "Wallet sheet opens" in text


def test_the_anonymous_is_sent_to_sign_in(project, client):
    answer = client.get(reverse("reporting:overview", args=[project.key]))
    assert answer.status_code == 302
    assert "login" in answer.url


def test_a_stranger_finds_no_such_project(busy_project, read, stranger):
    assert read(stranger).status_code == 404


def test_the_next_release_is_judged_and_its_counts_lead_into_it(busy_project, read, viewer):
    text = read(viewer).content.decode()
    assert "Not ready" in text
    assert "1 blocked and 1 failed case are in the way." in text
    assert "?status=failed" in text
    assert "7 cases in scope" in text


def test_the_trend_says_how_the_last_run_went(busy_project, viewer):
    trend = Overview(busy_project, viewer).trend
    assert trend.title == "Nightly"
    assert trend.rate == "50.0\N{NO-BREAK SPACE}%"
    assert trend.change == "as in the run before"
    assert trend.median_duration == "3 m 30 s"
    assert [column.parts["skipped"] for column in trend.chart.columns] == [1, 0]
    assert trend.chart.columns[-1].href == trend.last.get_absolute_url()
    assert trend.last.count_flaky == 1


def test_the_suite_that_runs_most_often_is_shown_alone(project, viewer):
    for days_ago in (4, 3):
        ended_run(project, "passed", days_ago=days_ago)
    ended_run(project, "failed", name="Smoke", days_ago=1)
    trend = Overview(project, viewer).trend
    assert trend.title == "Nightly"
    assert len(trend.runs) == 2


def test_runs_with_a_name_each_are_shown_together(project, viewer):
    ended_run(project, "passed", "passed", name="build 1", days_ago=2)
    ended_run(project, "passed", "failed", name="build 2", days_ago=1)
    trend = Overview(project, viewer).trend
    assert trend.title == "Automated runs"
    assert [run.name for run in trend.runs] == ["build 1", "build 2"]
    assert trend.change == "50.0 points down"


def test_a_run_that_goes_on_is_not_part_of_the_trend(project, viewer):
    run = make_run(project, name="Nightly")
    record(run, reported("first"))
    assert Overview(project, viewer).trend is None


def test_my_work_counts_what_is_assigned_to_me_in_open_releases(busy_project, tester, developer):
    overview = Overview(busy_project, tester)
    assert [(each.done, each.total) for each in overview.work] == [(1, 3)]
    assert overview.work_left == 2
    assert [each.status for each in overview.next_cases] == ["in_progress", "not_started"]
    assert Overview(busy_project, developer).work == []


def test_work_in_a_shipped_release_is_over(project, tester):
    release = ReleaseFactory(project=project, overall_status="released")
    ReleaseCaseFactory(release=release, assigned_to=tester)
    assert Overview(project, tester).work == []


def test_the_sidebar_offers_to_resume_my_work(busy_project, read, tester, developer):
    assert "Resume testing" in read(tester).content.decode()
    assert "q-resume" not in read(developer).content.decode()


def test_tests_without_a_case_wait_for_those_who_may_link_them(project, tester, viewer):
    ended_run(project, "passed", "passed")
    assert [each.title for each in Overview(project, tester).waiting] == ["Link 2 tests to cases"]
    assert Overview(project, viewer).waiting == []


def test_an_upload_that_failed_waits_for_the_one_who_made_it(project, tester, lead):
    ReportImport.objects.create(
        project=project, file_name="broken.xml", sha256="0", state=ImportState.FAILED, error="No XML", created_by=tester
    )
    assert [each.note for each in Overview(project, tester).waiting] == ["No XML"]
    assert Overview(project, lead).waiting == []


def test_reviews_wait_for_the_one_who_was_asked(busy_project, read, tester, lead):
    cases = [TestCaseFactory(project=busy_project, title=f"Read me {number}") for number in range(5)]
    request_review(actor=tester, project=busy_project, case_ids=[case.pk for case in cases], reviewers=[lead])
    reviews = Overview(busy_project, lead).reviews
    assert (reviews.total, len(reviews.newest)) == (5, 3)
    text = read(lead).content.decode()
    assert "To review" in text
    assert f"{cases[-1].get_absolute_url()}?tab=reviews" in text
    assert "To review" not in read(tester).content.decode()


def test_the_head_names_cases_and_the_last_result(busy_project, viewer):
    overview = Overview(busy_project, viewer)
    assert overview.cases_sentence == "9 cases, 11\N{NO-BREAK SPACE}% automated."
    assert overview.last_result.moment < timezone.now() - timedelta(hours=29)


def test_the_last_result_of_tests_without_a_case_is_that_of_the_run(project, viewer):
    run = ended_run(project, "passed")
    assert Overview(project, viewer).last_result.run == run


def test_a_case_says_for_how_long_it_fails(busy_project, viewer):
    assert [each.since for each in Overview(busy_project, viewer).failing] == ["7 days"]


def test_a_new_project_shows_first_steps_to_those_who_may_take_them(project, read, lead, viewer):
    text = read(lead).content.decode()
    assert "First steps" in text
    assert "q-chart" not in text
    assert "Flakiest" not in text
    for name in ("catalog:case_create", "runs:upload", "releases:create"):
        assert reverse(name, args=[project.key]) in text
    text = read(viewer).content.decode()
    assert "First steps" in text
    assert reverse("releases:create", args=[project.key]) not in text
    assert "Upload a report" not in text


def test_first_steps_are_gone_when_all_are_taken(busy_project, read, lead):
    assert "First steps" not in read(lead).content.decode()


def test_names_of_people_and_things_are_escaped(project, read, lead):
    ReleaseFactory(project=project, version="<b>1</b>", name="<script>alert(1)</script>")
    ended_run(project, "failed", name="<img src=x>")
    text = read(lead).content.decode()
    assert "<script>alert(1)" not in text
    assert "<img src=x>" not in text


def test_more_data_costs_no_more_queries(busy_project, signed_in, tester, lead, same_queries):
    client, address = signed_in(tester), reverse("reporting:overview", args=[busy_project.key])

    def grow():
        for days_ago in range(1, 6):
            ended_run(busy_project, "passed", "failed", days_ago=days_ago)
            activity = {"flaky_score": 0.2, "failing_since": timezone.now(), "last_run_at": timezone.now()}
            CaseActivityFactory(case=TestCaseFactory(project=busy_project), **activity)
            release = ReleaseFactory(project=busy_project)
            cover(release, "not_started", "failed", assigned_to=tester)
            case = TestCaseFactory(project=busy_project)
            request_review(actor=lead, project=busy_project, case_ids=[case.pk], reviewers=[tester])

    assert same_queries(lambda: client.get(address), grow) <= 30


def test_the_page_reads_counters_and_counts_no_results(busy_project, signed_in, tester):
    client = signed_in(tester)
    newest = ended_run(busy_project, "passed", "failed").tests.first()
    CaseActivity.objects.filter(project=busy_project).update(last_result_id=newest.last_result_id)
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("reporting:overview", args=[busy_project.key]))
    statements = [query["sql"] for query in captured]
    by_key = [sql for sql in statements if 'FROM "runs_result"' in sql]
    assert by_key
    assert all('"runs_result"."id" = ' in sql and "COUNT(" not in sql for sql in by_key)
    tests = [sql.partition(" OR EXISTS(")[2] for sql in statements if "runs_runcase" in sql]
    assert all(words.endswith("LIMIT 1)))") for words in tests), "whether an implicit run has a test at all"
    assert not [sql for sql in statements if "runs_stepresult" in sql]
