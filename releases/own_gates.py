"""The gates that releases judge by themselves: how much was executed, how much passed, and what must not be there."""

import math
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Project

from .gates import MET, UNMET, WAITING, Gate, GateResult, register
from .models import Release
from .standing import Standing

DEFAULTS = {"executed": 95.0, "pass_rate": 97.0, "failed_critical": 0.0, "blocked": 0.0}
"""Percent for the first two, the largest number allowed for the others; `settings["gates"]` of the project wins."""
PERCENT = ("executed", "pass_rate")


def thresholds(project: Project) -> dict[str, float]:
    """What the project asks of its releases; an unusable value (no number, below 0, over 100 %) is left out."""
    given = (project.settings or {}).get("gates")
    chosen = dict(DEFAULTS)
    for name in DEFAULTS if isinstance(given, dict) else ():
        value = given.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            continue
        if name in PERCENT and value > 100:
            continue
        chosen[name] = float(value)
    return chosen


def _share(value: float, digits: int) -> str:
    """A percentage, rounded down: 94.97 % must not read as the 95 % that it fails to reach."""
    factor = 10**digits
    return f"{math.floor(value * factor + 1e-9) / factor:.{digits}f}\N{NO-BREAK SPACE}%"


def _limit(value: float) -> str:
    return f"{value:g}\N{NO-BREAK SPACE}%"


def _at_most(limit: float) -> str:
    return _("none allowed") if limit < 1 else _("at most %d allowed") % limit


def executed_share(release: Release, standing: Standing, fact: Any) -> GateResult:
    """Enough of the scope was executed."""
    needed = thresholds(release.project)["executed"]
    if not standing.total:
        return GateResult("executed", WAITING, _("No cases yet"), _("%s needed") % _limit(needed))
    state = MET if standing.execution_rate >= needed else UNMET
    title = _("%s executed") % _share(standing.execution_rate, 0)
    return GateResult("executed", state, title, _("%s needed") % _limit(needed))


def pass_rate(release: Release, standing: Standing, fact: Any) -> GateResult:
    """Enough of what was executed passed; skipped cases do not count."""
    needed = thresholds(release.project)["pass_rate"]
    if standing.pass_rate is None:
        return GateResult("pass_rate", WAITING, _("No pass rate yet"), _("%s needed") % _limit(needed))
    state = MET if standing.pass_rate >= needed else UNMET
    title = _("%s pass rate") % _share(standing.pass_rate, 1)
    return GateResult("pass_rate", state, title, _("%s needed") % _limit(needed))


def failed_critical(release: Release, standing: Standing, fact: Any) -> GateResult:
    """No critical case failed."""
    limit, number = thresholds(release.project)["failed_critical"], standing.failed_critical
    title = (
        ngettext("%d critical failure", "%d critical failures", number) % number if number else _("No critical failure")
    )
    if not standing.executed:
        return GateResult("failed_critical", WAITING, _("No failures yet"), _at_most(limit))
    return GateResult("failed_critical", MET if number <= limit else UNMET, title, _at_most(limit))


def blocked(release: Release, standing: Standing, fact: Any) -> GateResult:
    """No case is blocked."""
    limit, number = thresholds(release.project)["blocked"], standing.counts["blocked"]
    title = ngettext("%d blocked case", "%d blocked cases", number) % number if number else _("Nothing blocked")
    if not standing.executed:
        return GateResult("blocked", WAITING, title, _at_most(limit))
    return GateResult("blocked", MET if number <= limit else UNMET, title, _at_most(limit))


def register_all() -> None:
    """Register the gates of this app."""
    register(Gate("executed", 10, executed_share))
    register(Gate("pass_rate", 20, pass_rate))
    register(Gate("failed_critical", 30, failed_critical))
    register(Gate("blocked", 40, blocked))
