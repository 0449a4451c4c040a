"""What the pages about copies show: the form of a new one, and how far one is."""

from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Project
from accounts.project_pages import get_visible
from qaportal.kit.errors import Decision
from qaportal.kit.models import JobProgress

from . import policies
from .case_pages import CasesPage, read_ids_of
from .case_rows import matching_ids
from .choices import CopyState
from .forms import CopyForm
from .models import CopiedCase, CopyJob, Folder, TestCase
from .services.bulk import MOST_AT_ONCE
from .services.copies import AT_ONCE, OPTIONS
from .services.fitting import remark_words

SHOWN = 100
LONGEST_ADDRESS = 1_500
KEPT = "picked_for_copy"


class CopyPage:
    """The state of the form for one request: what is picked, and where it may go."""

    def __init__(self, request: HttpRequest) -> None:
        """Read what is picked; raises Http404 for what is not of this project."""
        self.request = request
        data = request.POST if request.method == "POST" else request.GET
        self.ids = self._picked(data)
        chosen = data.get("folder", "")
        self.folder = get_visible(Folder, request, pk=int(chosen)) if read_ids_of([chosen]) else None
        visible = TestCase.objects.visible_to(request.user).in_project(request.project)
        if visible.filter(pk__in=self.ids).count() != len(self.ids):
            raise Http404

    @property
    def is_picked(self) -> bool:
        """Whether there is something to copy."""
        return bool(self.ids or self.folder)

    def _picked(self, data: QueryDict) -> list[int]:
        """The picked cases: named, all that fit the filter of the address, or kept while their page was left."""
        if data.get("everything"):
            return matching_ids(CasesPage(self.request).filterset, MOST_AT_ONCE)
        kept = self.request.session.get(KEPT) if data.get("picked") else None
        return sorted(read_ids_of(kept or data.getlist("ids")))[:MOST_AT_ONCE]

    def address(self) -> str:
        """Where the form stands by itself; more cases than an address holds wait in the session."""
        url = reverse("catalog:case_copy", args=[self.request.project.key])
        if len(self.joined_ids) <= LONGEST_ADDRESS:
            return f"{url}?ids={self.joined_ids}"
        self.request.session[KEPT] = [self.joined_ids]
        return f"{url}?picked=1"

    @property
    def is_cut(self) -> bool:
        """Whether more may be picked than are copied at once."""
        return len(self.ids) == MOST_AT_ONCE

    @property
    def joined_ids(self) -> str:
        """The picked cases in one field."""
        return ",".join(map(str, self.ids))

    @cached_property
    def projects(self) -> Any:
        """Where the reader may write cases: this project, and the others of its company."""
        found = Project.objects.visible_to(self.request.user).filter(tenant=self.request.project.tenant_id)
        return found.granting(self.request.user, "case.edit").order_by("name", "pk")

    @cached_property
    def target(self) -> Project:
        """The chosen project, this one while none is."""
        given = self.request.POST.get("target_project") or self.request.GET.get("target_project", "")
        found = self.projects.filter(pk=int(given)).first() if read_ids_of([given]) else None
        return found or self.request.project

    @property
    def is_sent(self) -> bool:
        """Whether the form was sent, not only the picked cases or another project."""
        return self.request.method == "POST" and "way" in self.request.POST and "choose" not in self.request.POST

    @cached_property
    def form(self) -> CopyForm:
        """The form."""
        start = {name: self.request.POST.get(name) == "on" for name in OPTIONS} if "way" in self.request.POST else {}
        initial = {"target_project": self.target.pk, "way": self.request.POST.get("way", "copy"), **start}
        data = self.request.POST if self.is_sent else None
        return CopyForm(data, initial=initial, projects=self.projects, target=self.target, user=self.request.user)

    def asked(self) -> dict[str, Any]:
        """The checked input as the service takes it."""
        values = dict(self.form.cleaned_data)
        place = values["target_folder"]
        visible = Folder.objects.visible_to(self.request.user).in_project(values["target_project"])
        values["target_folder"] = visible.filter(pk=place).first() if place is not None else None
        values["is_move"] = values.pop("way") == "move"
        return {**values, "case_ids": self.ids, "folder_ids": [self.folder.pk] if self.folder else []}

    @cached_property
    def cases(self) -> int:
        """How many cases are picked, those of the folder among them."""
        if not self.folder:
            return len(self.ids)
        living = TestCase.objects.living().in_project(self.request.project)
        return living.current().below_folder(self.folder).exclude(pk__in=self.ids).count() + len(self.ids)

    @cached_property
    def folders(self) -> int:
        """How many folders go along."""
        return Folder.objects.living().below(self.folder).count() if self.folder else 0

    @property
    def is_large(self) -> bool:
        """Whether a job does it."""
        return self.cases > AT_ONCE


class CopyJobPage:
    """What the page of one copy shows."""

    def __init__(self, request: HttpRequest, job: CopyJob) -> None:
        """Keep the job."""
        self.request, self.job = request, job

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        """Where the page is."""
        return [(_("Test cases"), reverse("catalog:case_list", args=[self.job.project.key]))]

    @property
    def is_open(self) -> bool:
        """Whether it is still at work."""
        return self.job.state in {CopyState.QUEUED, CopyState.RUNNING, CopyState.UNDOING}

    @cached_property
    def progress(self) -> JobProgress | None:
        """How far it is."""
        return JobProgress.objects.filter(pk=self.job.progress_id).first() if self.is_open else None

    @cached_property
    def target(self) -> Project | None:
        """The other project, where the reader sees it."""
        return Project.objects.visible_to(self.request.user).filter(pk=self.job.target_project_id).first()

    @cached_property
    def target_folder(self) -> Folder | None:
        """The folder that everything was put into, where it is still there and the reader sees it."""
        found = Folder.objects.visible_to(self.request.user).filter(pk=self.job.target_folder_id)
        return found.select_related("project").first()

    @cached_property
    def rows(self) -> list[CopiedCase]:
        """The first of the copied cases with their originals; a copy that the reader does not see is left out."""
        if self.target is None:
            return []
        return list(self.job.cases.done().for_list()[:SHOWN])

    @property
    def hidden(self) -> int:
        """How many are not listed."""
        return max(0, self.job.counts["copied"] - len(self.rows)) if self.target else 0

    @property
    def remarks(self) -> list[tuple[str, int]]:
        """What was not taken over, in words."""
        return remark_words(self.job.remarks)

    @cached_property
    def may_undo(self) -> Decision:
        """Whether the reader may take it back."""
        return policies.can_delete_cases(self.request.user, self.job.target_project)

    @property
    def is_over(self) -> bool:
        """Whether it can be taken back."""
        return self.job.state in {CopyState.DONE, CopyState.FAILED}
