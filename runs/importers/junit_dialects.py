"""How the programs that write JUnit XML differ where it changes what a report means.

JUnit XML has no standard; every rule here was read off files that the program itself wrote.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass


class EqualNames(enum.Enum):
    """What several test elements of one suite with the same class and name are."""

    DIFFERENT_TESTS = "different tests"
    """The rule: TestNG writes each row of a data provider so."""
    ATTEMPTS = "attempts"
    """gotestsum writes each rerun as a whole element; Go itself makes the names of a package unique."""
    PARTS = "parts of one test"
    """pytest: elements that look passed, before the last, are attempts that were rerun; a failed call and the error of
    its teardown are two elements of the same attempt."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """The rules of the program that wrote a suite."""

    framework: str = ""
    equal_names: EqualNames = EqualNames.DIFFERENT_TESTS
    skipped_wins: bool = False
    """Catch2 marks an expected failure as skipped and writes the failure beside it."""
    not_run_may_be_failed: bool = False
    """CTest writes what it could not start as skipped, though it counts it as failed."""


PYTEST = Dialect("pytest", equal_names=EqualNames.PARTS)
GO = Dialect("go", equal_names=EqualNames.ATTEMPTS)
CATCH2 = Dialect("catch2", skipped_wins=True)
CTEST = Dialect("ctest", not_run_may_be_failed=True)
UNKNOWN = Dialect()

ROOT_NAMES = {
    "pytest tests": PYTEST,
    "jest tests": Dialect("jest"),
    "vitest tests": Dialect("vitest"),
    "Mocha Tests": Dialect("mocha"),
    "AllTests": Dialect("googletest"),
}
SUITE_NAMES = {"pytest": PYTEST, "Cucumber": Dialect("cucumber")}

ATTRIBUTES = {
    ("name", "errors", "failures", "skipped", "tests", "time", "timestamp", "hostname"): PYTEST,
    ("name", "tests", "failures", "disabled", "skipped", "hostname", "time", "timestamp"): CTEST,
    ("name", "tests", "errors", "failures", "skipped", "time", "timestamp"): Dialect("robot"),
    ("name", "tests", "errors", "failures", "skipped", "time", "timestamp", "hostname"): Dialect("behave"),
    ("hostname", "failures", "tests", "name", "time", "errors", "timestamp"): Dialect("testng"),
    ("id", "name", "tests", "failures", "skipped", "errors", "time"): Dialect("playwright"),
}
"""Programs known by which attributes they write and in what order."""

CTEST_SKIP = ("SKIP_RETURN_CODE", "SKIP_REGULAR_EXPRESSION", "Disabled")


def dialect_of_suite(attributes: Mapping[str, str], inherited: Dialect) -> Dialect:
    """Return the dialect of a `testsuites` or `testsuite` element, or the one it inherits when it shows none."""
    name = attributes.get("name", "")
    if attributes.get("hostname") == "tbd":
        return CATCH2
    if "surefire-test-report" in attributes.get("xsi:noNamespaceSchemaLocation", ""):
        return Dialect("surefire")
    if known := ROOT_NAMES.get(name) or SUITE_NAMES.get(name):
        return known
    if inherited.framework:
        return inherited
    if "assertions" in attributes and "warnings" in attributes:
        return Dialect("phpunit")
    return ATTRIBUTES.get(tuple(attributes), inherited)


def dialect_after_property(name: str, dialect: Dialect) -> Dialect:
    """Return the dialect of a suite once one of its properties is known."""
    return GO if name == "go.version" and not dialect.framework else dialect


def counts_as_failed(dialect: Dialect, test_status: str, skip_message: str) -> bool:
    """Tell whether a test element with `skipped` could not be run at all, which is a failure."""
    if test_status != "notrun":
        return False
    if dialect.not_run_may_be_failed:
        return not skip_message.startswith(CTEST_SKIP)
    return skip_message == "Unable to find executable"
