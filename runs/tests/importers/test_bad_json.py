"""Hostile and broken documents in the JSON formats, in TAP, and in the XML formats beside JUnit."""

import io
import itertools
import json
import random

import pytest

from runs.importers import Limits, ReportRejected, open_report
from runs.importers.json_document import JsonDocument
from runs.importers.json_text import json_text
from runs.importers.source import ReportSource

from .reading import GeneratedStream, opened, rejected, result_of, results_of
from .test_formats_of_real_tools import FORMATS

HEADS = {
    "playwright": '{"config": {}, "suites": [{"title": "a", "specs": [{"title": "b", "tests": [',
    "ctrf": '{"results": {"tests": [{"name": ',
    "mochawesome": '{"results": [{"title": "a", "tests": [{"title": ',
    "mocha": '{"stats": {}, "tests": [{"title": ',
    "cucumber": '[{"keyword": "Feature", "elements": [{"name": ',
    "newman": '{"collection": {}, "run": {"executions": [{"item": ',
    "cucumber-messages": '{"meta": {}}\n{"pickle": ',
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_nesting_is_bounded(head, opening):
    assert rejected(head + opening * 200_000).code in {"too_deep", "truncated", "too_large_test"}


def test_nesting_is_bounded_in_what_is_passed_over():
    assert rejected('{"config": ' + "[" * 200_000).code == "too_deep"
    assert rejected('{"stats": {}, "tests": [' + '{"a":' * 900).code in {"too_deep", "truncated"}


@pytest.mark.parametrize(
    ("document", "code", "words"),
    [
        ('{"config": {}, "suites": [', "truncated", "The file ends in the middle of the report (line 1)."),
        ('{"config": {},\n "suites": [}]}', "malformed", "The JSON is broken at line 2"),
        ('{"config": {}, "suites": []} x', "malformed", "something follows the end of the report"),
        ('{"config": {} "suites": []}', "malformed", "a comma is missing"),
        ('{"config" {}}', "malformed", "“:” is missing"),
        ('{"config": {}, 5: 6}', "malformed", "a name in an object is not a text"),
        ('{"stats": {}, "tests": [{"title": nope}]}', "malformed", "The JSON is broken at line 1"),
        ('{"stats": {}, "tests": [{"duration": ' + "9" * 5_000 + "}]}", "malformed", "a number is too long"),
        ('{"meta": {}}\n{"pickle": {}', "truncated", "Line 2 of the file ends too early"),
        ('{"meta": {}}\nnonsense', "malformed", "Line 2 of the file is no JSON object."),
        ("[]", "unknown_format", "no test report"),
        ("{}", "unknown_format", "no test report"),
        ('[{"name": "x"}]', "unknown_format", "no test report"),
        ('{"name": "x", "version": "1.0.0", "dependencies": {}}', "unknown_format", "no test report"),
    ],
)
def test_each_unusable_document_is_refused_with_its_reason(document, code, words):
    refusal = rejected(document)
    assert refusal.code == code
    assert words in refusal.reason


def test_a_text_without_end_is_refused_before_it_is_kept():
    head = b'{"stats": {}, "tests": [{"title": "'
    stream = GeneratedStream(lambda: itertools.chain([head], itertools.repeat(b"a" * 65_536)))
    with pytest.raises(ReportRejected) as refusal:
        open_report(stream, limits=Limits(document_bytes=50_000_000))
    assert refusal.value.code == "too_large"


def test_a_test_that_is_larger_than_a_test_can_be_is_refused():
    document = '{"stats": {}, "tests": [{"title": "a", "err": {"x": [' + '"b", ' * 2_000_000 + '"c"]}}]}'
    assert rejected(document).code == "too_large_test"


def test_numbers_of_tests_are_bounded():
    document = json.dumps({"stats": {}, "tests": [{"title": "a"}] * 11})
    assert rejected(document, limits=Limits(tests=10)).code == "too_many_tests"
    assert rejected("TAP version 13\n" + "ok\n" * 11, limits=Limits(tests=10)).code == "too_many_tests"


@pytest.mark.parametrize(
    "name", ["playwright.json", "ctrf-mocha.json", "mochawesome.json", "mocha.json", "cucumber.json", "newman.json"]
)
def test_any_type_may_stand_anywhere(name):
    """Each value of a real report is replaced by values of other types; reading ends in results or in a refusal."""
    whole = json.loads((FORMATS / name).read_text())
    chance = random.Random(7)
    for _attempt in range(150):
        document = json.loads(json.dumps(whole))
        spoil(document, chance)
        try:
            results = results_of(json.dumps(document))
        except ReportRejected:
            continue
        assert all(isinstance(result.name, str) for result in results)


def spoil(value, chance):
    """Replace one value somewhere inside by something else."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = chance.choice(keys)
        if isinstance(value[key], dict | list) and value[key] and chance.random() < 0.9:
            value = value[key]
            continue
        value[key] = chance.choice([None, 5, -1.5, "text", "", [], {}, [[]], [1], {"a": {}}, True, 10**30, "\0"])
        return


def test_any_type_may_stand_in_any_line():
    chance = random.Random(7)
    for name in ("cucumber-messages.ndjson", "go-test.ndjson"):
        lines = (FORMATS / name).read_text().splitlines()
        for _attempt in range(150):
            spoilt = [json.loads(line) if line.startswith("{") else line for line in lines]
            spoil(chance.choice([line for line in spoilt if isinstance(line, dict)]), chance)
            document = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in spoilt)
            assert isinstance(results_of(document), list)


@pytest.mark.parametrize("name", ["testng.xml", "nunit3.xml", "xunit-net.xml", "vstest.trx", "robot.xml"])
def test_xml_formats_are_as_strict_as_junit(name):
    document = (FORMATS / name).read_text()
    root = document.index("<", document.index("?>"))
    declared = (
        f'{document[:root]}<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b SYSTEM "file:///etc/passwd">]>{document[root:]}'
    )
    assert rejected(declared).code == "doctype_forbidden"
    head = document[root : document.index(">", root) + 1]
    assert rejected(head + "<a>" * 200_000).code == "too_deep"
    assert rejected(head + f'<a b="{"c" * 3_000_000}').code in {"too_long_tag", "truncated"}
    spoilt = document[: root + len(head)] + "<!-- \x08 -->" + document[root + len(head) :]
    report, results = opened(spoilt)
    assert report.report.repaired
    assert results


def test_what_cannot_be_stored_is_taken_out_and_told():
    report, (result,) = opened(
        '{"stats": {}, "tests": [{"title": "a\\u0000b\\ud800c", "err": {"message": "\\u001b[31mred\\u001b[0m"}}]}'
    )
    assert (result.name, result.message) == ("a\ufffdb\ufffdc", "red")
    assert ([warning.code for warning in report.report.warnings], report.report.repaired) == (["null_characters"], True)


@pytest.mark.parametrize("bad", ["\\u0000", "\\ud800"])
@pytest.mark.parametrize(
    "test",
    [
        '"suite": "s{}"',
        '"trace": "t{}"',
        '"stdout": ["o{}"]',
        '"extra": {{"k{}": "v"}}',
        '"steps": [{{"name": "a{}"}}]',
    ],
)
def test_what_is_taken_out_is_told_wherever_it_stands(test, bad):
    report, _results = opened('{"results": {"tests": [{"name": "a", "status": "failed", ' + test.format(bad) + "}]}}")
    assert ([warning.code for warning in report.report.warnings], report.report.repaired) == (["null_characters"], True)


def test_bytes_that_do_not_fit_the_encoding_are_repaired_and_told():
    report, (result,) = opened(b'{"stats": {}, "tests": [{"title": "caf\xe9"}]}')
    assert result.name == "caf\ufffd"
    assert report.report.repaired
    tap = opened(b"TAP version 13\nok 1 - caf\xe9\n")
    assert (tap[1][0].name, tap[0].report.repaired) == ("caf\ufffd", True)


def test_long_texts_keep_their_head_and_their_tail():
    text = "head" + '\\"x\\n' * 400_000 + "tail"
    error = f'{{"message": "{text}", "stack": "{text}"}}'
    result = result_of(f'{{"stats": {{}}, "tests": [{{"title": "a", "duration": 1, "err": {error}}}]}}')
    for kept, limit in ((result.message, 4_000), (result.trace, 65_536)):
        assert kept.startswith('head"x')
        assert kept.endswith("tail")
        assert "characters left out" in kept
        assert len(kept) < limit + 200


def test_names_of_any_length_stay_distinct():
    results = results_of("TAP version 13\n" + "".join(f"ok - {'x' * 5_000}{number}\n" for number in range(3)))
    assert len({result.name for result in results}) == 3
    assert all(len(result.name) <= 1_000 for result in results)


def test_shortening_leaves_every_document_as_it_was_read_whole():
    """Texts with escapes of every kind, of lengths around the blocks in which they are looked at."""
    pieces = ["a", "\\", '"', "\n", "é", "\u2028", "😀", "\\\\", '\\"', "\x1b"]
    chance = random.Random(3)
    for length in (1, 100, 16_000, 16_384, 16_390, 40_000):
        text = "".join(chance.choice(pieces) for _number in range(length))
        for ascii_only in (True, False):
            document = json.dumps([text, {"b": [1, text[:50], None]}, text], ensure_ascii=ascii_only)
            source = ReportSource(io.BytesIO(document.encode()))
            read = JsonDocument(json_text(source), Limits())
            found = [read.value() for _number in read.items()]
            if length < 40_000:
                assert found == [text, {"b": [1, text[:50], None]}, text]
            assert found[1] == {"b": [1, text[:50], None]}


def test_values_that_are_read_one_by_one_are_bounded():
    document = '{"results": [' + "[]," * 10_000 + "[]]}"
    report, results = opened(document)
    assert (report.format, results) == ("mochawesome", [])
    assert rejected(document, limits=Limits(values=5_000)).code == "too_many_elements"
