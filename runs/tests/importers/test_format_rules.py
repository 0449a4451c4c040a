"""The rules of single formats, on small documents made for them."""

import json

import pytest

from .reading import counted, opened, result_of, results_of


def playwright(*results, expected="passed"):
    test = {"projectName": "web", "expectedStatus": expected, "results": list(results)}
    spec = {"title": "pays", "file": "pay.spec.js", "tests": [test]}
    return json.dumps({"config": {}, "suites": [{"title": "pay.spec.js", "specs": [spec]}], "errors": []})


@pytest.mark.parametrize(
    ("ended", "expected", "status"),
    [
        ("passed", "passed", "passed"),
        ("failed", "passed", "failed"),
        ("timedOut", "passed", "failed"),
        ("interrupted", "passed", "error"),
        ("skipped", "skipped", "skipped"),
        ("failed", "failed", "passed"),
        ("passed", "failed", "failed"),
        ("unheard of", "passed", "error"),
    ],
)
def test_playwright_ends_are_compared_with_what_was_expected(ended, expected, status):
    assert result_of(playwright({"status": ended}, expected=expected)).status == status


def test_a_playwright_test_that_was_not_run_is_skipped():
    assert result_of(playwright()).status == "skipped"


@pytest.mark.parametrize(
    "value", ['"1,234.5"', "-5", "null", '"<<computed>>"', "1e400", "NaN", "true", "[]", "9" * 400]
)
def test_a_duration_that_says_nothing_certain_is_none_and_told(value):
    document = playwright({"status": "passed", "duration": 0}).replace('"duration": 0', f'"duration": {value}')
    report, (result,) = opened(document)
    assert result.duration_ms is None
    told = [] if value in {"null", "NaN"} else ["durations_unreadable"]
    assert [warning.code for warning in report.report.warnings] == told


@pytest.mark.parametrize(
    "document",
    [
        playwright({"status": "passed", "duration": "1,5", "startTime": "yesterday"}),
        '<test-run><test-case name="a" duration="1,5" start-time="yesterday"/></test-run>',
        '<TestRun><Results><UnitTestResult testName="a" duration="1,5" startTime="yesterday"/></Results></TestRun>',
        '<assembly><collection><test name="a" time="1,5" start-rtf="yesterday"/></collection></assembly>',
        '<testng-results><suite><test><class name="C"><test-method name="a" status="PASS" duration-ms="1,5"'
        ' started-at="yesterday"/></class></test></suite></testng-results>',
        '{"Time": "yesterday", "Action": "run", "Package": "p", "Test": "T"}\n'
        '{"Action": "pass", "Package": "p", "Test": "T", "Elapsed": "1,5"}',
    ],
)
def test_every_format_tells_times_that_cannot_be_read(document):
    report, (result,) = opened(document)
    assert (result.duration_ms, result.started_at) == (None, None)
    assert [warning.code for warning in report.report.warnings] == ["durations_unreadable", "times_unreadable"]
    assert ("1,5" in report.report.warnings[0].text, "yesterday" in report.report.warnings[1].text) == (True, True)


def test_times_with_a_zone_are_kept_in_utc_and_without_one_read_as_utc():
    assert result_of(playwright({"status": "passed", "startTime": "2026-11-21T10:00:00+02:00"})).started_at.hour == 8
    report, _results = opened(
        '<test-run start-time="2026-11-21 08:17:09Z"><test-case name="a" start-time="2026-11-21 08:17:09"/></test-run>'
    )
    assert report.report.started_at.hour == 8
    assert [warning.code for warning in report.report.warnings] == ["times_without_zone"]


def in_testng(*methods):
    tests = f'<test name="t"><class name="C">{"".join(methods)}</class></test>'
    return f'<testng-results><suite name="s">{tests}</suite></testng-results>'


def method(status, values="", extra="", exception="java.lang.AssertionError"):
    params = f'<params><param index="0"><value>{values}</value></param></params>' if values else ""
    failure = f'<exception class="{exception}"><message>no</message></exception>' if status != "PASS" else ""
    names = 'signature="pays(int)[pri:0, instance:C@1]" name="pays"'
    return f'<test-method status="{status}" {names} {extra}>{params}{failure}</test-method>'


