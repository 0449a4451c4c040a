"""The values of custom fields as people read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from .choices import FieldKind
from .models import CustomField
from .own_fields import OwnFields
from .services.step_text import render_steps

LONG = (FieldKind.LONG_TEXT, FieldKind.STEPS)


def words_of_value(field: CustomField, value: Any) -> str:
    """A stored value in words; nothing is the empty text."""
    if value is None:
        return ""
    if field.kind == FieldKind.STEPS and isinstance(value, list):
        return render_steps([step.get("action", "") for step in value])
    if isinstance(value, list):
        return ", ".join(_option_name(field, code) for code in value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int | float):
        return number_format(value)
    if field.kind == FieldKind.DATE:
        return date_format(date.fromisoformat(value), "j F Y")
    return _option_name(field, value) if field.kind == FieldKind.DROPDOWN else str(value)


def _option_name(field: CustomField, code: str) -> str:
    return next((each["name"] for each in field.options if each["code"] == code), str(code))


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A field with what it says."""

    field: CustomField
    value: Any

    @property
    def words(self) -> str:
        """The value in words."""
        return words_of_value(self.field, self.value)

    @property
    def is_link(self) -> bool:
        """Whether it is an address to follow."""
        return self.field.kind == FieldKind.LINK

    @property
    def is_steps(self) -> bool:
        """Whether it is a list of steps."""
        return self.field.kind == FieldKind.STEPS

    @property
    def is_long(self) -> bool:
        """Whether it needs a block of its own."""
        return self.field.kind in LONG


@dataclass(frozen=True, slots=True)
class ShownValues:
    """What the fields of a case or a result say, without those that say nothing."""

    values: Sequence[ShownValue]

    def __bool__(self) -> bool:
        """Whether any says something."""
        return bool(self.values)

    @property
    def short(self) -> list[ShownValue]:
        """Those that fit on a line."""
        return [each for each in self.values if not each.is_long]

    @property
    def long(self) -> list[ShownValue]:
        """Those that need a block each."""
        return [each for each in self.values if each.is_long]


def shown_values(own: OwnFields, values: Mapping[str, Any] | None, template_id: int | None) -> ShownValues:
    """The values in the order of the template, then those of fields that it has no more."""
    if not values:
        return ShownValues(())
    fields = {field.key: field for field in own.of(template_id)} | own.by_key
    return ShownValues([ShownValue(field, values[key]) for key, field in fields.items() if key in values])
