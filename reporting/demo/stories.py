"""The stories of the demo: what the ids say that the cases name, and a few that no case covers yet."""

import tomllib
from collections.abc import Sequence
from typing import Any

from accounts import audit
from accounts.models import Project, User
from catalog.models import Story, TestCase
from catalog.services.coverage import link_cases
from catalog.services.links import link_two_cases
from catalog.services.stories import create_story

from .days import Days
from .texts import FOLDER, CaseText

_ASSIGNEES = ("Joon Arden", "Petra Lund", "Timo Aaker", "")
_DESCRIBED, _PLANNED = 57, 12  # days ago
_IN_WORK, _LATER = ("4.18.0", "Sprint 42"), ("4.19.0", "")
_NEXT_PARTS = {"Checkout", "Authorisation", "Notifications"}
_LATER_FEATURES = {"Request to pay", "Currencies", "Team and roles", "Seller app", "Dashboards", "Tax and audit"}


def _written() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "stories.toml").read_text(encoding="utf-8"))


def _stage(part: str, feature: str) -> dict[str, str]:
    """Where the story of a feature stands."""
    if feature in _LATER_FEATURES:
        return {"status": "To do", "release": _LATER[0], "sprint": _LATER[1], "priority": "Low"}
    if part in _NEXT_PARTS:
        return {"status": "In progress", "release": _IN_WORK[0], "sprint": _IN_WORK[1], "priority": "High"}
    return {"status": "Done", "release": "4.17.0", "sprint": "Sprint 39", "priority": "Medium"}


def describe_stories(
    project: Project, people: dict[str, User], written: Sequence[tuple[TestCase, CaseText]], days: Days
) -> None:
    """Say what the stories are about that the cases name, and link some cases to more than one."""
    known, author = _written(), people["quality"]
    epics = dict(known["epics"])
    places = {text.story_id: text.folder_path[-2:] for _case, text in written if text.story_id}
    with audit.dated(days.at(_DESCRIBED, "10:15")):
        for number, (story_id, (part, feature)) in enumerate(sorted(places.items())):
            create_story(
                actor=author,
                project=project,
                story_id=story_id,
                title=known["titles"][feature],
                epic_id=epics[part],
                assignee=_ASSIGNEES[number % len(_ASSIGNEES)],
                **_stage(part, feature),
            )
    with audit.dated(days.at(_PLANNED, "14:40")):
        for each in known["waiting"]:
            facts = {"title": each["title"], "epic_id": each["epic"], "status": "To do", "release": _LATER[0]}
            create_story(actor=author, project=project, story_id=each["id"], **facts)
        _link(project, author, written)
    stored = Story.objects.in_project(project)
    stored.update(created_at=days.at(_DESCRIBED, "10:15"), updated_at=days.at(_PLANNED, "14:40"))


def _link(project: Project, author: User, written: Sequence[tuple[TestCase, CaseText]]) -> None:
    """The cases of the smoke test cover the story of the payment form too; a capture needs its authorisation."""
    of_features: dict[str, list[TestCase]] = {}
    for case, text in written:
        of_features.setdefault(text.folder_path[-1] if text.folder_path else "", []).append(case)
    form = Story.objects.living().in_project(project).get(story_id="PAY-307")
    smoke = [case.pk for case, text in written if "smoke" in text.tags and text.folder_path[:1] == ("Card payments",)]
    link_cases(actor=author, story=form, case_ids=smoke)
    for case in of_features["Capture"][:2]:
        link_two_cases(actor=author, case=case, other=of_features["Amount and currency"][0], type="DEPENDS_ON")
    manual = next((case for case in of_features["Refunds and voids"] if case.test_type == "manual"), None)
    scripted = next((case for case in of_features["Refunds and voids"] if case.test_type == "automated"), None)
    if manual and scripted:
        link_two_cases(actor=author, case=manual, other=scripted, type="SAME_TEST_DIFFERENT_SOURCE")
