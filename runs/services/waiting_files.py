"""Files of an import that have their rows and not yet their bytes: where each stands, as the import remembers it."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Any

from ..importers.normal_form import BodyForm, EmbeddedBody


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """One of them: its key, the member of the archive, and where it stands in that when this is the report itself."""

    key: str
    member: str
    body: EmbeddedBody | None = None

    def told(self) -> list[Any]:
        """The form in which the import keeps it."""
        return [self.key, self.member, *([list(astuple(self.body))] if self.body else [])]


def remembered(rows: Iterable[list[Any]]) -> list[WaitingFile]:
    """The files from the form in which an import keeps them."""
    return [WaitingFile(key, member, *(_body(place) for place in places)) for key, member, *places in rows]


def _body(place: list[Any]) -> EmbeddedBody:
    start, length, size, form, is_repaired, of_repaired = place
    return EmbeddedBody(start, length, size, BodyForm(form), is_repaired, of_repaired)
