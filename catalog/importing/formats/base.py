"""What a format tells: how it is recognised and what its columns are for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from django.utils.functional import Promise

Rows = Callable[[], Iterator[tuple[int, list[Any]]]]
Record = tuple[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class TableFormat:
    """A CSV or workbook with a head of its own."""

    code: str
    label: Promise | str
    marks: Sequence[frozenset[str]] = ()
    """Heads, folded; a file with all of one of these sets is of the format."""
    mapping: Mapping[str, str] = field(default_factory=dict)
    """For folded heads the column they are mapped to; everything else goes by its name."""
    folder_separator: str = "/"
    is_per_step: bool = False
    source: str = ""
    """The tool whose ids the file holds."""
    adapted: Callable[[Sequence[str], Rows], Rows] | None = None
    """Makes rows of the file's rows where cells have to be read together; gets the folded heads."""
    kind = "table"

    def recognises(self, heads: Sequence[str]) -> bool:
        """Whether the folded heads are those of the format."""
        return any(marks <= set(heads) for marks in self.marks)


@dataclass(frozen=True, slots=True)
class DocumentFormat:
    """XML or JSON whose cases have names for their parts."""

    code: str
    label: Promise | str
    recognises: Callable[[str], bool]
    """Whether the first signs of a file are those of the format."""
    records: Callable[[IO[bytes]], Iterator[Record]]
    """Each case with its place in the file, by the names of its parts; raises InvalidInput."""
    mapping: Mapping[str, str] = field(default_factory=dict)
    folder_separator: str = "/"
    is_per_step: bool = False
    source: str = ""
    kind = "document"


def first_word(text: Any) -> str:
    """The first of several ids with commas between them."""
    return str(text or "").split(",")[0].strip()


def without_html(text: str) -> str:
    """The text of simple HTML: lines stay lines, marks go."""
    if "<" not in text and "&" not in text:
        return text
    import html
    import re

    text = re.sub(r"\r?\n", "\n", text)
    text = re.sub(r"(?i)<br\s*/?>\n?|</p>\s*(?=<p)|</li>\s*(?=<li)|</div>\s*(?=<div)", "\n", text)
    text = re.sub(r"(?i)<li[^>]*>", "- ", text)
    return html.unescape(re.sub(r"</?[a-zA-Z][^<>]*>", "", text)).strip()
