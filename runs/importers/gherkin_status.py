"""How Cucumber's words for steps become the verdict of a scenario, the same in both of its formats."""

from collections.abc import Iterable

from .normal_form import ReportedResult, ReportedStatus, ReportedStep

STEP_STATUSES = {
    "passed": ReportedStatus.PASSED,
    "failed": ReportedStatus.FAILED,
    "ambiguous": ReportedStatus.ERROR,
    "undefined": ReportedStatus.SKIPPED,
    "pending": ReportedStatus.SKIPPED,
    "skipped": ReportedStatus.SKIPPED,
    "untested": ReportedStatus.SKIPPED,
    "unknown": ReportedStatus.SKIPPED,
}
UNWRITTEN = {
    "undefined": "A step has no definition: {}",
    "pending": "A step is not written yet: {}",
    "ambiguous": "A step has several definitions: {}",
}
GRAVITY = (ReportedStatus.ERROR, ReportedStatus.FAILED, ReportedStatus.SKIPPED)


def status_of_step(word: str) -> ReportedStatus:
    """The status of one step; an unknown word is an error."""
    return STEP_STATUSES.get(word.lower(), ReportedStatus.ERROR)


def conclude(result: ReportedResult, words: Iterable[tuple[str, ReportedStep]]) -> None:
    """Set steps, status, time and message of a scenario from its steps with the words of their ends.

    Undefined and pending steps leave their scenario skipped: nothing failed, it was not written. A scenario without
    steps tested nothing.
    """
    pairs = list(words)
    found = {step.status for _word, step in pairs}
    result.status = next((status for status in GRAVITY if status in found), ReportedStatus.PASSED)
    if not pairs:
        result.status = ReportedStatus.SKIPPED
    result.steps = tuple(step for _word, step in pairs)
    durations = [step.duration_ms for _word, step in pairs if step.duration_ms is not None]
    result.duration_ms = sum(durations) if durations else None
    for word, step in pairs:
        if step.status == result.status and step.status != ReportedStatus.PASSED:
            unwritten = UNWRITTEN.get(word.lower(), "").format(step.action)
            result.trace = step.error_message
            result.message = step.error_message.partition("\n")[0] or unwritten
            if result.message:
                return
