"""What every page shows around its content."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import cached_property

from .cookies import kept_cookie
from .navigation import ShownEntry, shown

THEMES = ("light", "dark")
THEME_COOKIE = "theme"
DENSITIES = ("compact", "roomy")

_resume_providers: list[Any] = []


def register_resume(provider: Any) -> None:
    """Add a provider of the "resume" card: `provider(user, project)` answers a `Resume` or None."""
    if provider not in _resume_providers:
        _resume_providers.append(provider)


@dataclass(frozen=True, slots=True)
class Resume:
    """Unfinished work of the user, shown at the foot of the sidebar."""

    title: str
    note: str
    url: str
    done: int
    total: int
    segments: dict[str, int] = field(default_factory=dict)


class Shell:
    """The state of the shell of one request; everything is computed when a template asks for it."""

    version = settings.VERSION

    def __init__(self, request: HttpRequest) -> None:
        """Keep the request."""
        self.request = request

    @property
    def user(self) -> Any:
        """The signed-in user or the anonymous one."""
        return getattr(self.request, "user", None)

    @cached_property
    def project(self) -> Any | None:
        """The project of the page, set by the view."""
        return getattr(self.request, "project", None)

    @cached_property
    def projects(self) -> list:
        """The projects of the switcher."""
        if not (self.user and self.user.is_authenticated):
            return []
        return list(self.user.projects_for_switcher())

    @cached_property
    def navigation(self) -> list[list[ShownEntry]]:
        """The sidebar of the project."""
        if self.project is None:
            return []
        return shown(user=self.user, project=self.project, current=self.current)

    @cached_property
    def administration(self) -> list[list[ShownEntry]]:
        """The sidebar of the administration."""
        if not (self.user and self.user.is_authenticated):
            return []
        return shown(user=self.user, project=None, current=self.current, administration=True)

    @property
    def own_entries(self) -> list[ShownEntry]:
        """What of the administration is about the reader himself: its first group."""
        return self.administration[0] if self.administration else []

    @property
    def administration_url(self) -> str:
        """Where the rest of the administration begins for this reader, or nothing."""
        return self.administration[1][0].url if len(self.administration) > 1 else ""

    @property
    def current(self) -> str:
        """The view name of the request."""
        match = getattr(self.request, "resolver_match", None)
        return match.view_name if match else ""

    @property
    def theme(self) -> str:
        """The theme the user chose, or nothing to follow the system."""
        theme = kept_cookie(self.request, THEME_COOKIE)
        return theme if theme in THEMES else ""

    @property
    def density(self) -> str:
        """The row height the user chose, or nothing for the usual one."""
        density = kept_cookie(self.request, "density")
        return density if density in DENSITIES else ""

    @property
    def user_initials(self) -> str:
        """Two letters for the avatar."""
        return getattr(self.user, "initials", "")

    @cached_property
    def resume(self) -> Resume | None:
        """The unfinished work of the user in this project."""
        if self.project is None:
            return None
        found = (provider(self.user, self.project) for provider in _resume_providers)
        return next((each for each in found if each), None)


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor: `shell` in every template."""
    return {"shell": Shell(request)}
