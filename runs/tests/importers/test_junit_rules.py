from datetime import UTC, datetime

import pytest

from .reading import counted, opened, result_of, results_of


def test_elements_are_counted_and_headers_are_not_believed():
    report, results = opened('<testsuite tests="99" failures="50"><testcase name="a"/><testcase name="b"/></testsuite>')
    assert counted(results) == (2, 0, 0, 0, 0)
    assert report.report.tests == 2


@pytest.mark.parametrize(
    "document",
    [
        '<testcase name="a"/>',
        '<testsuite><testcase name="a"/></testsuite>',
        '<testsuites><testsuite><testsuite><testcase name="a"/></testsuite></testsuite></testsuites>',
        '<build><reports><testsuites><testcase name="a"/></testsuites></reports></build>',
        '<j:testsuite xmlns:j="urn:junit"><j:testcase name="a"/></j:testsuite>',
        '\n <?xml version="1.0"?><testsuite><testcase name="a"/></testsuite>',
    ],
)
def test_any_root_and_any_nesting_is_read(document):
    assert result_of(document).name == "a"


def test_a_report_without_tests_is_taken_in():
    report, results = opened('<testsuites name="nothing today"/>')
    assert (report.report.name, report.report.tests, results) == ("nothing today", 0, [])


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        ("", "passed"),
        ("<skipped/>", "skipped"),
        ("<failure/>", "failed"),
        ("<error/>", "error"),
        ("<skipped/><failure/>", "failed"),
        ("<failure/><error/>", "error"),
        ("<error/><skipped/>", "error"),
        ("<flakyFailure/>", "passed"),
        ("<unknown/>", "passed"),
    ],
)
def test_error_weighs_more_than_failure_and_failure_more_than_skipped(verdicts, status):
    assert results_of(f'<testsuite><testcase name="a">{verdicts}</testcase></testsuite>')[-1].status == status


@pytest.mark.parametrize(
    ("attributes", "status"),
    [
        ('status="run" result="completed"', "passed"),
        ('status="notrun" result="suppressed"', "skipped"),
        ('status="run" result="skipped"', "skipped"),
        ('status="disabled"', "skipped"),
        ('status="failed"', "failed"),
        ('status="Blocked"', "blocked"),
        ('status="passed"', "passed"),
    ],
)
def test_without_a_verdict_element_the_attributes_speak(attributes, status):
    assert result_of(f'<testsuite><testcase name="a" {attributes}/></testsuite>').status == status


@pytest.mark.parametrize(
    ("written", "milliseconds"),
    [
        ("1.5", 1500),
        ("0", 0),
        ("0.0004", 0),
        (" 2 ", 2000),
        (".25", 250),
        ("9.5e-05", 0),
        ("1,234.5", None),
        ("0,5", None),
        ("-1", None),
        ("", None),
        ("<<computed>>", None),
        ("nan", None),
        ("inf", None),
        ("1e300", None),
        ("1_000", None),
        ("٣", None),
    ],
)
def test_a_duration_that_says_nothing_certain_is_unknown(written, milliseconds):
    escaped = written.replace("<", "&lt;")
    report, (result,) = opened(f'<testsuite><testcase name="a" time="{escaped}"/></testsuite>')
    assert result.duration_ms == milliseconds
    told = [warning.text for warning in report.report.warnings if warning.code == "durations_unreadable"]
    is_told = milliseconds is None and written
    assert told == ([f"Durations that cannot be read are left out, such as “{written}”."] if is_told else [])


def test_a_missing_duration_is_unknown():
    assert result_of('<testcase name="a"/>').duration_ms is None


def test_a_test_started_at_its_own_time_or_when_its_suite_did():
    own, of_suite, of_outer = results_of(
        """<testsuites timestamp="2026-11-21T07:00:00Z">
        <testsuite timestamp="2026-11-21T10:00:00+02:00"><testcase name="a" timestamp="2026-11-21T09:30:00.5Z"/>
        <testcase name="b"/></testsuite><testsuite><testcase name="c"/></testsuite></testsuites>"""
    )
    assert own.started_at == datetime(2026, 11, 21, 9, 30, 0, 500_000, tzinfo=UTC)
    assert of_suite.started_at == datetime(2026, 11, 21, 8, tzinfo=UTC)
    assert of_outer.started_at == datetime(2026, 11, 21, 7, tzinfo=UTC)


