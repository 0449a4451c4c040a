"""Zip archives of reports: which of their members are reports, read without unpacking anything to disk.

Names of members are hints and never paths. What a member costs is counted while it is read, whatever its head says.
"""

import io
import lzma
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import PurePosixPath
from typing import BinaryIO

from .allure import AllureFolderReader, Member
from .attached import AttachedFiles
from .bounds import DEFAULT_LIMITS, Limits, ReportRejected
from .detection import OpenedReport, open_report
from .json_shape import is_allure_result
from .source import ReportSource
from .two_readings import open_reader

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
ALLURE_NAME = "-result.json"
ALLURE_FILES = (ALLURE_NAME, "-container.json", "categories.json", "environment.properties", "executor.json")
NO_REPORT = frozenset({"unknown_format", "empty", "archive", "zip_archive", "unknown_encoding"})
"""Refusals of files that never were reports, such as screenshots beside them."""
DAMAGED = ReportRejected("The file is damaged in the archive, or packed in a way that is not known.", "bad_archive")
SYSTEM_FILES = ("__MACOSX/", ".DS_Store", "Thumbs.db")
HEAD_BYTES = 1_024
UNOPENED = (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError)
"""What `zipfile` raises of a file whose header is damaged, that is packed in a way it does not know, or encrypted."""
UNPACKING = (*UNOPENED, EOFError, ValueError, zlib.error, lzma.LZMAError)
"""What it raises besides while the bytes of a damaged file are read."""
LEAST_HEADER = 30
"""Bytes before a file in a zip, but for its name."""
JUNIT_START = re.compile(rb"<test(?:suites?|case)\b")
BOMB_READ = 1024 * 1024
"""Bytes that are read of a file that unpacks to too much: enough to know whether it is a report."""


@dataclass(slots=True)
class UploadedPart:
    """One file of an upload: a report that was opened, or the reason why it was not."""

    name: str
    opened: OpenedReport | None = None
    refusal: ReportRejected | None = None


@dataclass(slots=True)
class Upload:
    """What was uploaded: `parts` can be walked through once, each before the next one; `others` grows meanwhile."""

    parts: Iterator[UploadedPart]
    is_archive: bool = False
    others: list[str] = field(default_factory=list)
    """Names of files that are no reports."""
    attached: AttachedFiles = field(default_factory=AttachedFiles)
    """What came along, to be found by what the reports call it."""


class _Counted(io.RawIOBase):
    """A member that may be read from its start again; what it produces is counted and bounded."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: list[int]) -> None:
        self._archive, self._info, self._budget = archive, info, budget
        self._member = archive.open(info)
        limits = DEFAULT_LIMITS
        is_large, room = info.file_size > limits.expansion_from, limits.expansion * max(info.compress_size, 1)
        self._is_bomb = is_large and info.file_size > room

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, position: int, whence: int = 0) -> int:
        """Go back to the start; nothing else is needed."""
        if (position, whence) != (0, 0):
            raise OSError("A member is read from its start.")
        self._member.close()
        self._member = self._archive.open(self._info)
        return 0

    def read(self, size: int = -1) -> bytes:
        try:
            block = self._member.read(size)
        except UNPACKING as error:
            raise ReportRejected(DAMAGED.reason, DAMAGED.code) from error
        self._budget[0] -= len(block)
        if self._is_bomb and len(block) and self._member.tell() > BOMB_READ:
            raise ReportRejected("A file of the archive unpacks to more than any report does.", "too_large")
        if self._budget[0] < 0:
            raise ReportRejected("The archive holds more than may be unpacked.", "too_large")
        return block

    def close(self) -> None:
        self._member.close()
        super().close()


def is_archive(stream: BinaryIO) -> bool:
    """Whether a stream that can seek is a zip; it stands at its start afterwards."""
    stream.seek(0)
    head = stream.read(len(ZIP_MAGIC[0]))
    stream.seek(0)
    return head in ZIP_MAGIC


def open_upload(stream: BinaryIO, filename: str = "", *, limits: Limits = DEFAULT_LIMITS) -> Upload:
    """Open one report, or all reports of a zip. `stream` must stay open until the last part was taken.

    Raises ReportRejected when nothing of it can be taken in.
    """
    if not stream.seekable():
        return Upload(iter([UploadedPart(filename, open_report(stream, filename, limits=limits))]))
    if not is_archive(stream):
        return Upload(iter([UploadedPart(filename, open_report(stream, filename, limits=limits))]))
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ReportRejected("The archive is damaged or was cut off.", "bad_archive") from error
    members = _members(archive, limits)
    upload = Upload(iter(()), is_archive=True, attached=AttachedFiles(members))
    upload.parts = _parts(archive, members, upload, filename, limits, _room(stream, limits))
    return upload


def _room(stream: BinaryIO, limits: Limits) -> int:
    """How many bytes may be unpacked: like those of one report, not much more often than they are packed.

    Everything is read twice.
    """
    packed = stream.seek(0, io.SEEK_END)
    return min(limits.archive_bytes, 2 * max(limits.expansion_from, limits.expansion * packed))


def _members(archive: zipfile.ZipFile, limits: Limits) -> list[zipfile.ZipInfo]:
    """The files of the archive. Raises ReportRejected for one that has no business in an upload."""
    infos = archive.infolist()
    if len(infos) > limits.archive_members:
        raise ReportRejected(f"The archive holds more than {limits.archive_members:,} files.", "too_many_files")
    for info in infos:
        name = info.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or name[1:2] == ":" or "\0" in info.orig_filename:
            raise ReportRejected("The archive holds a file whose name leads out of it.", "unsafe_archive")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise ReportRejected("The archive holds a symbolic link.", "unsafe_archive")
        if info.flag_bits & 1:
            raise ReportRejected("The archive is encrypted.", "encrypted_archive")
    _refuse_overlaps(infos)
    files = [info for info in infos if not info.is_dir() and info.file_size]
    return [
        info
        for info in files
        if not info.filename.startswith(SYSTEM_FILES[0]) and not info.filename.endswith(SYSTEM_FILES[1:])
    ]


def _refuse_overlaps(infos: list[zipfile.ZipInfo]) -> None:
    """Raise ReportRejected for files that share bytes: so a small archive unpacks to any size."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    for before, after in pairwise(ordered):
        if before.header_offset + LEAST_HEADER + before.compress_size > after.header_offset:
            raise ReportRejected("Files in the archive share the same bytes.", "unsafe_archive")


