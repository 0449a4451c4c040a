"""The two ways a service says no, and the answer a policy gives."""

import errno
from typing import NoReturn

from django.utils.translation import gettext as _


class PortalError(Exception):
    """A refusal whose words are meant for the user."""

    def __init__(self, message: str, code: str, *, fields: dict[str, list[str]] | None = None) -> None:
        """Keep the words, a stable machine-readable code and, where one is to blame, the fields."""
        super().__init__(str(message))
        self.message = str(message)
        self.code = code
        self.fields = {name: [str(text) for text in texts] for name, texts in (fields or {}).items()}


class RuleViolation(PortalError):
    """A rule of the domain refuses the change: a page answers 422, the API 409."""


class InvalidInput(PortalError):
    """The input cannot be used as it is: a page answers 422, the API 400 with the fields."""

    def __init__(self, message: str, code: str = "invalid", *, fields: dict[str, list[str]] | None = None) -> None:
        """Keep the words; the code is usually just `invalid`."""
        super().__init__(message, code, fields=fields)


class VersionConflict(RuleViolation):
    """Somebody else changed the object in between."""

    def __init__(self, message: str, *, current_version: int) -> None:
        """Keep the version that is stored now, so that a client can load it."""
        super().__init__(message, "version_conflict")
        self.current_version = current_version


class NotVisible(PortalError):
    """The named object does not exist for this user: always 404, whatever the reason."""

    def __init__(self, message: str = "Not found.") -> None:
        """Keep words that reveal nothing."""
        super().__init__(message, "not_found")


class Unavailable(PortalError):
    """Something outside that the portal needs does not work now: page and API answer 503, and a retry may help."""

    status = 503

    def __init__(self, message: str, *, retry_after: int = 30) -> None:
        """Keep the words and after how many seconds to try again."""
        super().__init__(message, "unavailable")
        self.wait = retry_after


class NoRoom(Unavailable):
    """A disk is full: page and API answer 507. Nothing of what was sent is kept."""

    status = 507

    def __init__(self, message: str = "", *, retry_after: int = 300) -> None:
        """Say so, unless there are better words."""
        super().__init__(message or _("The disk of the portal is full. Its administrator has to make room."))
        self.code, self.wait = "no_room", retry_after


def is_no_room(error: BaseException | None) -> bool:
    """Whether a disk is full, that of the files or that of the database."""
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    return type(error).__name__ == "DiskFull" or type(getattr(error, "__cause__", None)).__name__ == "DiskFull"


class TooMany(PortalError):
    """Somebody does something too often: page and API answer 429 and when to try again."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        """Keep the words and after how many seconds to try again."""
        super().__init__(message, "throttled")
        self.wait = retry_after


class Allowed:
    """A policy's yes."""

    reason = ""

    def __bool__(self) -> bool:
        """A yes is true."""
        return True

    def require(self) -> None:
        """Do nothing: the act is allowed."""


class Denied(PortalError):
    """A policy's no with its reason. It is an answer first; `require()` raises it: 403."""

    def __init__(self, reason: str, code: str = "denied") -> None:
        """Keep the reason, shown alike by the button, the page and the API."""
        super().__init__(reason, code)
        self.reason = str(reason)

    def __bool__(self) -> bool:
        """A no is false."""
        return False

    def require(self) -> NoReturn:
        """Raise this refusal."""
        raise self


Decision = Allowed | Denied
