"""The CSV export of a Testmo repository."""

from .base import TableFormat

TABLE = TableFormat(
    "testmo",
    "Testmo",
    marks=[
        frozenset({"case_id", "folder", "state"}),
        frozenset({"case_id", "case", "folder"}),
        frozenset({"case", "folder", "steps_step"}),
    ],
    mapping={
        "case_id": "external_id",
        "id": "external_id",
        "case": "title",
        "name": "title",
        "title": "title",
        "folder": "folder",
        "state": "state",
        "status": "state",
        "priority": "priority",
        "estimate": "estimate",
        "tags": "tags",
        "issues": "jira_story_id",
        "automation": "",
        "has_automation": "",
        "preconditions": "preconditions",
        "description": "description",
        "steps": "steps",
        "steps_step": "step_action",
        "steps_expected": "step_expected",
        "steps_expected_result": "step_expected",
        "expected": "expected_result",
        "template": "",
        "type": "labels",
    },
    folder_separator=">",
    source="testmo",
)
