"""Reports of test runners, turned into one normal form. Needs no database and no settings.

Start at `open_report`; a file that cannot be taken in raises `ReportRejected`.
"""

from .bounds import DEFAULT_LIMITS, Limits, ReportRejected
from .detection import OpenedReport, open_report
from .normal_form import ReportedResult, ReportedStatus, ReportWarning, ResultCounts, RunReport

__all__ = [
    "DEFAULT_LIMITS",
    "Limits",
    "OpenedReport",
    "ReportRejected",
    "ReportWarning",
    "ReportedResult",
    "ReportedStatus",
    "ResultCounts",
    "RunReport",
    "open_report",
]
