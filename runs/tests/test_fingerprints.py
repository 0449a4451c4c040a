"""What a failure is recognised by."""

import pytest

from runs.fingerprints import mark_of, normalised
from runs.frames import frames_of
from runs.services.judging import holds

PYTHON = """Traceback (most recent call last):
  File "/ci/{job}/tests/test_pay.py", line {line}, in test_pay
    page.pay()
  File "/ci/{job}/pages/pay.py", line {line}, in pay
    wait()
  File "/usr/lib/python3.12/site-packages/playwright/sync.py", line 1, in wait
    raise
TimeoutError: no frame after {line} s"""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("order 4711 is missing", "order 9 is missing"),
        ("no row 3f2504e0-4f89-11d3-9a0c-0305e82c3301", "no row 00000000-4f89-11d3-9a0c-0305e82c3302"),
        ("late at 2026-01-02T10:11:12.5Z", "late at 2025-11-30T00:00:00+01:00"),
        ("took 30 s", "took 1.5s"),
        ("refused by 10.0.0.1:80", "refused by 192.168.1.20:8080"),
        ("no file /ci/17/build/page.py", "no file /opt/builds/page.py"),
        ("object at 0x7ffd12", "object at 0x1"),
        ("get https://shop.example/orders/17?x=1", "get https://shop.example/orders/4?y=2"),
        ("\x1b[31mred\x1b[0m and bold", "red and bold"),
    ],
)
def test_what_changes_from_run_to_run_does_not_count(one, other):
    assert mark_of(one, "").fingerprint == mark_of(other, "").fingerprint


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HTTP 500 on payouts", "HTTP 404 on payouts"),
        ("order is missing", "order is late"),
        ("no a.py in /x/y/a.py", "no a.py in /x/y/b.py"),
    ],
)
def test_what_tells_causes_apart_counts(one, other):
    assert mark_of(one, "").fingerprint != mark_of(other, "").fingerprint


def test_a_trace_counts_by_the_places_of_shared_code_without_lines_and_folders():
    one = mark_of("", PYTHON.format(job=17, line=12))
    other = mark_of("", PYTHON.format(job=4, line=99))
    assert one.fingerprint == other.fingerprint
    assert (one.title, one.thrown_at) == ("TimeoutError: no frame after 12 s", "pay.py pay")


@pytest.mark.parametrize(
    ("trace", "place", "is_of_test"),
    [
        (
            "\tat org.junit.Assert.fail(Assert.java:8)\n\tat com.shop.Page.pay(Page.java:33)",
            "Page.java com.shop.Page.pay",
            False,
        ),
        ("\tat com.shop.PayTest.pays(PayTest.java:33)", "PayTest.java com.shop.PayTest.pays", True),
        ("    at Object.pay (/w/src/pay.ts:12:3)\n    at run (node:internal/x:1:2)", "pay.ts Object.pay", False),
        ("   at Shop.Page.Pay(Int32 a) in /src/Page.cs:line 12\n   at Xunit.A.B()", "Page.cs Shop.Page.Pay", False),
        ("panic: gone\n\t/src/shop/pay.go:12 +0x1d", "pay.go", False),
    ],
)
def test_frames_of_frameworks_are_skipped(trace, place, is_of_test):
    frame = frames_of(trace)[0]
    assert (frame.place, frame.is_of_test) == (place, is_of_test)


def test_a_failure_that_says_nothing_has_no_fingerprint():
    assert mark_of(" \n", "") is None
    assert normalised("") == ""


@pytest.mark.parametrize(
    "text", ["a" * 50_000, "/a" * 20_000, "1." * 20_000, "a@" * 20_000, "\x00\n" * 20_000, "at a(" * 20_000]
)
def test_hostile_texts_are_read_to_their_end(text):
    mark_of(text, text)


@pytest.mark.parametrize(
    ("text", "pattern", "is_whole", "expected"),
    [
        ("a timeout of the frame", "timeout*frame", False, True),
        ("a frame of the timeout", "timeout*frame", False, False),
        ("checkout.pay", "checkout.*", True, True),
        ("my.checkout.pay", "checkout.*", True, False),
        ("aba", "ab*ba", True, False),
        ("checkout", "checkout", True, True),
        ("a" * 10_000, "*".join("a" * 10) + "b", False, False),
    ],
)
def test_a_pattern_is_pieces_in_their_order(text, pattern, is_whole, expected):
    assert holds(text, pattern, is_whole=is_whole) is expected
