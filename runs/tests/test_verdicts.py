"""Verdicts set by hand in a release, and tests that get their case later; tested on the services."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry
from catalog.models import CaseActivity
from catalog.tests.factories import TestCaseFactory
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, InvalidInput, NotVisible, RuleViolation, VersionConflict
from releases.choices import OverallStatus
from releases.models import ReleaseCase
from releases.tests.factories import ReleaseCaseFactory, ReleaseFactory
from runs.choices import MatchedBy, ResultSource
from runs.models import Result, RunCase, TestRun
from runs.services.linking import create_cases_for_tests, link_test
from runs.services.verdicts import set_verdict
from runs.tests.factories import make_run, record, reported


@pytest.fixture
def scope(project):
    release = ReleaseFactory(project=project, version="4.18.0")
    return ReleaseCaseFactory(release=release, case=TestCaseFactory(project=project, title="Pay with a card"))


@pytest.mark.django_db
class TestSettingAVerdict:
    def test_the_verdict_is_an_attempt_in_the_implicit_run_of_the_release(self, scope, tester):
        moved = set_verdict(
            actor=tester, release_case=scope, status="failed", comments="The page stays white", execution_duration=90
        )
        run = TestRun.objects.get(release=scope.release)
        result = Result.objects.get(run=run)
        assert run.is_implicit
        assert (moved.execution_status, moved.executed_by, moved.execution_duration) == ("failed", tester, 90)
        assert moved.comments == "The page stays white"
        assert (result.executor, result.notes, result.source) == (tester, "The page stays white", ResultSource.MANUAL)
        assert moved.last_result_id == result.pk
        assert CaseActivity.objects.get(case=scope.case).last_status == "failed"

    def test_a_correction_is_the_next_attempt_of_the_same_test(self, scope, tester, lead):
        set_verdict(actor=tester, release_case=scope, status="failed", comments="white page", bug_ids=["PAY-1"])
        moved = set_verdict(actor=lead, release_case=scope, status="passed")
        assert (moved.execution_status, moved.executed_by) == ("passed", lead)
        assert (moved.comments, moved.bug_ids, moved.is_flaky) == ("white page", ["PAY-1"], False)
        assert RunCase.objects.get().attempts == 2

    def test_a_verdict_can_be_taken_back(self, scope, tester):
        set_verdict(actor=tester, release_case=scope, status="passed")
        moved = set_verdict(actor=tester, release_case=scope, status="not_started")
        assert (moved.execution_status, moved.executed_at) == ("not_started", None)
        assert TestRun.objects.get().count_not_started == 1
        assert CaseActivity.objects.get(case=scope.case).executions == 1

    def test_the_first_verdict_starts_the_release(self, scope, tester):
        set_verdict(actor=tester, release_case=scope, status="passed")
        scope.release.refresh_from_db()
        assert scope.release.overall_status == OverallStatus.IN_PROGRESS

    def test_a_later_report_beats_the_hand_and_a_later_hand_beats_the_report(self, scope, tester):
        set_verdict(actor=tester, release_case=scope, status="failed")
        run = make_run(scope.project, release=scope.release)
        record(run, reported("x", explicit_ids=(scope.case.test_id,)))
        scope.refresh_from_db()
        assert (scope.execution_status, scope.is_automated_verdict, scope.executed_by) == ("passed", True, None)
        moved = set_verdict(actor=tester, release_case=scope, status="blocked")
        assert (moved.execution_status, moved.is_automated_verdict) == ("blocked", False)

    def test_the_change_stands_in_the_audit_trail(self, scope, tester):
        set_verdict(actor=tester, release_case=scope, status="passed")
        entry = AuditEntry.objects.get(action="release_case.executed")
        assert entry.changes == {"execution_status": ["not_started", "passed"]}
        assert (entry.actor, entry.project) == (tester, scope.project)
        assert (entry.target_label, entry.facts) == (scope.case.test_id, {"release": scope.release.version})

    def test_a_viewer_is_told_why_he_may_not(self, scope, viewer):
        with pytest.raises(Denied, match="Viewer, may not record results"):
            set_verdict(actor=viewer, release_case=scope, status="passed")

    def test_a_closed_release_takes_no_verdict(self, scope, tester):
        scope.release.overall_status = OverallStatus.RELEASED
        scope.release.save()
        with pytest.raises(RuleViolation, match="closed"):
            set_verdict(actor=tester, release_case=scope, status="passed")

    def test_a_second_tester_with_an_old_view_is_refused(self, scope, tester):
        seen = etag(scope)
        set_verdict(actor=tester, release_case=scope, status="passed", if_match=seen)
        with pytest.raises(VersionConflict):
            set_verdict(actor=tester, release_case=scope, status="failed", if_match=seen)
        assert Result.objects.count() == 1

    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({"status": "perfect"}, "execution_status"),
            ({"execution_duration": -1}, "execution_duration"),
            ({"executed_at": timezone.now() + timedelta(days=1)}, "executed_at"),
        ],
    )
    def test_impossible_input_is_refused_with_the_name_of_the_field(self, scope, tester, fields, name):
        with pytest.raises(InvalidInput) as refusal:
            set_verdict(actor=tester, release_case=scope, **{"status": "passed", **fields})
        assert name in refusal.value.fields


@pytest.mark.django_db(transaction=True)
def test_testers_setting_verdicts_at_once_share_one_implicit_run_and_lose_nothing(project, tester):
    release = ReleaseFactory(project=project)
    rows = [ReleaseCaseFactory(release=release, case=TestCaseFactory(project=project)) for _number in range(8)]
    errors = []

    def work(row):
        try:
            set_verdict(actor=tester, release_case=row, status="passed")
            set_verdict(actor=tester, release_case=rows[0], status="failed")
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[row]) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert TestRun.objects.count() == 1
    assert Result.objects.count() == 16
    assert RunCase.objects.get(case=rows[0].case).attempts == 9
    assert ReleaseCase.objects.filter(execution_status="passed").count() == 7


@pytest.mark.django_db
class TestLinkingLater:
    def test_a_linked_test_counts_for_its_case_and_is_found_next_time(self, scope, tester):
        run = make_run(scope.project, release=scope.release)
        record(run, reported("pays", "failed"))
        test = RunCase.objects.get(run=run)
        link_test(actor=tester, test=test, case=scope.case)
        scope.refresh_from_db()
        scope.case.refresh_from_db()
        assert scope.execution_status == "failed"
        assert scope.case.automation_key == "checkout.pays"
        assert Result.objects.get(run=run).case_id == scope.case_id
        assert CaseActivity.objects.get(case=scope.case).recent_outcomes == ["failed"]
        run.refresh_from_db()
        assert run.count_unmatched == 0
        assert record(make_run(scope.project), reported("pays")).matched == 1
        assert RunCase.objects.get(run=run).matched_by == MatchedBy.PERSON

    def test_a_case_keeps_the_automation_key_that_people_gave_it(self, scope, tester):
        type(scope.case).objects.filter(pk=scope.case_id).update(automation_key="mine")
        scope.case.refresh_from_db()
        run = make_run(scope.project)
        record(run, reported("pays"))
        link_test(actor=tester, test=RunCase.objects.get(run=run), case=scope.case)
        scope.case.refresh_from_db()
        assert scope.case.automation_key == "mine"

    def test_a_case_of_another_project_cannot_be_linked(self, project, other_project, tester):
        run = make_run(project)
        record(run, reported("pays"))
        with pytest.raises(NotVisible):
            link_test(actor=tester, test=RunCase.objects.get(), case=TestCaseFactory(project=other_project))

    def test_cases_are_made_for_all_tests_that_have_none(self, project, tester):
        run = make_run(project)
        record(run, reported("pays", suite_path=("Cards",)), reported("refunds", "failed", suite_path=("Cards",)))
        cases = create_cases_for_tests(actor=tester, run=run)
        assert sorted(case.title for case in cases) == ["pays", "refunds"]
        assert {case.folder.name for case in cases} == {"Cards"}
        assert CaseActivity.objects.count() == 2
        with pytest.raises(InvalidInput):
            create_cases_for_tests(actor=tester, run=run)

    def test_a_viewer_may_not_link(self, scope, viewer):
        run = make_run(scope.project)
        record(run, reported("pays"))
        with pytest.raises(Denied):
            link_test(actor=viewer, test=RunCase.objects.get(), case=scope.case)
