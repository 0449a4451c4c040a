"""What a case is made of before it is stored, and the rules of its fields."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Project, User
from qaportal.kit.errors import InvalidInput

from ..choices import Priority, TestTag, TestType
from ..models import Folder, Template, TestCase
from ..workflow import workflow_of
from .examples import usable_examples
from .steps import LONGEST_TEXT, MOST_STEPS, usable_steps, with_plain_lines

if TYPE_CHECKING:
    from ..own_fields import OwnFields

__all__ = [
    "EDITABLE",
    "LONGEST_TEXT",
    "MOST_STEPS",
    "CaseDraft",
    "assign",
    "default_tag",
    "usable_priority",
    "usable_steps",
    "usable_words",
    "with_plain_lines",
]

EDITABLE = (
    "folder",
    "title",
    "description",
    "test_type",
    "tag",
    "automation_status",
    "automation_key",
    "automated_script_path",
    "priority",
    "estimate",
    "preconditions",
    "expected_result",
    "test_data",
    "scenario_examples",
    "epic_key",
    "labels",
    "tags",
    "owner",
    "state",
    "is_archived",
    "template",
    "custom_values",
)
"""The fields of a case that its writers change; steps and stories are beside them."""
_WORDS = ("labels", "tags")
_UNCHECKED = {
    *("project", "folder", "owner", "template", "created_by", "updated_by", "merged_into", "copied_from"),
    *("search", "folded", "steps_text", "test_id"),
}
_COLUMNS = {field.name for field in TestCase._meta.concrete_fields}
_LONG_TEXTS = ("description", "preconditions", "expected_result", "test_data")
MOST_WORDS = 200


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """A case to be created among many: what is left out takes the default of a new case."""

    title: str
    folder: Folder | None = None
    folder_path: Sequence[str] = ()
    """Names from a root (or from `folder`) downwards, found or made."""
    test_id: str = ""
    steps: Sequence[Mapping[str, Any]] = ()
    """Each with `action`, perhaps `expected`, `data` and `attachments`; or with `shared_steps_id` alone."""
    description: str = ""
    test_type: str = TestType.MANUAL
    tag: str = ""
    automation_status: str | None = None
    automation_key: str = ""
    automated_script_path: str = ""
    priority: int | str = Priority.MEDIUM
    estimate: int | None = None
    """Seconds."""
    preconditions: str = ""
    expected_result: str = ""
    test_data: str = ""
    scenario_examples: Any = None
    epic_key: str = ""
    labels: Sequence[str] = ()
    tags: Sequence[str] = ()
    owner: User | None = None
    state: str = ""
    """The code of one of the project's states; without one the first active state."""
    is_archived: bool = False
    template: Template | None = None
    custom_values: Mapping[str, Any] = field(default_factory=dict)
    """By the keys of the project's own fields; what is left out takes the field's default."""
    story_id: str = ""


def default_tag(project: Project) -> str:
    """The tag of cases that name none: the project's setting `defaultTag`, else `ui`."""
    chosen = str(project.settings.get("defaultTag") or "").lower()
    return chosen if chosen in TestTag.values else TestTag.UI


def usable_priority(given: Any) -> int:
    """The stored weight of a priority given as a word or a number; raises InvalidInput naming `priority`."""
    if isinstance(given, int) and not isinstance(given, bool) and given in Priority.values:
        return int(given)
    try:
        return int(Priority.from_code(str(given)))
    except KeyError as error:
        offered = ", ".join(each.code for each in Priority)
        raise InvalidInput(_("Unknown priority."), fields={"priority": [_("Use one of: %s.") % offered]}) from error


def usable_words(given: Iterable[str] | str | None, field: str) -> list[str]:
    """Tags or labels out of a list or a comma-separated text: trimmed, each once, in their order.

    Raises InvalidInput naming the field for a word over 100 characters or too many of them.
    """
    parts = given.split(",") if isinstance(given, str) else list(given or [])
    words = list(dict.fromkeys(word for part in parts for each in str(part).split(",") if (word := each.strip())))
    if len(words) > MOST_WORDS or any(len(word) > 100 for word in words):
        raise InvalidInput(
            _("The words cannot be used."),
            fields={field: [_("At most %d words of at most 100 characters each.") % MOST_WORDS]},
        )
    return words


def assign(case: TestCase, fields: Mapping[str, Any], own: "OwnFields") -> None:
    """Put the given fields on the case in their stored form and check what is true of the row alone.

    `own` are the fields of the case's project, read once for all cases. Raises InvalidInput naming the fields.
    """
    for name, value in fields.items():
        if name not in EDITABLE:
            raise TypeError(f"A case has no field {name!r} that its writers change.")
        if name == "template":
            own.choose_template(case, value)
        elif name == "state":
            case.state = usable_state(case, value)
        elif name != "custom_values":
            setattr(case, name, _stored_form(name, value))
    if case._state.adding or "custom_values" in fields:
        own.put(case, fields.get("custom_values"))
    too_long = [name for name in _LONG_TEXTS if len(getattr(case, name)) > LONGEST_TEXT]
    if too_long:
        words = _("A text has at most %d characters.") % LONGEST_TEXT
        raise InvalidInput(words, fields={name: [words] for name in too_long})
    try:
        # What stands in a stored case was checked when it was given; of a thousand cases that counts.
        case.clean_fields(exclude=_UNCHECKED if case._state.adding else _UNCHECKED | (_COLUMNS - set(fields)))
    except ValidationError as error:
        texts = error.message_dict
        first = next(iter(texts.values()))[0]
        raise InvalidInput(first, fields=texts) from error


def usable_state(case: TestCase, given: Any) -> str:
    """One of the states of the case's project, or the one that it stands in; raises InvalidInput naming `state`."""
    return given if given == case.state and case.pk else workflow_of(case.project).usable(given)


def _stored_form(name: str, value: Any) -> Any:
    if name == "priority":
        return usable_priority(value)
    if name in _WORDS:
        return usable_words(value, name)
    if name == "title":
        return " ".join(str(value).split())
    if name in _LONG_TEXTS:
        return with_plain_lines(value)
    if name == "scenario_examples":
        return usable_examples(value)
    return (value or None) if name == "automation_status" else value
