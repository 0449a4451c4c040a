"""Which rule classes a failure: read once for a batch, asked for each failure while it is staged."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self
from uuid import UUID

from ..choices import RuleState
from ..fingerprints import Mark, mark_of
from ..models import FailureRule

READ_OF_TEXT = 20_000
"""Of a message and of a trace no more is searched for a rule's words."""


def holds(text: str, pattern: str, *, is_whole: bool = False) -> bool:
    """Whether the text holds the pattern's pieces in their order, `*` being anything; or is nothing but them.

    Both in one case. Looks at each letter once for each piece, whatever the pattern.
    """
    pieces = pattern.split("*")
    if is_whole and len(pieces) == 1:
        return text == pattern
    end = len(text)
    place = 0
    if is_whole:
        if not text.startswith(pieces[0]) or not text.endswith(pieces[-1]):
            return False
        place, end = len(pieces[0]), len(text) - len(pieces[-1])
        pieces = pieces[1:-1]
    for piece in pieces:
        found = text.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return place <= end


@dataclass(slots=True)
class Judge:
    """The rules of one project that are in force, and what they said of a batch."""

    rules: Sequence[FailureRule] = ()
    came_back: dict[int, datetime] = field(default_factory=dict)
    """Rules marked as fixed whose failure was seen after that, with the last time."""

    @classmethod
    def of_project(cls, project_id: int) -> Self:
        """With the rules of the project; they are read at once, for while rows are copied nothing else can be read."""
        rules = FailureRule.objects.filter(project_id=project_id).in_force()
        return cls(sorted(rules, key=lambda rule: (rule.fingerprint is None, not rule.pattern, rule.pk)))

    def rule_of(
        self, mark: Mark, message: str, trace: str, path: Sequence[str], executed_at: datetime
    ) -> FailureRule | None:
        """The first rule all of whose conditions the failure meets: fingerprints first, then patterns, then paths."""
        if not self.rules:
            return None
        text = f"{message[:READ_OF_TEXT]}\n{trace[:READ_OF_TEXT]}".lower() if self._reads_text else ""
        paths = [each.lower() for each in path if each]
        fingerprint = UUID(mark.fingerprint)
        rule = next((rule for rule in self.rules if _meets(rule, fingerprint, text, paths)), None)
        if rule is not None and rule.state == RuleState.FIXED and rule.fixed_at and executed_at > rule.fixed_at:
            self.came_back[rule.pk] = max(executed_at, self.came_back.get(rule.pk, executed_at))
        return rule

    @property
    def _reads_text(self) -> bool:
        return any(rule.pattern for rule in self.rules)


def _meets(rule: FailureRule, fingerprint: UUID, text: str, paths: Sequence[str]) -> bool:
    if rule.fingerprint is not None and rule.fingerprint != fingerprint:
        return False
    if rule.pattern and not holds(text, rule.pattern.lower()):
        return False
    pattern = rule.path_pattern.lower()
    return not pattern or any(holds(path, pattern, is_whole=True) for path in paths)


def paths_of(automation_key: str, class_name: str, name: str, suite_path: Sequence[str]) -> tuple[str, ...]:
    """What the path of a rule is compared with: the automation key, class and name, and the suites."""
    return (automation_key, f"{class_name}.{name}", class_name, "/".join(suite_path))


__all__ = ["Judge", "holds", "mark_of", "paths_of"]
