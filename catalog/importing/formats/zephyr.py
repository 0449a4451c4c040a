"""The Excel and CSV exports of Zephyr Scale: a row for each step."""

from .base import TableFormat

_STEP = "test_script_step_by_step_step"
TABLE = TableFormat(
    "zephyr",
    "Zephyr Scale",
    marks=[frozenset({"key", "name", _STEP}), frozenset({"key", "name", "objective", "precondition"})],
    mapping={
        "key": "external_id",
        "name": "title",
        "status": "state",
        "precondition": "preconditions",
        "objective": "description",
        "folder": "folder",
        "priority": "priority",
        "component": "tags",
        "labels": "labels",
        "owner": "",
        "estimated_time": "estimate",
        "coverage_issues": "jira_story_id",
        "coverage": "jira_story_id",
        _STEP: "step_action",
        "test_script_step_by_step_test_data": "step_data",
        "test_script_step_by_step_expected_result": "step_expected",
        "test_script_plain_text": "steps",
        "test_script_bdd": "",
        "type": "",
    },
    is_per_step=True,
    source="zephyr",
)
