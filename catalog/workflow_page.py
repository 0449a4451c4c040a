"""What the page of a project's workflow shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count
from django.http import HttpRequest

from qaportal.kit.views import Refusal

from . import policies
from .choices import CaseState
from .forms import RemoveStateForm, StateForm
from .models import TestCase
from .workflow import State, asks_for_approval, workflow_of

NEW = "new"


@dataclass(slots=True)
class StateRow:
    """One state with its forms."""

    state: State
    cases: int
    form: StateForm
    removal: RemoveStateForm
    is_first: bool
    is_last: bool
    refused: str = ""
    """Which of its forms was refused: `edit`, `remove`, or nothing."""

    @property
    def phase_label(self) -> str:
        """What it means, in words."""
        return CaseState(self.state.phase).label


class WorkflowPage:
    """The states of a project and what the reader may do with them."""

    def __init__(self, request: HttpRequest, *, at: str = "", form: Any = None, refusal: Refusal | None = None) -> None:
        """`form` and `refusal` are shown at the state (or the new one) that `at` names."""
        self.request, self.project = request, request.project
        self.at, self.form, self.refusal = at, form, refusal or Refusal()

    @cached_property
    def may_edit(self) -> Any:
        """Whether the reader may change the workflow."""
        return policies.can_edit_workflow(self.request.user, self.project)

    @cached_property
    def asks_for_approval(self) -> bool:
        """Whether all active states need an approval here."""
        return asks_for_approval(self.project)

    @cached_property
    def rows(self) -> list[StateRow]:
        """The states in their order, each with how many cases stand in it; one query beside the workflow."""
        cases = TestCase.objects.visible_to(self.request.user).in_project(self.project).order_by()
        counts = dict(cases.values_list("state").annotate(number=Count("pk")))
        workflow = workflow_of(self.project)
        last = len(workflow.states) - 1
        rows = []
        for place, state in enumerate(workflow.states):
            others = [choice for choice in workflow.choices if choice[0] != state.code]
            form, removal = self._form_of(state), RemoveStateForm(others=others, prefix=f"remove-{state.code}")
            row = StateRow(state, counts.get(state.code, 0), form, removal, place == 0, place == last)
            if self.at == state.code:
                row.refused = "edit" if isinstance(self.form, StateForm) else "remove"
                row.form = self.form if row.refused == "edit" else form
                row.removal = self.form if isinstance(self.form, RemoveStateForm) else removal
            rows.append(row)
        return rows

    def _form_of(self, state: State) -> StateForm:
        own = state.needs_approval and not self.asks_for_approval
        shown = {"name": state.name, "phase": state.phase, "color": state.color, "needs_approval": own}
        return StateForm(initial=shown, prefix=f"state-{state.code}")

    @property
    def new_form(self) -> StateForm:
        """The form of a new state; what was refused stands in it."""
        return self.form if self.at == NEW else StateForm(prefix=NEW, initial={"phase": CaseState.DRAFT})
