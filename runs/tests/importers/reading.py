"""How the tests of the importers read reports."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runs.importers import (
    DEFAULT_LIMITS,
    Limits,
    OpenedReport,
    ReportedResult,
    ReportRejected,
    ResultCounts,
    open_report,
)

FIXTURES = Path(__file__).parent / "fixtures"


class GeneratedStream(io.RawIOBase):
    """A file of any length that is made while it is read, and made again when it is read again."""

    def __init__(self, make: Callable[[], Iterator[bytes]]):
        self._make = make
        self.seek(0)

    def seekable(self):
        return True

    def readable(self):
        return True

    def seek(self, position, whence=0):
        assert (position, whence) == (0, 0)
        self._pieces = self._make()
        self._rest = b""
        return 0

    def read(self, size=-1):
        while size < 0 or len(self._rest) < size:
            piece = next(self._pieces, None)
            if piece is None:
                size = len(self._rest)
                break
            self._rest += piece
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


def opened(document: str | bytes, *, limits: Limits = DEFAULT_LIMITS) -> tuple[OpenedReport, list[ReportedResult]]:
    """Return a report and all its results."""
    content = document.encode() if isinstance(document, str) else document
    report = open_report(io.BytesIO(content), "upload.xml", limits=limits)
    return report, list(report.results)


def results_of(document: str | bytes) -> list[ReportedResult]:
    """Return all results of a report, earlier attempts included."""
    return opened(document)[1]


def result_of(document: str | bytes) -> ReportedResult:
    """Return the only result of a report."""
    (result,) = results_of(document)
    return result


def fixture(name: str) -> tuple[OpenedReport, list[ReportedResult]]:
    """Return a stored report and all its results."""
    with (FIXTURES / f"{name}.xml").open("rb") as stream:
        report = open_report(stream, f"{name}.xml")
        return report, list(report.results)


def counted(results: list[ReportedResult]) -> tuple[int, int, int, int, int]:
    """Return passed, failed, errors, skipped, flaky."""
    counts = ResultCounts()
    for result in results:
        counts.add(result)
    assert counts.tests == counts.passed + counts.failed + counts.errors + counts.skipped + counts.blocked
    return counts.passed, counts.failed, counts.errors, counts.skipped, counts.flaky


def rejected(document: str | bytes, *, limits: Limits = DEFAULT_LIMITS) -> ReportRejected:
    """Return the refusal of a report; fails when it is taken in."""
    with pytest.raises(ReportRejected) as refusal:
        opened(document, limits=limits)
    assert refusal.value.reason.endswith(".")
    return refusal.value
