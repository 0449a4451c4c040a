"""Every count here is the one that the tool printed itself, unless a comment says why not.

Counts are: format, framework, then how many tests passed, failed, were in error, were skipped, were flaky.
"""

import pytest

from runs.importers import open_report, open_upload

from .reading import FIXTURES, counted

FORMATS = FIXTURES / "formats"

COUNTS = {
    # Console of Mocha: 3 failures, one of which is a hook that Allure keeps beside its results.
    "allure-mocha.zip": ("allure", "mocha", 2, 1, 1, 2, 1),
    # Console of pytest: 3 failed, 1 error; Allure calls a crash broken, which is an error.
    "allure-pytest.zip": ("allure", "pytest", 3, 2, 2, 1, 1),
    "ctrf-mocha.json": ("ctrf", "mocha", 2, 3, 0, 2, 1),
    "cucumber-messages.ndjson": ("cucumber-messages", "cucumber", 3, 2, 0, 2, 1),
    "cucumber.json": ("cucumber", "cucumber", 3, 2, 0, 2, 0),
    # Console: the panic fails its test, the package that does not compile fails by itself.
    "go-test.ndjson": ("go-test", "go", 3, 3, 1, 1, 0),
    "jest.trx": ("trx", "vstest", 1, 1, 0, 2, 0),
    # Console: 3 failures, one of them a hook.
    "mocha.json": ("mocha", "mocha", 2, 2, 1, 2, 1),
    "mocha.tap": ("tap", "tap", 2, 3, 0, 2, 0),
    # The same hook; the test that could not run after it is written here.
    "mochawesome.json": ("mochawesome", "mocha", 2, 2, 1, 3, 0),
    # Console: 6 assertions, 2 failed; 2 broken scripts and 2 requests without answer; 2 skipped are not counted.
    "newman.json": ("newman", "newman", 4, 2, 4, 2, 0),
    "node.tap": ("tap", "tap", 2, 1, 0, 2, 0),
    "nunit2.xml": ("nunit", "nunit", 2, 3, 1, 2, 0),
    "nunit3.xml": ("nunit", "nunit", 3, 1, 2, 2, 0),
    # Console: 6 planned, 5 run, 2 failed; the subtest stands for its two.
    "perl.tap": ("tap", "tap", 2, 2, 1, 2, 0),
    # Console: 6 passed, 2 flaky.
    "playwright.json": ("playwright", "playwright", 8, 4, 0, 2, 2),
    "playwright-broken.json": ("playwright", "playwright", 0, 0, 1, 0, 0),
    # Console: 3 failed, 1 error; the file says failed for all.
    "pytest-nunit.xml": ("nunit", "nunit", 3, 4, 0, 1, 0),
    "robot.xml": ("robot", "robot", 1, 2, 0, 1, 0),
    # Console: 10 runs, 4 passed, 2 failed, 4 skipped of which 2 are attempts, and a failed configuration.
    "testng.xml": ("testng", "testng", 4, 2, 1, 2, 1),
    "vstest.trx": ("trx", "vstest", 2, 3, 0, 1, 0),
    "xunit-net.xml": ("xunit.net", "xunit.net", 2, 2, 1, 1, 0),
}


def read(name):
    """The only report of a stored file, with all its results."""
    with (FORMATS / name).open("rb") as stream:
        (part,) = open_upload(stream, name).parts
        assert part.refusal is None
        return part.opened, list(part.opened.results)


def attempts_at(name, test):
    return [result for result in read(name)[1] if result.name == test]


def test_every_stored_report_is_expected_here_and_explained():
    stored = {path.name for path in FORMATS.iterdir()} - {"README.md"}
    assert stored == set(COUNTS)
    explained = (FORMATS / "README.md").read_text()
    assert all(f"`{name}`" in explained for name in stored)


@pytest.mark.parametrize("name", COUNTS)
def test_the_format_is_recognised_and_its_tests_are_counted_as_the_tool_counts_them(name):
    opened, results = read(name)
    assert (opened.format, opened.report.framework, *counted(results)) == COUNTS[name]
    assert opened.report.tests == len(results)
    assert opened.report.name
    assert not opened.report.repaired


@pytest.mark.parametrize("name", COUNTS)
def test_no_two_tests_of_a_file_share_key_and_occurrence_and_attempts_come_in_order(name):
    _opened, results = read(name)
    verdicts = [result for result in results if result.is_verdict]
    assert len({(result.automation_key, result.occurrence) for result in verdicts}) == len(verdicts)
    expected = 1
    for result in results:
        assert result.attempt == expected <= result.attempts
        expected = 1 if result.is_verdict else expected + 1
    assert expected == 1


