"""Giving reported tests the case they belong to, after the fact."""

from collections.abc import Sequence

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from catalog.models import TestCase
from catalog.services.cases import create_cases, update_case
from qaportal.kit.errors import InvalidInput, NotVisible, RuleViolation

from .. import policies
from ..choices import MatchedBy
from ..models import RunCase, TestRun
from .matching import draft_of
from .recording import refresh_counters
from .replay import replay_tests


@transaction.atomic
def link_test(*, actor: User, test: RunCase, case: TestCase) -> RunCase:
    """Say which case a reported test belongs to: its results here count for the case, and later reports find it.

    The case learns the test's automation key when it has none; what people wrote is not changed. Raises Denied,
    NotVisible for a case of another project and RuleViolation for a test that has a case.
    """
    run = TestRun.objects.select_for_update(of=("self",)).select_related("project", "release").get(pk=test.run_id)
    policies.can_link_tests(actor, run).require()
    if case.project_id != run.project_id:
        raise NotVisible
    test = RunCase.objects.select_for_update(of=("self",)).get(pk=test.pk)
    if test.case_id is not None and test.case_id != case.pk:
        raise RuleViolation(_("This test belongs to another case already."), "already_linked")
    if test.automation_key and not case.automation_key:
        update_case(actor=actor, case=case, automation_key=test.automation_key[:1000])
    _attach(run, {test.pk: case.pk}, MatchedBy.PERSON)
    audit.record("run_case.linked", actor=actor, target=test, project=run.project, case=case.test_id)
    replay_tests(run=run, test_ids=[test.pk], actor=actor)
    refresh_counters(run=run)
    test.refresh_from_db()
    return test


@transaction.atomic
def create_cases_for_tests(*, actor: User, run: TestRun, test_ids: Sequence[int] | None = None) -> list[TestCase]:
    """Make cases for reported tests that have none (all of the run's, or the named ones), in folders of their suites.

    Raises Denied, and InvalidInput when nothing is left to do.
    """
    run = TestRun.objects.select_for_update(of=("self",)).select_related("project", "release").get(pk=run.pk)
    policies.can_link_tests(actor, run).require()
    tests = RunCase.objects.filter(run=run, case__isnull=True)
    if test_ids is not None:
        tests = tests.filter(pk__in=test_ids)
    tests = list(tests.order_by("position", "pk"))
    if not tests:
        raise InvalidInput(_("Every one of these tests has its case."), fields={"tests": [_("Nothing to create.")]})
    drafts = [draft_of(test.name, test.automation_key, folder_of(test)) for test in tests]
    cases = create_cases(actor=actor, project=run.project, drafts=drafts, asks_required=False)
    links = {test.pk: case.pk for test, case in zip(tests, cases, strict=True)}
    _attach(run, links, MatchedBy.CREATED)
    audit.record("run.cases_created", actor=actor, target=run, number=len(cases))
    replay_tests(run=run, test_ids=list(links), actor=actor)
    refresh_counters(run=run)
    return cases


def folder_of(test: RunCase) -> tuple[str, ...]:
    """Where a case made of the test belongs: its suites, or its class when the suites name no place."""
    from ..importers.normal_form import ReportedResult

    reported = ReportedResult(name=test.name, class_name=test.class_name, suite_path=tuple(test.suite_path))
    return reported.folder_path


def _attach(run: TestRun, links: dict[int, int], matched_by: str) -> None:
    """Put the case on the tests and on the results they have."""
    pairs = list(links.items())
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE runs_runcase AS test SET case_id = link.case_id, matched_by = %s, updated_at = now()"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS link(test_id, case_id)"
            " WHERE test.id = link.test_id AND test.run_id = %s",
            [matched_by, [test for test, _case in pairs], [case for _test, case in pairs], run.pk],
        )
        cursor.execute(
            "UPDATE runs_result AS result SET case_id = test.case_id"
            " FROM runs_runcase AS test WHERE result.run_case_id = test.id AND test.id = ANY(%s)",
            [list(links)],
        )
        cursor.execute(
            "UPDATE runs_teststability AS known SET case_id = test.case_id FROM runs_runcase AS test"
            " WHERE test.id = ANY(%s) AND known.project_id = test.project_id AND known.test_key = test.test_key"
            " AND known.occurrence = test.occurrence",
            [list(links)],
        )
