"""Issues that are drafted from what was seen: a failure, a case, a run, a finding of a session."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from accounts.project_pages import get_visible
from catalog.models import TestCase
from runs.models import Finding, Result, RunCase, Session, TestRun
from runs.terminal import readable

from . import targets
from .choices import Severity
from .seen import Seen, fact, facts_of_run, steps_of_case
from .targets import Target

LONGEST_ERROR, LONGEST_TITLE, LONGEST_NOTE = 4_000, 300, 2_000


@dataclass(slots=True)
class Draft:
    """What the form of a new issue starts with, and what the issue is linked to."""

    initial: dict[str, Any] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)
    seen_in: str = ""
    """Where it was seen, in words."""
    back_url: str = ""


def of_result(request: HttpRequest, given: str) -> Draft:
    """Drafted from a failed attempt: its test, run, steps, what was expected and what came, and its files."""
    known = ("run__project", "run__release", "run__configuration", "run_case__case", "run_case__run__project")
    try:
        key = UUID(given)
    except ValueError as error:
        raise Http404 from error
    result = get_visible(Result.objects.select_related(*known), request, pk=key)
    return _of_failure(result.run_case, result, note=_note(request))


def of_test(request: HttpRequest, given: str) -> Draft:
    """Drafted from a test of a run: its last attempt, or its case while it has none."""
    tests = RunCase.objects.living().select_related("run__project", "run__release", "run__configuration", "case")
    test = get_visible(tests, request, pk=given)
    results = Result.objects.select_related("run__release", "run_case").filter(pk=test.last_result_id)
    return _of_failure(test, results.first() if test.last_result_id else None, note=_note(request))


def _note(request: HttpRequest) -> str:
    """What the tester is just writing."""
    return request.GET.get("note", "").replace("\x00", "")[:LONGEST_NOTE]


def _of_failure(test: RunCase, result: Result | None, *, note: str) -> Draft:
    run, case, seen = test.run, test.case, Seen(test, result)
    error = readable(result.error_message or result.stack_trace)[:LONGEST_ERROR].strip() if result else ""
    first = seen.first_line or note.strip().partition("\n")[0] or error.partition("\n")[0]
    head = "\n".join([fact(_("Test"), test.name), *facts_of_run(run)])
    parts = [head, seen.steps, seen.expected, seen.actual(error, note), seen.evidence]
    linked = [targets.of_result(result)] if result else [targets.of_run(run)]
    return Draft(
        initial={
            "title": (f"{test.name}: {first}" if first else test.name)[:LONGEST_TITLE],
            "description": "\n\n".join(part for part in parts if part),
            "release": run.release if run.release and run.release.deleted_at is None else None,
        },
        targets=linked + ([targets.of_case(case)] if case else []),
        seen_in=_("%(test)s in run %(number)d") % {"test": test.name, "number": run.number},
        back_url=f"{run.get_absolute_url()}?tab=all&test={test.pk}",
    )


def of_case(request: HttpRequest, given: str) -> Draft:
    """Drafted from a case: its steps."""
    case = get_visible(TestCase.objects.select_related("project"), request, test_id=given.upper())
    return Draft(
        initial={"title": case.title[:LONGEST_TITLE], "description": steps_of_case(case)},
        targets=[targets.of_case(case)],
        seen_in=f"{case.test_id} {case.title}",
        back_url=case.get_absolute_url(),
    )


def of_run(request: HttpRequest, given: str) -> Draft:
    """Drafted from a run as a whole."""
    runs = TestRun.objects.select_related("project", "release", "configuration")
    run = get_visible(runs, request, number=given)
    return Draft(
        initial={"description": "\n".join(facts_of_run(run)), "release": run.release},
        targets=[targets.of_run(run)],
        seen_in=_("Run %(number)d %(name)s") % {"number": run.number, "name": run.name},
        back_url=run.get_absolute_url(),
    )


def of_session(request: HttpRequest, given: str) -> Draft:
    """Drafted from an exploratory session as a whole."""
    session = get_visible(Session.objects.select_related("project", "release"), request, pk=given)
    return Draft(
        initial={"release": session.release},
        targets=[targets.of_session(session)],
        seen_in=session.name,
        back_url=session.get_absolute_url(),
    )


def of_finding(request: HttpRequest, given: str) -> Draft:
    """Drafted from a finding of an exploratory session."""
    findings = Finding.objects.select_related("session__project", "session__release", "case__project")
    finding = get_visible(findings, request, pk=given)
    session = finding.session
    linked = [targets.of_session(session, finding)] + ([targets.of_case(finding.case)] if finding.case else [])
    return Draft(
        initial={
            "title": finding.title,
            "description": "" if finding.description == finding.title else finding.description,
            "severity": finding.severity or Severity.MAJOR,
            "release": session.release,
        },
        targets=linked,
        seen_in=session.name,
        back_url=session.get_absolute_url(),
    )


SOURCES: dict[str, Callable[[HttpRequest, str], Draft]] = {
    "result": of_result,
    "test": of_test,
    "finding": of_finding,
    "case": of_case,
    "run": of_run,
    "session": of_session,
}


NUMBERED = {"finding": 9, "session": 9, "run": 9, "test": 18}
"""Those that are named by a number, and how long it is at most."""


def draft_for(request: HttpRequest) -> Draft:
    """What the address names as the source; an empty draft without one. Raises Http404 for what is not there."""
    for name, make in SOURCES.items():
        given = request.GET.get(name, "").replace("\x00", "").strip()
        if given:
            longest = NUMBERED.get(name)
            if longest and not (given.isascii() and given.isdigit() and len(given) <= longest):
                raise Http404
            return make(request, given)
    return Draft()
