"""Reads the written part of the demo: the cases and the story around them."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.text import slugify

from catalog.choices import CaseState, TestTag, TestType

FOLDER = Path(__file__).parent
MODULES = ("card_payments", "bank_transfers", "payouts", "ledger_and_reconciliation", "not_filed")
_TYPES = {
    "automated": TestType.AUTOMATED,
    "semi": TestType.SEMI_AUTOMATED,
    "manual": TestType.MANUAL,
    "draft": TestType.MANUAL,
}


def _identifier(words: str) -> str:
    """The words as a programmer would write them in a name."""
    spelled = words.replace("3-D", "three D").replace(".", " ").replace("'", "")
    return slugify(spelled).replace("-", "_")


@dataclass(frozen=True, slots=True)
class CaseText:
    """One case as it is written in the files."""

    title: str
    folder_path: tuple[str, ...]
    owner: str
    tag: str
    test_type: str
    priority: str
    tags: tuple[str, ...]
    preconditions: str
    steps: tuple[tuple[str, str], ...]
    story_id: str
    state: str
    test_id: str = ""

    @property
    def module(self) -> str:
        """The name of the root folder."""
        return self.folder_path[0] if self.folder_path else ""

    @property
    def feature(self) -> str:
        """The name of the case's own folder."""
        return self.folder_path[-1] if self.folder_path else ""

    @property
    def is_automated(self) -> bool:
        """Whether a script executes it."""
        return self.test_type == TestType.AUTOMATED

    @property
    def class_name(self) -> str:
        """Where its script lies, as a runner writes it."""
        return ".".join(["tests", *(_identifier(name) for name in self.folder_path)])

    @property
    def function_name(self) -> str:
        """What its script is called."""
        return f"test_{_identifier(self.title)}"

    @property
    def automation_key(self) -> str:
        """What a report finds the case by; nothing for a case without a script."""
        return f"{self.class_name}.{self.function_name}" if self.is_automated else ""

    @property
    def estimate(self) -> int | None:
        """Seconds that a person needs."""
        return None if self.is_automated else 120 + 90 * len(self.steps)


def _columns(each: dict[str, list[str]]) -> Iterator[dict[str, str]]:
    """The values of each case that one entry stands for."""
    if not each:
        yield {}
        return
    for values in zip(*each.values(), strict=True):
        yield dict(zip(each, values, strict=True))


def _texts(module: str, feature: dict[str, Any], story_id: str) -> Iterator[CaseText]:
    path = tuple(filter(None, [module, *feature["path"]]))
    for entry in feature["case"]:
        tag, kind, priority, *tags = entry["is"].split()
        for values in _columns(entry.get("each", {})):
            steps = (step.format_map(values).split(" => ") for step in entry["steps"])
            yield CaseText(
                title=entry["title"].format_map(values),
                folder_path=path,
                owner=feature["owner"],
                tag=TestTag(tag),
                test_type=_TYPES[kind],
                priority=priority,
                tags=tuple(tags),
                preconditions=feature["before"],
                steps=tuple((action, expected) for action, expected in steps),
                story_id=story_id,
                state=CaseState.DRAFT if kind == "draft" else CaseState.ACTIVE,
                test_id=entry.get("id", ""),
            )


def read_cases(file: Path, *, first_story: int = 0) -> list[CaseText]:
    """The cases of one file, in their order; each feature belongs to a story from the number on, if one is given."""
    written = tomllib.loads(file.read_text(encoding="utf-8"))
    found: list[CaseText] = []
    for place, feature in enumerate(written["feature"]):
        story_id = f"PAY-{first_story + 7 * place}" if first_story and feature["path"] else ""
        found.extend(_texts(written["module"], feature, story_id))
    return found


@lru_cache(maxsize=1)
def payment_cases() -> tuple[CaseText, ...]:
    """All cases of the payments project."""
    files = ((FOLDER / "cases" / f"{name}.toml", 300 + 100 * place) for place, name in enumerate(MODULES))
    return tuple(case for file, first_story in files for case in read_cases(file, first_story=first_story))


@lru_cache(maxsize=1)
def terminal_cases() -> tuple[CaseText, ...]:
    """The few cases of the second project."""
    return tuple(read_cases(FOLDER / "other" / "terminals.toml"))


@lru_cache(maxsize=1)
def logistics_cases() -> tuple[CaseText, ...]:
    """The few cases of the second company."""
    return tuple(read_cases(FOLDER / "other" / "logistics.toml"))


@lru_cache(maxsize=1)
def story() -> dict[str, Any]:
    """People, releases, and what went wrong when."""
    return tomllib.loads((FOLDER / "story.toml").read_text(encoding="utf-8"))
