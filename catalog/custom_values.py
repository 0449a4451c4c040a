"""The values of a project's own fields: out of what a form, the API or a file holds into what is stored."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from qaportal.kit.errors import InvalidInput
from qaportal.kit.text import problem_in

from .choices import FieldKind
from .models import CustomField
from .services.drafts import LONGEST_TEXT, usable_steps, with_plain_lines
from .services.step_text import parse_steps

LONGEST_STRING = 1_000
LONGEST_LINK = 2_000
MOST_DIGITS = 15
"""Digits of a number: every reader of JSON reads so many back as they were."""
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ].*)?")
_YES, _NO = {"true", "yes", "on", "1", "x"}, {"false", "no", "off", "0"}
_OF_LISTS = (FieldKind.DROPDOWN, FieldKind.MULTI_SELECT)
COUNTED = (FieldKind.STRING, FieldKind.LONG_TEXT, FieldKind.MULTI_SELECT, FieldKind.STEPS)
"""Kinds whose bounds count characters, options or steps."""
MEASURED = (FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.DATE)
"""Kinds whose bounds are values themselves."""


class Unusable(ValueError):
    """Why a value cannot be stored, in words for whoever gave it."""


def stored_value(field: CustomField, given: Any, *, kept: Any = None) -> Any:
    """The value as `custom_values` hold it; None for nothing.

    `kept` is what is stored now: an option that is not offered any more stays where it is. Raises Unusable.
    """
    if isinstance(given, str):
        if problem := problem_in(given):
            raise Unusable(problem)
        if not given.strip():
            return None
    if given is None or given in ([], {}):
        return None
    value = _READERS[field.kind](field, given, kept)
    if value is not None and value != kept:
        _require_within(field, value)
    return value


def is_of_list(kind: str) -> bool:
    """Whether fields of this kind choose among options."""
    return kind in _OF_LISTS


# -- bounds ----------------------------------------------------------------------------------------------------------
def measure_of(kind: str, value: Any) -> Decimal:
    """What bounds compare: a number itself, a date as its digits, of everything else how many."""
    if kind == FieldKind.DATE:
        return Decimal(value.replace("-", ""))
    return Decimal(len(value)) if kind in COUNTED else Decimal(str(value))


def stored_bound(kind: str, given: Any) -> Decimal | None:
    """A bound out of what was typed, None for none; raises Unusable."""
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    if kind == FieldKind.DATE:
        return measure_of(kind, _date(None, given, None))
    if kind == FieldKind.NUMBER:
        return Decimal(str(_number(None, given, None)))
    number = _integer(None, given, None)
    if kind in COUNTED and number < 0:
        raise Unusable(_("A number of at least 0."))
    return Decimal(number)


def shown_bound(kind: str, bound: Decimal | None) -> str:
    """A bound as it is typed."""
    if bound is None:
        return ""
    if kind == FieldKind.DATE:
        digits = f"{int(bound):08d}"
        return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    return f"{bound.normalize():f}"


def _require_within(field: CustomField, value: Any) -> None:
    if field.kind not in (*COUNTED, *MEASURED):
        return
    measure, kind = measure_of(field.kind, value), field.kind
    facts = {"least": shown_bound(kind, field.minimum), "most": shown_bound(kind, field.maximum)}
    if field.minimum is not None and measure < field.minimum:
        raise Unusable(_too_little(kind) % facts)
    if field.maximum is not None and measure > field.maximum:
        raise Unusable(_too_much(kind) % facts)


def _too_little(kind: str) -> str:
    if kind in (FieldKind.STRING, FieldKind.LONG_TEXT):
        return _("At least %(least)s characters.")
    if kind == FieldKind.MULTI_SELECT:
        return _("Choose at least %(least)s.")
    if kind == FieldKind.STEPS:
        return _("At least %(least)s steps.")
    return _("Not before %(least)s.") if kind == FieldKind.DATE else _("At least %(least)s.")


def _too_much(kind: str) -> str:
    if kind in (FieldKind.STRING, FieldKind.LONG_TEXT):
        return _("At most %(most)s characters.")
    if kind == FieldKind.MULTI_SELECT:
        return _("Choose at most %(most)s.")
    if kind == FieldKind.STEPS:
        return _("At most %(most)s steps.")
    return _("Not after %(most)s.") if kind == FieldKind.DATE else _("At most %(most)s.")


# -- kinds -----------------------------------------------------------------------------------------------------------
def _text(given: Any, longest: int) -> str:
    if not isinstance(given, str):
        raise Unusable(_("Give a text."))
    if len(given) > longest:
        raise Unusable(_("At most %d characters.") % longest)
    return given


def _string(_field: CustomField | None, given: Any, _kept: Any) -> str:
    return " ".join(_text(given, LONGEST_STRING).split())


def _long_text(_field: CustomField | None, given: Any, _kept: Any) -> str:
    return _text(with_plain_lines(given) if isinstance(given, str) else given, LONGEST_TEXT)


def _integer(_field: CustomField | None, given: Any, _kept: Any) -> int:
    words = _("Give a whole number.")
    if isinstance(given, float) and given.is_integer():
        given = f"{given:.0f}"
    if isinstance(given, bool) or not isinstance(given, int | str):
        raise Unusable(words)
    text = str(given).strip().removeprefix("+")
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        raise Unusable(words)
    if len(digits.lstrip("0")) > MOST_DIGITS:
        raise Unusable(_("A number of at most %d digits.") % MOST_DIGITS)
    return int(text)


def _number(_field: CustomField | None, given: Any, _kept: Any) -> int | float:
    words = _("Give a number, such as 12.5.")
    if isinstance(given, bool) or not isinstance(given, int | float | str | Decimal):
        raise Unusable(words)
    text = str(given).strip()
    try:
        number = Decimal(text) if text.isascii() and len(text) <= 100 else Decimal("NaN")
    except InvalidOperation as error:
        raise Unusable(words) from error
    if not number.is_finite() or "_" in text:
        raise Unusable(words)
    number = number.normalize()
    if len(number.as_tuple().digits) > MOST_DIGITS or not -6 <= number.as_tuple().exponent <= MOST_DIGITS:
        raise Unusable(_("A number of at most %d digits, six of them behind the point.") % MOST_DIGITS)
    if abs(number) >= Decimal(10) ** MOST_DIGITS:
        raise Unusable(_("A number of at most %d digits.") % MOST_DIGITS)
    return int(number) if number == number.to_integral_value() else float(number)


def _checkbox(_field: CustomField | None, given: Any, _kept: Any) -> bool:
    if isinstance(given, bool):
        return given
    word = str(given).strip().casefold() if isinstance(given, str | int) else ""
    if word in _YES | {_("Yes").casefold()}:
        return True
    if word in _NO | {_("No").casefold()}:
        return False
    raise Unusable(_("Say yes or no."))


def _date(_field: CustomField | None, given: Any, _kept: Any) -> str:
    if isinstance(given, datetime):
        given = given.date()
    if isinstance(given, date):
        return given.isoformat()
    found = _DATE.fullmatch(given.strip()) if isinstance(given, str) else None
    if found is None:
        raise Unusable(_("Give a date as year, month and day: 2026-05-04."))
    try:
        return date.fromisoformat(found.group(1)).isoformat()
    except ValueError as error:
        raise Unusable(_("There is no such day.")) from error


def _link(_field: CustomField | None, given: Any, _kept: Any) -> str:
    text = _text(given, LONGEST_LINK).strip()
    words = _("Give an address that starts with http:// or https://.")
    try:
        parts = urlsplit(text)
        is_usable = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError as error:
        raise Unusable(words) from error
    if not is_usable or any(letter.isspace() or not letter.isprintable() for letter in text) or "\\" in text:
        raise Unusable(words)
    return text


def _steps(_field: CustomField | None, given: Any, _kept: Any) -> list[dict[str, str]] | None:
    if isinstance(given, str):
        given = parse_steps(_text(given, 10 * LONGEST_TEXT))
    if not isinstance(given, list | tuple):
        raise Unusable(_("Give a list of steps."))
    steps = [{"action": each} if isinstance(each, str) else each for each in given]
    texts = ("action", "expected", "data")
    if any(
        not isinstance(step, Mapping)
        or any(not isinstance(step.get(name) or "", str) or problem_in(step.get(name) or "") for name in texts)
        for step in steps
    ):
        raise Unusable(_("Each step has an action, and perhaps what to expect and data, all of them texts."))
    try:
        return usable_steps([{name: step.get(name) for name in texts} for step in steps]) or None
    except InvalidInput as error:
        raise Unusable(error.message) from error


# -- options ---------------------------------------------------------------------------------------------------------
def _option(field: CustomField, given: Any, kept: Sequence[str]) -> str:
    """The code of an option that is named by its code or its name."""
    if not isinstance(given, str):
        raise Unusable(_("Give the code or the name of an option."))
    word = given.strip()
    named = {each["code"]: each for each in field.options}
    found = named.get(word) or next((each for each in _in_use_first(field) if _same(each["name"], word)), None)
    if found is None:
        raise Unusable(_("“%(word)s” is not one of: %(names)s.") % {"word": word[:100], "names": offered_names(field)})
    if found.get("is_archived") and found["code"] not in kept:
        raise Unusable(_("“%s” is not offered any more.") % found["name"])
    return found["code"]


def _in_use_first(field: CustomField) -> list[dict[str, Any]]:
    return sorted(field.options, key=lambda each: each.get("is_archived"))


def _same(name: str, word: str) -> bool:
    return name.casefold() == word.casefold()


def offered_names(field: CustomField) -> str:
    """What the options are called that can be chosen."""
    return ", ".join(each["name"] for each in field.options if not each.get("is_archived"))


def _dropdown(field: CustomField, given: Any, kept: Any) -> str:
    return _option(field, given, [kept] if isinstance(kept, str) else [])


def _multi_select(field: CustomField, given: Any, kept: Any) -> list[str] | None:
    kept = kept if isinstance(kept, list) else []
    words = [given] if isinstance(given, str) else given
    if not isinstance(words, list | tuple | set):
        raise Unusable(_("Give a list of options."))
    if isinstance(given, str) and not any(_same(given.strip(), each["name"]) for each in field.options):
        words = [word for word in re.split(r"[;\n]" if ";" in given or "\n" in given else ",", given) if word.strip()]
    if len(words) > 10 * max(len(field.options), 1):
        raise Unusable(_("Choose at most %(most)s.") % {"most": len(field.options)})
    chosen = {_option(field, word, kept) for word in words}
    return [each["code"] for each in field.options if each["code"] in chosen] or None


_READERS: dict[str, Callable[[CustomField, Any, Any], Any]] = {
    FieldKind.STRING: _string,
    FieldKind.LONG_TEXT: _long_text,
    FieldKind.INTEGER: _integer,
    FieldKind.NUMBER: _number,
    FieldKind.CHECKBOX: _checkbox,
    FieldKind.DATE: _date,
    FieldKind.DROPDOWN: _dropdown,
    FieldKind.MULTI_SELECT: _multi_select,
    FieldKind.LINK: _link,
    FieldKind.STEPS: _steps,
}
