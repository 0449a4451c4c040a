"""Whether a release is ready: a registry of gates, each with its own condition in words.

A higher app registers a gate when it gets ready; its `load` answers the facts of many releases at once, so that a
list of releases is judged in a constant number of queries.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .choices import OverallStatus
from .models import Release
from .standing import Standing, standings

MET, UNMET, WAITING = "met", "unmet", "waiting"


@dataclass(frozen=True, slots=True)
class GateResult:
    """What one gate says about a release, in words."""

    code: str
    state: str
    """`met`, `unmet`, or `waiting` while there is nothing to judge yet."""
    title: str
    """What is true now: "89 % executed"."""
    needed: str
    """What has to be true: "95 % needed"."""

    @property
    def is_met(self) -> bool:
        """Whether the gate lets the release pass."""
        return self.state == MET


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition for shipping."""

    code: str
    order: int
    evaluate: Callable[[Release, Standing, Any], GateResult | None]
    """`evaluate(release, standing, fact)`; None when the gate does not apply to the release."""
    load: Callable[[list[int]], Mapping[int, Any]] | None = None
    """`load(release_ids)` answers the facts the gate needs, by release id, in a constant number of queries."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a release may ship, and why not."""

    ready: bool
    state: str
    """`ready`, `not_ready`, or `waiting` while the scope is empty; a closed release has its own status."""
    gates: list[GateResult]
    sentence: str
    standing: Standing = field(default_factory=Standing)

    @property
    def reasons(self) -> list[str]:
        """What stands in the way, one line for each gate that is not met."""
        return [f"{gate.title}, {gate.needed}" for gate in self.gates if not gate.is_met]

    @property
    def met(self) -> int:
        """How many gates are met."""
        return sum(gate.is_met for gate in self.gates)


_gates: dict[str, Gate] = {}


def register(gate: Gate) -> None:
    """Add a gate; a second one of the same code replaces the first."""
    _gates[gate.code] = gate


def registered() -> list[Gate]:
    """All gates in their order."""
    return sorted(_gates.values(), key=lambda gate: (gate.order, gate.code))


def _way_blocked_by(standing: Standing) -> str:
    """The cases that stand in the way, in words, or nothing."""
    blocked, failed = standing.counts["blocked"], standing.counts["failed"]
    if blocked and failed:
        return ngettext(
            "%(blocked)d blocked and %(failed)d failed case are in the way.",
            "%(blocked)d blocked and %(failed)d failed cases are in the way.",
            failed,
        ) % {"blocked": blocked, "failed": failed}
    if failed:
        return ngettext("%d failed case is in the way.", "%d failed cases are in the way.", failed) % failed
    if blocked:
        return ngettext("%d blocked case is in the way.", "%d blocked cases are in the way.", blocked) % blocked
    return ""


def _sentence(standing: Standing, results: list[GateResult]) -> str:
    unmet = [result for result in results if not result.is_met]
    if not standing.total:
        return _("Nothing to judge yet: the scope is empty.")
    if not unmet:
        return _("Ready. Every gate is met.")
    if words := _way_blocked_by(standing):
        return _("Not ready. %s") % words
    if standing.left:
        words = ngettext("%d case is still to be executed.", "%d cases are still to be executed.", standing.left)
        return _("Not ready. %s") % (words % standing.left)
    return _("Not ready. %(title)s, %(needed)s.") % {"title": unmet[0].title, "needed": unmet[0].needed}


def _closing_sentence(release: Release) -> str:
    if release.overall_status == OverallStatus.CANCELLED:
        return _("This release was cancelled.")
    return _("This release has shipped.")


def verdicts(releases: Iterable[Release]) -> dict[int, Verdict]:
    """The verdict on each release by its id, in a number of queries that does not grow with the releases."""
    releases = list(releases)
    standing_by_id = standings(releases)
    facts = {gate.code: gate.load(list(standing_by_id)) if gate.load else {} for gate in registered()}
    found = {}
    for release in releases:
        standing = standing_by_id[release.pk]
        answers = (gate.evaluate(release, standing, facts[gate.code].get(release.pk)) for gate in registered())
        results = [answer for answer in answers if answer is not None]
        ready = bool(standing.total) and all(result.is_met for result in results)
        state = "ready" if ready else "not_ready" if standing.total else WAITING
        sentence = _sentence(standing, results) if release.is_open else _closing_sentence(release)
        shown_state = state if release.is_open else release.overall_status
        found[release.pk] = Verdict(ready, shown_state, results, sentence, standing)
    return found


def verdict(release: Release) -> Verdict:
    """Whether the release is ready, with every gate in words."""
    return verdicts([release])[release.pk]