def _parts(
    archive: zipfile.ZipFile,
    members: list[zipfile.ZipInfo],
    upload: Upload,
    filename: str,
    limits: Limits,
    room: int,
) -> Iterator[UploadedPart]:
    budget = [room]
    if len(members) > limits.archive_reports:
        _refuse_too_many(archive, members, limits)
    folders = _allure_folders(archive, members, budget, limits)
    for folder, results in folders.items():
        openers = [_opener(archive, info, budget) for info in results]
        yield _allure_part(folder or filename, openers, limits)
    found = 0
    for info in members:
        if str(PurePosixPath(info.filename).parent) in folders:
            if not info.filename.endswith(ALLURE_FILES):
                upload.others.append(info.filename)
            continue
        part = _part(archive, info, budget, limits)
        if part is None:
            upload.others.append(info.filename)
            continue
        found += 1
        if found > limits.archive_reports:
            raise _too_many(limits)
        yield part


def _too_many(limits: Limits) -> ReportRejected:
    return ReportRejected(f"The archive holds more than {limits.archive_reports:,} reports.", "too_many_files")


def _refuse_too_many(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Raise ReportRejected for too many reports before the first is stored, by names and starts of their files.

    This only saves time: others are counted when their turn comes.
    """
    found, budget = 0, [limits.archive_bytes]
    for info in (info for info in members if info.filename.lower().endswith(".xml")):
        try:
            with _Counted(archive, info, budget) as member:
                found += JUNIT_START.search(member.read(HEAD_BYTES)) is not None
        except (ReportRejected, *UNOPENED):
            continue  # told when its turn comes
        if found > limits.archive_reports:
            raise _too_many(limits)


def _opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: list[int]) -> Member:
    return lambda: _Counted(archive, info, budget)


def _part(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: list[int], limits: Limits) -> UploadedPart | None:
    """The member as a report, or None when it never was one."""
    try:
        member = _Counted(archive, info, budget)
        return UploadedPart(info.filename, open_report(member, PurePosixPath(info.filename).name, limits=limits))
    except ReportRejected as refusal:
        if refusal.code == DAMAGED.code:
            return UploadedPart(info.filename, refusal=refusal)
        if refusal.code in NO_REPORT or _looks_like_page(archive, info, budget):
            return None
        if budget[0] < 0:
            raise
        return UploadedPart(info.filename, refusal=refusal)
    except UNOPENED:
        return UploadedPart(info.filename, refusal=DAMAGED)


def _looks_like_page(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: list[int]) -> bool:
    """Whether a file that is no proper XML is a web page or a picture, as reporters write beside their results."""
    with _Counted(archive, info, budget) as member:
        head = member.read(HEAD_BYTES).lower()
    return b"<html" in head or b"<!doctype html" in head or b"<svg" in head


def _allure_folders(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], budget: list[int], limits: Limits
) -> dict[str, list[zipfile.ZipInfo]]:
    """The results of each folder whose first file with such a name is a result of Allure."""
    folders: dict[str, list[zipfile.ZipInfo]] = {}
    for info in members:
        if info.filename.endswith(ALLURE_NAME):
            folders.setdefault(str(PurePosixPath(info.filename).parent), []).append(info)

    def holds_results(infos: list[zipfile.ZipInfo]) -> bool:
        try:
            with _Counted(archive, infos[0], budget) as member:
                return is_allure_result(ReportSource(member, limits), limits)
        except (ReportRejected, *UNOPENED):
            return False

    return {folder: infos for folder, infos in folders.items() if holds_results(infos)}


def _allure_part(name: str, openers: list[Member], limits: Limits) -> UploadedPart:
    try:
        report, results = open_reader(lambda: AllureFolderReader(openers, limits), limits)
    except ReportRejected as refusal:
        return UploadedPart(name, refusal=refusal)
    except UNOPENED:
        return UploadedPart(name, refusal=DAMAGED)
    report.name = report.name or PurePosixPath(name).stem
    return UploadedPart(name, OpenedReport("allure", report, results))
