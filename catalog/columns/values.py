"""What the words of a cell mean in the fixed values of a case, the words of other tools included."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from qaportal.kit.errors import InvalidInput

from ..choices import AutomationStatus, CaseState, Priority, TestTag, TestType

_AROUND = re.compile(r"^[\s\d\-–.:]+(?=[^\W\d_])|[\s.]+$")
_PRIORITIES = {
    "blocker": "critical",
    "highest": "critical",
    "urgent": "critical",
    "must test": "high",
    "major": "high",
    "important": "high",
    "normal": "medium",
    "moderate": "medium",
    "not set": "medium",
    "undefined": "medium",
    "test if time": "low",
    "don't test": "low",
    "minor": "low",
    "lowest": "low",
    "trivial": "low",
    "p0": "critical",
    "p1": "critical",
    "p2": "high",
    "p3": "medium",
    "p4": "low",
}
_TYPES = {
    "none": "manual",
    "not automated": "manual",
    "is-not-automated": "manual",
    "to-be-automated": "manual",
    "step-by-step": "manual",
    "plain text": "manual",
    "generic": "automated",
    "cucumber": "automated",
    "bdd": "automated",
    "is-automated": "automated",
    "semi-automated": "semi_automated",
    "partly automated": "semi_automated",
}
_STATES = {
    "actual": "active",
    "approved": "active",
    "ready": "active",
    "final": "active",
    "published": "active",
    "review": "in_review",
    "ready for review": "in_review",
    "review in progress": "in_review",
    "to review": "in_review",
    "new": "draft",
    "todo": "draft",
    "to do": "draft",
    "in design": "draft",
    "rework": "draft",
    "obsolete": "deprecated",
    "outdated": "deprecated",
    "retired": "deprecated",
    "rejected": "deprecated",
    "archived": "deprecated",
}
_TAGS = {"gui": "ui", "rest": "api", "e2e": "hybrid"}


def code_of(value: Any, codes: Mapping[str, str], other_words: Mapping[str, str], field: str) -> str:
    """The code that the word means: a code, its label, or what another tool calls it.

    Raises InvalidInput naming the field.
    """
    word = str(value).strip()
    for candidate in (word, _AROUND.sub("", word)):
        folded = candidate.casefold()
        code = codes.get(folded) or codes.get(folded.replace(" ", "_")) or other_words.get(folded)
        if code:
            return code
    words = _("“%(word)s” is none of: %(offered)s.") % {
        "word": word[:80],
        "offered": ", ".join(dict.fromkeys(codes.values())),
    }
    raise InvalidInput(words, fields={field: [words]})


def _offered(choices: Any) -> dict[str, str]:
    """Codes and labels in lower case, each with its code."""
    found = {str(code).casefold(): str(code) for code, _label in choices}
    return {**{str(label).casefold(): str(code) for code, label in choices}, **found}


def priority_of(value: Any) -> str:
    """The code of a priority."""
    choices = [(each.code, each.label) for each in Priority]
    return code_of(value, _offered(choices), _PRIORITIES, "priority")


def type_of(value: Any) -> str:
    """The code of a type."""
    return code_of(value, _offered(TestType.choices), _TYPES, "test_type")


def tag_of(value: Any) -> str:
    """The code of what a case works on."""
    return code_of(value, _offered(TestTag.choices), _TAGS, "tag")


def automation_of(value: Any) -> str:
    """The code of how the script of a case is."""
    return code_of(value, _offered(AutomationStatus.choices), {}, "automation_status")


def state_of(value: Any) -> str:
    """The code of a state."""
    return code_of(value, _offered(CaseState.choices), _STATES, "state")
