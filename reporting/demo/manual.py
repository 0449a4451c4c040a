"""A run by hand that two testers are in the middle of."""

from datetime import datetime, timedelta

from accounts.models import Project, User
from catalog.models import TestCase
from runs.models import TestRun
from runs.services.manual_runs import Assignment, Chosen, create_manual_run
from runs.services.runner import record_step, record_verdict

TESTS = 16
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
