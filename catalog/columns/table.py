"""Which columns there are, what each is called, and what it says of a stored case."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Project

from ..choices import FieldTarget
from ..models import CustomField, TestCase
from .custom import written_value
from .texts import as_json, folder_text, numbered_text

_APART = re.compile(r"[\W_]+")


@dataclass(slots=True)
class Written:
    """A stored case with what stands beside it, as files tell it."""

    case: TestCase
    folder: list[str]
    steps: list[dict[str, str]]
    story: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its name is that of the API's field, in a head also in Title Case."""

    name: str
    label: Promise | str
    write: Callable[[Written], Any] | None = None
    """What it says of a case; None for columns that are only read."""
    field: str = ""
    """The field of the case that it is for, where its name is another one."""
    aliases: tuple[str, ...] = ()
    """What else heads call it."""
    width: int = 18
    is_step: bool = False
    """Whether each step has a value of its own in files with many rows a case."""
    custom: CustomField | None = None

    @property
    def target(self) -> str:
        """The field of the case that the column is for."""
        return self.field or self.name

    @property
    def head(self) -> str:
        """The name in Title Case."""
        return " ".join(part.capitalize() for part in self.name.split("_"))

    def cell(self, written: Written) -> str:
        """What the column says of the case as the text of a cell."""
        return cell_text(self.write(written)) if self.write else ""


def cell_text(value: Any) -> str:
    """The value as one cell holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(each, str) and "," not in each for each in value):
        return ", ".join(value)
    return as_json(value) if isinstance(value, list | dict) else str(value)


def _of_case(name: str) -> Callable[[Written], Any]:
    return lambda written: getattr(written.case, name)


def _steps(name: str) -> Callable[[Written], str]:
    return lambda written: numbered_text([step[name] for step in written.steps])


def _plain(name: str, label: Any, **more: Any) -> Column:
    return Column(name, label, _of_case(name), **more)


_IDENTITY = (
    _plain("test_id", _("ID"), aliases=("id", "case_id", "test_case_id", "key"), width=14),
    _plain("title", _("Title"), aliases=("name", "summary", "test_name", "test_case", "test_summary"), width=48),
    Column(
        "folder",
        _("Folder"),
        lambda written: folder_text(written.folder),
        aliases=("folder_path", "path", "section_hierarchy", "suite", "section", "test_suite"),
        width=32,
    ),
    _plain("state", _("State"), aliases=("workflow_state",), width=12),
    Column("priority", _("Priority"), lambda written: written.case.priority_code, aliases=("importance",), width=10),
    _plain("test_type", _("Type"), aliases=("execution_type",), width=14),
    _plain("tag", _("Works on"), aliases=("works_on",), width=8),
    _plain("tags", _("Tags"), width=20),
    _plain("labels", _("Labels")),
    Column(
        "owner",
        _("Owner"),
        lambda written: written.case.owner.email if written.case.owner else "",
        aliases=("owner_email", "assigned_to"),
        width=24,
    ),
    Column(
        "jira_story_id",
        _("Story"),
        lambda written: written.story,
        field="story",
        aliases=("story", "story_id", "references", "refs", "requirement", "coverage_issues", "issues"),
        width=14,
    ),
    _plain("epic_key", _("Epic"), aliases=("epic", "epic_id"), width=14),
    Column("template", _("Template"), lambda written: written.case.template.name if written.case.template else ""),
    _plain("estimate", _("Estimate in seconds"), aliases=("estimated_time",), width=10),
)
_AUTOMATION = (
    _plain("automation_status", _("Automation"), aliases=("automation",), width=12),
    _plain("automation_key", _("Automation key"), aliases=("automation_id",)),
    _plain("automated_script_path", _("Script"), aliases=("script", "script_path")),
)
_TEXTS = (
    _plain("description", _("Description"), aliases=("objective", "mission"), width=40),
    _plain("preconditions", _("Before you start"), aliases=("precondition", "preconds", "before_you_start"), width=40),
)
STEP_COLUMNS = (
    Column(
        "step_action",
        _("Step: do"),
        _steps("action"),
        aliases=("steps_step", "steps_actions", "test_script_step_by_step_step", "action", "step"),
        width=40,
        is_step=True,
    ),
    Column(
        "step_expected",
        _("Step: expect"),
        _steps("expected"),
        aliases=("steps_expected_result", "steps_result", "test_script_step_by_step_expected_result", "result"),
        width=40,
        is_step=True,
    ),
    Column(
        "step_data",
        _("Step: data"),
        _steps("data"),
        aliases=("steps_data", "test_script_step_by_step_test_data", "data"),
        width=24,
        is_step=True,
    ),
)
_AFTER = (
    _plain("expected_result", _("Expected result"), aliases=("expected", "expected_results"), width=40),
    _plain("test_data", _("Test data"), width=24),
    _plain("scenario_examples", _("Examples"), aliases=("examples", "datasets")),
    _plain("is_archived", _("Archived"), aliases=("archived",), width=10),
)
STEPS = Column(
    "steps",
    _("Steps"),
    lambda written: written.steps,
    aliases=("steps_to_reproduce", "test_steps", "test_script", "test_script_plain_text", "steps_separated"),
    width=48,
)
"""All steps in one: as a list in JSON, as numbered lines in a cell."""
ONLY_READ = (
    Column("external_id", _("ID in the other tool"), aliases=("external", "issue_key", "issue_id", "tcid")),
    Column("module", _("Module"), aliases=("module_id",)),
    Column("sub_module", _("Sub-module")),
    Column("feature_section", _("Feature"), aliases=("feature",)),
)


def columns_of(project: Project) -> tuple[Column, ...]:
    """The columns of exported tables, the project's own fields last."""
    return (*_IDENTITY, *_AUTOMATION, *_TEXTS, *STEP_COLUMNS, *_AFTER, *_own(project))


def document_columns_of(project: Project) -> tuple[Column, ...]:
    """The columns of documents such as JSON, where steps are a list."""
    return (*_IDENTITY, *_AUTOMATION, *_TEXTS, STEPS, *_AFTER, *_own(project))


def columns_by_name(project: Project) -> dict[str, Column]:
    """Every column that can be read, by its name."""
    return {column.name: column for column in (*columns_of(project), STEPS, *ONLY_READ)}


def _own(project: Project) -> list[Column]:
    fields = CustomField.objects.in_project(project).filter(target=FieldTarget.CASE, is_archived=False)
    return [_own_column(each) for each in fields.order_by("position", "pk")]


def _own_column(custom: CustomField) -> Column:
    def write(written: Written) -> Any:
        return written_value(custom, written.case.custom_values.get(custom.key))

    return Column(f"custom_{custom.key}", custom.name, write, aliases=(custom.name, custom.key), custom=custom)


def folded(head: str) -> str:
    """A head as it is compared: in lower case, with an underscore for everything between its words."""
    return _APART.sub("_", head.casefold()).strip("_")


def named(columns: dict[str, Column]) -> dict[str, str]:
    """The names of columns by everything that heads call them; the name itself wins over what else it is called."""
    found: dict[str, str] = {}
    for name in columns:
        found[folded(name)] = name
    for name, column in columns.items():
        for alias in (*column.aliases, str(column.label)):
            found.setdefault(folded(alias), name)
    return found
