"""How a stored status is shown: its colour, its glyph and its word, the same on pages, in charts, mail and PDF."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

STATUS_ORDER = ("passed", "failed", "blocked", "skipped", "in_progress", "not_started")
"""The six execution statuses in the order of every bar, legend and chart."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A status as people see it."""

    css: str
    """The class that sets the colours, such as `is-passed`."""
    glyph: str
    """The icon's name in the sprite."""
    word: str

    @property
    def fill(self) -> str:
        """The class of a filled shape in a drawing."""
        return self.css.replace("is-", "f-")


PASSED, FAILED, BLOCKED, SKIPPED, PROGRESS, NOT_STARTED = (
    ("is-passed", "st-passed"),
    ("is-failed", "st-failed"),
    ("is-blocked", "st-blocked"),
    ("is-skipped", "st-skipped"),
    ("is-progress", "st-progress"),
    ("is-notstarted", "st-notstarted"),
)
ENDED = ("is-skipped", "circle-check")
STOPPED = ("is-skipped", "ban")

_SHOWN = {
    # the six of an execution, and `error`, which counts as failed
    "passed": Shown(*PASSED, _("Passed")),
    "failed": Shown(*FAILED, _("Failed")),
    "error": Shown(*FAILED, _("Error")),
    "blocked": Shown(*BLOCKED, _("Blocked")),
    "skipped": Shown(*SKIPPED, _("Skipped")),
    "in_progress": Shown(*PROGRESS, _("In progress")),
    "not_started": Shown(*NOT_STARTED, _("Not started")),
    # runs
    "active": Shown(*PROGRESS, _("Running")),
    "completed": Shown(*ENDED, _("Completed")),
    "cancelled": Shown(*STOPPED, _("Cancelled")),
    "paused": Shown(*BLOCKED, _("Paused")),
    "interrupted": Shown(*BLOCKED, _("Interrupted")),
    "undoing": Shown(*PROGRESS, _("Being undone")),
    "undone": Shown(*STOPPED, _("Undone")),
    # releases, gates and approvals borrow the six with their own words
    "planned": Shown(*NOT_STARTED, _("Planned")),
    "draft": Shown(*NOT_STARTED, _("Draft")),
    "ready": Shown(*PASSED, _("Ready")),
    "not_ready": Shown(*FAILED, _("Not ready")),
    "released": Shown(*PASSED, _("Released")),
    "met": Shown(*PASSED, _("Met")),
    "unmet": Shown(*FAILED, _("Not met")),
    "open": Shown(*PROGRESS, _("Open")),
    "resolved": Shown(*PASSED, _("Resolved")),
    "closed": Shown(*ENDED, _("Closed")),
    "approved": Shown(*PASSED, _("Approved")),
    "rejected": Shown(*FAILED, _("Rejected")),
    "changes_requested": Shown(*BLOCKED, _("Asked for changes")),
    "pending": Shown(*NOT_STARTED, _("Waiting")),
    "archived": Shown(*STOPPED, _("Archived")),
    # people, companies, invitations and tokens: nothing here is about tests, so none has a colour
    "enabled": Shown(*ENDED, _("Active")),
    "usable": Shown(*ENDED, _("Usable")),
    "accepted": Shown(*ENDED, _("Accepted")),
    "suspended": Shown(*STOPPED, _("Suspended")),
    "expired": Shown(*STOPPED, _("Expired")),
    "revoked": Shown(*STOPPED, _("Revoked")),
    "deleted": Shown("is-skipped", "trash", _("Deleted")),
    # imports and other long work
    "waiting": Shown(*NOT_STARTED, _("Waiting")),
    "queued": Shown(*NOT_STARTED, _("Waiting")),
    "running": Shown(*PROGRESS, _("Running")),
    "finished": Shown(*PASSED, _("Finished")),
    "done": Shown(*PASSED, _("Finished")),
    "succeeded": Shown(*PASSED, _("Finished")),
}


def shown(value: object) -> Shown:
    """How the stored status is shown; one that is not known is neutral and says its own name."""
    code = str(value or "not_started").lower().replace("-", "_").replace(" ", "_")
    known = _SHOWN.get(code)
    return known or Shown("is-skipped", "circle-check", code.replace("_", " ").capitalize())


def counted(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts under the six statuses in their order; `error` joins `failed`, zeros stay."""
    known = {status: int(counts.get(status) or 0) for status in STATUS_ORDER}
    known["failed"] += int(counts.get("error") or 0)
    return known


def count_words(status: str, number: int) -> str:
    """The word after a count of this status, in lower case: "3 passed"."""
    words = {
        "passed": ngettext("passed", "passed", number),
        "failed": ngettext("failed", "failed", number),
        "blocked": ngettext("blocked", "blocked", number),
        "skipped": ngettext("skipped", "skipped", number),
        "in_progress": ngettext("in progress", "in progress", number),
        "not_started": ngettext("not started", "not started", number),
    }
    return words[status]
