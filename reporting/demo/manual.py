"""A run by hand that two testers are in the middle of, and one that is planned in several configurations."""

from datetime import datetime, timedelta

from accounts.models import Project, User
from catalog.models import TestCase
from issues import targets
from issues.services.issues import create_issue
from runs.models import Configuration, Result, TestRun
from runs.services.manual_runs import Assignment, Chosen, create_manual_run
from runs.services.runner import record_step, record_verdict
from runs.services.sibling_runs import create_sibling_runs

TESTS, SHARED = 16, 8
CUT = "The amount is cut off after the comma."
NOTE = "The page waits 11 s on two of three tries."


def open_run(project: Project, people: dict[str, User], moment: datetime) -> None:
    """Plan the run and execute its first half, each case as it ended last."""
    lead, tester = people["quality"], people["tester"]
    cases = TestCase.objects.living().in_project(project).filter(is_archived=False, activity__isnull=False)
    chosen = list(cases.exclude(steps=None).by_place().values_list("pk", "activity__last_status").distinct()[:TESTS])
    run = create_manual_run(
        actor=lead,
        project=project,
        name="Checkout by hand",
        description="What the automated suites do not see: wording, focus, and how it feels on a phone.",
        environment="staging-eu",
        chosen=Chosen(case_ids=[pk for pk, _status in chosen]),
        assignment=Assignment(people=[tester, lead]),
        due=moment + timedelta(days=3),
    )
    TestRun.objects.filter(pk=run.pk).update(started_at=moment, created_at=moment)
    known, tests = dict(chosen), list(run.tests.select_related("run__project", "case").order_by("position"))
    for test in tests[: TESTS // 2]:
        status = "failed" if known[test.case_id] in {"failed", "error"} else "passed"
        notes = NOTE if status == "failed" else ""
        record_verdict(actor=test.assigned_to, test=test, status=status, notes=notes, duration_ms=95_000)
    record_step(actor=tester, test=tests[TESTS // 2], step_number=1, status="passed")


def siblings(project: Project, people: dict[str, User], moment: datetime) -> None:
    """The same cases in each configuration, executed as far as the testers came, with an issue of a failure."""
    lead, tester = people["quality"], people["tester"]
    made = list(Configuration.objects.living().in_project(project).order_by("pk"))
    cases = TestCase.objects.living().in_project(project).filter(is_archived=False).exclude(steps=None).by_place()
    runs = create_sibling_runs(
        actor=lead,
        project=project,
        name="Refunds on every device",
        environment="staging-eu",
        chosen=Chosen(case_ids=list(cases.values_list("pk", flat=True)[40 : 40 + SHARED])),
        configurations=made,
        assignment=Assignment(people=[tester]),
        due=moment - timedelta(hours=1),
    )
    TestRun.objects.filter(group=runs[0].group).update(started_at=moment, created_at=moment)
    for run, executed in zip(runs, (SHARED, SHARED - 2, 3), strict=False):
        tests = list(run.tests.select_related("run__project", "case").order_by("position"))
        for place, test in enumerate(tests[:executed]):
            fails = place == 2 and run != runs[0]
            if fails:
                record_step(actor=tester, test=test, step_number=1, status="failed", notes=CUT)
            record_verdict(actor=tester, test=test, status="failed" if fails else "passed", duration_ms=80_000)
    _write_issue(project, tester, runs[-1])


def _write_issue(project: Project, tester: User, run: TestRun) -> None:
    test = run.tests.select_related("case").filter(status="failed").first()
    if test is None:
        return
    result = Result.objects.select_related("run", "run_case").get(pk=test.last_result_id)
    create_issue(
        actor=tester,
        project=project,
        title=f"{test.name}: {CUT}"[:200],
        description=f"Seen in {run.configuration}, and on no large screen.\n\n### Actual\n\n{CUT}",
        severity="minor",
        targets=[targets.of_result(result), targets.of_case(test.case)],
    )
