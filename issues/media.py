"""The pictures and the video of an issue: files of the portal, or addresses elsewhere that the portal fetches."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from requests import RequestException

from accounts.models import User
from files.content_types import HEAD_BYTES, SHOWN_IN_BROWSER, content_type_of
from files.models import FileState, StoredFile
from qaportal.kit import outbound
from qaportal.kit.errors import InvalidInput, NotVisible, Unavailable

from .models import Issue

LARGEST_FETCHED = 20 * 1024 * 1024
"""Bytes of a medium that lies elsewhere."""
_OWN = re.compile(r"^/p/[^/]+/files/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/?$")


@dataclass(frozen=True, slots=True)
class Medium:
    """A picture or a video as the page shows it."""

    address: str
    is_own: bool
    """Whether it is a file of the portal, which the page may show itself."""

    @property
    def is_link(self) -> bool:
        """Whether a browser can open it."""
        return self.is_own or self.address.startswith(("https://", "http://"))

    @property
    def name(self) -> str:
        """Its address, without what is in front of a file's name."""
        return self.address.rstrip("/").rsplit("/", 1)[-1]


def address_of(stored: StoredFile) -> str:
    """Under which address an issue keeps a file of the portal."""
    return reverse("files:download", args=[stored.project.key, stored.pk])


def pictures_of(issue: Issue) -> list[Medium]:
    """The screenshots."""
    return [Medium(each, bool(_OWN.match(each))) for each in issue.screenshots if isinstance(each, str)]


def video_of(issue: Issue) -> Medium | None:
    """The video."""
    return Medium(issue.video_url, bool(_OWN.match(issue.video_url))) if issue.video_url else None


def medium_named(issue: Issue, given: str) -> Medium:
    """The medium of the issue with this address, else its first one; raises NotVisible."""
    video = video_of(issue)
    known = pictures_of(issue) + ([video] if video else [])
    found = next((each for each in known if not given or each.address == given), None)
    if found is None:
        raise NotVisible
    return found


def stored_file(medium: Medium, issue: Issue, user: User) -> StoredFile:
    """The file of the portal; raises NotVisible."""
    key = UUID(_OWN.match(medium.address).group(1))
    files = StoredFile.objects.visible_to(user).in_project(issue.project).filter(state=FileState.STORED)
    found = files.filter(pk=key).first()
    if found is None:
        raise NotVisible
    return found


def fetched(medium: Medium) -> tuple[str, bytes]:
    """Type and bytes of a picture or a video that lies elsewhere.

    Raises InvalidInput naming `url` for an address that is not called or holds no such thing, and Unavailable.
    """
    if problem := outbound.check_url(medium.address):
        raise InvalidInput(problem, fields={"url": [problem]})
    try:
        with outbound.session(size_limit=LARGEST_FETCHED) as session:
            answer = session.get(medium.address)
    except outbound.OutboundRefused as error:
        raise InvalidInput(str(error), fields={"url": [str(error)]}) from None
    except RequestException:
        raise Unavailable(_("The file cannot be fetched from where it lies.")) from None
    if answer.status_code != 200:
        raise Unavailable(_("The file cannot be fetched from where it lies."))
    content_type = content_type_of(answer.content[:HEAD_BYTES])
    if content_type not in SHOWN_IN_BROWSER:
        words = _("There is no picture or video at this address.")
        raise InvalidInput(words, fields={"url": [words]})
    return content_type, answer.content
