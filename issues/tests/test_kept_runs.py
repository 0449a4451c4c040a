"""Retention of runs and issues: open ones keep the runs they were seen in, closed ones go on naming them."""

import pytest
from django.db import connection

from issues.services.issues import create_issue, update_issue
from issues.targets import of_result, of_run
from runs.models import Result, RetentionTerms, RunnerPresence
from runs.services.expiring import apply_terms
from runs.services.undoing import undo_import
from runs.tests.reports import junit
from runs.tests.test_retention import failed_run, in_days
from runs.tests.test_undoing import take_in

pytestmark = pytest.mark.django_db


def test_open_issues_keep_the_runs_they_were_seen_in_and_closed_ones_still_name_them(project, tester, lead):
    run, evidence = failed_run(project, tester)
    issue = create_issue(actor=lead, project=project, title="Broken", targets=[of_result(evidence["result"])])
    RetentionTerms.objects.create(project=project, results_days=30)
    apply_terms(project=project, now=in_days())
    assert Result.objects.filter(run=run).count() == 2
    update_issue(actor=lead, issue=issue, status="closed")
    apply_terms(project=project, now=in_days())
    assert not Result.objects.filter(run=run).exists()
    link = issue.links.get()
    assert (link.kind, link.run_id, link.result_id) == ("run", run.pk, None)


def test_an_issue_that_names_several_results_of_a_run_names_the_run_once(project, tester, lead):
    run, _evidence = failed_run(project, tester)
    results = list(Result.objects.filter(run=run).select_related("run", "run_case"))
    named = create_issue(actor=lead, project=project, title="Both", targets=[of_result(each) for each in results])
    also = create_issue(actor=lead, project=project, title="And the run", targets=[of_run(run), of_result(results[0])])
    for issue in (named, also):
        update_issue(actor=lead, issue=issue, status="closed")
    RetentionTerms.objects.create(project=project, results_days=30)
    apply_terms(project=project, now=in_days())
    for issue in (named, also):
        assert [(link.kind, link.run_id) for link in issue.links.all()] == [("run", run.pk)]


def test_an_issue_of_an_undone_import_goes_on_naming_the_run(project, tester, lead):
    done = take_in(tester, project, junit(("pays", "failed"), "refunds"))
    result = Result.objects.select_related("run", "run_case").get(run=done.run, name="pays")
    issue = create_issue(actor=lead, project=project, title="Broken", targets=[of_result(result)])
    RunnerPresence.objects.create(project=project, run_case=result.run_case, user=tester)
    undo_import(actor=tester, report_import=done)
    connection.check_constraints()
    assert [(link.kind, link.run_id) for link in issue.links.all()] == [("run", done.run_id)]
