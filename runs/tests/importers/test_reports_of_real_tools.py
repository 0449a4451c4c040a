"""Every count here is the one that the tool printed itself, unless a comment says why not.

Counts are: framework, then how many tests passed, failed, were in error, were skipped, were flaky.
"""

import pytest

from .reading import FIXTURES, counted, fixture

COUNTS = {
    "bats": ("", 1, 1, 0, 1, 0),
    "behave": ("behave", 2, 2, 2, 1, 0),
    # Console: 4 test cases, 2 failed, 2 failed as expected; its file writes the three paths through one case each.
    "catch2": ("catch2", 2, 1, 1, 2, 0),
    "ctest": ("ctest", 1, 5, 0, 2, 0),
    # Console: 2 failed, 1 undefined, 1 pending; the file says failure for all four.
    "cucumber-js": ("cucumber", 2, 4, 0, 0, 0),
    "googletest": ("googletest", 2, 3, 0, 2, 0),
    # Console: 14 runs of 7 tests.
    "gotestsum-reruns": ("go", 3, 3, 0, 1, 1),
    # Console: 1 passed and 1 to do; jest-junit writes what is to do like what passed.
    "jest": ("jest", 2, 2, 0, 1, 0),
    "jest-broken-suite": ("jest", 2, 3, 1, 1, 0),
    # Console: 2 pending; mocha-junit-reporter does not write them.
    "mocha": ("mocha", 2, 1, 0, 0, 0),
    # Console: 4 assertions, 2 failed.
    "newman": ("", 2, 2, 0, 0, 0),
    "node-test": ("", 3, 1, 0, 2, 0),
    "phpunit": ("phpunit", 2, 2, 2, 2, 0),
    # Console: 4 passed, 2 flaky; the file does not tell them apart.
    "playwright": ("playwright", 6, 2, 0, 2, 0),
    # Console: 7 calls passed, one of which broke in teardown and one held a failed subtest; of 8 failures 3 are
    # subtests of 2 tests, and one test failed and broke in its teardown.
    "pytest": ("pytest", 5, 5, 3, 2, 1),
    "pytest-xdist": ("pytest", 5, 5, 3, 2, 1),
    "robot": ("robot", 1, 2, 0, 1, 0),
    "surefire-reruns": ("surefire", 3, 1, 1, 1, 2),
    # Console: 3 tests, as Surefire takes equal names for reruns; TestNG itself says 5, 1 failed, 1 skipped.
    "surefire-testng": ("surefire", 3, 1, 0, 1, 0),
    "testng": ("testng", 3, 1, 0, 1, 0),
    # Console: 1 unexpected success, which the file calls an error; 1 expected failure, which it calls skipped.
    "unittest-xml-reporting": ("", 1, 2, 2, 2, 0),
    "vitest": ("vitest", 3, 2, 0, 1, 0),
}


def test_every_stored_report_is_expected_here_and_explained():
    stored = {path.stem for path in FIXTURES.glob("*.xml")}
    assert stored == set(COUNTS)
    explained = (FIXTURES / "README.md").read_text()
    assert all(f"`{name}.xml`" in explained for name in stored)


@pytest.mark.parametrize("name", COUNTS)
def test_the_tool_is_recognised_and_its_tests_are_counted_as_it_counts_them(name):
    report, results = fixture(name)
    assert (report.report.framework, *counted(results)) == COUNTS[name]
    assert report.format == "junit"
    assert report.report.repaired == (name == "behave")


@pytest.mark.parametrize("name", COUNTS)
def test_no_two_tests_of_a_file_share_key_and_occurrence(name):
    verdicts = [result for result in fixture(name)[1] if result.is_verdict]
    assert len({(result.automation_key, result.occurrence) for result in verdicts}) == len(verdicts)


@pytest.mark.parametrize("name", COUNTS)
def test_attempts_of_a_test_come_one_after_the_other_and_are_numbered(name):
    expected = 1
    for result in fixture(name)[1]:
        assert result.attempt == expected <= result.attempts
        expected = 1 if result.is_verdict else expected + 1
    assert expected == 1


def attempts_at(name, test):
    return [result for result in fixture(name)[1] if result.name == test]


@pytest.mark.parametrize("name", ["pytest", "pytest-xdist"])
def test_elements_that_pytest_writes_for_reruns_become_attempts_of_one_test(name):
    refund = attempts_at(name, "test_refund_arrives")
    assert [attempt.status for attempt in refund] == ["failed", "failed", "passed"]
    assert [attempt.is_flaky for attempt in refund] == [False, False, True]
    never = attempts_at(name, "test_settlement_never_arrives")
    assert [attempt.status for attempt in never] == ["failed"] * 3
    assert never[-1].message == "assert 3 == 99"
    assert not never[-1].is_flaky


@pytest.mark.parametrize("name", ["pytest", "pytest-xdist"])
def test_a_failed_call_and_the_error_of_its_teardown_are_one_test_in_error(name):
    (ledger,) = attempts_at(name, "test_ledger_balances")
    assert (ledger.status, ledger.attempts) == ("error", 1)
    assert "assert 100 == 99" in ledger.message
    assert "failed on teardown" in ledger.message
    assert "RuntimeError: ledger could not be closed" in ledger.trace


