"""What the demo plans, explores and writes down as wrong: milestones, configurations, sessions, issues."""

from datetime import timedelta

from django.utils import timezone

from accounts import audit
from accounts.models import Project, User
from catalog.models import TestCase, TestCaseVersion
from issues import targets
from issues.services.issues import create_issue
from releases.models import Release
from releases.services.milestones import create_milestone
from releases.services.releases import update_release
from runs.models import Configuration, Finding, Result, RunCase, Session, SessionEntry, TestRun
from runs.services.configurations import create_configuration
from runs.services.runs import update_run
from runs.services.session_notes import add_finding, add_note, make_case
from runs.services.sessions import create_session, update_session

from . import manual
from .days import Days

_PLANNED, _EXPLORED, _NEXT = 30, 4, 1  # days ago
_CONFIGURATIONS = {
    "Chrome on Windows 11": {"Browser": "Chrome 141", "System": "Windows 11"},
    "Safari on iPhone": {"Browser": "Safari 19", "System": "iOS 19", "Device": "iPhone 15"},
    "Firefox on Ubuntu": {"Browser": "Firefox 144", "System": "Ubuntu 24.04"},
}
_NOTES = (
    (240, "Refunded 3 of 3 items by **partial refunds**: the sum on the page is right after each."),
    (900, "Pressed *Refund* twice, quickly: the second press is refused, as it should be."),
    (1_680, "Switched the browser to German: the confirmation says `1.234,50 EUR` and the mail `1,234.50 EUR`."),
)
_FINDINGS = (
    (1_740, "bug", "The mail of a refund ignores the language of the buyer", "minor", "Amounts are in English."),
    (2_400, "question", "May a refund be larger than what is left of the payment?", "", "The page takes 0.01 more."),
    (2_880, "idea", "Show what is left to refund beside the amount", "", "Testers and shops both calculate it now."),
)
_TICKETS = (("PAY-4711", "in_progress", "critical", 4), ("PAY-4698", "open", "major", 3), ("", "open", "minor", 2))


def plan_and_explore(project: Project, people: dict[str, User], days: Days) -> None:
    """Everything beside cases, releases and runs that the team keeps in the portal."""
    with audit.dated(days.at(_PLANNED, "09:30")):
        _plan(project, people["quality"], days)
    with audit.dated(days.at(_EXPLORED, "13:00")):
        _explore(project, people["tester"], days)
    with audit.dated(days.at(_NEXT, "09:10")):
        _write_issues(project, people["tester"], people["quality"])
    moment = timezone.now() - timedelta(hours=5)
    with audit.dated(moment):
        manual.siblings(project, people, moment)


def _plan(project: Project, lead: User, days: Days) -> None:
    ends = days.at(-75, "12:00").date()
    words = "Checkout, refunds and settlement are **one product** for every shop."
    quarter = create_milestone(
        actor=lead, project=project, name="One checkout", description=words, due_date=ends, status="in_progress"
    )
    for release in Release.objects.living().in_project(project).open():
        name = f"Feature freeze {release.version}"
        due = (release.release_date - timedelta(days=2)).date() if release.release_date else None
        milestone = create_milestone(actor=lead, project=project, name=name, parent=quarter, due_date=due)
        update_release(actor=lead, release=release, milestone=milestone)
    made = [
        create_configuration(
            actor=lead,
            project=project,
            name=name,
            values=[{"name": each, "value": value} for each, value in values.items()],
        )
        for name, values in _CONFIGURATIONS.items()
    ]
    for run in TestRun.objects.living().in_project(project).automated().order_by("-started_at")[:5]:
        update_run(actor=lead, run=run, configuration=made[0])


def _explore(project: Project, tester: User, days: Days) -> None:
    facts = {
        "charter": "Explore **refunds** with several currencies and languages, to learn where amounts go astray.",
        "assigned_to": tester,
        "estimate": 3_600,
        "configuration": Configuration.objects.in_project(project).get(name="Chrome on Windows 11"),
        "release": Release.objects.living().in_project(project).next_to_ship().first(),
    }
    session = create_session(actor=tester, project=project, name="Refunds across languages", **facts)
    start = days.at(_EXPLORED, "13:00")
    for second, text in _NOTES:
        note = add_note(actor=tester, session=session, text=text)
        when = {"at_second": second, "created_at": start + timedelta(seconds=second)}
        SessionEntry.objects.filter(pk=note.pk).update(**when)
    for second, kind, title, severity, description in _FINDINGS:
        finding = add_finding(
            actor=tester, session=session, type=kind, title=title, severity=severity, description=description
        )
        when = {"at_second": second, "created_at": start + timedelta(seconds=second)}
        Finding.objects.filter(pk=finding.pk).update(**when)
        if kind == "bug":
            case, moment = make_case(actor=tester, finding=finding), when["created_at"]
            TestCase.objects.filter(pk=case.pk).update(created_at=moment, updated_at=moment)
            TestCaseVersion.objects.filter(case=case).update(created_at=moment)
            create_issue(
                actor=tester,
                project=project,
                title=title,
                description=description,
                severity="minor",
                targets=[targets.of_session(session, finding)],
            )
    update_session(actor=tester, session=session, status="completed")
    over = start + timedelta(seconds=3_300)
    Session.objects.filter(pk=session.pk).update(
        created_at=start, started_at=start, finished_at=over, updated_at=over, worked=3_300
    )
    words = "What does a shop see when its payout is one day late?"
    create_session(actor=tester, project=project, name="Late payouts", charter=words, estimate=2_700)


def _write_issues(project: Project, tester: User, lead: User) -> None:
    """Issues of failures of the newest run."""
    failed = RunCase.objects.living().in_project(project).failures().filter(case__isnull=False)
    tests = failed.select_related("case", "run").order_by("-executed_at", "-pk")[: len(_TICKETS)]
    for test, (key, status, severity, priority) in zip(tests, _TICKETS, strict=False):
        result = Result.objects.select_related("run", "run_case").get(pk=test.last_result_id)
        create_issue(
            actor=tester,
            project=project,
            title=f"{test.name}: {test.error_summary}"[:200],
            description=f"Fails since build {test.run.build or 'unknown'}.\n\n```\n{result.error_message[:1000]}\n```",
            status=status,
            severity=severity,
            priority=priority,
            assignee=lead if key else None,
            external_key=key,
            external_url=f"https://tickets.example/{key}" if key else "",
            targets=[targets.of_result(result), targets.of_case(test.case)],
        )
