"""The states of a project's cases: its own ones, or the default set while it made none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qaportal.kit.drawing import icon_svg
from qaportal.kit.errors import InvalidInput

from .choices import CaseState, StateColor

if TYPE_CHECKING:
    from accounts.models import Project

REQUIRED_PHASES = (CaseState.DRAFT, CaseState.IN_REVIEW, CaseState.ACTIVE)
"""Every workflow has a state for each: reviews move cases from one to the next."""
DEFAULT_COLORS = {
    CaseState.DRAFT: StateColor.PLAIN,
    CaseState.IN_REVIEW: StateColor.BLUE,
    CaseState.ACTIVE: StateColor.GREEN,
    CaseState.DEPRECATED: StateColor.GREY,
}
_CLASSES = {
    StateColor.PLAIN: "is-notstarted",
    StateColor.GREY: "is-skipped",
    StateColor.BLUE: "is-progress",
    StateColor.GREEN: "is-passed",
    StateColor.AMBER: "is-blocked",
    StateColor.RED: "is-failed",
}
_GLYPHS = {
    CaseState.DRAFT: "pencil",
    CaseState.IN_REVIEW: "eye",
    CaseState.ACTIVE: "circle-check",
    CaseState.DEPRECATED: "archive",
}


@dataclass(frozen=True, slots=True)
class State:
    """One state as pages, filters and services know it."""

    code: str
    name: str | Promise
    color: str
    phase: str
    """What it means to the portal: one of `CaseState`; empty for a state that the project does not have any more."""
    needs_approval: bool = False
    """Whether a case enters it by an approval alone."""

    @property
    def css(self) -> str:
        """The class that sets its colours."""
        return _CLASSES.get(self.color, "is-skipped")

    @property
    def glyph(self) -> str:
        """Its icon: that of what it means."""
        return _GLYPHS.get(self.phase, "help-circle")


class Workflow:
    """The states of one project in their order."""

    def __init__(self, states: Iterable[State]) -> None:
        """Keep them."""
        self.states = tuple(states)

    @cached_property
    def by_code(self) -> dict[str, State]:
        """The states by what cases call them."""
        return {state.code: state for state in self.states}

    def shown(self, code: str) -> State:
        """The state with this code; one that the project does not have is shown by its code."""
        return self.by_code.get(code) or State(code, code.replace("_", " ").capitalize(), StateColor.GREY, "")

    def phase_of(self, code: str) -> str:
        """What the state means; empty for an unknown one."""
        return self.shown(code).phase

    def first(self, phase: str) -> State | None:
        """The first state that means this; None where the project has none."""
        return next((state for state in self.states if state.phase == phase), None)

    def nearest(self, state: State) -> str:
        """The code here for a state of another workflow: the same code, else the first of its phase, else a draft."""
        if state.code in self.by_code:
            return state.code
        return (self.first(state.phase) or self.first(CaseState.DRAFT)).code

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Codes and names, as forms and filters offer them."""
        return [(state.code, str(state.name)) for state in self.states]

    def choices_beside(self, code: str | None) -> list[tuple[str, str]]:
        """The choices, and the state in which a case stands when the project does not have it any more."""
        lost = [] if not code or code in self.by_code else [(code, str(self.shown(code).name))]
        return [*self.choices, *lost]

    def usable(self, given: object) -> str:
        """The code of a state given by it or by its name, in any case; raises InvalidInput naming `state` otherwise."""
        word = str(given if given is not None else "").strip().casefold()
        named = {str(state.name).casefold(): state.code for state in self.states}
        code = word if word in self.by_code else named.get(word, "")
        if not code:
            offered = ", ".join(self.by_code)
            raise InvalidInput(_("Unknown state."), fields={"state": [_("Use one of: %s.") % offered]})
        return code


def badge(state: State) -> SafeString:
    """A state as icon and name in its colour."""
    glyph = icon_svg(state.glyph, size="sm")
    return format_html('<span class="q-status {}" title="{}">{}{}</span>', state.css, state.name, glyph, state.name)


def default_states(*, needs_approval: bool = False) -> list[State]:
    """The states of a project that made none of its own."""
    return [
        State(each.value, each.label, DEFAULT_COLORS[each], each.value, needs_approval and each == CaseState.ACTIVE)
        for each in CaseState
    ]


def workflow_of(project: Project) -> Workflow:
    """The workflow of the project; asked once for each object of a project, that is once for a request."""
    known = project.__dict__.get("_workflow")
    if known is None:
        known = project.__dict__["_workflow"] = Workflow(_load(project))
    return known


def states_of(project: Project) -> tuple[State, ...]:
    """The states of the project in their order."""
    return workflow_of(project).states


def forget_workflow(project: Project) -> None:
    """Let the next question be answered by what is stored now."""
    project.__dict__.pop("_workflow", None)


def asks_for_approval(project: Project) -> bool:
    """Whether the project wants every case approved before it counts as active."""
    return bool((project.settings or {}).get("requireApproval"))


def _load(project: Project) -> list[State]:
    from .models import WorkflowState

    everywhere = asks_for_approval(project)
    rows = WorkflowState.objects.in_project(project).order_by("position", "pk")
    own = [
        State(
            row.code,
            row.name,
            row.color,
            row.phase,
            row.needs_approval or (everywhere and row.phase == CaseState.ACTIVE),
        )
        for row in rows
    ]
    return own or default_states(needs_approval=everywhere)
