"""What other apps show of runs: the sidebar, the palette, the drawer of a case, the gates of a release."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from django.db.models import Count, Exists, F, OuterRef, TextField, Window
from django.db.models.functions import Cast, RowNumber
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Project, User
from accounts.permissions import decide
from catalog.models import TestCase
from catalog.plain_search import answer_plainly
from qaportal.kit import events, navigation, panels, search
from releases import gates
from releases.models import Milestone, Release
from releases.standing import Standing

from . import policies, release_tab
from .choices import ImportState, RunKind, RunStatus
from .models import ReportImport, RunCase, Session, TestRun
from .services.merged_cases import on_case_merged, recorded_for
from .services.scope import on_run_updated, on_scope_changed

SHOWN_RESULTS, SHOWN_RUNS = 8, 20
OLDEST_IMPORT = timedelta(days=2)
"""An import that is older is not waited for; its job was given up."""


def last_results(case_ids: Iterable[int]) -> Mapping[int, list[RunCase]]:
    """The last verdicts of each case across runs, newest first, in one query; in two for cases merged with others.

    `recorded_for` is the id of the case that lost, where a result was recorded for it.
    """
    place = Window(RowNumber(), partition_by=F("case_id"), order_by=[F("executed_at").desc(), F("pk").desc()])
    tests = (
        RunCase.objects.living()
        .filter(case_id__in=list(case_ids), last_result_id__isnull=False)
        .annotate(place=place)
        .filter(place__lte=SHOWN_RESULTS)
        .annotate(has_merged=Exists(TestCase.objects.filter(merged_into=OuterRef("case_id"))))
        .select_related("run__project", "run__release")
        .order_by("case_id", "place")
    )
    found: dict[int, list[RunCase]] = {}
    for test in tests:
        found.setdefault(test.case_id, []).append(test)
    former = recorded_for(merged) if (merged := [test for test in tests if test.has_merged]) else {}
    for test in tests:
        test.recorded_for = former.get(test.pk, "")
    return found


def active_runs(user: User, project: Project) -> int | None:
    """How many runs of the project wait for results; nothing for none."""
    return TestRun.objects.living().in_project(project).filter(status=RunStatus.ACTIVE).shown().count() or None


def ask_runs(*, user: User, asked: search.Asked) -> search.Answer:
    """Runs by number and the words of name and description."""
    rows = TestRun.objects.visible_to(user).shown().select_related("project")
    number = asked.words.strip().lstrip("#").strip()
    if number.isascii() and number.isdigit() and len(number) < 10:
        columns = ("number_text", "name")
        rows = rows.annotate(number_text=Cast("number", TextField()))
        asked = replace(asked, words=number)
    else:
        columns = ("name", "description", "build", "branch")
    return answer_plainly(rows, asked, columns=columns, title="name", record=_run_record)


def ask_sessions(*, user: User, asked: search.Asked) -> search.Answer:
    """Exploratory sessions by name and charter."""
    rows = Session.objects.visible_to(user).select_related("project")
    return answer_plainly(rows, asked, columns=("name", "charter"), title="name", record=_session_record)


def _session_record(session: Session) -> search.Record:
    return search.Record.of(session, title=session.name, hint=_("Session"))


def _run_record(run: TestRun) -> search.Record:
    return search.Record.of(run, title=f"{run.number} {run.name}", hint=_("Run"))


def find_actions(*, user: User, project: Project | None, words: str, limit: int) -> Iterator[search.Hit]:
    """What can be done with runs from anywhere."""
    if project is None or not policies.can_import_report(user, project):
        return
    label = _("Upload a report")
    if words.lower() in label.lower():
        yield search.Hit(label=label, hint=_("Action"), icon="upload", url=reverse("runs:upload", args=[project.key]))


def runs_of_milestones(milestone_ids: Iterable[int]) -> Mapping[int, list[TestRun]]:
    """The newest runs of each milestone."""
    found: dict[int, list[TestRun]] = {key: [] for key in milestone_ids}
    place = Window(RowNumber(), partition_by=F("milestone"), order_by=F("started_at").desc())
    rows = TestRun.objects.living().filter(milestone__in=found).select_related("project").annotate(place=place)
    for run in rows.filter(place__lte=SHOWN_RUNS).order_by("-started_at"):
        found[run.milestone_id].append(run)
    return found


def forget_milestone(*, milestone: Milestone, actor: User | None) -> None:
    """Let the runs and sessions of a deleted milestone belong to none."""
    for model in (TestRun, Session):
        model.objects.filter(milestone=milestone).update(milestone=None, updated_at=timezone.now())


def unfinished_work(release_ids: list[int]) -> Mapping[int, int]:
    """How many imports and automated runs of each release still go on."""
    runs = TestRun.objects.living().filter(release__in=release_ids, status=RunStatus.ACTIVE)
    found = dict(runs.exclude(kind=RunKind.MANUAL).order_by().values_list("release_id").annotate(number=Count("pk")))
    projects = Release.objects.filter(pk__in=release_ids).values("project_id")
    young = ReportImport.objects.filter(project__in=projects, created_at__gte=timezone.now() - OLDEST_IMPORT)
    wanted = young.filter(state__in=[ImportState.QUEUED, ImportState.RUNNING], request__release_id__in=release_ids)
    for release_id in wanted.values_list("request__release_id", flat=True):
        found[release_id] = found.get(release_id, 0) + 1
    return found


def judge_unfinished(release: Release, standing: Standing, number: int | None) -> gates.GateResult | None:
    """No verdict while results are still on their way."""
    state = gates.UNMET if number else gates.MET
    title = (
        ngettext("%d run or import is still going", "%d runs or imports are still going", number) % number
        if number
        else _("Runs finished")
    )
    return gates.GateResult("runs_finished", state, title, _("all results in"))


def register_all() -> None:
    """Register everything other apps show of runs."""
    navigation.register(
        navigation.Entry(
            code="runs",
            label=gettext_lazy("Runs"),
            icon="player-play",
            url_name="runs:list",
            group=20,
            order=10,
            prefix="runs:",
            count=active_runs,
            allowed=lambda user, project: bool(decide(user, "run.view", project)),
        )
    )
    search.register_kind(search.Kind("test_runs", gettext_lazy("Runs"), "player-play", ask_runs, 50))
    search.register(search.Source("run-actions", gettext_lazy("Actions"), find_actions, order=5))
    panels.register(
        panels.Panel(
            place="catalog.case.drawer",
            code="results",
            label=gettext_lazy("Results"),
            template="runs/_case_results.html",
            load=last_results,
            order=20,
        )
    )
    navigation.register(
        navigation.Entry(
            code="sessions",
            label=gettext_lazy("Sessions"),
            icon="compass",
            url_name="runs:sessions",
            group=20,
            order=20,
            prefix="runs:session",
            allowed=lambda user, project: bool(decide(user, "run.view", project)),
        )
    )
    search.register_kind(search.Kind("sessions", gettext_lazy("Sessions"), "compass", ask_sessions, 55))
    navigation.register(
        navigation.Entry(
            code="configurations",
            label=gettext_lazy("Configurations"),
            icon="device-desktop",
            url_name="runs:configurations",
            group=90,
            order=40,
            prefix="runs:configuration",
            allowed=lambda user, project: bool(decide(user, "configuration.edit", project)),
        )
    )
    navigation.register(
        navigation.Entry(
            code="retention",
            label=gettext_lazy("Retention"),
            icon="archive",
            url_name="runs:retention",
            group=90,
            order=50,
            prefix="runs:retention",
            allowed=lambda user, project: bool(decide(user, "project.edit", project)),
        )
    )
    panels.register(
        panels.Panel(
            place="releases.milestone",
            code="runs",
            label=gettext_lazy("Runs"),
            template="runs/_milestone_runs.html",
            load=runs_of_milestones,
            order=10,
        )
    )
    events.subscribe("milestone.deleted", forget_milestone)
    gates.register(gates.Gate("runs_finished", order=40, evaluate=judge_unfinished, load=unfinished_work))
    release_tab.register()
    events.subscribe("release.scope_changed", on_scope_changed)
    events.subscribe("run.updated", on_run_updated)
    events.subscribe("case.merged", on_case_merged)
