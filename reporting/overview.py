"""What the overview of a project says. Everything is read from counters; no result is counted here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Project, User
from catalog.choices import TestType
from catalog.models import CaseActivity, TestCase
from catalog.policies import can_edit_cases
from qaportal.kit.statuses import shown
from qaportal.kit.wording import number, percent, relative
from releases import gates
from releases.models import Release
from releases.policies import can_create_release
from runs.choices import ImportState
from runs.models import ReportImport, Result, TestRun
from runs.policies import can_import_report

from .trend import Trend, latest_runs, trend_of
from .work import NextCase, ReleaseWork, WaitingReviews, next_cases, reviews_for, work_of

LISTED = 5
WAITING_DAYS = 14  # what is older waits for nobody


@dataclass(frozen=True, slots=True)
class LastResult:
    """When something was executed last, and in which run."""

    moment: datetime
    run: TestRun | None


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the next release may ship."""

    release: Release
    verdict: gates.Verdict

    @property
    def word(self) -> str:
        """The word beside the glyph."""
        return _("Empty scope") if self.verdict.state == gates.WAITING else str(shown(self.verdict.state).word)

    @property
    def reason(self) -> str:
        """The sentence of the verdict without the word that stands before it."""
        return self.verdict.sentence.removeprefix(f"{self.word}. ")

    @property
    def ships(self) -> str:
        """When it ships."""
        if self.release.release_date is None:
            return _("It has no date yet.")
        values = {
            "day": date_format(timezone.localtime(self.release.release_date), "l j F"),
            "when": relative(self.release.release_date),
        }
        if self.release.release_date < timezone.now():
            return _("It was to ship on %(day)s, %(when)s.") % values
        return _("Ships %(day)s, %(when)s.") % values

    @property
    def scope(self) -> str:
        """How many cases it covers."""
        total = self.verdict.standing.total
        return ngettext("%(n)s case in scope", "%(n)s cases in scope", total) % {"n": number(total)}


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for the reader."""

    title: str
    note: str
    url: str
    moment: datetime
    status: str = ""


@dataclass(frozen=True, slots=True)
class FirstStep:
    """A step of the list for a new project."""

    title: str
    note: str
    is_done: bool
    url: str
    action: str


@dataclass(frozen=True, slots=True)
class Failing:
    """A case that has not passed since."""

    activity: CaseActivity

    @property
    def since(self) -> str:
        """For how long: "7 days"."""
        hours = max(1, round((timezone.now() - self.activity.failing_since).total_seconds() / 3600))
        days = round(hours / 24)
        if hours < 24:
            return ngettext("%d hour", "%d hours", hours) % hours
        return ngettext("%d day", "%d days", days) % days


class Overview:
    """One reading of the page; every part is computed when the template asks for it."""

    def __init__(self, project: Project, user: User) -> None:
        """Keep whose overview of what it is."""
        self.project = project
        self.user = user

    # -- head --------------------------------------------------------------------------------------------------------
    @cached_property
    def cases(self) -> dict[str, int]:
        """How many cases there are, and how many of them are automated."""
        living = TestCase.objects.living().in_project(self.project).current()
        automated = Count("pk", filter=Q(test_type=TestType.AUTOMATED))
        return living.aggregate(total=Count("pk"), automated=automated)

    @property
    def cases_sentence(self) -> str:
        """How many cases, and what share of them is automated."""
        total, automated = self.cases["total"], self.cases["automated"]
        if not total:
            return _("No test cases yet.")
        words = ngettext("%(n)s case, %(share)s automated.", "%(n)s cases, %(share)s automated.", total)
        return words % {"n": number(total), "share": percent(automated, total)}

    @cached_property
    def last_result(self) -> LastResult | None:
        """The newest result of a case; without any, the newest run."""
        activity = CaseActivity.objects.in_project(self.project).filter(last_run_at__isnull=False)
        last = activity.order_by(F("last_run_at").desc(), "pk").values_list("last_run_at", "last_result_id").first()
        if last is None:
            run = self.runs[0] if self.runs else None
            return LastResult(run.started_at, run) if run else None
        kept = Result.objects.filter(pk=last[1], run__deleted_at__isnull=True).select_related("run")
        run = next((result.run for result in kept), None) if last[1] else None  # it may not be kept any more
        if run is not None:
            run.project = self.project
        return LastResult(last[0], run)

    # -- readiness ---------------------------------------------------------------------------------------------------
    @cached_property
    def readiness(self) -> Readiness | None:
        """The next release to ship, judged."""
        releases = Release.objects.living().in_project(self.project)
        release = releases.next_to_ship().select_related("project").first()
        return Readiness(release, gates.verdict(release)) if release else None

    # -- runs --------------------------------------------------------------------------------------------------------
    @cached_property
    def runs(self) -> list[TestRun]:
        """The newest automated runs."""
        return latest_runs(self.project)

    @cached_property
    def trend(self) -> Trend | None:
        """How the suite that runs most often went."""
        return trend_of(self.runs)

    # -- my work -----------------------------------------------------------------------------------------------------
    @cached_property
    def work(self) -> list[ReleaseWork]:
        """The releases in which the reader has cases left."""
        return work_of(self.user, self.project)

    @property
    def work_left(self) -> int:
        """How many cases that are."""
        return sum(each.left for each in self.work)

    @cached_property
    def next_cases(self) -> list[NextCase]:
        """What to execute next."""
        return next_cases(self.user, self.work[0]) if self.work else []

    @cached_property
    def reviews(self) -> WaitingReviews:
        """The cases that the reader is asked to review."""
        return reviews_for(self.user, self.project)

    @cached_property
    def waiting(self) -> list[Waiting]:
        """Tests without a case and uploads that failed, the newest first."""
        found = [*self._unmatched(), *self._failed_imports()]
        return sorted(found, key=lambda each: each.moment, reverse=True)

    def _unmatched(self) -> list[Waiting]:
        """The newest run with tests that found no case, for those who may link them."""
        oldest = timezone.now() - timedelta(days=WAITING_DAYS)
        run = next((run for run in self.runs if run.count_unmatched and run.started_at >= oldest), None)
        if run is None or not can_edit_cases(self.user, self.project):
            return []
        title = ngettext("Link %(n)s test to a case", "Link %(n)s tests to cases", run.count_unmatched)
        return [
            Waiting(
                title=title % {"n": number(run.count_unmatched)},
                note=_("Run %(number)d, %(name)s") % {"number": run.number, "name": run.name},
                url=run.get_absolute_url() + "?tab=unmatched",
                moment=run.started_at,
            )
        ]

    def _failed_imports(self) -> list[Waiting]:
        """What the reader uploaded lately and the portal could not read."""
        oldest = timezone.now() - timedelta(days=WAITING_DAYS)
        imports = ReportImport.objects.in_project(self.project).filter(
            created_by=self.user, state=ImportState.FAILED, created_at__gte=oldest
        )
        return [
            Waiting(
                title=_("Look at %(file)s again") % {"file": each},
                note=each.error,
                url=reverse("runs:import_detail", args=[self.project.key, each.pk]),
                moment=each.created_at,
                status="failed",
            )
            for each in imports.only("file_name", "error", "created_at").order_by("-created_at")[:3]
        ]

    # -- cases to look at --------------------------------------------------------------------------------------------
    @cached_property
    def flakiest(self) -> list[CaseActivity]:
        """The cases whose outcome changes most."""
        found = CaseActivity.objects.in_project(self.project).flakiest()
        return list(found.select_related("case").only(*_SHOWN_OF_ACTIVITY)[:LISTED])

    @cached_property
    def flaky_count(self) -> int:
        """How many cases are flaky at all."""
        return CaseActivity.objects.in_project(self.project).flakiest().order_by().count()

    @cached_property
    def failing(self) -> list[Failing]:
        """The cases that have not passed for longest."""
        found = CaseActivity.objects.in_project(self.project).failing_longest()
        return [Failing(each) for each in found.select_related("case").only(*_SHOWN_OF_ACTIVITY)[:LISTED]]

    # -- a new project -----------------------------------------------------------------------------------------------
    @cached_property
    def has_runs(self) -> bool:
        """Whether results came in, from reports or by hand."""
        return bool(self.runs) or TestRun.objects.living().in_project(self.project).exists()

    @cached_property
    def has_releases(self) -> bool:
        """Whether there ever was a release."""
        return self.readiness is not None or Release.objects.living().in_project(self.project).exists()

    @property
    def may_upload(self) -> bool:
        """Whether the reader may upload reports."""
        return bool(can_import_report(self.user, self.project))

    @cached_property
    def first_steps(self) -> list[FirstStep]:
        """What a new project needs; nothing once all of it is there. Steps of other people have no link."""
        key = [self.project.key]
        steps = [
            FirstStep(
                title=_("Write test cases"),
                note=_("Or upload a report first: its tests can become cases."),
                is_done=self.cases["total"] > 0,
                url=reverse("catalog:case_create", args=key) if can_edit_cases(self.user, self.project) else "",
                action=_("New case"),
            ),
            FirstStep(
                title=_("Upload a test report"),
                note=_("JUnit XML, as nearly every test runner writes it."),
                is_done=self.has_runs,
                url=reverse("runs:upload", args=key) if self.may_upload else "",
                action=_("Upload"),
            ),
            FirstStep(
                title=_("Create a release"),
                note=_("It collects the cases to execute and says whether the version may ship."),
                is_done=self.has_releases,
                url=reverse("releases:create", args=key) if can_create_release(self.user, self.project) else "",
                action=_("New release"),
            ),
        ]
        return [] if all(step.is_done for step in steps) else steps


_SHOWN_OF_ACTIVITY = (
    "recent_outcomes",
    "flaky_score",
    "failing_since",
    "last_status",
    "case__test_id",
    "case__title",
)
