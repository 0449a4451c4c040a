"""A run that is being reported, as its page shows it while that happens: how far it is, how fast, what failed last."""

import hashlib
from dataclasses import dataclass

from django.utils.translation import get_language

from .choices import RunKind, RunStatus
from .models import RunCase, TestRun
from .terminal import readable

NEWEST = 3
TOLD_AS = ("total_tests", "expected_tests", "total")
"""What a client calls, in the metadata of its run, how many tests there will be."""
MOST_TESTS = 10_000_000


@dataclass(frozen=True, slots=True)
class Live:
    """One look at the run; it changes when the run does, not with the clock."""

    run: TestRun
    was_watched: bool = False
    """Whether a page that is open asks again."""

    @property
    def is_going(self) -> bool:
        """Whether a machine still reports the run."""
        run = self.run
        return run.status == RunStatus.ACTIVE and run.kind == RunKind.AUTOMATED and not run.is_implicit

    @property
    def has_ended(self) -> bool:
        """Whether it came to its end while somebody watched."""
        return self.was_watched and not self.is_going

    @property
    def done(self) -> int:
        """How many tests have a verdict."""
        return self.run.total - self.run.count_not_started - self.run.count_in_progress

    @property
    def expected(self) -> int | None:
        """How many tests there will be, where the client told."""
        told = self.run.metadata if isinstance(self.run.metadata, dict) else {}
        for name in TOLD_AS:
            number = told.get(name)
            if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) < 9:
                number = int(number)
            if isinstance(number, int) and not isinstance(number, bool) and 0 < number <= MOST_TESTS:
                return max(number, self.run.total)
        known = self.run.count_not_started + self.run.count_in_progress
        return self.run.total if known else None

    @property
    def per_minute(self) -> int | None:
        """How many tests ended in a minute, from the start to the last one."""
        minutes = (self.run.updated_at - self.run.started_at).total_seconds() / 60
        return round(self.done / minutes) if self.done and minutes > 0.25 else None

    @property
    def minutes_left(self) -> int | None:
        """How many minutes the rest takes at this rate."""
        if not self.per_minute or self.expected is None:
            return None
        return round((self.expected - self.done) / self.per_minute)

    @property
    def failures(self) -> list[RunCase]:
        """The tests that failed last."""
        if not self.run.count_failed + self.run.count_error:
            return []
        tests = RunCase.objects.filter(run=self.run).failures().order_by("-executed_at", "-position")
        newest = list(tests.only("pk", "name", "status", "error_summary")[:NEWEST])
        for test in newest:
            test.error_summary = readable(test.error_summary)
        return newest

    @property
    def tag(self) -> str:
        """The entity tag of what is shown."""
        run = self.run
        facts = f"{run.status}:{run.counts}:{run.count_flaky}:{run.updated_at}:{self.expected}:{get_language()}"
        return f'"{hashlib.sha256(facts.encode()).hexdigest()[:20]}"'
