"""The page of one run: its counts, its results, and the drawer of one test."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.project_pages import ProjectMixin, get_visible, project_page
from qaportal.kit import panels
from qaportal.kit.views import FilteredListView, FragmentMixin, carried, render_fragment
from qaportal.kit.wording import duration

from .. import policies
from ..choices import RunKind
from ..drawer import drawer_of
from ..failure_groups import groups_of
from ..filters import RunCaseFilter
from ..live import Live
from ..models import ReportImport, RunCase, TestRun
from ..outcome import compared_with_before, verdict_of
from ..planning import AssignForm
from ..siblings import Sibling, SiblingTable, siblings_of
from ..suggestions import cases_like
from ..tables import PlannedTable, RunCaseTable, UnmatchedTable
from .addresses import address
from .test_links import MOST_AT_ONCE, LinkOffer

RUN_PANELS = "runs.run"
"""The place where apps above show what they know of a run; a loader answers its facts by the run's id."""
TABS = ("failures", "all", "siblings", "unmatched", "details")
LIST_KEYS = (
    "q",
    "status",
    "assigned",
    "flaky",
    "cluster",
    "cause",
    "quarantine",
    "sort",
    "page",
    "test",
    "attempt",
    "view",
    "before",
)
ANY_TEST = "0-0-0"
"""Stands for the test in an address that is made once for all rows."""
DRAWER_KEYS = ("test", "attempt", "view", "before")


