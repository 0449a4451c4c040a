"""One meaning, several spellings: the words that reports, clients and people use for a verdict."""

from django.utils.translation import gettext as _

from qaportal.kit.errors import InvalidInput

from .choices import ResultStatus

_WORDS = {
    "pass": ResultStatus.PASSED,
    "passed": ResultStatus.PASSED,
    "fail": ResultStatus.FAILED,
    "failed": ResultStatus.FAILED,
    "error": ResultStatus.ERROR,
    "blocked": ResultStatus.BLOCKED,
    "skip": ResultStatus.SKIPPED,
    "skipped": ResultStatus.SKIPPED,
    "in_progress": ResultStatus.IN_PROGRESS,
    "inprogress": ResultStatus.IN_PROGRESS,
    "running": ResultStatus.IN_PROGRESS,
    "pending": ResultStatus.IN_PROGRESS,
    "not_started": ResultStatus.NOT_STARTED,
    "notstarted": ResultStatus.NOT_STARTED,
    "untested": ResultStatus.NOT_STARTED,
}


def parse_status(given: object, *, field: str = "status") -> ResultStatus:
    """The status a word means, whatever its case and spelling.

    Raises InvalidInput naming the field for any other word.
    """
    word = str(given).strip().lower().replace(" ", "_").replace("-", "_")
    if word not in _WORDS:
        offered = ", ".join(sorted(_WORDS))
        raise InvalidInput(_("Unknown status."), fields={field: [_("Use one of: %s.") % offered]})
    return _WORDS[word]
