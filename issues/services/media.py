"""Pictures and videos that are added to an issue."""

from collections.abc import Sequence
from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from files.content_types import SHOWN_IN_BROWSER
from files.models import StoredFile
from files.services import store
from qaportal.kit.errors import InvalidInput

from .. import policies
from ..media import address_of
from ..models import Issue
from .issues import locked_issue, update_issue

MOST_FILES = 20


@transaction.atomic
def add_media(*, actor: User, issue: Issue, files: Sequence[tuple[str, IO[bytes]]]) -> tuple[Issue, list[StoredFile]]:
    """Keep pictures beside those that the issue has, and a video instead of the one it has.

    Raises Denied, InvalidInput naming `file` for nothing, too much and what is neither, and Unavailable.
    """
    policies.can_edit_issues(actor, issue.project).require()
    words = "" if files else _("Choose a file.")
    if len(files) > MOST_FILES:
        words = _("At most %d files at once.") % MOST_FILES
    if words:
        raise InvalidInput(words, fields={"file": [words]})
    # The bytes go to the storage before the issue is held: nobody waits for a slow storage.
    kept = [store(actor=actor, project=issue.project, stream=each, name=name, claimed=True) for name, each in files]
    if any(each.content_type not in SHOWN_IN_BROWSER for each in kept):
        words = _("Only pictures (PNG, JPEG, GIF, WebP) and videos (MP4, WebM).")
        raise InvalidInput(words, fields={"file": [words]})
    issue = locked_issue(issue)
    pictures = [address_of(each) for each in kept if each.content_type.startswith("image/")]
    videos = [address_of(each) for each in kept if each.content_type.startswith("video/")]
    facts = {"screenshots": [*issue.screenshots, *pictures]} if pictures else {}
    facts |= {"video_url": videos[-1]} if videos else {}
    return update_issue(actor=actor, issue=issue, **facts), kept
