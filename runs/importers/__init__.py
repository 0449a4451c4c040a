"""Reports of test runners, turned into one normal form. Needs no database and no settings.

Start at `open_upload` for what was uploaded, at `open_report` for one file; what cannot be taken in raises
`ReportRejected`.
"""

from .archives import Upload, UploadedPart, is_archive, open_upload
from .bounds import DEFAULT_LIMITS, Limits, ReportRejected
from .detection import OpenedReport, open_report
from .normal_form import (
    ReportedAttachment,
    ReportedResult,
    ReportedStatus,
    ReportedStep,
    ReportWarning,
    ResultCounts,
    RunReport,
)

__all__ = [
    "DEFAULT_LIMITS",
    "Limits",
    "OpenedReport",
    "ReportRejected",
    "ReportWarning",
    "ReportedAttachment",
    "ReportedResult",
    "ReportedStatus",
    "ReportedStep",
    "ResultCounts",
    "RunReport",
    "Upload",
    "UploadedPart",
    "is_archive",
    "open_report",
    "open_upload",
]
