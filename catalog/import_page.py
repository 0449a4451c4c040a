"""What the page of an import shows: its columns, how far it is, and what becomes, or became, of each row."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qaportal.kit.errors import PortalError
from qaportal.kit.models import JobProgress
from qaportal.kit.views import PAGE_SIZES, Refusal, render_fragment, wants_fragment

from . import policies
from .choices import CaseImportState, RowVerdict
from .columns import columns_by_name
from .forms import ImportOptionsForm
from .importing.source import format_of
from .models import CaseImport, CaseImportRow
from .services.import_running import opened
from .services.import_undo import KEPT, UNDONE, can_undo

UNDER_WAY = (CaseImportState.CHECKING, CaseImportState.QUEUED, CaseImportState.RUNNING, CaseImportState.UNDOING)
OVER = (CaseImportState.DONE, CaseImportState.UNDONE)
SHOWN_STATES = {
    CaseImportState.UPLOADED: "draft",
    CaseImportState.CHECKED: "ready",
    CaseImportState.CHECKING: "running",
    CaseImportState.UNDOING: "running",
    CaseImportState.UNDONE: "cancelled",
}
_VERDICTS = {
    RowVerdict.CREATE: ("passed", gettext_lazy("Create"), gettext_lazy("Created")),
    RowVerdict.UPDATE: ("in_progress", gettext_lazy("Update"), gettext_lazy("Updated")),
    RowVerdict.UNCHANGED: ("not_started", gettext_lazy("Unchanged"), gettext_lazy("Unchanged")),
    RowVerdict.SKIPPED: ("skipped", gettext_lazy("Leave alone"), gettext_lazy("Left alone")),
    RowVerdict.REFUSED: ("failed", gettext_lazy("Refused"), gettext_lazy("Refused")),
}
ROWS_ON_A_PAGE = 50


@dataclass(slots=True)
class ShownRow:
    """A row of the file with its verdict in words."""

    row: CaseImportRow
    status: str
    word: str
    problems: list[tuple[str, str]]
    changed: str


class ImportPage:
    """The page of one import for one request."""

    def __init__(self, request: HttpRequest, case_import: CaseImport, *, refusal: Refusal | None = None) -> None:
        """Keep what is asked for."""
        self.request, self.case_import, self.refusal = request, case_import, refusal
        self.project, self.user = request.project, request.user
        self.is_asking = False

    @property
    def is_under_way(self) -> bool:
        """Whether a job works on it."""
        return self.case_import.state in UNDER_WAY

    @property
    def is_over(self) -> bool:
        """Whether its rows are stored, or were."""
        return self.case_import.state in OVER or (self.is_failed and self.case_import.rows_done > 0)

    @property
    def is_failed(self) -> bool:
        """Whether it was refused as a whole or broke off."""
        return self.case_import.state == CaseImportState.FAILED

    @property
    def asks_columns(self) -> bool:
        """Whether the columns are to be mapped now."""
        changeable = (CaseImportState.CHECKED, CaseImportState.FAILED)
        asked = self.request.GET.get("step") == "columns" and self.case_import.state in changeable
        asked = asked or self.is_asking or self.case_import.state == CaseImportState.UPLOADED
        return bool(self.may_import) and asked

    @cached_property
    def may_import(self) -> Any:
        """Whether the reader may go on with it."""
        return policies.can_import_cases(self.user, self.project)

    @cached_property
    def may_undo(self) -> bool:
        """Whether the reader may take it back."""
        return can_undo(self.user, self.case_import)

    @property
    def shown_state(self) -> str:
        """The status that its state is shown as."""
        return SHOWN_STATES.get(self.case_import.state, self.case_import.state)

    @property
    def format_label(self) -> str:
        """What the file was recognised as."""
        return str(format_of(self.case_import.format).label)

    @cached_property
    def form(self) -> ImportOptionsForm | None:
        """How the file is read and what is done with its rows; None for a file that cannot be read any more."""
        data = self.request.POST if self.request.method == "POST" and "existing" in self.request.POST else None
        try:
            with opened(self.case_import) as (source, options):
                return ImportOptionsForm(data, project=self.project, user=self.user, source=source, options=options)
        except PortalError as error:
            self.refusal = Refusal(error.message, error.code, 422)
            return None

    @cached_property
    def progress(self) -> JobProgress | None:
        """How far the job is."""
        return JobProgress.objects.filter(pk=self.case_import.progress_id).first()

    # -- the rows --------------------------------------------------------------------------------------------------
    @property
    def verdict(self) -> str:
        """The verdict that the rows are narrowed to."""
        chosen = self.request.GET.get("verdict", "")
        return chosen if chosen in RowVerdict.values else ""

    @cached_property
    def tabs(self) -> list[dict[str, Any]]:
        """All rows, and those of each verdict."""
        counts = self.case_import.counts
        known = [(verdict, counts[verdict]) for verdict in RowVerdict.values if counts.get(verdict)]
        url = self.case_import.get_absolute_url()
        all_rows = {"label": _("All"), "url": url, "is_current": not self.verdict}
        all_rows["count"] = sum(number for _verdict, number in known)
        return [
            all_rows,
            *(
                {
                    "label": self._word(verdict),
                    "url": f"{url}?verdict={verdict}",
                    "is_current": verdict == self.verdict,
                    "count": number,
                }
                for verdict, number in known
            ),
        ]

    def _word(self, verdict: str) -> str:
        return str(_VERDICTS[RowVerdict(verdict)][2 if self.is_over else 1])

    @cached_property
    def rows(self) -> Page:
        """A page of the rows of the file."""
        rows = CaseImportRow.objects.filter(case_import=self.case_import).for_list()
        rows = rows.filter(verdict=self.verdict) if self.verdict else rows
        size = self.request.GET.get("per_page", "")
        size = int(size) if size in {str(each) for each in PAGE_SIZES} else ROWS_ON_A_PAGE
        page = Paginator(rows, size).get_page(self.request.GET.get("page"))
        page.object_list = [self._shown(row) for row in page.object_list]
        return page

    def _shown(self, row: CaseImportRow) -> ShownRow:
        problems = [(self._named(name), text) for name, texts in row.errors.items() for text in texts]
        changed = ", ".join(self._named(name) for name in row.changed)
        return ShownRow(row, _VERDICTS[RowVerdict(row.verdict)][0], self._word(row.verdict), problems, changed)

    @cached_property
    def _labels(self) -> dict[str, str]:
        labels = {name: str(column.label) for name, column in columns_by_name(self.project).items()}
        return {**labels, "story": _("Story"), "story_id": _("Story"), "custom_values": _("Own fields")}

    def _named(self, name: str) -> str:
        return self._labels.get(name, name)

    @property
    def stored_number(self) -> int:
        """How many cases it makes or changes."""
        counts = self.case_import.counts
        return counts.get(RowVerdict.CREATE, 0) + counts.get(RowVerdict.UPDATE, 0)

    @property
    def refused_number(self) -> int:
        """How many rows are refused."""
        return self.case_import.counts.get(RowVerdict.REFUSED, 0)

    @property
    def skips_bad(self) -> bool:
        """Whether refused rows are left out."""
        return bool(self.case_import.options.get("skips_bad"))

    @property
    def may_begin(self) -> bool:
        """Whether what was checked can be stored."""
        is_checked = self.case_import.state == CaseImportState.CHECKED and bool(self.stored_number)
        return is_checked and bool(self.may_import) and (self.skips_bad or not self.refused_number)

    @property
    def taken_back(self) -> tuple[int, int]:
        """How many cases were taken back, and how many stayed because somebody saved them since."""
        counts = self.case_import.counts
        return counts.get(UNDONE, 0), counts.get(KEPT, 0)

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        """Where the page is."""
        key = self.project.key
        return [
            (_("Test cases"), reverse("catalog:case_list", args=[key])),
            (_("Imports"), reverse("catalog:import_list", args=[key])),
        ]

    def render(self, status: int = 200) -> HttpResponse:
        """The page, or the part of it that htmx is about to replace."""
        template = "catalog/import_detail.html"
        if wants_fragment(self.request):
            target = self.request.headers.get("HX-Target", "")
            template += "#rows" if target.endswith("#rows") else "#progress"
        context = {"page": self, "import": self.case_import, "project": self.project, "page_sizes": PAGE_SIZES}
        return render_fragment(self.request, template, context, status=status)