def test_testng_methods_that_are_marked_as_retried_are_attempts():
    results = results_of(
        in_testng(method("FAIL", extra='retried="true"'), method("FAIL", extra='retried="true"'), method("PASS"))
    )
    assert [(result.status, result.attempt) for result in results] == [("failed", 1), ("failed", 2), ("passed", 3)]
    assert results[-1].is_flaky


def test_testng_rows_are_told_apart_by_their_values_when_they_are_run_again():
    retried = 'retried="true"'
    results = results_of(
        in_testng(method("FAIL", "1", retried), method("FAIL", "2", retried), method("PASS", "2"), method("PASS", "1"))
    )
    assert [(result.properties["parameters"], result.occurrence, result.attempt) for result in results] == [
        ("2", 1, 1),
        ("2", 1, 2),
        ("1", 2, 1),
        ("1", 2, 2),
    ]


def test_a_testng_method_that_was_skipped_for_good_is_skipped():
    assert result_of(in_testng(method("SKIP", exception="org.testng.SkipException"))).status == "skipped"
    depends = in_testng(method("SKIP", exception="java.lang.Throwable"), method("PASS"))
    assert [result.status for result in results_of(depends)] == ["skipped", "passed"]


def test_testng_configuration_that_passed_is_no_test():
    document = in_testng(method("PASS", extra='is-config="true"'), method("PASS"))
    assert len(results_of(document)) == 1


@pytest.mark.parametrize(
    ("attributes", "status"),
    [
        ('result="Success"', "passed"),
        ('result="Failure"', "failed"),
        ('result="Error"', "error"),
        ('result="NotRunnable"', "error"),
        ('result="Ignored" executed="False"', "skipped"),
        ('result="Inconclusive"', "skipped"),
        ('result="Passed"', "passed"),
        ('result="Failed" label="Error"', "error"),
        ('result="Failed" label="Cancelled"', "error"),
        ('result="Skipped" label="Explicit"', "skipped"),
        ('result="Warning"', "passed"),
        ('executed="True" success="False"', "failed"),
        ('executed="True" success="True"', "passed"),
        ('executed="False"', "skipped"),
    ],
)
@pytest.mark.parametrize("root", ["test-results", "test-run", "test-suite"])
def test_words_of_nunit_2_and_3_below_any_root(attributes, status, root):
    assert (
        result_of(
            f'<{root}><test-suite><results><test-case name="P.C.m" {attributes}/></results></test-suite></{root}>'
        ).status
        == status
    )


def test_nunit_values_with_dots_and_brackets_stay_in_the_name():
    result = result_of(
        '<test-results><test-case name="P.C.m(1.5,&quot;a.b(c)&quot;)" result="Success"/></test-results>'
    )
    assert (result.class_name, result.name) == ("P.C", 'm(1.5,"a.b(c)")')


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        ("Passed", "passed"),
        ("Failed", "failed"),
        ("Timeout", "failed"),
        ("Aborted", "error"),
        ("NotExecuted", "skipped"),
        ("Odd", "error"),
    ],
)
def test_outcomes_of_trx(outcome, status):
    document = f'<TestRun><Results><UnitTestResult testId="1" testName="a" outcome="{outcome}"/></Results></TestRun>'
    assert result_of(document).status == status


def test_rows_of_trx_in_rows_are_counted_at_the_end():
    row = '<UnitTestResult testName="{}" outcome="Passed">{}</UnitTestResult>'
    inner = f"<InnerResults>{row.format('b', '')}{row.format('c', '')}</InnerResults>"
    outer = f"<InnerResults>{row.format('a', inner)}{row.format('d', '')}</InnerResults>"
    document = f"<TestRun><Results>{row.format('x', outer)}</Results></TestRun>"
    assert [result.name for result in results_of(document)] == ["b", "c", "d"]


@pytest.mark.parametrize(
    ("result", "status"), [("Pass", "passed"), ("Fail", "failed"), ("Skip", "skipped"), ("NotRun", "skipped")]
)
def test_words_of_xunit_net(result, status):
    for document in (
        '<assemblies><assembly name="a.dll"><collection>{}</collection></assembly></assemblies>',
        "<assembly>{}</assembly>",
    ):
        found = result_of(
            document.format(f'<test name="N.C.pays" type="N.C" method="pays" time="0.5" result="{result}"/>')
        )
        assert (found.status, found.automation_key, found.duration_ms) == (status, "N.C.pays", 500)


