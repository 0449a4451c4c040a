"""The head that all pages of one release share: verdict, facts, bar, legend, tabs."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from qaportal.kit import panels
from qaportal.kit.errors import Decision

from . import gates, policies
from .models import Release

TABS = "releases.release.tabs"
"""The place where apps above add tabs; a loader answers `{"url": ..., "count": ...}` for a release's id."""


@dataclass(frozen=True, slots=True)
class ReleaseHead:
    """What the template `releases/_head.html` reads."""

    release: Release
    verdict: gates.Verdict
    current: str
    """The code of the page's tab."""
    tabs: list[dict[str, Any]]
    may_edit: Decision
    may_delete: Decision
    may_execute: bool

    @property
    def url(self) -> str:
        """The execution page."""
        return self.release.get_absolute_url()

    @property
    def left_url(self) -> str:
        """The execution page with what is still to be executed."""
        return f"{self.url}?status=left"

    @property
    def verdict_word(self) -> str:
        """The word of the pill where the status has none of its own."""
        return _("Empty scope") if self.verdict.state == gates.WAITING else ""


def _tabs(release: Release, current: str, total: int) -> list[dict[str, Any]]:
    place = [release.project.key, release.tail]
    tabs = [
        {"code": "execution", "label": _("Execution"), "url": release.get_absolute_url()},
        {"code": "scope", "label": _("Scope"), "url": reverse("releases:scope", args=place), "count": total},
    ]
    for panel, facts in panels.loaded(TABS, [release.pk]):
        if fact := facts.get(release.pk):
            tabs.append({"code": panel.code, "label": panel.label, **fact})
    tabs.append({"code": "history", "label": _("History"), "url": reverse("releases:history", args=place)})
    return [{"count": None, "icon": "", **tab, "is_current": tab["code"] == current} for tab in tabs]


def release_head(release: Release, *, user: User, current: str) -> ReleaseHead:
    """The head of a page of the release; `current` is the code of its tab."""
    verdict = gates.verdict(release)
    return ReleaseHead(
        release=release,
        verdict=verdict,
        current=current,
        tabs=_tabs(release, current, verdict.standing.total),
        may_edit=policies.can_edit_release(user, release),
        may_delete=policies.can_delete_release(user, release),
        may_execute=bool(policies.can_note_details(user, release)) and release.is_open,
    )