def test_a_time_without_zone_is_utc_and_the_report_says_so():
    report, (result,) = opened('<testsuite timestamp="2026-11-21T10:00:00"><testcase name="a"/></testsuite>')
    assert result.started_at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert [warning.code for warning in report.report.warnings] == ["times_without_zone"]


@pytest.mark.parametrize(
    "written",
    [
        "",
        "yesterday",
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-13-40",
        "1" * 500,
    ],
)
def test_a_time_that_cannot_be_read_is_unknown_and_the_report_says_so(written):
    report, (result,) = opened(f'<testcase name="a" timestamp="{written}"/>')
    assert result.started_at is None
    assert [warning.code for warning in report.report.warnings] == (["times_unreadable"] if written else [])


def test_the_automation_key_is_class_and_name():
    with_class, without = results_of('<testsuite><testcase classname="A.B" name="c"/><testcase name="d"/></testsuite>')
    assert (with_class.automation_key, without.automation_key) == ("A.B.c", "d")


def test_very_long_names_are_shortened_and_stay_different():
    first, second = results_of(
        f'<testsuite><testcase name="{"n" * 5000}1"/><testcase name="{"n" * 5000}2"/></testsuite>'
    )
    assert len(first.name) == len(second.name) == 1000
    assert first.name != second.name


@pytest.mark.parametrize("name", ["test_id", "Test-ID", "test.key", "testrail_id"])
def test_a_property_names_test_ids_in_a_list(name):
    result = result_of(
        f"""<testcase name="a"><properties><property name="{name}" value=" TC_UI_001, [TC_UI_002];C7 TC_UI_001"/>
        </properties></testcase>"""
    )
    assert result.explicit_ids == ("TC_UI_001", "TC_UI_002", "C7")


def test_a_property_may_have_its_value_as_text():
    result = result_of(
        """<testcase name="a"><properties><property name="test_id">TC_UI_001</property>
        <property name="browser"> firefox </property></properties></testcase>"""
    )
    assert result.explicit_ids == ("TC_UI_001",)
    assert result.properties["browser"] == "firefox"


def test_tags_name_test_ids_and_other_tags_do_not():
    result = result_of(
        """<testcase name="a"><properties><property name="tag" value="@TC_API_010"/><property name="tag" value="smoke"/>
        </properties></testcase>"""
    )
    assert result.explicit_ids == ("TC_API_010",)
    assert result.properties == {"tag": "@TC_API_010, smoke"}


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("TC_UI_001 pays by card", ("TC_UI_001",)),
        ("pays by card [TC_UI_001]", ("TC_UI_001",)),
        ("test_tc_api_012_pays_by_card", ("TC_API_012",)),
        ("C123 pays by card", ("C123",)),
        ("pays (C123, C124)", ("C123", "C124")),
        ("TC_HYBRID_1234", ("TC_HYBRID_1234",)),
        ("TC_UI_01 has too few digits", ()),
        ("ABC123 and C12a and HTC_UI_001", ()),
    ],
)
def test_test_ids_are_found_in_names(name, ids):
    result = result_of(f'<testcase name="{name}"/>')
    assert (result.named_ids, result.explicit_ids) == (ids, ())


def test_explicit_ids_come_before_those_in_the_name():
    result = result_of(
        """<testcase name="TC_UI_001 pays"><properties><property name="test_id" value="TC_UI_002"/></properties>
        </testcase>"""
    )
    assert result.case_refs == ("TC_UI_002", "TC_UI_001")


def test_marks_in_the_output_name_attachments_and_properties():
    result = result_of(
        """<testcase name="a"><system-out>x [[ATTACHMENT|shots/a[1].png]] y
        [[PROPERTY|browser=chromium]] [[PROPERTY|test_id=TC_UI_009]] [[PROPERTY|nothing]] [[ATTACHMENT|never closed
        </system-out><system-err>[[ATTACHMENT|/etc/passwd]]</system-err></testcase>"""
    )
    assert [file.path for file in result.attachments] == ["shots/a[1].png", "/etc/passwd"]
    assert result.properties == {"browser": "chromium", "test_id": "TC_UI_009"}
    assert result.explicit_ids == ("TC_UI_009",)


def test_the_message_is_the_attribute_else_the_first_line_else_the_type():
    attribute, text, kind = results_of(
        """<testsuite><testcase name="a"><failure message="said" type="T">long text</failure></testcase>
        <testcase name="b"><failure type="T">
        first line
        second line</failure></testcase><testcase name="c"><failure type="T"/></testcase></testsuite>"""
    )
    assert (attribute.message, attribute.trace) == ("said", "long text")
    assert text.message == "first line"
    assert kind.message == "T"


