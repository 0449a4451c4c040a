"""Issues that are drafted from what was seen: a failure, a case, a run, a finding of a session."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.project_pages import get_visible
from catalog.models import TestCase
from runs.models import Artifact, Finding, Result, Session, TestRun
from runs.terminal import readable

from . import targets
from .choices import Severity
from .targets import Target

LONGEST_ERROR, LONGEST_TITLE, MOST_PICTURES, MOST_STEPS = 4_000, 300, 5, 50
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


@dataclass(slots=True)
class Draft:
    """What the form of a new issue starts with, and what the issue is linked to."""

    initial: dict[str, Any] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)
    seen_in: str = ""
    """Where it was seen, in words."""
    back_url: str = ""


def fenced(text: str) -> str:
    """The text as a block of code, whatever it holds."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{text}\n{fence}"


def _line(label: str, words: str) -> str:
    return f"**{label}** {escaped(words)}"


def escaped(words: str) -> str:
    """The words in one line, with nothing in them that Markdown would read as its own."""
    return re.sub(r"([\\`*\[\]<>#|~]|(?<![^\W_])_|_(?![^\W_]))", r"\\\1", " ".join(words.split()))


def _of_run(run: TestRun) -> list[str]:
    facts = [(_("Build"), run.build), (_("Branch"), run.branch), (_("Environment"), run.environment)]
    lines = [f"**{_('Run')}** [{run.number} {escaped(run.name)}]({run.get_absolute_url()})"]
    if run.configuration:
        facts.append((_("Configuration"), f"{run.configuration.name} {run.configuration.in_words}"))
    return [*lines, *(_line(label, value) for label, value in facts if value)]


def _steps_of(case: TestCase) -> str:
    steps = list(case.steps.order_by("position")[:MOST_STEPS])
    if not steps:
        return ""
    lines = [f"{number}. {escaped(step.action)}" for number, step in enumerate(steps, 1)]
    return f"### {_('Steps')}\n\n" + "\n".join(lines)


def _pictures_of(result: Result) -> str:
    found = Artifact.objects.filter(result=result.pk, file__content_type__in=_PICTURES).select_related("file")
    key = result.run.project.key
    shown = [
        f"![{escaped(each.file.name)}]({reverse('files:download', args=[key, each.file_id])})"
        for each in found.order_by("id")[:MOST_PICTURES]
    ]
    return "\n\n".join(shown)


def of_result(request: HttpRequest, given: str) -> Draft:
    """Drafted from a failed attempt: its test, run, error, pictures, and the steps of its case."""
    results = Result.objects.select_related("run__project", "run__release", "run__configuration", "run_case__case")
    try:
        key = UUID(given)
    except ValueError as error:
        raise Http404 from error
    result = get_visible(results, request, pk=key)
    run, case = result.run, result.run_case.case
    error = readable(result.error_message or result.stack_trace)[:LONGEST_ERROR].strip()
    first = error.partition("\n")[0]
    name = result.run_case.name
    parts = ["\n".join([_line(_("Test"), name), *_of_run(run)])]
    parts += [fenced(error)] if error else []
    parts += [escaped(result.notes)] if result.notes else []
    parts += [_pictures_of(result), _steps_of(case) if case else ""]
    linked = [targets.of_result(result)] + ([targets.of_case(case)] if case else [])
    return Draft(
        initial={
            "title": (f"{name}: {first}" if first else name)[:LONGEST_TITLE],
            "description": "\n\n".join(part for part in parts if part),
            "release": run.release if run.release and run.release.deleted_at is None else None,
        },
        targets=linked,
        seen_in=_("%(test)s in run %(number)d") % {"test": name, "number": run.number},
        back_url=f"{run.get_absolute_url()}?tab=all&test={result.run_case_id}",
    )


def of_case(request: HttpRequest, given: str) -> Draft:
    """Drafted from a case: its steps."""
    case = get_visible(TestCase.objects.select_related("project"), request, test_id=given.upper())
    return Draft(
        initial={"title": case.title[:LONGEST_TITLE], "description": _steps_of(case)},
        targets=[targets.of_case(case)],
        seen_in=f"{case.test_id} {case.title}",
        back_url=case.get_absolute_url(),
    )


def of_run(request: HttpRequest, given: str) -> Draft:
    """Drafted from a run as a whole."""
    runs = TestRun.objects.select_related("project", "release", "configuration")
    run = get_visible(runs, request, number=given)
    return Draft(
        initial={"description": "\n".join(_of_run(run)), "release": run.release},
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
            "description": finding.description,
            "severity": finding.severity or Severity.MAJOR,
            "release": session.release,
        },
        targets=linked,
        seen_in=session.name,
        back_url=session.get_absolute_url(),
    )


SOURCES: dict[str, Callable[[HttpRequest, str], Draft]] = {
    "result": of_result,
    "finding": of_finding,
    "case": of_case,
    "run": of_run,
    "session": of_session,
}


def draft_for(request: HttpRequest) -> Draft:
    """What the address names as the source; an empty draft without one. Raises Http404 for what is not there."""
    for name, make in SOURCES.items():
        given = request.GET.get(name, "").replace("\x00", "").strip()
        if given:
            if name in {"finding", "session", "run"} and not (given.isascii() and given.isdigit() and len(given) < 10):
                raise Http404
            return make(request, given)
    return Draft()