def cucumber(*steps, **more):
    element = {"type": "scenario", "name": "pays", "steps": list(steps), **more}
    return json.dumps(
        [{"elements": [element], "name": "Payment", "keyword": "Feature", "tags": [{"name": "@TC_UI_007"}]}]
    )


def step(status, duration=2_000_000, **more):
    return {"keyword": "Given ", "name": f"{status} step", "result": {"status": status, "duration": duration}, **more}


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (["passed"], "passed"),
        (["passed", "failed", "skipped"], "failed"),
        (["undefined"], "skipped"),
        (["pending", "skipped"], "skipped"),
        (["ambiguous"], "error"),
        (["failed", "undefined"], "failed"),
        ([], "skipped"),
    ],
)
def test_a_scenario_ends_as_its_gravest_step(statuses, status):
    result = result_of(cucumber(*map(step, statuses)))
    assert result.status == status
    assert result.explicit_ids == ("TC_UI_007",)
    assert result.duration_ms == (2 * len(statuses) or None)


def test_a_hook_that_failed_fails_its_scenario_and_behave_counts_in_seconds():
    hook = {"match": {"location": "hooks.rb:3"}, "result": {"status": "failed", "error_message": "no browser"}}
    result = result_of(cucumber(step("skipped"), before=[hook]))
    assert (result.status, result.message) == ("failed", "no browser")
    assert result_of(cucumber(step("passed", 0.25))).duration_ms == 250


def test_a_background_belongs_to_the_scenario_after_it():
    background = {"type": "background", "steps": [step("failed")]}
    scenario = {"type": "scenario", "name": "pays", "steps": [step("skipped")]}
    results = results_of(
        json.dumps([{"name": "F", "keyword": "Feature", "elements": [background, scenario, scenario]}])
    )
    assert [(result.status, len(result.steps)) for result in results] == [("failed", 2), ("skipped", 1)]


def ctrf(*tests):
    return json.dumps(
        {
            "results": {
                "tool": {"name": "any"},
                "summary": {},
                "tests": list(tests),
                "environment": {"branchName": "main"},
            }
        }
    )


@pytest.mark.parametrize(
    ("word", "status"),
    [("passed", "passed"), ("failed", "failed"), ("pending", "skipped"), ("skipped", "skipped"), ("other", "blocked")],
)
def test_words_of_ctrf(word, status):
    report, (result,) = opened(ctrf({"name": "pays", "status": word, "duration": 5, "suite": "a > b"}))
    assert (result.status, result.duration_ms, result.suite_path) == (status, 5, ("a", "b"))
    assert report.report.branch == "main"


def test_ctrf_attempts_are_those_it_lists_or_those_it_counts():
    listed = [
        {"attempt": 1, "status": "failed", "message": "first"},
        {"attempt": 2, "status": "failed", "message": "second"},
    ]
    results = results_of(
        ctrf({"name": "pays", "status": "passed", "retries": 2, "retryAttempts": listed, "flaky": True})
    )
    assert [result.message for result in results] == ["first", "second", ""]
    assert counted(results) == (1, 0, 0, 0, 1)
    assert len(results_of(ctrf({"name": "pays", "status": "passed", "retries": 10**9}))) == 21


def mocha(**test):
    return json.dumps(
        {"stats": {}, "tests": [{"title": "pays", "fullTitle": "card pays", "err": {}, **test}], "failures": []}
    )


def test_mocha_marks_pending_tests_by_what_they_lack():
    assert result_of(mocha()).status == "skipped"
    passed = result_of(mocha(duration=3))
    assert (passed.status, passed.automation_key) == ("passed", "card.pays")
    assert result_of(mocha(duration=3, err={"message": "no"})).status == "failed"


def go(*events):
    return "\n".join(json.dumps({"Package": "example.org/pay", **event}) for event in events)