class RunDetailView(ProjectMixin, FragmentMixin, FilteredListView):
    """A run of the project; htmx asks for the list with its drawer, `#panes`."""

    filterset_class, fragment = RunCaseFilter, "panes"
    template_name = "runs/run_detail.html"

    @property
    def table_class(self) -> type[RunCaseTable]:
        """Tests without a case, and those that people execute, can be picked."""
        if self.tab == "unmatched":
            return UnmatchedTable
        if self.tab == "siblings":
            return SiblingTable
        return PlannedTable if self.is_planned and self.tab == "all" else RunCaseTable

    @property
    def is_planned(self) -> bool:
        """Whether people execute the run in the runner."""
        return self.run.kind != RunKind.AUTOMATED and not self.run.is_implicit

    @cached_property
    def run(self) -> TestRun:
        """The run of the address."""
        runs = TestRun.objects.select_related(
            "project", "release__project", "milestone__project", "configuration", "created_by"
        )
        return get_visible(runs, self.request, number=self.kwargs["number"])

    @cached_property
    def siblings(self) -> list[Sibling]:
        """The runs that were planned together with this one, itself included."""
        return siblings_of(self.run, self.request.user)

    @cached_property
    def tab(self) -> str:
        """The chosen tab; the first one shows failures, if there are any and nothing else is asked for."""
        chosen = self.request.GET.get("tab", "")
        if chosen in TABS and (chosen != "siblings" or self.siblings):
            return chosen
        asked = any(self.request.GET.get(name) for name in ("status", "flaky", "q", "cause", "cluster"))
        return "failures" if not asked and self.run.count_failed + self.run.count_error else "all"

    def get_queryset(self) -> QuerySet:
        """The tests of the tab, in the order of the report."""
        tests = self.run.tests.for_rows().order_by("position", "pk")
        narrowed = {"failures": tests.failures, "unmatched": tests.unmatched, "details": tests.none}
        return narrowed[self.tab]() if self.tab in narrowed else tests

    def get_filterset_kwargs(self, filterset_class: type) -> dict[str, Any]:
        """The project."""
        return super().get_filterset_kwargs(filterset_class) | {"project": self.project}

    @cached_property
    def opened(self) -> RunCase | None:
        """The test whose drawer is open."""
        given = self.request.GET.get("test", "")
        if not given.isascii() or not given.isdigit() or len(given) > 18:
            return None
        return RunCase.objects.filter(run=self.run).for_list().filter(pk=int(given)).first()

    def get_table_kwargs(self) -> dict[str, Any]:
        """Which row is open, and where a row leads."""
        more = {"siblings": self.siblings} if self.tab == "siblings" else {}
        start, _any, end = address(self.request, {"test": ANY_TEST}, *DRAWER_KEYS).partition(f"test={ANY_TEST}")
        return more | {
            "opened": self.opened.pk if self.opened else None,
            "link_to": lambda test: f"{start}test={test.pk}{end}",
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The list, the drawer and what the head says."""
        context = super().get_context_data(**kwargs)
        context.update(
            run=self.run,
            verdict=verdict_of(self.run),
            live=Live(self.run),
            took=duration(self.run.duration_ms),
            crumbs=[(_("Runs"), reverse("runs:list", args=[self.project.key]))],
            tab=self.tab,
            tabs=self.tabs(),
            drawer=drawer_of(self.opened, request=self.request, rows=context["page_obj"]) if self.opened else None,
            link=self.link_offer(context["page_obj"]),
            close_url=address(self.request, {}, *DRAWER_KEYS),
            all_url=address(self.request, {"tab": "all"}, *LIST_KEYS),
            kept_by_search=carried(self.request, "q", *DRAWER_KEYS),
            kept_by_filters=carried(self.request, "status", "assigned", "flaky", "cause", "quarantine", *DRAWER_KEYS),
            groups=groups_of(self.run, self.request) if self.tab == "failures" else None,
            may_edit=policies.can_edit_run(self.request.user, self.run),
            may_sort=policies.can_sort_failures(self.request.user, self.project),
            may_delete=policies.can_delete_run(self.request.user, self.run),
            may_import=policies.can_import_report(self.request.user, self.project),
            most_at_once=MOST_AT_ONCE,
            may_link=policies.can_link_tests(self.request.user, self.run),
            comparison=lambda: compared_with_before(self.run),
            imports=self.imports(),
            siblings=self.siblings,
            sections=self.sections() if self.tab == "details" else [],
            **self.planned(),
        )
        return context

    def chips(self, filterset: Any) -> list[dict[str, str]]:
        """The active filters; a cause is called by the start of its fingerprint."""
        chips = super().chips(filterset)
        for chip in chips:
            if chip["name"] == "cluster":
                chip["value"] = filterset.form.cleaned_data["cluster"].short
        return chips

    def planned(self) -> dict[str, Any]:
        """What a run by hand has beside its results: the runner, and who executes what."""
        may_assign = policies.can_plan_run(self.request.user, self.project) and policies.takes_verdicts(self.run)
        is_assigned_here = self.is_planned and self.tab == "all" and bool(may_assign)
        return {
            "is_planned": self.is_planned,
            "may_execute": policies.can_record(self.request.user, self.project) and policies.takes_verdicts(self.run),
            "assign_form": AssignForm(project=self.project) if is_assigned_here else None,
        }

    def link_offer(self, page: Any) -> LinkOffer | None:
        """What the open test without a case could be linked to; afterwards the next test of the list opens."""
        test = self.opened
        if test is None or test.case_id is not None or not policies.can_link_tests(self.request.user, self.run):
            return None
        ids = [row.record.pk for row in page.object_list]
        following = ids[ids.index(test.pk) + 1 :][:1] if test.pk in ids else []
        changes = {"test": following[0] if following else None} if self.tab == "unmatched" else {}
        return LinkOffer(test, cases_like(test), address(self.request, changes))

    def imports(self) -> QuerySet:
        """The reports the run was made from, the newest first."""
        reports = ReportImport.objects.visible_to(self.request.user).filter(run=self.run)
        return reports.select_related("file").for_list()

    def sections(self) -> list[tuple[panels.Panel, Any]]:
        """What other apps know of the run."""
        return [(panel, facts.get(self.run.pk)) for panel, facts in panels.loaded(RUN_PANELS, [self.run.pk])]

    def tabs(self) -> list[dict[str, Any]]:
        """The tabs with their counts."""
        run = self.run
        items = [
            ("failures", _("Failures"), run.count_failed + run.count_error),
            ("all", _("All results"), run.total),
            *([("siblings", _("Configurations"), len(self.siblings))] if self.siblings else []),
            ("unmatched", _("Unmatched"), run.count_unmatched),
            ("details", _("Details"), None),
        ]
        return [
            {
                "label": label,
                "count": count,
                "url": address(self.request, {"tab": name}, *LIST_KEYS),
                "is_current": name == self.tab,
            }
            for name, label, count in items
        ]


@require_safe
@project_page
def live(request: HttpRequest, number: int) -> HttpResponse:
    """How far a run is that is being reported; 304 while nothing changed, by one statement."""
    look = Live(get_visible(TestRun.objects.select_related("project"), request, number=number), was_watched=True)
    if request.headers.get("If-None-Match", "").removeprefix("W/") == look.tag:  # weak once it was sent in gzip
        response: HttpResponse = HttpResponseNotModified()
    else:
        all_url = f"{look.run.get_absolute_url()}?tab=all"
        context = {"run": look.run, "project": request.project, "live": look, "all_url": all_url}
        response = render_fragment(request, "runs/run_detail.html#live", context)
    response["ETag"], response["Cache-Control"] = look.tag, "private, no-cache"
    return response
