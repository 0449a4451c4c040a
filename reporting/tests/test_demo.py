from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken, Project, Tenant, User
from accounts.services.bootstrap import ensure_roles
from catalog.choices import CaseState
from catalog.models import CaseActivity, Folder, TestCase, TestCaseVersion, TestStep
from issues.models import Issue
from releases import gates
from releases.models import Release, ReleaseCase
from reporting.demo.chance import chance
from reporting.demo.days import Days
from reporting.demo.outcomes import results_of
from reporting.demo.people import PASSWORD
from reporting.demo.step import make_demo, prepare_demo
from reporting.demo.texts import logistics_cases, payment_cases, story, terminal_cases
from runs.live import Live
from runs.models import Artifact, ReportImport, Result, TestRun
from runs.timeline import Timeline

pytestmark = pytest.mark.xdist_group("demo")  # one process: what all tests need is made once

SATURDAY = 5


# -- the texts -------------------------------------------------------------------------------------------------------
def test_no_two_cases_share_a_title_or_a_script():
    titles = [case.title for case in payment_cases()]
    assert 280 <= len(titles) <= 320
    assert len(set(titles)) == len(titles)
    keys = [case.automation_key for case in payment_cases() if case.is_automated]
    assert len(set(keys)) == len(keys)


def test_every_written_case_tells_what_to_do_and_what_to_expect():
    for case in (*payment_cases(), *terminal_cases(), *logistics_cases()):
        assert 1 <= len(case.steps) <= 5
        assert all(action and expected for action, expected in case.steps), case.title
        assert "{" not in "".join([case.title, case.preconditions, *sum(case.steps, ())]), case.title
        assert case.state == CaseState.DRAFT or len(case.steps) >= 1


def test_the_story_speaks_of_cases_that_exist():
    automated = {case.title for case in payment_cases() if case.is_automated}
    by_hand = {case.title for case in payment_cases() if not case.is_automated}
    told = story()
    assert {title for each in told["regression"] for title in each["titles"]} <= automated
    assert set(told["flaky"]) | set(told["nightly"]["skipped"]) <= automated
    assert {finding["title"] for finding in told["finding"]} <= by_hand
    features = {case.feature for case in payment_cases()}
    for plan in (told["shipped"], told["next"], told["planned"]):
        assert set(plan.get("without", ())) | set(plan.get("only", ())) <= features


def test_chance_falls_the_same_way_everywhere():
    assert chance("a", 1) == chance("a", 1)
    assert chance("a", 1) == pytest.approx(0.80282, abs=1e-5)


def test_a_night_has_the_same_results_each_time_it_is_told():
    nights = [
        list(results_of(payment_cases(), night=1, started_at=datetime(2026, 3, 2, 22, 30), story=story()))
        for _again in range(2)
    ]
    assert nights[0] == nights[1]


@pytest.mark.parametrize("day", range(7))
def test_nights_are_of_working_days_and_past_on_every_day_of_the_week(day):
    now = timezone.make_aware(datetime(2026, 11, 16, 0, 1)) + timedelta(days=day)
    days = Days.until(now)
    moments = [days.at(days.night(number), "22:30") for number in range(1, 41)]
    assert all(moment < now and moment.weekday() < SATURDAY for moment in moments)
    assert days.next_thursday().weekday() == 3
    assert timedelta(days=1) < days.next_thursday() - now < timedelta(days=9)


# -- the demo itself -------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo, made once for the tests of this module and taken away after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        ensure_roles()
        make_demo()
        yield Project.objects.get(tenant__slug="tessarin", key="PAY")
        transaction.set_rollback(True)


def test_the_demo_holds_what_it_promises(demo, db):
    assert 280 <= TestCase.objects.in_project(demo).count() <= 320
    assert Folder.objects.in_project(demo).filter(depth=1).count() == 4
    assert set(Folder.objects.in_project(demo).values_list("depth", flat=True)) == {1, 2, 3}
    assert TestStep.objects.in_project(demo).count() > 600
    assert Release.objects.in_project(demo).count() == 3
    assert TestRun.objects.in_project(demo).count() == 47
    assert Result.objects.filter(project=demo).count() > 5_000
    assert CaseActivity.objects.in_project(demo).flakiest().count() >= 10
    assert CaseActivity.objects.in_project(demo).failing_longest().count() >= 10