def test_failed_subtests_of_pytest_fail_their_test_and_keep_all_their_texts():
    (subtests,) = attempts_at("pytest", "test_builtin_subtests")
    assert subtests.status == "failed"
    assert "assert 2 not in (2, 3)" in subtests.trace
    assert "assert 3 not in (2, 3)" in subtests.trace


def test_surefire_tells_tests_that_passed_in_the_end_from_those_that_never_did():
    refund = attempts_at("surefire-reruns", "refundArrives")
    assert [(attempt.status, attempt.message) for attempt in refund] == [
        ("failed", "not yet 1"),
        ("failed", "not yet 2"),
        ("passed", ""),
    ]
    assert refund[-1].is_flaky
    crash = attempts_at("surefire-reruns", "crashes")
    assert [attempt.status for attempt in crash] == ["error"] * 3
    refused = attempts_at("surefire-reruns", "refusesExpiredCard")
    assert [attempt.status for attempt in refused] == ["failed"] * 3
    assert [attempt.stdout.strip() for attempt in refused] == ["checking"] * 3
    assert "ComparisonFailure" in refused[1].trace


@pytest.mark.parametrize("name", ["testng", "surefire-testng"])
def test_rows_of_a_testng_data_provider_stay_tests_of_their_own(name):
    rows = attempts_at(name, "feeIsCharged")
    assert [(row.status, row.occurrence, row.attempts) for row in rows] == [
        ("passed", 1, 1),
        ("failed", 2, 1),
        ("passed", 3, 1),
    ]


def test_reruns_of_go_tests_become_attempts():
    flaky = attempts_at("gotestsum-reruns", "TestFlaky")
    assert [attempt.status for attempt in flaky] == ["failed", "passed"]
    assert flaky[-1].is_flaky


def test_ctest_calls_a_missing_program_not_run_and_it_counts_as_failed():
    by_name = {result.name: result for result in fixture("ctest")[1]}
    assert by_name["program_missing"].status == "failed"
    assert by_name["program_missing"].message == "Unable to find executable"
    assert by_name["needs_ledger"].status == "failed"
    assert by_name["needs_sandbox"].status == "skipped"
    assert by_name["switched_off"].status == "skipped"


def test_an_expected_failure_of_catch2_is_skipped():
    (may_fail,) = attempts_at("catch2", "may fail")
    assert may_fail.status == "skipped"
    assert may_fail.message == "TEST_CASE tagged with !mayfail"


def test_googletest_leaves_out_disabled_tests_and_keeps_every_failure_of_a_test():
    by_name = {result.name: result for result in fixture("googletest")[1]}
    assert by_name["DISABLED_RemembersTheCard"].status == "skipped"
    assert by_name["NeedsSandbox"].message.endswith("sandbox is down")
    assert "second" in by_name["RefusesExpiredCard"].trace
    assert by_name["ShowsTheAmount"].explicit_ids == ("TC_API_001",)


def test_the_same_test_in_two_projects_of_playwright_is_two_tests():
    paid = attempts_at("playwright", "card payment › TC_UI_001 shows the amount")
    assert [(result.occurrence, result.attempts) for result in paid] == [(1, 1), (2, 1)]
    assert paid[0].explicit_ids == paid[0].named_ids == paid[0].case_refs == ("TC_UI_001",)


def test_attachments_named_in_the_output_are_collected():
    refused = attempts_at("playwright", "card payment › refuses an expired card")[0]
    assert len(refused.attachments) == 3
    assert refused.attachments[0].path.endswith("refuses-an-expired-card-api/error-context.md")


def test_failures_that_only_a_header_counts_are_told():
    report, _results = fixture("newman")
    assert [warning.code for warning in report.report.warnings] == ["failures_without_tests"]
    assert "Script breaks" in report.report.warnings[0].text


def test_behave_writes_colour_codes_that_xml_forbids_and_they_are_taken_out():
    report, results = fixture("behave")
    assert results[1].message == "card expired"
    assert "repaired" in {warning.code for warning in report.report.warnings}


def test_nested_suites_become_the_path_of_a_test():
    by_name = {result.name: result for result in fixture("node-test")[1]}
    assert by_name["deep"].suite_path == ("card payment", "inner")
    assert by_name["top level"].suite_path == ()


def test_the_suite_teardown_that_failed_stands_in_the_message_of_its_tests():
    paid = attempts_at("robot", "TC_UI_001 Pay By Card")[0]
    assert paid.message == "Parent suite teardown failed:\nledger did not close"
    assert paid.suite_path == ("Rf", "Payment")


def test_a_suite_that_says_1970_has_no_time():
    (broken, _second) = attempts_at("jest-broken-suite", "broken.test.js")
    assert broken.started_at is None
    assert fixture("jest-broken-suite")[0].report.started_at.year == 2026
