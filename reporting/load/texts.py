"""Sentences as test cases have them: few words that are everywhere, many that are rare."""

import random
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

ACTORS = ("Customer", "Merchant", "Support agent", "Guest", "Administrator", "Auditor", "Scheduler", "Partner")
VERBS = ("opens", "confirms", "cancels", "retries", "exports", "filters", "approves", "declines", "edits", "archives")
THINGS = (
    "a card payment",
    "a refund",
    "a payout",
    "a bank transfer",
    "a dispute",
    "a ledger entry",
    "an invoice",
    "a subscription",
    "a voucher",
    "a shipping label",
    "a delivery slot",
    "a saved basket",
)
CIRCUMSTANCES = (
    "after the session ended",
    "with an expired card",
    "on a slow connection",
    "in another currency",
    "with two tabs open",
    "while the ledger is closed",
    "without the permission",
    "at the end of the month",
    "from a phone",
    "with a very long name",
)
AREAS = ("Payments", "Accounts", "Orders", "Shipping", "Reports", "Notifications", "Search", "Settings")
PARTS = ("Cards", "Transfers", "Limits", "Lists", "Forms", "Imports", "Exports", "Roles")
TAGS = ("smoke", "regression", "checkout", "security", "slow", "mobile", "nightly", "payments", "api-only", "legacy")
LABELS = ("accessibility", "browser-matrix", "gdpr", "localised", "performance", "release-gate")
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va")
VOCABULARY = 4_000
RARE = "quokka"
"""A word that one case in twenty thousand holds."""


class Writer:
    """Writes the same cases again for the same seed."""

    def __init__(self, seed: int = 7) -> None:
        """Make up the words; the n-th is about n times rarer than the first."""
        self.random = random.Random(seed)  # noqa: S311  texts, no secrets
        self.words = ["".join(self.random.choices(SYLLABLES, k=2 + number % 3)) for number in range(VOCABULARY)]
        self.weights = list(accumulate(1 / (number + 2) for number in range(VOCABULARY)))

    def sentence(self, words: int) -> str:
        """A sentence of made-up words."""
        return " ".join(self.random.choices(self.words, cum_weights=self.weights, k=words)).capitalize() + "."

    def title(self, number: int) -> str:
        """Who does what when, and its number."""
        choose = self.random.choice
        rare = f" {RARE}" if number % 20_000 == 7 else ""
        return f"{choose(ACTORS)} {choose(VERBS)} {choose(THINGS)} {choose(CIRCUMSTANCES)}{rare} {number}"

    def steps(self) -> list[Mapping[str, str]]:
        """Two to six steps."""
        choose = self.random.choice
        return [
            {
                "action": f"{choose(VERBS).capitalize()} {choose(THINGS)}: {self.sentence(6)}",
                "expected": self.sentence(5),
            }
            for _each in range(self.random.randint(2, 6))
        ]

    def folder_path(self, number: int) -> tuple[str, ...]:
        """Eight modules with eight sub-modules of eight features each; one case in twenty stands in a module."""
        area, part = AREAS[number % 8], PARTS[number // 8 % 8]
        return (area,) if number % 20 == 0 else (area, part, f"{part} {number // 64 % 8 + 1}")

    def case(self, number: int) -> dict[str, Any]:
        """The fields of the n-th case."""
        roll = self.random.random
        is_automated = roll() < 0.5
        return {
            "title": self.title(number),
            "folder_path": self.folder_path(number),
            "description": self.sentence(24),
            "preconditions": self.sentence(10),
            "expected_result": self.sentence(8),
            "steps": self.steps(),
            "tag": self.random.choices(("ui", "api", "hybrid"), (6, 3, 1))[0],
            "test_type": "automated" if is_automated else "manual",
            "automation_status": ("working" if roll() < 0.9 else "broken") if is_automated else None,
            "automation_key": f"shop.suite{number % 97}.test_case_{number}" if is_automated else "",
            "priority": self.random.choices((1, 2, 3, 4), (3, 5, 3, 1))[0],
            "estimate": self.random.randint(1, 40) * 30,
            "tags": self.random.sample(TAGS, k=self.random.randint(0, 3)),
            "labels": self.random.sample(LABELS, k=self.random.randint(0, 1)),
            "state": self.random.choices(("active", "draft", "in_review", "deprecated"), (16, 2, 1, 1))[0],
            "story_id": f"SHOP-{number % 500 + 1}" if roll() < 0.3 else "",
        }
