"""Runs that people execute: what goes into them, who executes what; tested on the services."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from catalog.models import SavedView
from catalog.services.cases import update_case
from catalog.tests.factories import TestCaseFactory
from qaportal.kit.errors import Denied, InvalidInput, RuleViolation
from releases.choices import OverallStatus
from releases.tests.factories import ReleaseCaseFactory, ReleaseFactory, make_folder
from runs.models import RunCase
from runs.services.manual_runs import Assignment, Chosen, add_tests, assign_tests, create_manual_run
from runs.services.runs import update_run
from runs.tests.factories import manual_run


@pytest.mark.django_db
class TestChoosing:
    def test_a_run_holds_the_union_of_folders_tags_scope_and_single_cases(self, project, tester):
        folder = make_folder(project, "Cards")
        inside = TestCaseFactory(project=project, folder=make_folder(project, "Challenge", folder))
        tagged = TestCaseFactory(project=project, tags=["smoke"])
        scoped = ReleaseCaseFactory(release=ReleaseFactory(project=project), case=TestCaseFactory(project=project))
        single = TestCaseFactory(project=project)
        TestCaseFactory(project=project)
        chosen = Chosen(folders=[folder], tags=["smoke"], release=scoped.release, case_ids=[single.pk, inside.pk])
        run = create_manual_run(actor=tester, project=project, name="Mixed", chosen=chosen)
        assert set(run.tests.values_list("case_id", flat=True)) == {inside.pk, tagged.pk, scoped.case_id, single.pk}
        assert (run.kind, run.status, run.total, run.count_not_started) == ("manual", "active", 4, 4)

    def test_a_saved_view_brings_what_the_list_shows_under_it(self, project, tester):
        smoke = TestCaseFactory(project=project, tags=["smoke"], priority=4)
        TestCaseFactory(project=project, tags=["smoke"], priority=1)
        view = SavedView.objects.create(project=project, name="Hot", query="tags=smoke&priority=critical")
        run = create_manual_run(actor=tester, project=project, name="Hot", chosen=Chosen(view=view))
        assert list(run.tests.values_list("case_id", flat=True)) == [smoke.pk]

    def test_the_failures_of_an_earlier_run_are_run_again(self, project, tester):
        before = manual_run(project, tester, count=4)
        tests = list(before.tests.order_by("position"))
        for test, status in zip(tests, ("passed", "failed", "blocked", "skipped"), strict=True):
            RunCase.objects.filter(pk=test.pk).update(status=status)
        again = create_manual_run(actor=tester, project=project, name="Again", chosen=Chosen(run=before))
        assert set(again.tests.values_list("case_id", flat=True)) == {tests[1].case_id, tests[2].case_id}

    def test_archived_and_deleted_cases_are_left_out(self, project, tester):
        TestCaseFactory(project=project, is_archived=True, tags=["smoke"])
        with pytest.raises(InvalidInput) as refused:
            create_manual_run(actor=tester, project=project, name="None", chosen=Chosen(tags=["smoke"]))
        assert "chosen" in refused.value.fields

    def test_each_test_is_pinned_to_the_version_that_its_case_has(self, project, tester):
        run = manual_run(project, tester, count=1)
        test = run.tests.get()
        update_case(actor=tester, case=test.case, title="Another title")
        test.refresh_from_db()
        assert (test.case_version, test.case.version) == (1, 2)

    def test_the_number_of_statements_does_not_depend_on_the_number_of_cases(self, project, tester):
        def cost(tag):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                create_manual_run(actor=tester, project=project, name=tag, chosen=Chosen(tags=[tag]))
            return len(queries)

        TestCaseFactory(project=project, tags=["few"])
        TestCaseFactory.create_batch(30, project=project, tags=["many"])
        cost("few")
        assert cost("few") == cost("many")

    def test_a_closed_release_takes_no_run(self, project, tester):
        release = ReleaseFactory(project=project, overall_status=OverallStatus.RELEASED)
        with pytest.raises(RuleViolation, match="closed"):
            create_manual_run(
                actor=tester, project=project, name="Late", chosen=Chosen(everything=True), release=release
            )

    def test_those_who_only_read_plan_nothing(self, project, viewer):
        with pytest.raises(Denied):
            create_manual_run(actor=viewer, project=project, name="No", chosen=Chosen(everything=True))


@pytest.mark.django_db
class TestAssigning:
    def test_work_is_shared_in_turn(self, project, tester, lead):
        run = manual_run(project, lead, count=5, assignment=Assignment(people=[tester, lead]))
        assert [test.assigned_to for test in run.tests.order_by("position")] == [tester, lead, tester, lead, tester]

    def test_work_goes_to_whoever_has_the_least_to_do(self, project, tester, lead):
        manual_run(project, lead, count=3, assignment=Assignment(people=[tester]))
        run = manual_run(project, lead, count=5, assignment=Assignment(people=[tester, lead], by_load=True))
        given = [test.assigned_to for test in run.tests.order_by("position")]
        assert (given.count(lead), given.count(tester)) == (4, 1)

    def test_many_tests_change_hands_at_once(self, project, tester, lead):
        run = manual_run(project, lead, count=3, assignment=Assignment(people=[tester]))
        RunCase.objects.filter(pk=run.tests.first().pk).update(status="passed")
        assert assign_tests(actor=lead, run=run, assignment=Assignment(people=[lead])) == 2
        assert AuditEntry.objects.filter(action="run.assigned").count() == 1
        assert assign_tests(actor=lead, run=run, assignment=Assignment(), test_ids=[run.tests.last().pk]) == 1
        assert run.tests.last().assigned_to is None

    def test_somebody_of_another_company_is_refused(self, project, lead, stranger):
        with pytest.raises(InvalidInput) as refused:
            manual_run(project, lead, count=1, assignment=Assignment(people=[stranger]))
        assert "assigned_to" in refused.value.fields

    def test_a_run_that_is_over_is_not_planned_any_more(self, project, lead):
        run = manual_run(project, lead, count=1)
        update_run(actor=lead, run=run, status="completed")
        with pytest.raises(RuleViolation, match="over"):
            assign_tests(actor=lead, run=run, assignment=Assignment(people=[lead]))
        with pytest.raises(RuleViolation, match="over"):
            add_tests(actor=lead, run=run, chosen=Chosen(everything=True))

    def test_cases_are_added_to_an_open_run_once(self, project, lead):
        run = manual_run(project, lead, count=2)
        more = TestCaseFactory(project=project)
        assert add_tests(actor=lead, run=run, chosen=Chosen(everything=True)) == 1
        assert add_tests(actor=lead, run=run, chosen=Chosen(everything=True)) == 0
        assert run.tests.order_by("position").last().case == more
