"""Issues on pages of other apps: in the drawers of cases and tests, on the pages of runs, sessions and milestones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qaportal.kit import panels
from runs.models import RunCase

from .models import Issue, IssueLink

MOST_SHOWN = 50


@dataclass(slots=True)
class Found:
    """The issues of one object, those still to be solved first."""

    source: str
    """What the address of a new issue calls the object."""
    issues: list[Issue] = field(default_factory=list)

    @property
    def count(self) -> int | None:
        """How many there are, nothing for none."""
        return len(self.issues) or None


def _sorted_into(found: dict[Any, Found], pairs: Iterable[tuple[Any, Issue]]) -> Mapping[Any, Found]:
    known: set[tuple[Any, int]] = set()
    for key, issue in pairs:
        if key in found and (key, issue.pk) not in known and len(found[key].issues) < MOST_SHOWN:
            known.add((key, issue.pk))
            found[key].issues.append(issue)
    for each in found.values():
        each.issues.sort(key=lambda issue: (not issue.is_open, -issue.pk))
    return found


def _links(condition: Q) -> Any:
    links = IssueLink.objects.living().filter(condition).select_related("issue__project", "issue__assignee")
    return links.order_by("-issue_id", "pk")


def issues_of_cases(case_ids: Iterable[int]) -> Mapping[int, Found]:
    """The issues that were seen in each case."""
    found = {key: Found("case") for key in case_ids}
    return _sorted_into(found, ((link.case_id, link.issue) for link in _links(Q(kind="case", case__in=list(found)))))


def issues_of_runs(run_ids: Iterable[Any]) -> Mapping[Any, Found]:
    """The issues that were seen in each run or in one of its results."""
    found = {key: Found("run") for key in run_ids}
    return _sorted_into(found, ((link.run_id, link.issue) for link in _links(Q(run__in=list(found)))))


def issues_of_tests(test_ids: Iterable[int]) -> Mapping[int, Found]:
    """The issues that were seen in each test of a run, and those of its case."""
    found = {key: Found("result") for key in test_ids}
    cases = dict(RunCase.objects.filter(pk__in=found, case__isnull=False).values_list("pk", "case_id"))
    links = list(_links(Q(run_case__in=list(found)) | Q(kind="case", case__in=set(cases.values()))))
    pairs = [(link.run_case_id, link.issue) for link in links if link.run_case_id]
    pairs += [(test, link.issue) for test, case in cases.items() for link in links if link.case_id == case]
    return _sorted_into(found, pairs)


def issues_of_sessions(session_ids: Iterable[int]) -> Mapping[int, Found]:
    """The issues that were seen in each session."""
    found = {key: Found("session") for key in session_ids}
    return _sorted_into(found, ((link.session_id, link.issue) for link in _links(Q(session__in=list(found)))))


def issues_of_findings(finding_ids: Iterable[int]) -> Mapping[int, list[Issue]]:
    """The issues that were made of each finding."""
    found: dict[int, list[Issue]] = {key: [] for key in finding_ids}
    for link in _links(Q(finding__in=list(found))):
        found[link.finding_id].append(link.issue)
    return found


PLACES = (
    ("catalog.case.drawer", issues_of_cases),
    ("runs.run", issues_of_runs),
    ("runs.test.drawer", issues_of_tests),
    ("runs.session", issues_of_sessions),
)


def register_all() -> None:
    """Show issues where what they were seen in is shown."""
    for place, load in PLACES:
        panels.register(panels.Panel(place, "issues", _("Issues"), "issues/_issues.html", load, order=30))
    panels.register(panels.Panel("runs.runner", "issues", _("Issues"), "issues/_in_runner.html", issues_of_tests))
    panels.register(
        panels.Panel("runs.finding", "issues", _("Issues"), "issues/_made_of_finding.html", issues_of_findings)
    )