@pytest.mark.parametrize("name", COUNTS)
def test_every_failure_says_why_and_steps_are_numbered(name):
    for result in read(name)[1]:
        if result.status in {"failed", "error"} and name not in {"perl.tap", "pytest-nunit.xml"}:
            assert result.message
        assert [step.number for step in result.steps] == list(range(1, len(result.steps) + 1))
        assert all(
            file.step_number is None or 1 <= file.step_number <= len(result.steps) for file in result.attachments
        )


def test_the_name_of_a_file_says_nothing():
    for name in COUNTS:
        with (FORMATS / name).open("rb") as stream:
            (part,) = open_upload(stream, "upload.bin").parts
            assert part.opened.format == COUNTS[name][0]


def test_playwright_tells_flaky_tests_and_expected_failures():
    refund = attempts_at("playwright.json", "card payment › refund arrives")
    assert [(result.status, result.is_flaky, result.occurrence) for result in refund] == [
        ("failed", False, 1),
        ("passed", True, 1),
        ("failed", False, 2),
        ("passed", True, 2),
    ]
    known = attempts_at("playwright.json", "card payment › is known to be broken")
    assert {result.status for result in known} == {"passed"}


def test_playwright_keeps_steps_attachments_and_the_key_of_its_junit_report():
    (web, _api) = attempts_at("playwright.json", "card payment › TC_UI_001 shows the amount")
    assert web.automation_key == "payment.spec.js.card payment › TC_UI_001 shows the amount"
    assert [step.action for step in web.steps] == ["open the basket", "  read the total"]
    assert web.explicit_ids == ("TC_UI_001",)
    assert web.stdout == "amount 12.50"
    refused = attempts_at("playwright.json", "card payment › refuses an expired card")[0]
    assert [step.status for step in refused.steps] == ["failed"]
    assert "expect(received).toBe(expected)" in refused.steps[0].error_message
    assert [(file.name, file.content_type) for file in refused.attachments] == [
        ("answer", "application/json"),
        ("error-context", "text/markdown"),
    ]
    assert refused.message.startswith("Error: expect(received).toBe(expected)")
    assert "\x1b" not in refused.message


def test_a_file_that_playwright_cannot_load_is_a_test_in_error():
    (result,) = read("playwright-broken.json")[1]
    assert (result.name, result.status) == ("broken.spec.js", "error")
    assert "Cannot find module" in result.message


def test_testng_puts_attempts_together_and_leaves_rows_of_a_data_provider_alone():
    assert [result.status for result in attempts_at("testng.xml", "refundArrives")] == ["failed", "failed", "passed"]
    rows = attempts_at("testng.xml", "feeIsCharged")
    assert [(row.status, row.occurrence, row.attempts) for row in rows] == [
        ("passed", 1, 1),
        ("failed", 2, 1),
        ("passed", 3, 1),
    ]
    assert [row.properties["parameters"] for row in rows] == ["DE, 1", "FR, 2", "ES, 1"]
    (closes,) = attempts_at("testng.xml", "closes")
    assert (closes.status, closes.message) == ("error", "ledger did not close")


def test_tests_of_a_fixture_whose_setup_failed_keep_its_reason():
    for name in ("nunit2.xml", "nunit3.xml"):
        (test,) = attempts_at(name, "Balances")
        assert "ledger is locked" in test.trace


def test_nunit_names_classes_values_and_files():
    (shown,) = attempts_at("nunit3.xml", "ShowsTheAmount")
    assert (shown.automation_key, shown.explicit_ids) == ("Pay.CardTests.ShowsTheAmount", ("TC_UI_001",))
    assert [(file.path, file.name) for file in shown.attachments] == [("C:\\build\\shots\\amount.png", "the amount")]
    assert attempts_at("nunit2.xml", 'Fee("FR")')[0].class_name == "Pay.CardTest"
    assert attempts_at("nunit3.xml", 'ChargesTheFee("FR",2.5)')[0].class_name == "Pay.CardTests"


def test_trx_takes_classes_from_the_definitions_that_follow_and_counts_rows():
    _opened, results = read("vstest.trx")
    assert [result.automation_key for result in results] == [
        "Pay.CardTests.ShowsTheAmount",
        "Pay.CardTests.RefusesAnExpiredCard",
        "Pay.CardTests.NeedsTheSandbox",
        "Pay.CardTests.ChargesTheFee (DE,1)",
        "Pay.CardTests.ChargesTheFee (FR,2)",
        "Pay.LedgerTests.NeverEnds",
    ]
    assert results[0].attachments[0].path == "In/e1/AGENT7\\amount.png"
    assert results[1].duration_ms == 1500
    assert results[1].started_at.isoformat() == "2026-11-21T08:17:09.020000+00:00"
    assert [result.explicit_ids for result in results[:2]] == [("TC_UI_001",), ("TC_UI_002",)]


