"""Issues: writing, changing, linking and deleting."""

import pytest

from accounts.models import AuditEntry
from accounts.tests.factories import UserFactory
from catalog.tests.factories import TestCaseFactory
from issues import targets
from issues.models import Issue
from issues.services.issues import create_issue, delete_issue, link_issue, unlink_issue, update_issue
from issues.tests.factories import make_issue
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, InvalidInput, VersionConflict
from runs.models import Result
from runs.tests.factories import make_run, record, reported


@pytest.fixture
def issue(project) -> Issue:
    return make_issue(project)


def test_an_issue_is_written_with_who_reports_it_and_where_it_was_seen(tester, project):
    case = TestCaseFactory(project=project)
    issue = create_issue(actor=tester, project=project, title=" White page ", targets=[targets.of_case(case)])
    assert (issue.title, issue.status, issue.severity, issue.reporter) == ("White page", "open", "major", tester)
    assert issue.case == case
    assert issue.links.get().case == case
    assert AuditEntry.objects.get(action="issue.created").actor == tester


def test_a_viewer_may_not_write_issues(viewer, project):
    with pytest.raises(Denied, match="write issues"):
        create_issue(actor=viewer, project=project, title="White page")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"status": "sometimes"}, "status"),
        ({"severity": "high"}, "severity"),
        ({"priority": 99}, "priority"),
        ({"external_url": "javascript:alert(1)"}, "external_url"),
        ({"external_url": "https://[broken"}, "external_url"),
        ({"description": "x" * 1_000_000}, "description"),
        ({"screenshots": ["x"] * 101}, "screenshots"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_field(tester, issue, fields, wrong):
    with pytest.raises(InvalidInput) as refused:
        update_issue(actor=tester, issue=issue, **fields)
    assert wrong in refused.value.fields


def test_people_and_cases_of_another_company_cannot_be_named(tester, issue, other_project):
    foreign = {"case": TestCaseFactory(project=other_project), "assignee": UserFactory(tenant=other_project.tenant)}
    for name, value in foreign.items():
        with pytest.raises(InvalidInput) as refused:
            update_issue(actor=tester, issue=issue, **{name: value})
        assert name in refused.value.fields
    with pytest.raises(InvalidInput):
        link_issue(actor=tester, issue=issue, target=targets.of_case(foreign["case"]))


def test_when_it_was_closed_follows_its_status(tester, issue):
    closed = update_issue(actor=tester, issue=issue, status="closed")
    assert closed.closed_at
    assert update_issue(actor=tester, issue=closed, status="open").closed_at is None


def test_a_change_on_top_of_a_newer_state_is_refused(tester, issue):
    seen = etag(issue)
    update_issue(actor=tester, issue=issue, title="Blank page")
    with pytest.raises(VersionConflict):
        update_issue(actor=tester, issue=issue, title="Late", if_match=seen)


def test_it_is_linked_to_each_place_once(tester, issue, project):
    run = make_run(project)
    record(run, reported("pays", "failed"))
    result = Result.objects.select_related("run", "run_case").get(run=run)
    for target in (targets.of_result(result), targets.of_run(run), targets.of_case(TestCaseFactory(project=project))):
        assert link_issue(actor=tester, issue=issue, target=target)
        assert not link_issue(actor=tester, issue=issue, target=target)
    assert issue.links.count() == 3
    assert unlink_issue(actor=tester, issue=issue, target=targets.of_result(result))
    assert not unlink_issue(actor=tester, issue=issue, target=targets.of_result(result))
    assert {link.kind for link in issue.links.all()} == {"run", "case"}


def test_deleting_hides_it(tester, developer, issue):
    with pytest.raises(Denied):
        delete_issue(actor=developer, issue=issue)
    delete_issue(actor=tester, issue=issue)
    assert not Issue.objects.visible_to(tester).exists()
