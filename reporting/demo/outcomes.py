"""What each automated test of the demo did in each night."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from catalog.choices import ResultStatus, TestTag
from runs.services.recording import NewResult

from .chance import chance, pick
from .texts import CaseText

SEED = "autumn 4"
NEW_TESTS = 0.3  # share of the tests that were automated within the eight weeks
FIRST_NIGHTS = (12, 38)  # between which nights they came
PASSES_ON_RETRY = 0.72
_SECONDS = {TestTag.UI: (4.0, 9.0), TestTag.API: (0.3, 2.4), TestTag.HYBRID: (5.0, 12.0)}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a test did not pass at first."""

    error: str
    detail: str
    status: str = ResultStatus.FAILED
    passes_on_retry: bool = False


def _is_regressed(regression: dict[str, Any], case: CaseText, night: int) -> bool:
    lasted = regression["since"] >= night > regression.get("until", 0)
    return lasted and case.title in regression["titles"]


def _lasting_trouble(case: CaseText, night: int, story: dict[str, Any]) -> Trouble | None:
    """What fails again and again until somebody mends it."""
    for regression in story["regression"]:
        if _is_regressed(regression, case, night):
            return Trouble(regression["error"], regression["detail"])
    outage = story["outage"]
    if night == outage["night"] and case.module == outage["module"] and case.tag == TestTag.API:
        return Trouble(outage["error"], outage["detail"], status=ResultStatus.ERROR)
    return None


def _trouble(case: CaseText, night: int, salt: str, story: dict[str, Any]) -> Trouble | None:
    """What keeps the test from passing at once in this night, if anything."""
    if night in story["nightly"]["green"]:
        return None
    if lasting := _lasting_trouble(case, night, story):
        return lasting
    accidents = story["accidents"]
    share = story["flaky"].get(case.title, accidents["share"])
    if chance(SEED, "accident", case.title, night, salt) >= share:
        return None
    error = pick(accidents[case.tag], case.title, night)
    on_retry = chance(SEED, "retry", case.title, night, salt) < PASSES_ON_RETRY
    return Trouble(error, f">   check(page)\nE   {error}", passes_on_retry=on_retry)


def exists(case: CaseText, night: int) -> bool:
    """Whether the automated test was written already: nights count backwards."""
    if chance("is new", case.title) >= NEW_TESTS:
        return True
    earliest, latest = FIRST_NIGHTS
    return night <= earliest + chance("first night", case.title) * (latest - earliest)


def _duration(case: CaseText, night: int, attempt: int) -> int:
    """Milliseconds: each test has its own pace, each night is a little different."""
    shortest, longest = _SECONDS[TestTag(case.tag)]
    usual = shortest + chance("pace", case.title) * (longest - shortest)
    return round(usual * (0.92 + 0.2 * chance("jitter", case.title, night, attempt)) * 1000)


def _trace(case: CaseText, trouble: Trouble) -> str:
    path = case.class_name.replace(".", "/")
    line = 20 + int(chance("line", case.title) * 180)
    return f"def {case.function_name}():\n{trouble.detail}\n\n{path}.py:{line}: {trouble.error.partition(':')[0]}"


def _attempts(case: CaseText, night: int, salt: str, story: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Status and words of each attempt; what fails is tried a second time."""
    if case.title in story["nightly"]["skipped"]:
        yield {"status": ResultStatus.SKIPPED, "notes": story["nightly"]["skip_reason"], "duration_ms": 0}
        return
    trouble = _trouble(case, night, salt, story)
    if trouble is None:
        yield {"status": ResultStatus.PASSED}
        return
    failed = {"status": trouble.status, "error_message": trouble.error, "stack_trace": _trace(case, trouble)}
    yield failed
    yield {"status": ResultStatus.PASSED, "is_flaky": True} if trouble.passes_on_retry else failed


def results_of(
    cases: Sequence[CaseText], *, night: int, started_at: datetime, story: dict[str, Any], salt: str = ""
) -> Iterator[NewResult]:
    """The results of one automated run, one test after the other from its start on."""
    moment = started_at
    for case in cases:
        if not (case.is_automated and exists(case, night)):
            continue
        attempts = list(_attempts(case, night, salt, story))
        for number, outcome in enumerate(attempts, start=1):
            duration = outcome.pop("duration_ms", _duration(case, night, number))
            yield NewResult(
                executed_at=moment,
                started_at=moment,
                name=case.function_name,
                class_name=case.class_name,
                suite_path=case.folder_path,
                automation_key=case.automation_key,
                attempt=number,
                attempts=len(attempts),
                duration_ms=duration,
                **outcome,
            )
            moment += timedelta(milliseconds=duration)
