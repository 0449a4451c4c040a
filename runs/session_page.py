"""What the page of an exploratory session shows: the timer and the timeline."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from qaportal.kit import panels

from . import policies
from .models import Finding, Session, SessionEntry

SESSION_PANELS, FINDING_PANELS = "runs.session", "runs.finding"
"""Where apps above show what they know of a session, and of each of its findings."""


def clock(seconds: int) -> str:
    """Seconds as a clock shows them: 1:02:03, or 2:03 below an hour."""
    hours, rest = divmod(max(0, seconds), 3600)
    minutes, second = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{second:02}" if hours else f"{minutes}:{second:02}"


@dataclass(slots=True)
class Moment:
    """A note or a finding on the timeline."""

    item: SessionEntry | Finding
    may_remove: bool
    sections: list[tuple[panels.Panel, Any]] = field(default_factory=list)

    @property
    def is_finding(self) -> bool:
        """Whether it is a bug, a question or an idea, and no plain note."""
        return isinstance(self.item, Finding)

    @property
    def at(self) -> str:
        """How long the session had been worked on by then."""
        return clock(self.item.at_second)


def timeline_of(session: Session, user: User) -> list[Moment]:
    """Notes and findings, the newest first."""
    entries = list(SessionEntry.objects.filter(session=session).select_related("created_by", "project"))
    findings = list(
        Finding.objects.filter(session=session)
        .select_related("created_by", "project", "case__project")
        .defer("case__search", "case__folded")
    )
    known = panels.loaded(FINDING_PANELS, [each.pk for each in findings])
    moments = []
    for item in (*entries, *findings):
        item.project = session.project
        sections = _sections(known, item) if isinstance(item, Finding) else []
        moments.append(Moment(item, bool(policies.can_remove_from_session(user, item)), sections))
    return sorted(moments, key=lambda moment: (moment.item.created_at, moment.is_finding), reverse=True)


def _sections(known: list[tuple[panels.Panel, Mapping[int, object]]], finding: Finding) -> list:
    return [(panel, facts.get(finding.pk)) for panel, facts in known]


@dataclass(frozen=True, slots=True)
class Timer:
    """The time box as the page shows it."""

    seconds: int
    limit: int | None
    is_running: bool

    @property
    def text(self) -> str:
        """The time worked."""
        return clock(self.seconds)

    @property
    def limit_text(self) -> str:
        """The time box."""
        return clock(self.limit) if self.limit else ""

    @property
    def is_over(self) -> bool:
        """Whether the time box is used up."""
        return self.limit is not None and self.seconds >= self.limit


def timer_of(session: Session) -> Timer:
    """The timer of the session as it stands now."""
    return Timer(session.seconds(), session.estimate, session.running_since is not None)
