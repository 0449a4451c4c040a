"""The project's own fields in files: options by their names, dates and numbers as they are written everywhere."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from qaportal.kit.errors import InvalidInput

from ..choices import FieldKind
from ..models import CustomField
from .texts import FALSE, TRUE, as_json, from_json, joined_steps

LISTS = (FieldKind.DROPDOWN, FieldKind.MULTI_SELECT)


def written_value(field: CustomField, value: Any) -> Any:
    """The value as a file tells it: options by their names where those are clear, lists as lists."""
    if value in (None, "", []):
        return "" if field.kind != FieldKind.CHECKBOX else value
    if field.kind in LISTS:
        names = _names(field)
        chosen = [names.get(str(code), str(code)) for code in (value if isinstance(value, list) else [value])]
        return chosen if isinstance(value, list) else chosen[0]
    return value


def _names(field: CustomField) -> dict[str, str]:
    """The name of each option by its code; the code itself where the name would be misread."""
    options = [(str(each["code"]), str(each["name"])) for each in field.options]
    words = [word.casefold() for option in options for word in set(option)]
    return {
        code: name if words.count(name.casefold()) == 1 and name == name.strip() else code for code, name in options
    }


def read_value(field: CustomField, value: Any) -> Any:
    """The stored form of what a file tells; raises InvalidInput naming the column for a value of another type."""
    text = value.strip() if isinstance(value, str) else value
    if text in (None, "", []):
        return None
    try:
        return _READ.get(field.kind, _read_text)(field, value)
    except (ValueError, InvalidOperation, TypeError) as error:
        raise _wrong(field, _WORDS.get(field.kind, _("A text"))) from error


def _wrong(field: CustomField, wanted: Any) -> InvalidInput:
    words = _("%(name)s takes: %(wanted)s.") % {"name": field.name, "wanted": wanted}
    return InvalidInput(words, fields={f"custom_{field.key}": [words]})


def _read_text(field: CustomField, value: Any) -> Any:
    if isinstance(value, str):
        text = value
        if text.startswith("{") and field.kind == FieldKind.LINK:
            return from_json(text)
        return text
    if isinstance(value, dict) and field.kind == FieldKind.LINK:
        return dict(value)
    if isinstance(value, bool | list | dict):
        raise ValueError("no text")
    return str(value)


def _read_integer(field: CustomField, value: Any) -> int:
    if isinstance(value, bool | float) and (isinstance(value, bool) or not value.is_integer()):
        raise ValueError("no whole number")
    text = str(int(value)) if isinstance(value, float) else str(value).strip()
    if len(text) > 19:
        raise ValueError("too long")
    return int(text)


def _read_number(field: CustomField, value: Any) -> int | float:
    if isinstance(value, bool):
        raise ValueError("no number")
    number = Decimal(str(value).strip().replace(",", "."))
    if not number.is_finite() or abs(number) >= Decimal(10) ** 14:
        raise ValueError("too large")
    return int(number) if number == number.to_integral_value() else float(number)


def _read_checkbox(field: CustomField, value: Any) -> bool:
    word = str(value).strip().casefold()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise ValueError("neither yes nor no")


def _read_date(field: CustomField, value: Any) -> str:
    return date.fromisoformat(str(value).strip()[:10]).isoformat()


def _codes(field: CustomField) -> dict[str, str]:
    found = {str(each["name"]).strip().casefold(): str(each["code"]) for each in field.options}
    return {**found, **{str(each["code"]).casefold(): str(each["code"]) for each in field.options}}


def _code(field: CustomField, codes: Mapping[str, str], word: Any) -> str:
    code = codes.get(str(word).strip().casefold())
    if code is None:
        raise _wrong(field, ", ".join(str(each["name"]) for each in field.options)[:500])
    return code


def _read_option(field: CustomField, value: Any) -> str:
    return _code(field, _codes(field), value)


def _read_options(field: CustomField, value: Any) -> list[str]:
    if isinstance(value, str):
        value = from_json(value) if value.strip().startswith("[") else value.split(",")
    if not isinstance(value, list):
        raise ValueError("no list")
    codes = _codes(field)
    return list(dict.fromkeys(_code(field, codes, word) for word in value if str(word).strip()))


def _read_steps(field: CustomField, value: Any) -> list[dict[str, Any]]:
    if isinstance(value, str):
        value = from_json(value) if value.strip().startswith("[") else joined_steps(value, "", "")
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ValueError("no steps")
    return value


_READ = {
    FieldKind.INTEGER: _read_integer,
    FieldKind.NUMBER: _read_number,
    FieldKind.CHECKBOX: _read_checkbox,
    FieldKind.DATE: _read_date,
    FieldKind.DROPDOWN: _read_option,
    FieldKind.MULTI_SELECT: _read_options,
    FieldKind.STEPS: _read_steps,
}
_WORDS: dict[str, Any] = {
    FieldKind.INTEGER: "42",
    FieldKind.NUMBER: "4.2",
    FieldKind.CHECKBOX: "true, false",
    FieldKind.DATE: "2030-12-31",
    FieldKind.STEPS: as_json([{"action": "", "expected": "", "data": ""}]),
}
