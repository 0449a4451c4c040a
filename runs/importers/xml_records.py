"""XML read record by record: the elements that stand for tests as small trees, those around them as they come."""

from collections.abc import Callable, Iterator, Mapping
from xml.parsers import expat

from .bounds import CappedText, Limits, ReportRejected
from .junit_survey import local_name
from .source import ReportSource
from .two_readings import RepairNeeded
from .xml_feed import feed, hardened_parser, is_repairable, rejection

RECORD_ELEMENTS = 20_000
"""Elements kept of one record; past it, further ones are left out."""


class Element:
    """An element with its attributes, its text up to a limit, and the elements in it."""

    __slots__ = ("_pieces", "attributes", "children", "end", "name", "start")

    def __init__(self, name: str, attributes: Mapping[str, str]) -> None:
        """Start without text and children."""
        self.name = name
        self.attributes = attributes
        self.children: list[Element] = []
        self._pieces: CappedText | None = None
        self.start = self.end = 0
        """Where its tag and its closing tag begin in the document, in bytes; known inside records alone."""

    def add_text(self, piece: str, limit: int) -> None:
        """Append a piece of the element's own text."""
        if self._pieces is None:
            self._pieces = CappedText(limit)
        self._pieces.add(piece)

    @property
    def text(self) -> str:
        """The text that stands directly in the element, without blanks around it."""
        return self._pieces.text().strip() if self._pieces else ""

    def get(self, name: str) -> str:
        """The attribute, or an empty text."""
        return self.attributes.get(name, "")

    def child(self, *path: str) -> "Element | None":
        """The first element on a path of names below this one."""
        found: Element | None = self
        for name in path:
            found = next((child for child in found.children if child.name == name), None)
            if found is None:
                return None
        return found

    def named(self, *names: str) -> Iterator["Element"]:
        """The elements directly below with one of these names."""
        return (child for child in self.children if child.name in names)

    def text_of(self, *path: str) -> str:
        """The text of the element on a path of names, or an empty text."""
        found = self.child(*path)
        return found.text if found is not None else ""


START, END, RECORD = "start", "end", "record"
Event = tuple[str, Element]


class _Handlers:
    """What the parser calls; gathers events until they are taken."""

    def __init__(self, limits: Limits, records: frozenset[str], containers: frozenset[str]) -> None:
        self.limits = limits
        self.records = records
        self.containers = containers
        self.events: list[Event] = []
        self.place: Callable[[], int] = int
        self.open_names: list[str] = []
        self.root = ""
        self.elements = 0
        self._open_containers: list[Element] = []
        self._record: list[Element] = []
        self._kept = 0
        self._left_out = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = local_name(name) if ":" in name else name
        self.root = self.root or name
        self.open_names.append(name)
        self.elements += 1
        if len(self.open_names) > self.limits.depth:
            raise ReportRejected(f"The elements are nested more than {self.limits.depth} deep.", "too_deep")
        if self._record:
            self._start_inside(name, attributes)
        elif name in self.records:
            self._record = [Element(name, attributes)]
            self._kept = 0
        elif name in self.containers:
            element = Element(name, attributes)
            self._open_containers.append(element)
            self.events.append((START, element))

    def _start_inside(self, name: str, attributes: dict[str, str]) -> None:
        self._kept += 1
        if self._left_out or self._kept > RECORD_ELEMENTS:
            self._left_out += 1
            return
        element = Element(name, attributes)
        element.start = self.place()
        self._record[-1].children.append(element)
        self._record.append(element)

    def end(self, _name: str) -> None:
        name = self.open_names.pop()
        if self._left_out:
            self._left_out -= 1
        elif self._record:
            element = self._record.pop()
            element.end = self.place()
            if not self._record:
                self.events.append((RECORD, element))
        elif name in self.containers:
            self.events.append((END, self._open_containers.pop()))

    def text(self, piece: str) -> None:
        if self._record and not self._left_out:
            whole = self._kept < 100  # texts of a record with many elements are kept short
            self._record[-1].add_text(piece, self.limits.trace_characters if whole else 2_000)

    def take(self) -> list[Event]:
        events, self.events = self.events, []
        return events


def walk(source: ReportSource, limits: Limits, *, records: set[str], containers: set[str]) -> Iterator[Event]:
    """Yield `(START, element)` and `(END, element)` for containers, `(RECORD, element)` for whole records.

    An element inside a record belongs to it, whatever its name. Raises RepairNeeded and ReportRejected.
    """
    handlers = _Handlers(limits, frozenset(records), frozenset(containers))
    parser = hardened_parser(handlers.start, handlers.end)
    parser.CharacterDataHandler = handlers.text
    handlers.place = lambda: parser.CurrentByteIndex
    try:
        for _fed in feed(parser, source.chunks(), limits):
            if handlers.elements > limits.elements:
                raise ReportRejected(f"The file holds more than {limits.elements:,} XML elements.", "too_many_elements")
            yield from handlers.take()
    except (expat.ExpatError, UnicodeDecodeError) as error:
        if not source.repairing and is_repairable(error):
            raise RepairNeeded from None
        raise rejection(error, handlers.open_names, saw_elements=bool(handlers.root)) from None
