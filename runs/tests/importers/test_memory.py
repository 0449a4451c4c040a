"""What reading costs in memory, measured in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]

MEASURE = """
import itertools, json
from runs.importers import ReportRejected, ResultCounts, open_report
from runs.tests.importers.reading import GeneratedStream

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024

def repeated(head, piece, times, tail=b""):
    return GeneratedStream(lambda: itertools.chain([head], itertools.repeat(piece, times), [tail]))

def many_tests(count, name="pytest", again=False):
    def make():
        yield b'<testsuite name="%s" timestamp="2026-11-21T10:00:00Z">' % name.encode()
        for _round in range(2 if again else 1):
            for number in range(count):
                failure = b'<failure message="assert 1 == 2">%s</failure>' % (b"a line of a trace " * 20)
                yield b'<testcase classname="tests.pay%d" name="test_pays_%d" time="0.1">%s</testcase>' % (
                    number // 100, number, failure if number % 10 == 0 else b"")
        yield b"</testsuite>"
    return GeneratedStream(make)

def many_in_json(count):
    def make():
        yield b'{"config": {}, "suites": [{"title": "pay.spec.js", "specs": ['
        for number in range(count):
            result = b'{"status": "passed", "duration": 5, "steps": [{"title": "open"}], "stdout": []}'
            test = b'{"expectedStatus": "passed", "results": [%s]}' % result
            yield b'%s{"title": "pays %d", "tests": [%s]}' % (b"," if number else b"", number, test)
        yield b"]}]}"
    return GeneratedStream(make)

def many_in_robot(count):
    def make():
        yield b'<robot generator="Robot 7.5" generated="2026-11-29T08:13:46" schemaversion="5">'
        yield b'<suite id="s1" name="Pay">'
        status = b'<status status="PASS" start="2026-11-29T08:13:46.416" elapsed="0.006"/>'
        for number in range(count):
            yield b'<test id="s1-t1" name="Pays %d"><kw name="Log"><msg>%s</msg>%s</kw>%s</test>' % (
                number, b"x" * 2_000, status, status)
        yield status + b"</suite></robot>"
    return GeneratedStream(make)

def measure(stream):
    before = peak()
    verdict = "taken in"
    counts = ResultCounts()
    try:
        for result in open_report(stream).results:
            counts.add(result)
    except ReportRejected as refusal:
        verdict = refusal.code
    print(json.dumps({"verdict": verdict, "tests": counts.tests, "grown": peak() - before, "peak": peak()}))
"""

LINES = '(b"x" * 79 + b"\\n") * 13_107'
TEST = """b'<testsuite><testcase name="a"><system-out>'"""
END = """b"</system-out></testcase></testsuite>" """


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize(
    ("stream", "verdict", "tests", "allowed"),
    [
        (f"repeated({TEST}, {LINES}, 150, {END})", "taken in", 1, 60),
        (f"repeated({TEST} + b'<![CDATA[', b'x' * 2**20, 100, b']]>' + {END})", "taken in", 1, 60),
        ("many_tests(100_000)", "taken in", 100_000, 80),
        ("many_tests(20_000, again=True)", "taken in", 20_000, 100),
        ("many_in_json(50_000)", "taken in", 50_000, 60),
        ("many_in_robot(10_000)", "taken in", 10_000, 60),
        (
            """repeated(b'{"stats": {}, "tests": [{"title": "a", "err": {"stack": "', b"x" * 2**20, 150, b'"}}]}')""",
            "taken in",
            1,
            40,
        ),
        (
            """repeated(b'[{"elements": [{"type": "scenario", "steps": [{"embeddings": [{"data": "', b"QUJD" * 2**18,"""
            """ 100, b'"}]}]}]}]')""",
            "taken in",
            1,
            40,
        ),
        ("""repeated(b'{"config": ', b"[" * 2**20, 100)""", "too_deep", 0, 20),
        ("""repeated(b'{"stats": {}, "tests": [{"a": [', b"{}," * 2**20, 100)""", "too_large_test", 0, 170),
        ("""repeated(b'<testsuite name="', b"a" * 2**20, 1_000)""", "too_long_tag", 0, 40),
        ("""repeated(b"<testsuite><!--", b"a" * 2**20, 1_000)""", "too_long_tag", 0, 40),
        ("""repeated(b"", b"<testsuite>" * 1_000, 200)""", "too_deep", 0, 20),
        (
            "repeated(b'<testcase ' + b' '.join(b'a%x=\"\"' % n for n in range(180_000)) + b'/>', b' ', 2**18)",
            "too_many_names",
            0,
            120,
        ),
        (
            """repeated(b'<!DOCTYPE t [<!ENTITY a "' + b"a" * 50_000 + b'">]><testsuite>', b"&a;" * 10_000, 100)""",
            "doctype_forbidden",
            0,
            20,
        ),
        (f"repeated({TEST}, b'[[ATTACHMENT|' * 80_000, 30, {END})", "taken in", 1, 40),
        (
            """repeated(b'<testcase name="a">', b"<failure>" + b"t" * 100_000 + b"</failure>", 500, b"</testcase>")""",
            "taken in",
            1,
            40,
        ),
    ],
    ids=[
        "150 MB of output",
        "100 MB in one line of CDATA",
        "100,000 tests",
        "20,000 tests whose attempts lie far apart",
        "50,000 tests in JSON",
        "10,000 tests of Robot",
        "150 MB in one text of JSON",
        "100 MB in one file of a report",
        "nesting in JSON",
        "empty objects in JSON",
        "an attribute of 1 GB",
        "a comment of 1 GB",
        "nesting",
        "180,000 attributes",
        "entities",
        "marks that never close",
        "a test with many failures",
    ],
)
def test_memory_stays_flat(stream, verdict, tests, allowed):
    code = f"{MEASURE}\nmeasure({stream})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=120
    )
    measured = json.loads(done.stdout)
    assert (measured["verdict"], measured["tests"]) == (verdict, tests)
    assert measured["grown"] <= allowed, "megabytes"
    assert measured["peak"] < 200, "megabytes"
