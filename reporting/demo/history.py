"""Eight weeks of the payments project, told in the order in which they happened."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Max, Min
from django.utils import timezone

from accounts import audit
from accounts.models import Project, User
from releases.choices import OPEN_STATUSES
from releases.models import Release, ReleaseCase
from runs.choices import ResultSource, RunKind, RunStatus
from runs.models import Result, RunCase, TestRun
from runs.services.recording import record_results
from runs.services.retention import pin_run, set_retention_terms
from runs.services.runs import create_run

from . import evidence, failures, manual, reporting_runs, scopes, uploads
from .chance import chance
from .days import Days
from .outcomes import results_of
from .scopes import Written
from .texts import CaseText

Event = tuple[datetime, Callable[[], object]]


@dataclass(slots=True)
class History:
    """Plays the story of the project."""

    project: Project
    people: dict[str, User]
    written: list[Written]
    story: dict[str, Any]
    days: Days

    def play(self) -> None:
        """Let everything happen, the oldest first, each dated to its moment."""
        for moment, happen in sorted(self._events(), key=lambda event: event[0]):
            with audit.dated(moment):
                happen()
        self._date_results()
        evidence.leave_evidence(self.project, self.people["developer"], self.story["evidence"])
        reporting_runs.report_live(self.project, self.people["developer"], self._texts, self.story)
        now = timezone.now()
        manual.open_run(self.project, self.people, now - timedelta(hours=2))

    # -- what happened -----------------------------------------------------------------------------------------------
    def _events(self) -> Iterator[Event]:
        yield from self._releases()
        yield from self._runs()
        yield from self._uploads()
        yield from self._failures()
        for verdict in scopes.verdicts_of_next(self.written, self.story, self.days):
            yield verdict.executed_at, lambda verdict=verdict: self._give(verdict)

    def _releases(self) -> Iterator[Event]:
        story, days = self.story, self.days
        shipped, following, planned = story["shipped"], story["next"], story["planned"]
        shipped_at = days.at(days.working_day(shipped["ships"]), "16:00")
        yield self._start_of(shipped), lambda: self._open(shipped, shipped_at)
        yield self._start_of(following), lambda: self._open(following, days.next_thursday())
        ships_at = days.next_thursday() + timedelta(weeks=planned["ships_weeks_later"])
        yield self._start_of(planned), lambda: self._open(planned, ships_at)
        yield days.at(days.night(scopes.FIRST_SITTING), "18:00"), self._execute_shipped
        yield shipped_at, lambda: scopes.ship(self._release(shipped), self.people["quality"])
        yield shipped_at + timedelta(hours=1), self._keep_what_shipped

    def _keep_what_shipped(self) -> None:
        """Say how long results are kept, and pin the night that the release shipped by."""
        quality = self.people["quality"]
        set_retention_terms(actor=quality, project=self.project, results_days=365, artifacts_days=90)
        nights = TestRun.objects.living().in_project(self.project).filter(name=self.story["nightly"]["name"])
        pin_run(actor=quality, run=nights.latest("started_at"))

    def _uploads(self) -> Iterator[Event]:
        story, days = self.story, self.days
        developer, tester = self.people["developer"], self.people["tester"]
        reported, rejected = story["report"], story["rejected_report"]
        reported_at = days.at(days.night(reported["night"]), "14:05")
        yield reported_at, lambda: uploads.upload_example(developer, self.project, reported, reported_at)
        pictured = story["pictured_report"]
        pictured_at = days.at(days.night(pictured["night"]), "13:20")
        yield pictured_at, lambda: uploads.upload_pictured(developer, self.project, pictured, pictured_at)
        rejected_at = days.at(days.night(rejected["night"]), "09:40")
        yield rejected_at, lambda: uploads.upload_rejected(tester, self.project, rejected, rejected_at)

    def _failures(self) -> Iterator[Event]:
        quality, outage = self.people["quality"], self.story["outage"]
        sorted_at = self.days.at(self.days.night(outage["night"] + 1), "12:00")
        yield sorted_at, lambda: failures.sort_outage(self.project, quality, outage["error"], sorted_at)
        held_at = self.days.at(self.days.night(2), "15:30")
        yield held_at, lambda: failures.hold_the_flakiest(self.project, self.people["tester"], held_at)

    def _runs(self) -> Iterator[Event]:
        nightly, smoke = self.story["nightly"], self.story["smoke"]
        for night in range(1, len(self.days.working_days()) + 1):
            if night not in nightly["left_out"]:
                moment = self.days.at(self.days.night(night), nightly["start"])
                yield moment, lambda night=night, at=moment: self._run(nightly["name"], night, at)
        interrupted = self.story["interrupted"]
        moment = self.days.at(self.days.night(interrupted["night"]), interrupted["start"])
        yield (
            moment,
            lambda at=moment: reporting_runs.interrupt_run(
                self.project, self.people["developer"], self._texts, self.story, at
            ),
        )
        for night in smoke["nights"]:
            moment = self.days.at(self.days.night(night), "11:15")
            yield moment, lambda night=night, at=moment: self._run(smoke["name"], night + 1, at, tag="smoke")

    @property
    def _texts(self) -> list[CaseText]:
        return [each.text for each in self.written]

    def _release(self, plan: dict[str, Any]) -> Release:
        return Release.objects.select_related("project").get(project=self.project, version=plan["version"])

    def _start_of(self, plan: dict[str, Any]) -> datetime:
        return self.days.at(self.days.working_day(plan["started"]), "10:00")

    def _open(self, plan: dict[str, Any], ships: datetime) -> None:
        release = scopes.open_release(plan, self.written, self.people, ships)
        moment = self._start_of(plan)
        Release.objects.filter(pk=release.pk).update(created_at=moment, updated_at=moment)

    def _execute_shipped(self) -> None:
        scopes.execute_shipped(self._release(self.story["shipped"]), self.written, self.people, self.days)

    def _give(self, verdict: scopes.Verdict) -> None:
        scopes.give(verdict, self._release(self.story["next"]), self.people)

    def _run(self, name: str, night: int, started_at: datetime, tag: str = "") -> None:
        """One automated run: its results come in as a report's, and it ends when its last test did."""
        developer = self.people["developer"]
        version = self.story["shipped" if night >= self.story["shipped"]["until_night"] else "next"]["version"]
        release = Release.objects.filter(project=self.project, version=version, overall_status__in=OPEN_STATUSES)
        build = f"{version}-rc.{max(1, 60 - night)}+{int(chance('build', night) * 16**7):07x}"
        run = create_run(
            actor=developer,
            project=self.project,
            name=name,
            kind=RunKind.AUTOMATED,
            release=release.first(),
            started_at=started_at,
            environment="staging",
            build=build,
            branch="main",
        )
        texts = [each.text for each in self.written if not tag or tag in each.text.tags]
        results = list(results_of(texts, night=night, started_at=started_at, story=self.story, salt=tag))
        record_results(run=run, results=results, actor=developer, source=ResultSource.REPORT)
        ended_at = results[-1].executed_at + timedelta(milliseconds=results[-1].duration_ms or 0)
        TestRun.objects.filter(pk=run.pk).update(
            status=RunStatus.COMPLETED, created_at=started_at, finished_at=ended_at, updated_at=ended_at
        )

    # -- when it was stored ------------------------------------------------------------------------------------------
    def _date_results(self) -> None:
        """Let rows say that they were stored when they were executed."""
        when = {"created_at": F("executed_at"), "updated_at": F("executed_at")}
        Result.objects.filter(project=self.project).update(**when)
        RunCase.objects.filter(project=self.project, executed_at__isnull=False).update(**when)
        executed = ReleaseCase.objects.filter(project=self.project, executed_at__isnull=False)
        executed.update(updated_at=F("executed_at"))
        for run in TestRun.objects.filter(project=self.project, is_implicit=True).select_related("release"):
            moments = run.tests.aggregate(first=Min("executed_at"), last=Max("executed_at"))
            values = {"started_at": moments["first"], "created_at": moments["first"], "updated_at": moments["last"]}
            if not run.release.is_open:
                values |= {"status": RunStatus.COMPLETED, "finished_at": moments["last"]}
            TestRun.objects.filter(pk=run.pk).update(**values)