def test_a_plan_stands_in_three_configurations_with_an_issue_of_a_failure(demo, db):
    runs = list(TestRun.objects.in_project(demo).filter(group__isnull=False).order_by("number"))
    assert len({run.group for run in runs}) == 1
    assert [(run.total, run.count_failed) for run in runs] == [(8, 0), (8, 1), (8, 1)]
    assert Issue.objects.in_project(demo).filter(links__run=runs[2], links__kind="result").count() == 1


def test_a_second_project_can_take_cases_and_opens_for_nobody(demo, db):
    tester = User.objects.get(email="tester@tessarin.example")
    second = Project.objects.granting(tester, "case.edit").get(tenant=demo.tenant, key="POS")
    assert TestCase.objects.in_project(second).count() == 8
    assert not User.objects.filter(default_project=second).exists()


def test_the_first_version_of_a_case_is_as_old_as_the_case(demo, db):
    first = TestCaseVersion.objects.filter(case__project=demo, number=1)
    assert first.exists()
    assert not first.exclude(created_at=F("case__created_at")).exists()


def test_the_examples_find_their_cases(demo, db):
    ids = [f"TC_UI_{number:03d}" for number in range(1, 9)] + [f"TC_API_{number:03d}" for number in range(1, 8)]
    assert TestCase.objects.in_project(demo).filter(test_id__in=ids, test_type="automated").count() == len(ids)
    finished = ReportImport.objects.in_project(demo).get(state="done", file_name="report.xml")
    assert finished.counts["matched"] == 8


def test_a_report_of_the_demo_brought_steps_and_files(demo, db):
    pictured = ReportImport.objects.in_project(demo).get(file_name="allure-results.zip")
    assert pictured.warnings == []
    assert (pictured.counts["steps"], pictured.counts["attachments"], pictured.waiting_files) == (11, 2, [])


def test_ids_are_the_same_on_every_machine(demo, db):
    titles = dict(TestCase.objects.in_project(demo).values_list("test_id", "title"))
    assert titles["TC_UI_021"] == "Apple Pay sheet opens from the express button"
    assert titles["TC_API_084"] == "Settlement webhook arrives within 60 s"
    assert titles["TC_HYBRID_032"] == "Ledger balances after a partial refund"


def test_one_release_shipped_one_is_not_ready_and_one_is_planned(demo, db):
    shipped, following, planned = Release.objects.in_project(demo).order_by("version")
    assert [each.overall_status for each in (shipped, following, planned)] == ["released", "in_progress", "not_started"]
    assert ReleaseCase.objects.filter(release=shipped, execution_status__in=["failed", "not_started"]).count() == 0
    counts = gates.verdict(following).standing.counts
    assert all(counts[status] for status in ("passed", "failed", "blocked", "skipped", "in_progress", "not_started"))
    assert gates.verdict(following).state == "not_ready"
    assert sum(counts.values()) > 200
    assert Release.objects.next_to_ship().in_project(demo).first() == following


def test_runs_are_numbered_as_they_happened_and_all_lie_in_the_past(demo, db):
    runs = TestRun.objects.in_project(demo).filter(is_implicit=False).exclude(kind="manual").order_by("number")
    started = [run.started_at for run in runs]
    assert started == sorted(started)
    *over, live = runs
    assert all(run.finished_at < timezone.now() for run in over)
    assert Counter(run.status for run in over) == {"completed": len(over) - 1, "interrupted": 1}
    assert live.status == "active"
    nightly = [run for run in runs if run.name == story()["nightly"]["name"]]
    assert all(run.started_at.weekday() < SATURDAY for run in nightly)
    assert nightly[-1].count_failed > nightly[-4].count_failed
    assert Result.objects.filter(project=demo, executed_at__gt=timezone.now()).count() == 0


