"""Which file of an archive a report means by a path.

A path in a report is one of the machine that ran the tests: a hint, of which only the last parts are compared with
the names in the archive. No path is ever opened.
"""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from .bounds import MEGABYTE

SUSPICIOUS_RATIO = 1_000
SUSPICIOUS_FROM = 16 * MEGABYTE
LONGEST_END = 6
"""Parts of a path that are compared."""
MOST_ALIKE = 64
"""More files whose names end alike are not told apart."""


class Missing(StrEnum):
    """Why a path of a report has no file."""

    ABSENT = "absent"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that came along with a report."""

    name: str
    """The whole name in the archive."""
    size: int
    """What it unpacks to; reading never yields more."""
    crc: int
    is_bomb: bool

    @classmethod
    def of(cls, info: zipfile.ZipInfo) -> "AttachedFile":
        """What the directory of the archive tells of it."""
        is_bomb = info.file_size > SUSPICIOUS_FROM and info.file_size > SUSPICIOUS_RATIO * max(info.compress_size, 1)
        return cls(info.filename, info.file_size, info.CRC, is_bomb)


def parts_of(path: str) -> tuple[str, ...]:
    """The parts of a path of any system, the last one first, without what leads nowhere."""
    if path.startswith("file:"):
        path = unquote(path[len("file:") :])
    parts = path.replace("\\", "/").split("/")
    kept = [part for part in parts if part.strip() and part not in {".", ".."}]
    return tuple(reversed(kept))


def _compared(path: str) -> tuple[str, ...]:
    return parts_of(path.casefold())


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many parts both have in common at their end."""
    number = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        number += 1
    return number


class AttachedFiles:
    """The files of an archive, found by what reports call them."""

    def __init__(self, members: Sequence[zipfile.ZipInfo] = ()) -> None:
        """Arrange the files by the last parts of their names, whatever their case."""
        self._members = members
        self._ends: dict[int, list[int]] = {}
        """The places of the members whose names end alike, by the hash of each of their ends."""
        for place, info in enumerate(members):
            parts = _compared(info.filename)
            for length in range(1, min(len(parts), LONGEST_END) + 1):
                self._ends.setdefault(hash(parts[:length]), []).append(place)

    def __bool__(self) -> bool:
        """Whether any file came along."""
        return bool(self._members)

    def find(self, path: str, report: str = "") -> AttachedFile | Missing:
        """The file that the report of this name means by the path, or why there is none.

        The file that shares most parts at the end is meant; of several the one below the report's own folder. A guess
        would show the picture of another test, so nothing is answered when two different files are left.
        """
        asked = _compared(path)
        for length in range(min(len(asked), LONGEST_END), 0, -1):
            places = self._ends.get(hash(asked[:length]), ())
            if len(places) > MOST_ALIKE:
                return Missing.AMBIGUOUS
            found = [self._members[place] for place in places]
            if found := [info for info in found if info.filename != report]:
                return self._nearest(found, asked + _compared(report)[1:])
        return Missing.ABSENT

    @staticmethod
    def _nearest(found: list[zipfile.ZipInfo], place: tuple[str, ...]) -> AttachedFile | Missing:
        """The one whose whole name is most like the place, if that is one or all of them are the same bytes."""
        likeness = [_shared(place, _compared(info.filename)) for info in found]
        best = [info for info, number in zip(found, likeness, strict=True) if number == max(likeness)]
        if len({(info.CRC, info.file_size) for info in best}) > 1:
            return Missing.AMBIGUOUS
        return AttachedFile.of(best[0])
