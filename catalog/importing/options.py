"""How a file is read and what is done with its rows, as it is kept with the import."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from ..choices import ExistingCases


@dataclass(slots=True)
class Options:
    """The choices of an import; what is not chosen is found out by looking at the file."""

    encoding: str = ""
    separator: str = ""
    has_head: bool = True
    sheet: str = ""
    columns: list[str] = field(default_factory=list)
    """For each column of the file the name of the column it is mapped to, or nothing."""
    folder_separator: str = "/"
    is_per_step: bool = False
    existing: str = ExistingCases.UPDATE
    skips_bad: bool = False
    """Whether good rows are stored when others are refused."""
    folder_id: int | None = None
    """Places of the file lie below this folder."""
    template_id: int | None = None
    """Of new cases that name no template."""
    merges_tags: bool = False
    """Whether tags are added to those of a case instead of replacing them."""

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Options":
        """Out of what is kept; unknown names are left out."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})

    def stored(self) -> dict[str, Any]:
        """To be kept."""
        return asdict(self)
