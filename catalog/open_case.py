"""The case that is open in the drawer or on its own page."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from qaportal.kit import panels

from .case_columns import estimate_words
from .models import TestCase
from .own_fields import OwnFields
from .services.examples import examples_text, is_table
from .shown_values import ShownValues, shown_values


@dataclass
class OpenCase:
    """The case in the drawer or on its own page."""

    case: TestCase
    tab: str
    sections: list[tuple[panels.Panel, Any]] = field(default_factory=list)

    @property
    def activity(self) -> Any:
        """What happened to it lately, or None when it never ran."""
        return getattr(self.case, "activity", None)

    @property
    def estimate(self) -> str:
        """How long it takes, in words; nothing when nobody said."""
        return estimate_words(self.case.estimate)

    @property
    def examples(self) -> dict[str, Any] | None:
        """The table of its examples; None when there is none, or they have a shape of a client's own."""
        value = self.case.scenario_examples
        return {"columns": value.get("columns") or [], "rows": value.get("rows") or []} if is_table(value) else None

    @property
    def examples_text(self) -> str:
        """Examples in a shape of a client's own."""
        return examples_text(self.case.scenario_examples)

    @property
    def story_links(self) -> list:
        """The stories it covers, the primary one first."""
        return sorted(self.case.story_links.all(), key=lambda link: (not link.is_primary, link.story.story_id))

    @cached_property
    def own_values(self) -> ShownValues:
        """What its custom fields say."""
        own = OwnFields(self.case.project)
        return shown_values(own, self.case.custom_values, self.case.template_id)

    @property
    def shown_panel(self) -> tuple[panels.Panel, Any] | None:
        """The panel of the chosen tab; None means the details."""
        return next((pair for pair in self.sections if pair[0].code == self.tab), None)


def panel_tab(panel: panels.Panel, facts: Any) -> tuple[str, Any, int | None]:
    """Code, label and count of the tab of a panel."""
    count = facts.get("count") if isinstance(facts, dict) else getattr(facts, "count", None)
    return panel.code, panel.label, count if isinstance(count, int) else None
