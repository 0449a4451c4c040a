"""The releases of the demo: what they cover, who executes it, what was found by hand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from catalog.choices import ResultStatus
from catalog.models import TestCase
from releases.choices import OverallStatus
from releases.models import Release, ReleaseCase
from releases.services.releases import create_release, update_release
from releases.services.scope import add_cases, assign_cases
from runs.choices import ResultSource
from runs.services.recording import NewResult, record_results
from runs.services.runs import implicit_run
from runs.services.verdicts import set_verdict

from .chance import chance, pick
from .days import Days
from .outcomes import exists
from .texts import CaseText

STILL_OPEN = 0.34  # share of the next release's manual cases that nobody has executed yet
HELPED_OUT = 0.12  # share of the verdicts that the quality manager set for somebody else
DAYS_OF_WORK = 9  # the last working days, in which they were set
FIRST_SITTING, LAST_SITTING = 34, 27  # nights between which the shipped release was executed by hand


@dataclass(frozen=True, slots=True)
class Written:
    """A stored case with its text."""

    case: TestCase
    text: CaseText

    def belongs_to(self, plan: dict[str, Any]) -> bool:
        """Whether a release with this plan covers the case."""
        if not self.text.folder_path or self.text.feature in plan.get("without", ()):
            return False
        if self.text.is_automated and not exists(self.text, plan.get("until_night", 1)):
            return False
        return "only" not in plan or self.text.feature in plan["only"]


def open_release(plan: dict[str, Any], written: Sequence[Written], people: dict[str, User], ships: datetime) -> Release:
    """Create a release and choose its cases; those for people are given to their owners."""
    lead = people["quality"]
    release = create_release(
        actor=lead,
        project=written[0].case.project,
        version=plan["version"],
        name=plan["name"],
        description=plan["description"],
        release_date=ships,
        environment="staging",
        qa_lead=lead,
        platforms=["WEB"],
    )
    covered = [each for each in written if each.belongs_to(plan)]
    add_cases(actor=lead, release=release, case_ids=[each.case.pk for each in covered])
    for code in sorted({each.text.owner for each in covered}):
        theirs = [each.case.pk for each in covered if each.text.owner == code and not each.text.is_automated]
        assign_cases(actor=lead, release=release, case_ids=theirs, assigned_to=people[code])
    return release


def execute_shipped(release: Release, written: Sequence[Written], people: dict[str, User], days: Days) -> None:
    """What the testers executed by hand before the first release shipped, each in two sittings."""
    covered = set(ReleaseCase.objects.filter(release=release).values_list("case_id", flat=True))
    by_hand = [each for each in written if each.case.pk in covered and not each.text.is_automated]
    for code in sorted({each.text.owner for each in by_hand}):
        run = implicit_run(release=release, actor=people[code])
        theirs = [each for each in by_hand if each.text.owner == code]
        results = [_sitting(each, days) for each in theirs]
        record_results(run=run, results=results, actor=people[code], source=ResultSource.MANUAL)


def _sitting(each: Written, days: Days) -> NewResult:
    day = days.night(LAST_SITTING + int(chance("sitting", each.text.title) * (FIRST_SITTING - LAST_SITTING)))
    is_left_out = chance("left out", each.text.title) < 0.05
    status = ResultStatus.SKIPPED if is_left_out else ResultStatus.PASSED
    return NewResult(
        status=status,
        executed_at=days.at(day, _clock(each.text.title)),
        name=each.text.title,
        case_id=each.case.pk,
        duration_ms=_seconds(each.text) * 1000,
    )


def ship(release: Release, lead: User) -> None:
    """Mark the release as released: its verdicts stay as they are."""
    update_release(actor=lead, release=release, overall_status=OverallStatus.RELEASED)


def _clock(title: str) -> str:
    """A minute of the working day."""
    minute = int(chance("clock", title) * 8 * 60)
    return f"{9 + minute // 60:02d}:{minute % 60:02d}"


def _seconds(text: CaseText) -> int:
    """How long a person took."""
    return round((text.estimate or 300) * (0.6 + 0.9 * chance("took", text.title)))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody said about a case of the next release."""

    case_id: int
    executed_at: datetime
    status: str
    comments: str
    bug_ids: list[str]
    by: str
    seconds: int


def verdicts_of_next(written: Sequence[Written], story: dict[str, Any], days: Days) -> Iterator[Verdict]:
    """The verdicts set by hand in the release that is to ship."""
    findings = {finding["title"]: finding for finding in story["finding"]}
    for each in written:
        title = each.text.title
        finding = findings.get(title)
        is_left = finding is None and chance("open", title) < STILL_OPEN
        if each.text.is_automated or is_left or not each.belongs_to(story["next"]):
            continue
        day = days.night(1 + int(chance("day", title) ** 1.3 * DAYS_OF_WORK))
        yield Verdict(
            case_id=each.case.pk,
            executed_at=days.at(day, _clock(title)) + timedelta(seconds=int(60 * chance("second", title))),
            status=finding["status"] if finding else ResultStatus.PASSED,
            comments=finding["note"] if finding else pick(story["passing_notes"]["texts"], title),
            bug_ids=finding["bugs"] if finding else [],
            by="quality" if chance("helped", title) < HELPED_OUT else each.text.owner,
            seconds=_seconds(each.text),
        )


def give(verdict: Verdict, release: Release, people: dict[str, User]) -> None:
    """Set one verdict as its tester did on the release's page."""
    set_verdict(
        actor=people[verdict.by],
        release_case=ReleaseCase.objects.select_related("project").get(release=release, case=verdict.case_id),
        status=verdict.status,
        comments=verdict.comments,
        bug_ids=verdict.bug_ids,
        execution_duration=verdict.seconds,
        executed_at=verdict.executed_at,
    )