def test_a_failed_suite_teardown_of_robot_fails_its_tests():
    (paid,) = attempts_at("robot.xml", "TC_UI_001 Pay By Card")
    assert (paid.status, paid.message) == ("failed", "Parent suite teardown failed:\nledger did not close")
    assert [file.path for file in paid.attachments] == ["shots/paid.png"]
    assert [step.action for step in paid.steps] == ["Log", "Should Be Equal"]
    assert attempts_at("robot.xml", "Refund Arrives")[0].status == "passed"


@pytest.mark.parametrize("name", ["cucumber.json", "cucumber-messages.ndjson"])
def test_steps_without_definition_leave_their_scenario_skipped(name):
    (by_bank,) = attempts_at(name, "pays by bank")
    assert by_bank.status == "skipped"
    assert "has no definition" in by_bank.message
    (pending,) = attempts_at(name, "is pending")
    assert "is not written yet" in pending.message
    (shown,) = attempts_at(name, "shows the amount")
    assert (shown.class_name, shown.explicit_ids, len(shown.steps)) == ("Card payment", ("TC_UI_001",), 2)
    assert (shown.attachments[0].content_type, shown.attachments[0].step_number) == ("image/png", 2)


def test_cucumber_messages_tell_attempts():
    refund = attempts_at("cucumber-messages.ndjson", "refund arrives")
    assert [(result.status, result.is_flaky) for result in refund] == [("failed", False), ("passed", True)]


def test_go_tells_a_panic_and_a_package_that_does_not_compile():
    _opened, results = read("go-test.ndjson")
    by_name = {result.name: result for result in results}
    assert "nil pointer dereference" in by_name["TestCrashes"].message
    assert by_name["example.org/pay/broken"].status == "error"
    assert "TestFees" not in by_name
    assert by_name["TestFees/FR"].message == "card_test.go:7: fee is 2"
    assert by_name["TestShowsAmount"].stdout == "amount 12.50"


def test_a_hook_of_mocha_that_failed_is_a_test_in_error():
    for name in ("mocha.json", "mochawesome.json"):
        (hook,) = [result for result in read(name)[1] if "hook" in result.name]
        assert hook.status == "error"
        assert "ledger is locked" in hook.message


def test_newman_names_folders_iterations_and_what_went_wrong():
    _opened, results = read("newman.json")
    assert results[0].suite_path == ("Basket", "TC_API_001 read the basket")
    assert [result.name for result in results[:6]] == [
        "answers 200",
        "total is right",
        "has a currency",
        "test script",
        "request",
        "is answered",
    ]
    assert results[2].status == "skipped"
    assert results[4].message == "socket hang up"
    assert results[6].occurrence == 2


def test_newman_keeps_what_was_asked_and_answered_where_a_test_did_not_pass():
    _opened, results = read("newman.json")
    told = 'GET http://127.0.0.1:9911/basket\n200 OK, application/json\n\n{\n  "total": 12.5\n}'
    assert [result.stdout for result in results[:4]] == ["", told, "", told]
    assert results[4].stdout == "GET http://127.0.0.1:9911/gone"


def test_results_of_allure_with_one_history_are_attempts_of_one_test():
    refund = attempts_at("allure-pytest.zip", "test_refund_arrives")
    assert [(result.status, result.is_flaky) for result in refund] == [("failed", False), ("passed", True)]
    (shown,) = attempts_at("allure-pytest.zip", "test_TC_UI_001_shows_amount")
    assert [step.action for step in shown.steps] == ["open the basket", "  read the total"]
    assert {file.name for file in shown.attachments} == {"stdout", "total"}
    (refused,) = attempts_at("allure-pytest.zip", "test_refuses_expired")
    assert refused.explicit_ids == ("TC_UI_002",)


def test_tap_reads_yaml_blocks_and_plans():
    _opened, results = read("node.tap")
    by_name = {result.name: result for result in results}
    refused = by_name["refuses an expired card"]
    assert (refused.suite_path, refused.duration_ms) == (("card payment",), 9)
    assert refused.message == "Expected values to be strictly equal:"
    assert by_name["needs the sandbox"].message == "no sandbox"
    missing = read("perl.tap")[1][-1]
    assert missing.message == "The report plans 6 tests and holds 5."


@pytest.mark.parametrize("name", ["playwright.json", "newman.json", "robot.xml", "vstest.trx", "cucumber.json"])
def test_no_part_of_a_report_passes_for_the_whole(name):
    import io

    from runs.importers import ReportRejected

    content = (FORMATS / name).read_bytes().rstrip()
    for length in range(1, len(content), max(97, len(content) // 60)):
        with pytest.raises(ReportRejected) as refusal:
            open_report(io.BytesIO(content[:length]))
        assert refusal.value.code in {"truncated", "empty", "malformed", "unknown_format"}
