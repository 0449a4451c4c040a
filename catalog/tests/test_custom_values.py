"""What becomes of values of every kind, whoever gives them."""

import datetime

import pytest

from catalog.custom_values import Unusable, stored_value
from catalog.models import CustomField

OPTIONS = [
    {"code": "firefox", "name": "Firefox", "is_archived": False},
    {"code": "chrome", "name": "Chrome, any", "is_archived": False},
    {"code": "ie", "name": "Internet Explorer", "is_archived": True},
]


def field(kind, **facts):
    return CustomField(kind=kind, name="Risk", key="risk", options=OPTIONS, **facts)


@pytest.mark.parametrize(
    ("kind", "given", "stored"),
    [
        ("string", "  two   words ", "two words"),
        ("long_text", "one\r\ntwo", "one\ntwo"),
        ("integer", " 12 ", 12),
        ("integer", "-3", -3),
        ("integer", 12.0, 12),
        ("number", "12.50", 12.5),
        ("number", 3, 3),
        ("number", "1e3", 1000),
        ("checkbox", "on", True),
        ("checkbox", "No", False),
        ("checkbox", False, False),
        ("date", "2026-05-04", "2026-05-04"),
        ("date", "2026-05-04T10:00:00Z", "2026-05-04"),
        ("date", datetime.datetime(2026, 5, 4, 10), "2026-05-04"),
        ("dropdown", "firefox", "firefox"),
        ("dropdown", "FIREFOX", "firefox"),
        ("dropdown", "chrome, any", "chrome"),
        ("multi_select", ["Chrome, any", "firefox"], ["firefox", "chrome"]),
        ("multi_select", "Chrome, any; Firefox", ["firefox", "chrome"]),
        ("multi_select", "chrome, firefox", ["firefox", "chrome"]),
        ("multi_select", "Chrome, any", ["chrome"]),
        ("link", " https://tessarin.example/a?b=1 ", "https://tessarin.example/a?b=1"),
        ("link", "http://wiki/page", "http://wiki/page"),
        (
            "steps",
            [{"action": "Open", "expected": "It opens"}, "Close"],
            [
                {"action": "Open", "expected": "It opens", "data": ""},
                {"action": "Close", "expected": "", "data": ""},
            ],
        ),
        ("steps", "1. Open\n2. Close", [{"action": each, "expected": "", "data": ""} for each in ("Open", "Close")]),
    ],
)
def test_every_kind_is_read_from_texts_and_from_json(kind, given, stored):
    found = stored_value(field(kind), given)
    assert (found, type(found)) == (stored, type(stored))


@pytest.mark.parametrize("kind", ["string", "integer", "date", "dropdown", "multi_select", "link", "steps", "checkbox"])
@pytest.mark.parametrize("nothing", [None, "", "  ", []])
def test_nothing_is_nothing_in_every_kind(kind, nothing):
    assert stored_value(field(kind), nothing) is None


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        ("string", 7, "Give a text."),
        ("string", "x" * 1_001, "At most 1000 characters."),
        ("string", "nul \x00", "Null characters are not allowed."),
        ("long_text", ["a"], "Give a text."),
        ("long_text", "half \ud800", "lone surrogate"),
        ("integer", "12.5", "Give a whole number."),
        ("integer", True, "Give a whole number."),
        ("integer", "٣", "Give a whole number."),
        ("integer", 10**30, "at most 15 digits"),
        ("number", "NaN", "Give a number"),
        ("number", "Infinity", "Give a number"),
        ("number", float("inf"), "Give a number"),
        ("number", "1,5", "Give a number"),
        ("number", "1e400", "at most 15 digits"),
        ("number", "1_0", "Give a number"),
        ("checkbox", "perhaps", "Say yes or no."),
        ("checkbox", 2, "Say yes or no."),
        ("date", "04.05.2026", "Give a date"),
        ("date", "2026-02-30", "There is no such day."),
        ("date", 20260504, "Give a date"),
        ("dropdown", "Opera", "“Opera” is not one of: Firefox, Chrome, any."),
        ("dropdown", "ie", "“Internet Explorer” is not offered any more."),
        ("dropdown", 3, "Give the code or the name"),
        ("multi_select", {"a": 1}, "Give a list of options."),
        ("multi_select", ["firefox", None], "Give the code or the name"),
        ("multi_select", ["firefox"] * 1_000, "Choose at most 3."),
        ("link", "javascript:alert(1)", "Give an address"),
        ("link", "https://", "Give an address"),
        ("link", "ftp://files.example/", "Give an address"),
        ("link", "https://a b.example/", "Give an address"),
        ("link", "https://[::1", "Give an address"),
        ("link", "https://tessarin.example:99999/", "Give an address"),
        ("steps", {"action": "Open"}, "Give a list of steps."),
        ("steps", [{"action": 3}], "Each step has an action"),
        ("steps", [{"action": "nul \x00"}], "Each step has an action"),
        ("steps", [{"expected": "Alone"}], "not what to do"),
        ("steps", ["Open"] * 1_001, "at most 1000 steps"),
    ],
)
def test_what_no_kind_can_hold_is_refused_in_words(kind, given, words):
    with pytest.raises(Unusable) as refusal:
        stored_value(field(kind), given)
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("kind", "bounds", "given", "words"),
    [
        ("integer", (1, 5), 6, "At most 5."),
        ("number", (0.5, None), "0.25", "At least 0.5."),
        ("string", (3, None), "ab", "At least 3 characters."),
        ("long_text", (None, 3), "abcd", "At most 3 characters."),
        ("multi_select", (2, None), ["firefox"], "Choose at least 2."),
        ("steps", (None, 1), ["Open", "Close"], "At most 1 steps."),
        ("date", (20260101, None), "2025-12-31", "Not before 2026-01-01."),
        ("date", (None, 20261231), "2027-01-01", "Not after 2026-12-31."),
    ],
)
def test_bounds_count_what_fits_the_kind(kind, bounds, given, words):
    bounded = field(kind, minimum=bounds[0], maximum=bounds[1])
    from decimal import Decimal

    bounded.minimum, bounded.maximum = (None if each is None else Decimal(str(each)) for each in bounds)
    with pytest.raises(Unusable, match=words):
        stored_value(bounded, given)


def test_an_option_that_is_not_offered_any_more_stays_where_it_is():
    assert stored_value(field("dropdown"), "ie", kept="ie") == "ie"
    assert stored_value(field("multi_select"), ["ie", "firefox"], kept=["ie"]) == ["firefox", "ie"]


def test_a_stored_value_may_lie_outside_of_newer_bounds():
    assert stored_value(field("integer", maximum=5), 9, kept=9) == 9
