"""Changing many cases: what is asked, what it will do, and what was done, out of one posted form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Project, User
from accounts.project_pages import get_visible
from qaportal.kit.errors import InvalidInput, NotVisible
from qaportal.kit.wording import number

from . import policies
from .case_pages import CasesPage
from .case_rows import matching_ids
from .comparison import Told, told_changes
from .forms import ChangeForm, read_ids
from .models import Folder, TestCase
from .own_fields import OwnFields
from .services import bulk
from .services.cases import delete_cases

SHOWN = 8
"""How many cases a preview shows."""
CHANGE, MOVE, TAG, ARCHIVE, UNARCHIVE, DELETE = "change", "move", "tag", "archive", "unarchive", "delete"
ASKING = {CHANGE: None, MOVE: ("folder",), TAG: ("add_tags", "remove_tags")}
"""What asks first, and for which fields; None for every one."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What will become of the picked cases."""

    picked: int
    changing: int
    rows: list[tuple[TestCase, list[Told]]]
    """The first that change, each with what changes."""

    @property
    def summary(self) -> str:
        """How many change, in words."""
        if self.changing == self.picked:
            return ngettext("%(n)s case will change.", "%(n)s cases will change.", self.picked) % {
                "n": number(self.picked)
            }
        words = _("%(changing)s of %(picked)s cases will change; the others say so already.")
        return words % {"changing": number(self.changing), "picked": number(self.picked)}

    @property
    def more(self) -> int:
        """How many change beyond those that are shown."""
        return self.changing - len(self.rows)


class ChangePage:
    """One request to change many cases."""

    def __init__(self, request: HttpRequest) -> None:
        """Read what is to be done to which cases; raises Denied for what the user may not."""
        self.request = request
        self.project: Project = request.project
        self.user: User = request.user
        act = request.POST.get("act", CHANGE)
        self.act = act if act in {*ASKING, ARCHIVE, UNARCHIVE, DELETE} else CHANGE
        may = policies.can_delete_cases if self.act == DELETE else policies.can_edit_cases
        may(self.user, self.project).require()

    @cached_property
    def ids(self) -> list[int]:
        """The picked cases, or all that fit the filter of the address; raises InvalidInput for none or too many."""
        if self.request.POST.get("everything"):
            ids = matching_ids(CasesPage(self.request).filterset, bulk.MOST_AT_ONCE + 1)
        else:
            ids = read_ids(self.request.POST, bulk.MOST_AT_ONCE + 1)
        if not ids:
            raise _refused(_("Select at least one case."))
        if len(ids) > bulk.MOST_AT_ONCE:
            words = _("More than %s cases are selected. Narrow the filter, and change them in parts.")
            raise _refused(words % number(bulk.MOST_AT_ONCE))
        return ids

    @cached_property
    def form(self) -> ChangeForm | None:
        """The form that asks; None where nothing is asked."""
        if self.act not in ASKING:
            return None
        data = self.request.POST if self.request.POST.get("step") else None
        return ChangeForm(data, project=self.project, user=self.user, only=ASKING[self.act])

    @property
    def is_asking(self) -> bool:
        """Whether the form stands before the preview."""
        return self.form is not None and self.request.POST.get("step") not in {"preview", "apply"}

    @cached_property
    def wanted(self) -> dict[str, Any]:
        """The values as the service takes them; raises InvalidInput when the form cannot be used."""
        if self.form is None:
            return {"is_archived": self.act == ARCHIVE}
        if not self.form.is_valid():
            raise _refused(_("Some of it cannot be used."))
        values = self.form.chosen()
        if not values.keys() - {"reason"}:
            raise _refused(_("Choose at least one thing to change."))
        if values.get("folder") is not None:
            values["folder"] = get_visible(Folder, self.request, pk=values["folder"])
        return values

    def preview(self) -> Preview:
        """What applying it now would do."""
        cases = self._loaded()
        if self.act == DELETE:
            return Preview(len(cases), len(cases), [(case, []) for case in cases[:SHOWN]])
        values = {name: value for name, value in self.wanted.items() if name != "reason"}
        changed = bulk.changes_of(cases, OwnFields(self.project, actor=self.user), **values)
        told = told_changes([changes for _case, changes in changed[:SHOWN]], project=self.project)
        rows = [(case, each) for (case, _changes), each in zip(changed[:SHOWN], told, strict=True)]
        return Preview(len(cases), len(changed), rows)

    def _loaded(self) -> list[TestCase]:
        visible = TestCase.objects.visible_to(self.user).in_project(self.project).filter(pk__in=self.ids)
        cases = list(visible.defer("search", "folded", "steps_text").order_by("pk"))
        if len(cases) != len(set(self.ids)):
            raise NotVisible
        for case in cases:
            case.project = self.project  # its states are asked once
        return cases

    @transaction.atomic
    def apply(self) -> Done:
        """Do it; answers what was done."""
        if self.act == DELETE:
            touched: Sequence[int] = self.ids
            count = delete_cases(actor=self.user, project=self.project, case_ids=self.ids)
        else:
            touched = list(bulk.update_cases(actor=self.user, project=self.project, case_ids=self.ids, **self.wanted))
            count = len(touched)
        return Done(self._said(count), moment_of(touched))

    def _said(self, count: int) -> str:
        if self.act == DELETE:
            words = ngettext("%s case deleted", "%s cases deleted", count)
        elif self.act == ARCHIVE:
            words = ngettext("%s case archived", "%s cases archived", count)
        elif self.act == UNARCHIVE:
            words = ngettext("%s case brought back", "%s cases brought back", count)
        elif self.act == MOVE:
            words = ngettext("%s case moved", "%s cases moved", count)
        else:
            words = ngettext("%s case changed", "%s cases changed", count)
        return words % number(count)

    @property
    def title(self) -> str:
        """What the dialog is called."""
        return {
            CHANGE: _("Change the selected cases"),
            MOVE: _("Move the selected cases"),
            TAG: _("Tag the selected cases"),
            ARCHIVE: _("Archive the selected cases"),
            UNARCHIVE: _("Bring the selected cases back"),
            DELETE: _("Delete the selected cases"),
        }[self.act]

    @property
    def verb(self) -> str:
        """What the button that does it says."""
        words = {MOVE: _("Move"), ARCHIVE: _("Archive"), UNARCHIVE: _("Bring back"), DELETE: _("Delete")}
        return words.get(self.act, _("Change"))

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The posted values that the next step needs again; ids in one field, however many there are."""
        posted = self.request.POST
        left_out = {"csrfmiddlewaretoken", "step", "act", "ids", "everything"}
        return [(name, value) for name, values in posted.lists() if name not in left_out for value in values]

    @property
    def joined_ids(self) -> str:
        """The ids as one value: a request has a bounded number of fields."""
        return ",".join(map(str, self.ids))


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, and when as the database knows it; with it the change is taken back."""

    words: str
    moment: str


def moment_of(case_ids: Sequence[int]) -> str:
    """When these cases were changed just now, all at once; nothing when there is none."""
    if not case_ids:
        return ""
    return TestCase.objects.values_list("updated_at", flat=True).get(pk=case_ids[0]).isoformat()


def undo_of(project: Project, moment: str) -> dict[str, Any] | None:
    """The POST that takes back what was done at the moment, for the toast; None when nothing was."""
    if not moment:
        return None
    return {"url": reverse("catalog:case_take_back", args=[project.key]), "values": {"at": moment}}


def _refused(words: str) -> InvalidInput:
    return InvalidInput(words, fields={"test_case_ids": [words]})
