"""What a report may cost, and the refusal of one that costs more or cannot be read."""

from collections import deque
from dataclasses import dataclass

KILOBYTE = 1024
MEGABYTE = 1024 * KILOBYTE
LONGEST_NOTE = 64


class ReportRejected(Exception):
    """A report cannot be taken in. `reason` is one sentence for the user, `code` is stable, `line` is where, if known.

    Codes: `empty`, `unknown_format`, `zip_archive`, `archive`, `bad_compression`, `unknown_encoding`,
    `malformed`, `truncated`, `doctype_forbidden`, `too_deep`, `too_long_tag`, `too_large_test`, `too_many_elements`,
    `too_many_names`, `too_many_tests`, `too_large`; for archives `bad_archive`, `unsafe_archive`,
    `encrypted_archive`, `too_many_files`.
    """

    def __init__(self, reason: str, code: str, line: int | None = None) -> None:
        """Keep the words, the code and the line in the file."""
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.line = line


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one report: sizes of the file in bytes, of kept text in characters."""

    document_bytes: int = 512 * MEGABYTE
    """The size of the document, after expansion when it came compressed."""
    expansion: int = 250
    """How many times larger than packed a document may be, from the size that follows on; reports are up to 100."""
    expansion_from: int = 32 * MEGABYTE
    compressed_members: int = 1_000
    """How many gzip streams one file may be a chain of."""
    tag_bytes: int = 2 * MEGABYTE
    """One tag with all its attributes, one comment, one processing instruction; the parser keeps it whole."""
    depth: int = 100
    elements: int = 10_000_000
    values: int = 3_000_000
    """Values of JSON that are read one by one; those inside a test come with it."""
    distinct_names: int = 2_000
    """Different names of elements and attributes; the parser keeps each for as long as it lives."""
    tests: int = 1_000_000
    output_characters: int = 64 * KILOBYTE
    """Kept of each of standard output and standard error; the same for stack traces."""
    trace_characters: int = 64 * KILOBYTE
    message_characters: int = 4_000
    name_characters: int = 1_000
    property_characters: int = 4_000
    properties: int = 200
    """Kept of one test, and of the report."""
    attachments: int = 200
    steps: int = 1_000
    kept_steps: int = 1_000_000
    """Of all tests of an upload together."""
    kept_attachments: int = 10_000
    attachment_bytes: int = 1_024 * MEGABYTE
    """What the attachments of an upload may unpack to."""
    embedded_bytes: int = 64 * MEGABYTE
    """One file that stands in a report itself."""
    archive_members: int = 150_000
    archive_reports: int = 2_000
    archive_bytes: int = 1_024 * MEGABYTE
    """What reading an archive may produce, each of the two readings counted."""
    record_characters: int = 4_000_000
    """The text of one test in a format that is read test by test."""
    case_references: int = 20
    held_characters: int = 16 * MEGABYTE
    """Text of attempts that wait for the last attempt of their test; past it, texts of further ones are cut short."""


DEFAULT_LIMITS = Limits()


class CappedText:
    """Collects a text of any length and keeps its first and its last half, saying how much is missing between them."""

    __slots__ = ("_half", "_head", "_head_length", "_left_out", "_tail", "_tail_length")

    def __init__(self, limit: int) -> None:
        """Keep at most `limit` characters, half of them from the start."""
        self._half = limit // 2
        self._head: list[str] = []
        self._head_length = 0
        self._tail: deque[str] = deque()
        self._tail_length = 0
        self._left_out = 0

    def add(self, piece: str) -> None:
        """Append a piece; cost and memory do not grow with what came before."""
        room = self._half - self._head_length
        if room > 0:
            self._head.append(piece[:room])
            self._head_length += min(room, len(piece))
            piece = piece[room:]
        if not piece:
            return
        self._tail.append(piece)
        self._tail_length += len(piece)
        if self._tail_length > 4 * self._half or len(self._tail) > 4_096:
            self._shorten_tail()

    def _shorten_tail(self) -> None:
        text = "".join(self._tail)
        kept = text[-self._half :] if self._half else ""
        self._left_out += len(text) - len(kept)
        self._tail = deque([kept])
        self._tail_length = len(kept)

    def text(self) -> str:
        """Return what was kept."""
        if self._tail_length > self._half:
            self._shorten_tail()
        head, tail = "".join(self._head), "".join(self._tail)
        if not self._left_out:
            return head + tail
        return f"{head}\n[... {self._left_out:,} characters left out ...]\n{tail}"


def capped(text: str, limit: int) -> str:
    """Return `text`, or its first and last part when it is longer than `limit` characters.

    A text that was cut to this limit before, and holds the note that says so, is left as it is.
    """
    if len(text) <= limit + LONGEST_NOTE:
        return text
    collector = CappedText(limit)
    collector.add(text)
    return collector.text()
