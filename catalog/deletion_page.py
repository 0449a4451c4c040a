"""What the page that deletes a folder shows: what becomes of what it holds, in numbers."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qaportal.kit.wording import number

from . import policies
from .choices import FolderContent
from .forms import FolderDeleteForm
from .models import Folder, FolderRemoval, TestCase


@dataclass(frozen=True, slots=True)
class Way:
    """One of the things that can become of what a folder holds."""

    code: str
    name: str
    effect: str
    is_chosen: bool
    refusal: str = ""
    """Why the reader may not choose it."""


class DeletionPage:
    """The state of the page for one request."""

    def __init__(self, request: HttpRequest, folder: Folder) -> None:
        """Count what the folder holds."""
        self.request, self.folder = request, folder
        self.cases = TestCase.objects.living().below_folder(folder).count()
        self.folders = Folder.objects.living().below(folder, itself=False).count()

    @property
    def is_empty(self) -> bool:
        """Whether nothing goes with the folder."""
        return not self.cases and not self.folders

    @cached_property
    def form(self) -> FolderDeleteForm:
        """The form: it begins with moving, which loses nothing."""
        return FolderDeleteForm(
            self.request.POST if self.request.method == "POST" else None,
            initial={"content": FolderContent.MOVE, "target": self.folder.parent_id},
            project=self.request.project,
            user=self.request.user,
            folder=self.folder,
            is_empty=self.is_empty,
        )

    def chosen(self) -> dict[str, Any]:
        """The answer as the service takes it."""
        values = self.form.cleaned_data
        visible = Folder.objects.visible_to(self.request.user).in_project(self.request.project)
        target = visible.filter(pk=values["target"]).first() if values["target"] is not None else None
        return {"content": values["content"] or None, "target": target}

    @property
    def held(self) -> str:
        """What the folder holds, in words."""
        return held_words(self.cases, self.folders)

    @cached_property
    def ways(self) -> list[Way]:
        """What can be chosen, each with its effect."""
        chosen = str(self.form["content"].value() or "")
        edits = policies.can_edit_cases(self.request.user, self.request.project)
        deletes = policies.can_delete_cases(self.request.user, self.request.project)
        ways = [(FolderContent.MOVE, _("Move what it holds"), self._moved(), edits)]
        if self.cases:
            ways.append((FolderContent.ARCHIVE, _("Archive the cases"), self._archived(), edits))
        ways.append((FolderContent.DELETE, _("Delete everything with it"), self._deleted(), deletes))
        return [
            Way(code, name, effect, code == chosen, "" if may or not self.cases else may.reason)
            for code, name, effect, may in ways
        ]

    def _moved(self) -> str:
        words = _("Moved: %s. Ids, versions and results stay; a sub-folder joins one of its name there.")
        return words % self.held

    def _archived(self) -> str:
        place = self.folder.parent.name if self.folder.parent else _("no folder")
        words = {"cases": case_words(self.cases), "place": place}
        text = _("Archived in %(place)s, out of every list: %(cases)s.") % words
        return f"{text} {self._gone()}" if self.folders else text

    def _gone(self) -> str:
        words = ngettext("Deleted: %s sub-folder.", "Deleted: %s sub-folders.", self.folders)
        return words % number(self.folders)

    def _deleted(self) -> str:
        return _("Deleted: %s. Results are kept and test ids stay taken.") % self.held


def case_words(cases: int) -> str:
    """A number of cases."""
    return ngettext("%s case", "%s cases", cases) % number(cases)


def held_words(cases: int, folders: int) -> str:
    """Numbers of cases and sub-folders."""
    parts = [case_words(cases)] if cases or not folders else []
    if folders:
        parts.append(ngettext("%s sub-folder", "%s sub-folders", folders) % number(folders))
    return _(" and ").join(parts)


def what_happened(removal: FolderRemoval) -> str:
    """What the toast tells after a deletion."""
    name = {"name": removal.folder.name}
    if not removal.cases and not removal.folders:
        return _("The folder %(name)s is deleted") % name
    facts = {**name, "held": held_words(removal.cases, removal.folders), "cases": case_words(removal.cases)}
    if removal.content == FolderContent.MOVE:
        facts["place"] = removal.target.name if removal.target else _("no folder")
        return _("The folder %(name)s is deleted; %(held)s moved to %(place)s") % facts
    if removal.content == FolderContent.ARCHIVE:
        return _("The folder %(name)s is deleted; %(cases)s archived") % facts
    return _("The folder %(name)s is deleted with %(held)s") % facts
