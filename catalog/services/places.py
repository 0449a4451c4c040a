"""Where a case stands in the words of module, sub-module and feature: the first three levels of the tree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from qaportal.kit.errors import InvalidInput

from ..models import Folder, TestCase
from .folders import ensure_folder_path

UNSORTED = "Unsorted"
NAMES = ("module_id", "sub_module", "feature_section")


@dataclass(frozen=True, slots=True)
class Place:
    """A module by its id, a sub-module and a feature by their names."""

    module_id: int | None = None
    sub_module: str = ""
    feature_section: str = ""


def place_of(case: TestCase | None) -> Place:
    """Where the case stands now."""
    if case is None or case.folder is None:
        return Place()
    ids = [int(part) for part in case.folder.path.split("/") if part]
    names = dict(Folder.objects.filter(pk__in=ids).values_list("pk", "name"))
    below = [names.get(pk, "") for pk in ids[1:3]]
    return Place(ids[0], *below)


@transaction.atomic
def folders_for(
    *, actor: User | None, cases: Sequence[TestCase], wanted: Mapping[str, Any]
) -> dict[int, Folder | None]:
    """The folder in which each case shall stand, by its id; those that stand together are looked up once.

    Raises what `folder_for` raises.
    """
    found: dict[int | None, Folder | None] = {}
    for case in cases:
        if case.folder_id not in found:
            found[case.folder_id] = folder_for(actor=actor, project=case.project, case=case, wanted=wanted)
    return {case.pk: found[case.folder_id] for case in cases}


@transaction.atomic
def folder_for(
    *, actor: User | None, project: Project, case: TestCase | None, wanted: Mapping[str, Any]
) -> Folder | None:
    """The folder that a case shall stand in, its parts found or made; what is not named stays as it is.

    Names without a module go below a module "Unsorted", a feature without a sub-module below a sub-module of that
    name. A case whose place is not changed stays where it is, however deep. Raises InvalidInput for an unknown
    module, and Denied when a folder has to be made and the actor may not.
    """
    current = place_of(case)
    named = {name: wanted[name] for name in NAMES if name in wanted}
    place = Place(
        named.get("module_id", current.module_id),
        _name(named.get("sub_module", current.sub_module)),
        _name(named.get("feature_section", current.feature_section)),
    )
    if case is not None and place == current:
        return case.folder
    names = [place.sub_module or (UNSORTED if place.feature_section else ""), place.feature_section]
    names = [name for name in names if name]
    module = _module(project, place.module_id)
    if module is None and not names:
        return None
    if module is None:
        names = [UNSORTED, *names]
    return ensure_folder_path(actor=actor, project=project, names=names, below=module) if names else module


def _name(given: Any) -> str:
    return " ".join(str(given or "").split())


def _module(project: Project, module_id: int | None) -> Folder | None:
    if module_id is None:
        return None
    found = Folder.objects.living().in_project(project).filter(pk=module_id, depth=1).first()
    if found is None:
        raise InvalidInput(_("Not found."), "not_found", fields={"module_id": [_("There is no such module.")]})
    return found
