"""How the automated runs went: the runs of one suite, and what is said of the last one."""

from collections import Counter
from dataclasses import dataclass
from statistics import median

from django.utils.translation import gettext as _

from accounts.models import Project
from qaportal.kit.charts import StackedColumns
from qaportal.kit.wording import duration, percent
from runs.choices import RunStatus
from runs.models import TestRun

from .charts import run_trend

SHOWN_RUNS = 14
READ_RUNS = 60
"""Among so many of the newest runs the suite that ran most often is looked for."""


def latest_runs(project: Project) -> list[TestRun]:
    """The newest automated runs that have ended, the newest first; only counters, no results."""
    ended = [RunStatus.COMPLETED, RunStatus.INTERRUPTED]
    runs = TestRun.objects.living().in_project(project).automated().filter(status__in=ended)
    runs = list(runs.defer("description", "metadata").order_by("-started_at", "-number")[:READ_RUNS])
    for run in runs:
        run.project = project
    return [run for run in runs if run.total]


def pass_rate(run: TestRun) -> float | None:
    """Passed tests in percent of those that say something about passing: skipped ones do not."""
    judged = run.count_passed + run.count_failed + run.count_error + run.count_blocked
    return 100 * run.count_passed / judged if judged else None


@dataclass(frozen=True, slots=True)
class Trend:
    """The last runs of one suite, the oldest first."""

    name: str
    """What its runs are called; nothing when every run has a name of its own."""
    runs: list[TestRun]

    @property
    def last(self) -> TestRun:
        """The newest run."""
        return self.runs[-1]

    @property
    def title(self) -> str:
        """The heading."""
        return self.name or _("Automated runs")

    @property
    def chart(self) -> StackedColumns:
        """The tests that did not pass in each run."""
        return run_trend(self.runs, title=_("%s: tests that did not pass") % self.title)

    @property
    def rate(self) -> str:
        """The pass rate of the last run."""
        run = self.last
        judged = run.total - run.count_skipped - run.count_in_progress - run.count_not_started
        return percent(run.count_passed, judged, digits=1) if judged else "–"

    @property
    def change(self) -> str:
        """How the pass rate moved since the run before, in points; nothing without one."""
        rates = [pass_rate(run) for run in self.runs[-2:]]
        if len(rates) < 2 or None in rates:
            return ""
        points = round(rates[1] - rates[0], 1)
        if not points:
            return _("as in the run before")
        words = _("%(points).1f points up") if points > 0 else _("%(points).1f points down")
        return words % {"points": abs(points)}

    @property
    def median_duration(self) -> str:
        """The usual duration of these runs."""
        return duration(median(run.duration_ms for run in self.runs))


def trend_of(runs: list[TestRun]) -> Trend | None:
    """The suite that ran most often among these runs (the newest first); all of them when no name comes twice."""
    if not runs:
        return None
    name, times = Counter(run.name for run in runs).most_common(1)[0]
    same = [run for run in runs if run.name == name] if times > 1 else runs
    return Trend(name=name if times > 1 else "", runs=same[:SHOWN_RUNS][::-1])