def test_output_of_a_suite_is_not_taken_for_output_of_a_test():
    result = result_of(
        '<testsuite><system-out>of the suite</system-out><testcase name="a"><system-out>of the test</system-out>'
        "</testcase><system-err>of the suite</system-err></testsuite>"
    )
    assert (result.stdout, result.stderr) == ("of the test", "")


def test_suites_without_a_name_leave_no_mark_and_do_no_harm():
    report, (result,) = opened(
        '<testsuite><testsuite errors="1"/><testcase name="a"/><testsuite failures="2"/></testsuite>'
    )
    assert result.suite_path == ()
    assert [warning.code for warning in report.report.warnings] == ["failures_without_tests"]


def test_a_suite_that_failed_as_a_whole_is_a_test_named_after_it():
    broken, again = results_of(
        """<testsuites><testsuite name="Ledger"><error message="no database">trace</error></testsuite>
        <testsuite name="Ledger"><failure message="no database"/></testsuite></testsuites>"""
    )
    assert (broken.name, broken.status, broken.message, broken.trace) == ("Ledger", "error", "no database", "trace")
    assert (again.name, again.status, again.occurrence) == ("Ledger", "failed", 2)


def test_surefire_errors_weigh_more_than_failures_among_the_attempts_at_a_test():
    attempts = results_of(
        '<testsuite><testcase name="a"><failure message="1"/><rerunError message="2"/><rerunFailure message="3"/>'
        "</testcase></testsuite>"
    )
    assert [(attempt.status, attempt.message) for attempt in attempts] == [
        ("failed", "1"),
        ("error", "2"),
        ("error", "3"),
    ]


@pytest.mark.parametrize("framework", ["", ' hostname="somewhere"'])
def test_equal_names_are_different_tests_unless_the_runner_is_known_to_write_attempts_so(framework):
    twice = f'<testsuite name="Fees"{framework}><testcase classname="A" name="b"/><testcase classname="A" name="b"/>'
    first, second = results_of(f"{twice}</testsuite>")
    assert (first.occurrence, first.attempts) == (1, 1)
    assert (second.occurrence, second.attempts) == (2, 1)


def test_equal_names_in_two_suites_of_pytest_are_different_tests():
    suite = '<testsuite name="pytest"><testcase classname="A" name="b"/></testsuite>'
    first, second = results_of(f"<testsuites>{suite}{suite}</testsuites>")
    assert (first.occurrence, second.occurrence) == (1, 2)
    assert first.attempts == second.attempts == 1


def test_only_catch2_skips_a_test_that_has_a_failure():
    test = '<testcase name="a"><skipped/><failure/></testcase>'
    assert result_of(f'<testsuite hostname="tbd">{test}</testsuite>').status == "skipped"
    assert result_of(f'<testsuite hostname="vm">{test}</testsuite>').status == "failed"


def test_the_report_tells_where_the_run_took_place():
    report, _results = opened(
        """<testsuites name="Nightly"><testsuite timestamp="2026-11-21T10:00:00Z"><properties>
        <property name="environment" value="staging"/><property name="build.number" value="4711"/>
        <property name="git-branch" value="main"/></properties><testcase name="a"><properties>
        <property name="environment" value="not this"/></properties></testcase></testsuite>
        <testsuite timestamp="2026-11-21T09:00:00Z"/></testsuites>"""
    )
    run = report.report
    assert (run.name, run.environment, run.build, run.branch) == ("Nightly", "staging", "4711", "main")
    assert run.started_at == datetime(2026, 11, 21, 9, tzinfo=UTC)


def test_a_run_without_a_name_is_named_after_its_only_suite_or_its_file():
    assert opened('<testsuite name="Fees"/>')[0].report.name == "Fees"
    assert opened("<testsuite/>")[0].report.name == "upload"


def test_a_case_made_from_a_test_belongs_where_its_suites_say_or_its_class():
    (of_pytest,) = results_of('<testsuite name="pytest"><testcase classname="tests.api.TestPay" name="a"/></testsuite>')
    assert of_pytest.folder_path == ("tests", "api", "TestPay")
    (other,) = results_of('<testsuite name="Shop"><testsuite name="Cart"><testcase name="a"/></testsuite></testsuite>')
    assert other.folder_path == ("Shop", "Cart")