def test_go_counts_a_test_with_subtests_only_when_it_did_something_itself():
    quiet = go(
        {"Action": "run", "Test": "A"},
        {"Action": "run", "Test": "A/b"},
        {"Action": "pass", "Test": "A/b"},
        {"Action": "pass", "Test": "A"},
    )
    assert [result.name for result in results_of(quiet)] == ["A/b"]
    loud = quiet.replace(
        '"Test": "A/b"}', '"Test": "A/b"}\n' + go({"Action": "output", "Test": "A", "Output": "itself\\n"}), 1
    )
    assert {result.name for result in results_of(loud)} == {"A/b", "A"}


def test_go_tests_that_a_crash_left_open_are_in_error():
    results = results_of(
        go({"Action": "run", "Test": "A"}, {"Action": "output", "Output": "panic: no\n"}, {"Action": "fail"})
    )
    assert [(result.name, result.status) for result in results] == [("A", "error")]
    assert "panic: no" in results[0].trace
    assert result_of(go({"Action": "run", "Test": "A"})).status == "error"


def test_lines_between_go_events_are_passed_over():
    document = (
        "# example.org/other\nsome noise\n"
        + go({"Action": "run", "Test": "A"}, {"Action": "pass", "Test": "A", "Elapsed": 1.5})
        + '\n{"broken'
    )
    assert result_of(document).duration_ms == 1500


def test_directives_and_bail_out_of_tap():
    results = results_of(
        "TAP version 13\n1..4\nok 1 - a # SKIP no box\nnot ok 2 - b # todo later\n"
        "ok 3 - c \\# 1 # time=12ms\nnot ok\nBail out! power\n"
    )
    assert [(result.name, result.status) for result in results] == [
        ("a", "skipped"),
        ("b", "skipped"),
        ("c # 1", "passed"),
        ("test 4", "failed"),
        ("Bail out!", "error"),
    ]
    assert results[2].duration_ms == 12


def test_a_subtest_of_tap_that_failed_by_itself_counts():
    document = "TAP version 14\n# Subtest: fees\n    ok 1 - DE\n    1..1\nnot ok 1 - fees\n1..1\n"
    assert [(result.name, result.status) for result in results_of(document)] == [("DE", "passed"), ("fees", "failed")]


def test_a_plan_of_no_tests_is_a_skipped_one():
    assert result_of("1..0 # SKIP no box\n").message == "no box"


def test_formats_written_by_powershell_are_read():
    document = go({"Action": "run", "Test": "A"}, {"Action": "pass", "Test": "A"})
    assert result_of(document.encode("utf-16")).status == "passed"
    assert result_of(playwright({"status": "passed"}).encode("utf-8-sig")).status == "passed"


def robot_suite(number_of_tests, teardown="PASS"):
    status = '<status status="{}" start="2026-11-29T08:13:46.416" elapsed="0.006">{}</status>'
    test = '<test id="s1-t1" name="Pays {}"><kw name="Log"><msg>&lt;img src="{}.png"></msg>{}</kw>{}</test>'
    tests = "".join(
        test.format(number, number, status.format("PASS", ""), status.format("PASS", ""))
        for number in range(number_of_tests)
    )
    ending = f'<kw name="Close" type="TEARDOWN">{status.format(teardown, "did not close")}</kw>'
    inner = f'<suite id="s1-s1" name="Inner">{tests}{status.format("PASS", "")}</suite>'
    head = '<robot generator="Robot 7.5" generated="2026-11-29T08:13:46" rpa="false" schemaversion="5">'
    return f'{head}<suite id="s1" name="Outer">{inner}{ending}{status.format("PASS", "")}</suite></robot>'


@pytest.mark.parametrize("number", [1, 499, 500, 501, 1_000, 1_203])
def test_a_failed_teardown_of_robot_reaches_all_tests_of_a_long_suite(number):
    results = results_of(robot_suite(number, "FAIL"))
    assert [result.name for result in results] == [f"Pays {place}" for place in range(number)]
    assert {result.status for result in results} == {"failed"}
    assert {result.message for result in results} == {"Parent suite teardown failed:\ndid not close"}
    assert [result.attachments[0].path for result in results] == [f"{place}.png" for place in range(number)]
    assert {result.suite_path for result in results} == {("Outer", "Inner")}
    assert counted(results_of(robot_suite(number))) == (number, 0, 0, 0, 0)
