"""Whatever happens to a report on its way, reading it ends in results or in a refusal with a reason."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runs.importers import Limits, ReportedStatus, ReportRejected

from .reading import FIXTURES, opened

REPORTS = sorted(FIXTURES.glob("*.xml"))
SMALL = Limits(depth=20, tag_bytes=65_536, tests=500, elements=5_000, distinct_names=200)
INSERTED = (
    b"<",
    b">",
    b"&",
    b'"',
    b"\x00",
    b"\x1b[0m",
    b"&#0;",
    b"]]>",
    b"<![CDATA[",
    b"<!DOCTYPE x>",
    b"\xff\xfe",
    b"<?",
)
INSERTED += (b"<testcase>", b"</testcase>", b"<testsuite>", b"</testsuite>", b"<failure>", b"<system-out>", b"&#xD800;")
INSERTED += (
    b'time="',
    b"<property/>",
    b"<rerunFailure/>",
    b"<flakyError>",
    b"\r\n",
    b"[[PROPERTY|",
    b"\x1f\x8b",
    b"PK\x03\x04",
)


def read_or_refused(content):
    try:
        report, results = opened(content, limits=SMALL)
    except ReportRejected:
        return
    assert report.report.tests <= SMALL.tests
    for result in results:
        assert result.status in set(ReportedStatus)
        assert 1 <= result.attempt <= result.attempts
        assert result.name
        assert "\0" not in result.automation_key + result.message + result.trace + result.stdout


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_damage_to_a_real_report_never_breaks_the_reader(path):
    chance = random.Random(path.stem)
    content = path.read_bytes()
    for _round in range(150):
        damaged = bytearray(content)
        for _change in range(chance.randint(1, 4)):
            position = chance.randrange(len(damaged))
            match chance.randrange(4):
                case 0:
                    damaged[position] = chance.randrange(256)
                case 1:
                    del damaged[position : position + chance.randint(1, 40)]
                case 2:
                    damaged[position:position] = chance.choice(INSERTED)
                case _:
                    start = chance.randrange(len(damaged))
                    damaged[position:position] = damaged[start : start + chance.randint(1, 200)]
        read_or_refused(bytes(damaged))


ELEMENTS = ("testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out", "system-err")
ELEMENTS += ("properties", "property", "rerunFailure", "flakyError", "stackTrace", "x:testcase", "other")
ATTRIBUTES = ("name", "classname", "class", "time", "timestamp", "message", "type", "value", "status", "result")

elements = st.sampled_from(ELEMENTS)
attributes = st.dictionaries(
    st.sampled_from(ATTRIBUTES),
    st.text(st.characters(codec="utf-8", exclude_characters='<&"', exclude_categories=["Cc", "Cs"]), max_size=20),
    max_size=4,
)


def written(tree):
    name, own_attributes, children = tree
    shown = "".join(f' {key}="{value}"' for key, value in own_attributes.items())
    inside = "".join(child if isinstance(child, str) else written(child) for child in children)
    return f"<{name}{shown}>{inside}</{name}>"


leaves = st.one_of(st.sampled_from(["text", "[[ATTACHMENT|a]]", "&#10;"]), st.tuples(elements, attributes, st.just([])))
trees = st.tuples(
    elements,
    attributes,
    st.recursive(leaves, lambda inner: st.tuples(elements, attributes, st.lists(inner, max_size=4)), max_leaves=15).map(
        lambda child: [child]
    ),
)


@settings(max_examples=300, deadline=None, database=None)
@given(tree=trees)
def test_elements_in_any_order_never_break_the_reader(tree):
    read_or_refused(f"<testsuites>{written(tree)}</testsuites>".encode())


@settings(max_examples=300, deadline=None, database=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(content):
    read_or_refused(content)
    read_or_refused(b"<testsuite>" + content + b"</testsuite>")