def test_one_run_is_being_reported_and_one_was_interrupted_with_its_reason(demo, db):
    live = Live(TestRun.objects.in_project(demo).get(name=story()["live"]["name"]))
    assert live.is_going
    assert 0 < live.done < live.expected
    assert (live.per_minute > 0, len(live.failures)) == (True, 3)
    stopped = TestRun.objects.in_project(demo).get(name=story()["interrupted"]["name"])
    assert stopped.metadata["reason"] == "Nothing was heard of the run for 2 hours."
    assert 0 < stopped.total < stopped.metadata["total_tests"]


def test_a_failing_test_left_a_video_and_a_log_with_and_without_steps(demo, db):
    video = Artifact.objects.get(result__project=demo, artifact_type="video")
    assert (video.file.content_type, video.file.state) == ("video/webm", "stored")
    timeline = Timeline(video.result, {})
    assert sum(moment.meanwhile is not None for moment in timeline.moments) >= 3
    assert timeline.whole.videos == [video]


def test_two_testers_are_in_the_middle_of_a_run_by_hand(demo, db):
    run = TestRun.objects.in_project(demo).get(name="Checkout by hand")
    assert (run.status, run.total, run.count_in_progress) == ("active", 16, 1)
    assert run.count_passed + run.count_failed == 8
    assert run.tests.values("assigned_to").distinct().count() == 2


def test_verdicts_by_hand_come_from_several_people(demo, db):
    by_hand = ReleaseCase.objects.in_project(demo).filter(release__version="4.18.0", executed_by__isnull=False)
    people = Counter(by_hand.values_list("executed_by__email", flat=True))
    assert len(people) == 3
    assert by_hand.exclude(comments="").count() > 5


def test_making_the_demo_again_adds_nothing(demo, db):
    before = (Tenant.objects.count(), User.objects.count(), TestRun.objects.count(), Result.objects.count())
    assert make_demo() is False
    assert (Tenant.objects.count(), User.objects.count(), TestRun.objects.count(), Result.objects.count()) == before


def test_everyone_can_sign_in_as_told(demo, db, client):
    lines = list(prepare_demo(demo=True))
    assert any(PASSWORD in line for line in lines)
    emails = [word for line in lines for word in line.split() if "@" in word]
    assert len(emails) == 8
    columns = {line.index(email) for email, line in zip(emails, [each for each in lines if "@" in each], strict=True)}
    assert len(columns) == 1
    assert all(User.objects.get(email=email).check_password(PASSWORD) for email in emails)


def test_the_administration_of_the_demo_shows_all_its_parts(demo, db):
    tenant = demo.tenant
    assert tenant.users.living().count() + tenant.invitations.open().count() < tenant.max_users
    assert tenant.users.filter(status="suspended").count() == 1
    assert [invitation.state for invitation in tenant.invitations.order_by("pk")] == ["open", "expired"]
    assert tenant.roles.get().users.count() == 1
    assert {token.state for token in ApiToken.objects.filter(user__tenant=tenant)} == {"usable"}
    assert tenant.domains.verified().count() == 1


def test_the_platform_administrator_of_the_demo_belongs_to_no_company(demo, db):
    administrator = User.objects.get(email="platform@qaportal.example")
    assert (administrator.tenant, administrator.role.code) == (None, "super_admin")


def test_without_the_option_nothing_is_made(db):
    assert list(prepare_demo(demo=False)) == []
    assert not Tenant.objects.filter(slug="nowhere").exists()


def test_the_overview_of_the_demo_shows_all_its_parts(demo, db, signed_in):
    tester = User.objects.get(email="tester@tessarin.example")
    text = signed_in(tester).get(reverse("reporting:overview", args=["PAY"])).content.decode()
    for words in ("Nightly regression", "Not ready", "Resume testing", "Waiting for you", "Flakiest", "points"):
        assert words in text


def test_the_second_company_is_apart(demo, db, signed_in):
    other = User.objects.get(email="admin@nordlicht.example")
    assert signed_in(other).get(reverse("reporting:overview", args=["PAY"])).status_code == 404
    assert TestCase.objects.filter(project__key="LOG").count() == 12
