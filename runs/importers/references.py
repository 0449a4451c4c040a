"""What reports say beside the verdict: ids of test cases, attachments, properties."""

import re

from .bounds import CappedText, Limits

NAMED_ID = re.compile(r"(?<![A-Za-z0-9])(TC_[A-Z]{2,10}_\d{3,9}|C\d{1,9})(?![A-Za-z0-9])", re.IGNORECASE)
SEPARATORS = re.compile(r"[,;|\s]+")
SPELLING = re.compile(r"[\s.\-]+")
LONGEST_ID = 64

ID_PROPERTIES = frozenset(
    {"test_id", "testid", "test_ids", "test_key", "testkey", "test_case_id", "testcaseid", "test_case", "case_id"}
    | {"caseid", "tc_id", "testrail_id", "testrail_case_id", "testrail", "xray_test_key", "zephyr_id", "qase_id"}
)
TAG_PROPERTIES = frozenset({"tag", "tags", "label", "labels", "marker", "markers", "group", "groups"})
ATTACHMENT_PROPERTIES = frozenset({"attachment", "attachments", "testrail_attachment"})
STEP_PROPERTY = re.compile(r"step(\[[a-z]+\])?")

OUTPUT_MARKER = re.compile(r"\[\[(ATTACHMENT|PROPERTY)\|((?:(?!\[\[)[^\r\n]){1,1000}?)\]\](?!\])")
LONGEST_MARKER = 1_024


def spelled_plainly(name: str) -> str:
    """Return a property's name in lower case with underscores: `Test-ID` is `test_id`."""
    return SPELLING.sub("_", name.strip().lower())


def ids_in_name(text: str) -> tuple[str, ...]:
    """Return what looks like test ids in a name or a tag: `TC_UI_001`, also `test_tc_ui_001_pays`, and `C123`."""
    found = NAMED_ID.findall(text)
    return tuple(dict.fromkeys(name.upper() for name in found)) if found else ()


def ids_in_list(value: str, limit: int) -> tuple[str, ...]:
    """Return the test ids of a property's value, a list separated by commas, semicolons or blanks."""
    ids = (part.strip("@#[]()\"'") for part in SEPARATORS.split(value[: limit * (LONGEST_ID + 1)]))
    return tuple(dict.fromkeys(part for part in ids if 0 < len(part) <= LONGEST_ID))[:limit]


class CapturedOutput(CappedText):
    """Output of a test, capped, with the marks a test left in it for its uploader, wherever they stand."""

    __slots__ = ("_carried", "_limit", "attachments", "properties")

    def __init__(self, limits: Limits) -> None:
        """Start with no output."""
        super().__init__(limits.output_characters)
        self._carried = ""
        self._limit = limits.attachments
        self.attachments: list[str] = []
        self.properties: list[tuple[str, str]] = []

    def add(self, piece: str) -> None:
        """Append a piece of output; a mark may be spread over two pieces."""
        super().add(piece)
        if self._carried or "[[" in piece or piece.endswith("["):
            self._find_marks(self._carried + piece)

    def _find_marks(self, text: str) -> None:
        end = 0
        for match in OUTPUT_MARKER.finditer(text):
            end = match.end()
            self._keep(match.group(1), match.group(2).strip())
        start = text.rfind("[[", max(end, len(text) - LONGEST_MARKER))
        if start >= 0:
            self._carried = text[start:]
        else:
            self._carried = "[" if text.endswith("[") else ""

    def _keep(self, kind: str, value: str) -> None:
        if kind == "ATTACHMENT":
            if len(self.attachments) < self._limit and value:
                self.attachments.append(value)
        elif "=" in value and len(self.properties) < self._limit:
            name, _, content = value.partition("=")
            self.properties.append((name.strip(), content.strip()))
