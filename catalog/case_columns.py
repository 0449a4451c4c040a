"""The columns that the list of cases can show: which there are, which the address asks for, and how each is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qaportal.kit.templatetags.ui import person, priority, status, timeago
from qaportal.kit.wording import number

from .choices import FieldKind
from .models import CustomField, TestCase
from .querysets.cases import OWN_FIELD
from .services.stories import primary_story_id
from .workflow import badge, workflow_of

LONGEST_SHOWN = 300
"""Characters of a text that a cell holds; what is longer is read in the case."""
Shown = SafeString | str


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it is called, what it needs of a case, and how it shows it."""

    code: str
    label: Any
    show: Callable[[TestCase], Shown]
    needs: tuple[str, ...] = ()
    """Fields of the case, as `only` takes them; those of related rows through two underscores."""
    css: str = "w-type"
    cell_css: str = ""
    edits: str = ""
    """The field that is edited where it is shown."""
    is_sorted: bool = True
    needs_stories: bool = False

    @property
    def head_css(self) -> str:
        """The classes of its head; on phones only the last result stays."""
        return self.css if self.code == "status" else f"{self.css} q-wide"

    @property
    def body_css(self) -> str:
        """The classes of its cells."""
        return self.cell_css if self.code == "status" else f"{self.cell_css} q-wide".strip()


def text_cell(words: object) -> Shown:
    """A text that is cut where the column ends, with the whole of it on hover."""
    words = str(words or "")[:LONGEST_SHOWN]
    return format_html('<span class="q-clip" title="{}">{}</span>', words, words) if words else ""


def words_cell(words: Iterable[str]) -> Shown:
    """Tags or labels."""
    shown = list(words)
    marks = format_html_join("", '<span class="q-tag">{}</span>', ((word,) for word in shown[:20]))
    return format_html('<span class="q-tags" title="{}">{}</span>', ", ".join(shown), marks) if shown else ""


def estimate_words(seconds: int | None) -> str:
    """How long it takes; nothing when nobody said."""
    if seconds is None:
        return ""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, _("%d h")), (minutes, _("%d min")), (seconds, _("%d s"))]
    return " ".join(words % number for number, words in parts if number) or _("%d s") % 0


def _last_status(case: TestCase) -> Shown:
    activity = getattr(case, "activity", None)
    return status(activity.last_status if activity else "not_started")


def _person(name: str) -> Callable[[TestCase], Shown]:
    return lambda case: person(getattr(case, name)) if getattr(case, name) else ""


def _person_needs(name: str) -> tuple[str, ...]:
    return tuple(f"{name}__{each}" for each in ("first_name", "last_name", "email"))


_DATE = {"css": "w-status q-r", "cell_css": "q-r"}
COLUMNS: dict[str, Column] = {
    column.code: column
    for column in (
        Column(
            "priority",
            gettext_lazy("Priority"),
            lambda case: priority(case.priority_code),
            ("priority",),
            css="w-prio",
            edits="priority",
        ),
        Column(
            "status",
            gettext_lazy("Last result"),
            _last_status,
            ("activity__last_status",),
            css="w-status",
            cell_css="c-status",
        ),
        Column(
            "updated",
            gettext_lazy("Changed"),
            lambda case: timeago(case.updated_at),
            ("updated_at",),
            css="w-status q-r w-less",
            cell_css="q-r w-less",
        ),
        Column(
            "state",
            gettext_lazy("State"),
            lambda case: badge(workflow_of(case.project).shown(case.state)),
            ("state",),
            edits="state",
        ),
        Column("test_type", gettext_lazy("Type"), lambda case: text_cell(case.get_test_type_display()), ("test_type",)),
        Column("tag", gettext_lazy("Works on"), lambda case: text_cell(case.get_tag_display()), ("tag",)),
        Column(
            "tags", gettext_lazy("Tags"), lambda case: words_cell(case.tags), ("tags",), edits="tags", is_sorted=False
        ),
        Column(
            "automation_status",
            gettext_lazy("Automation"),
            lambda case: text_cell(case.get_automation_status_display()),
            ("automation_status",),
        ),
        Column("owner", gettext_lazy("Owner"), _person("owner"), _person_needs("owner"), css="w-set"),
        Column(
            "estimate",
            gettext_lazy("Estimate"),
            lambda case: estimate_words(case.estimate),
            ("estimate",),
            css="w-type q-r",
            cell_css="q-r",
        ),
        Column(
            "folder",
            gettext_lazy("Folder"),
            lambda case: text_cell(case.folder.name if case.folder else ""),
            ("folder__name",),
            css="w-set",
        ),
        Column(
            "story",
            gettext_lazy("Story"),
            lambda case: text_cell(primary_story_id(case)),
            is_sorted=False,
            needs_stories=True,
        ),
        Column("epic", gettext_lazy("Epic"), lambda case: text_cell(case.epic_key), ("epic_key",)),
        Column("labels", gettext_lazy("Labels"), lambda case: words_cell(case.labels), ("labels",), is_sorted=False),
        Column(
            "template",
            gettext_lazy("Template"),
            lambda case: text_cell(case.template.name if case.template else ""),
            ("template__name",),
        ),
        Column(
            "automation_key",
            gettext_lazy("Automation key"),
            lambda case: text_cell(case.automation_key),
            ("automation_key",),
            css="w-set",
        ),
        Column("created", gettext_lazy("Written"), lambda case: timeago(case.created_at), ("created_at",), **_DATE),
        Column(
            "created_by", gettext_lazy("Written by"), _person("created_by"), _person_needs("created_by"), css="w-set"
        ),
        Column(
            "updated_by", gettext_lazy("Changed by"), _person("updated_by"), _person_needs("updated_by"), css="w-set"
        ),
        Column(
            "version",
            gettext_lazy("Version"),
            lambda case: number(case.version),
            ("version",),
            css="w-n q-r",
            cell_css="q-r",
        ),
    )
}
"""Every column beside id and title, which are always there, in the order in which they are offered."""
DEFAULT = ("priority", "status", "updated")
_UNSORTED = (FieldKind.MULTI_SELECT, FieldKind.STEPS, FieldKind.LONG_TEXT)


def column_of(field: CustomField) -> Column:
    """The column of a field of the project's own."""
    is_number = field.kind in (FieldKind.INTEGER, FieldKind.NUMBER)
    return Column(
        OWN_FIELD + field.key,
        field.name,
        lambda case: own_value(field, case.custom_values.get(field.key)),
        ("custom_values",),
        css="w-set q-r" if is_number else "w-set",
        cell_css="q-r" if is_number else "",
        is_sorted=field.kind not in _UNSORTED,
    )


def own_value(field: CustomField, value: Any) -> Shown:
    """The value of a field of the project's own, as a cell shows it."""
    if value in (None, "", []):
        return ""
    if field.kind == FieldKind.CHECKBOX:
        return _("Yes") if value else _("No")
    if field.kind in (FieldKind.DROPDOWN, FieldKind.MULTI_SELECT):
        named = {each["code"]: each["name"] for each in field.options}
        codes = value if isinstance(value, list) else [value]
        return text_cell(", ".join(named.get(str(code), str(code)) for code in codes))
    if field.kind == FieldKind.STEPS:
        return number(len(value)) if isinstance(value, list) else ""
    return number(value) if isinstance(value, int) and not isinstance(value, bool) else text_cell(value)


def offered_columns(own_fields: Sequence[CustomField]) -> dict[str, Column]:
    """Every column of a project, by code."""
    return COLUMNS | {column.code: column for column in map(column_of, own_fields)}


def asked_columns(values: Sequence[str], offered: dict[str, Column]) -> list[Column]:
    """The columns that the address asks for, in its order; unknown ones are left out. Without any, the usual ones."""
    codes = [part for value in values for part in value.split(",")] if values else DEFAULT
    return [offered[code] for code in dict.fromkeys(codes) if code in offered]
