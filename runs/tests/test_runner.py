"""Executing a test by hand: steps, verdicts, attempts and two testers at once; tested on the services."""

import io
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from catalog.models import CaseActivity
from catalog.services.cases import update_case
from qaportal.kit.errors import Denied, InvalidInput, RuleViolation
from releases.tests.factories import ReleaseCaseFactory, ReleaseFactory
from runs.case_text import text_of
from runs.models import Artifact, Result, RunCase, RunnerEntry, RunnerPresence, StepResult
from runs.services.presence import leave_test, note_presence, others_at
from runs.services.runner import AttemptConflict, Entry, record_step, record_verdict, take_new_text
from runs.services.runner_files import add_screenshot
from runs.services.runs import update_run
from runs.tests.factories import manual_run

OWN_STATEMENTS = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")


@pytest.fixture
def test(project, tester) -> RunCase:
    return manual_run(project, tester).tests.select_related("run__project", "case").get()


def steps_of(test: RunCase, attempt: int) -> list[tuple[int, str, str]]:
    result = Result.objects.get(run_case=test, attempt=attempt)
    rows = StepResult.objects.filter(result=result).order_by("iteration", "step_number")
    return [(row.step_number, row.status, row.notes) for row in rows]


@pytest.mark.django_db
class TestOneTester:
    def test_the_first_word_opens_an_attempt_and_the_verdict_completes_it(self, test, tester):
        assert record_step(actor=tester, test=test, step_number=1, status="passed") == 1
        test.refresh_from_db()
        assert (test.status, test.attempts) == ("in_progress", 1)
        assert record_step(actor=tester, test=test, step_number=2, status="failed", notes="Took 11 s") == 1
        assert record_verdict(actor=tester, test=test, status="failed", notes="Too slow", duration_ms=4000) == 1
        result = Result.objects.get(run_case=test)
        assert (result.status, result.notes, result.duration_ms, result.executor) == (
            "failed", "Too slow", 4000, tester,
        )  # fmt: skip
        assert steps_of(test, 1) == [(1, "passed", ""), (2, "failed", "Took 11 s")]
        test.refresh_from_db()
        assert (test.status, test.last_result_id, test.error_summary) == ("failed", result.pk, "Too slow")
        assert test.run.total == 1
        test.run.refresh_from_db()
        assert test.run.count_failed == 1
        assert CaseActivity.objects.get(case=test.case).executions == 1

    def test_steps_without_a_word_pass_with_the_case(self, test, tester):
        record_verdict(actor=tester, test=test, status="passed")
        assert steps_of(test, 1) == [(1, "passed", ""), (2, "passed", "")]
        assert StepResult.objects.filter(action="Open the page", description="It works 1").exists()

    def test_a_correction_is_the_next_attempt_and_goes_on_with_the_steps(self, test, tester):
        record_step(actor=tester, test=test, step_number=1, status="passed")
        record_verdict(actor=tester, test=test, status="failed")
        assert record_step(actor=tester, test=test, step_number=2, status="passed", notes="It was my card") == 2
        assert record_verdict(actor=tester, test=test, status="passed") == 2
        assert steps_of(test, 1) == [(1, "passed", "")]
        assert steps_of(test, 2) == [(1, "passed", ""), (2, "passed", "It was my card")]
        assert list(Result.objects.filter(run_case=test).order_by("attempt").values_list("status", flat=True)) == [
            "failed", "passed",
        ]  # fmt: skip

    def test_a_correction_takes_the_pictures_along_each_with_its_step(self, test, tester):
        for number in (1, 2, 2):
            picture = io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes([number]))
            add_screenshot(actor=tester, test=test, stream=picture, name=f"{number}.png", step_number=number)
        record_verdict(actor=tester, test=test, status="failed", notes="Broken")
        record_verdict(actor=tester, test=test, status="failed", notes="Still broken")
        first, second = Result.objects.filter(run_case=test).order_by("attempt")

        def told(result):
            steps = {step.pk: step for step in StepResult.objects.filter(result=result)}
            pictures = {each.pk: each for each in Artifact.objects.filter(result=result).order_by("id")}
            assert all(key > result.pk for key in (*steps, *pictures)), "keys grow with time"
            shown = [(pictures[step.screenshot_artifact_id].file_id, step.step_number) for step in steps.values()]
            named = [(each.file_id, each.step_id and steps[each.step_id].step_number) for each in pictures.values()]
            return sorted(shown, key=str), named

        assert told(first) == told(second)
        assert len(told(second)[1]) == 3

    def test_a_repeated_entry_is_ignored(self, test, tester):
        entry = Entry(seen=0, key=uuid.uuid4())
        for _time in range(3):
            assert record_verdict(actor=tester, test=test, status="failed", entry=entry) == 1
        assert Result.objects.filter(run_case=test).count() == 1
        assert RunnerEntry.objects.count() == 1

    def test_the_verdict_reaches_the_release(self, project, tester, lead):
        release = ReleaseFactory(project=project)
        run = manual_run(project, lead, release=release)
        test = run.tests.select_related("run__project").get()
        scope = ReleaseCaseFactory(release=release, case=test.case)
        record_verdict(actor=tester, test=test, status="blocked")
        scope.refresh_from_db()
        assert (scope.execution_status, scope.executed_by) == ("blocked", tester)

    def test_a_verdict_needs_at_most_ten_statements(self, project, tester):
        release = ReleaseFactory(project=project)
        run = manual_run(project, tester, release=release, count=2)
        test, other = run.tests.select_related("run__project").order_by("position")
        for each in (test, other):
            ReleaseCaseFactory(release=release, case=each.case)
        entries = (Entry(seen=seen, key=uuid.uuid4()) for seen in range(9))
        verdict = {"actor": tester, "test": test, "status": "passed", "duration_ms": 9}

        def cost(act):
            with CaptureQueriesContext(connection) as queries:
                act()
            told = [each["sql"] for each in queries if not each["sql"].startswith(OWN_STATEMENTS)]
            return len(told), "\n".join(told)

        for act in (
            lambda: record_verdict(**verdict, entry=next(entries)),
            lambda: record_verdict(**verdict | {"status": "failed", "notes": "It froze"}, entry=next(entries)),
            lambda: record_verdict(**verdict, entry=next(entries)),
            lambda: record_step(actor=tester, test=other, step_number=1, status="failed"),
            lambda: record_step(
                actor=tester, test=other, step_number=2, status="failed", entry=Entry(1, key=uuid.uuid4())
            ),
            lambda: record_verdict(actor=tester, test=other, status="failed", entry=Entry(1, key=uuid.uuid4())),
        ):
            number, told = cost(act)
            assert number <= 10, told

    def test_what_is_no_step_and_no_verdict_is_refused_by_its_field(self, test, tester):
        for field, told in (("step_number", {"step_number": 3, "status": "passed"}),
                            ("iteration", {"step_number": 1, "status": "passed", "iteration": 2}),
                            ("status", {"step_number": 1, "status": "not_started"}),
                            ("notes", {"step_number": 1, "notes": "x" * 20_001})):  # fmt: skip
            with pytest.raises(InvalidInput) as refused:
                record_step(actor=tester, test=test, **told)
            assert field in refused.value.fields
        with pytest.raises(InvalidInput):
            record_verdict(actor=tester, test=test, status="passed", duration_ms=10**12)

    def test_a_run_that_is_over_takes_nothing_until_it_is_opened_again(self, test, tester):
        update_run(actor=tester, run=test.run, status="completed")
        with pytest.raises(RuleViolation, match="Open it again"):
            record_verdict(actor=tester, test=test, status="passed")
        update_run(actor=tester, run=test.run, status="active")
        assert record_verdict(actor=tester, test=test, status="passed") == 1

    def test_those_who_only_read_record_nothing(self, test, viewer):
        with pytest.raises(Denied):
            record_step(actor=viewer, test=test, step_number=1, status="passed")

    def test_the_trail_tells_it(self, test, tester):
        record_step(actor=tester, test=test, step_number=1, status="passed")
        record_verdict(actor=tester, test=test, status="passed")
        found = AuditEntry.objects.filter(action__startswith="run_case.").values_list("action", flat=True)
        assert set(found) == {"run_case.step_set", "run_case.executed"}


@pytest.mark.django_db
class TestTwoTesters:
    def test_neither_overwrites_the_other(self, test, tester, lead):
        record_step(actor=tester, test=test, step_number=1, status="failed", notes="White page")
        with pytest.raises(AttemptConflict):
            record_verdict(actor=lead, test=test, status="passed", entry=Entry(seen=0))
        assert record_verdict(actor=lead, test=test, status="passed", entry=Entry(seen=1)) == 2
        with pytest.raises(AttemptConflict):
            record_verdict(actor=tester, test=test, status="failed", entry=Entry(seen=1))
        assert record_verdict(actor=tester, test=test, status="failed", entry=Entry(seen=2)) == 3
        statuses = Result.objects.filter(run_case=test).order_by("attempt").values_list("status", flat=True)
        assert list(statuses) == ["in_progress", "passed", "failed"]
        assert steps_of(test, 3) == [(1, "failed", "White page")]

    def test_an_attempt_that_ended_since_it_was_seen_is_a_conflict(self, test, tester, lead):
        record_step(actor=lead, test=test, step_number=1, status="passed")
        seen = Entry(1, status="in_progress")
        record_verdict(actor=lead, test=test, status="passed")
        with pytest.raises(AttemptConflict):
            record_verdict(actor=tester, test=test, status="failed", entry=seen)
        assert record_verdict(actor=tester, test=test, status="failed", entry=Entry(1, status="passed")) == 2

    def test_an_entry_that_had_come_in_before_the_other_is_no_conflict(self, test, tester, lead):
        entry = Entry(seen=0, key=uuid.uuid4())
        record_verdict(actor=tester, test=test, status="failed", entry=entry)
        record_verdict(actor=lead, test=test, status="passed", entry=Entry(seen=1))
        record_verdict(actor=tester, test=test, status="failed", entry=entry)
        assert Result.objects.filter(run_case=test).count() == 2

    def test_they_see_each_other_while_they_are_there(self, test, tester, lead, viewer):
        for person in (tester, lead, lead, viewer):
            note_presence(actor=person, test=test)
        assert RunnerPresence.objects.count() == 2
        assert others_at(actor=tester, test=test) == [lead]
        leave_test(actor=lead, test=test)
        assert others_at(actor=tester, test=test) == []


@pytest.mark.django_db
class TestTexts:
    def test_the_text_stays_what_it_was_when_the_run_was_made(self, test, tester):
        update_case(actor=tester, case=test.case, steps=[{"action": "Open the app"}])
        text = text_of(test)
        assert [step.action for step in text.steps] == ["Open the page", "Pay"]
        assert text.is_outdated
        record_verdict(actor=tester, test=test, status="passed")
        assert Result.objects.get(run_case=test).case_version == 1
        taken = take_new_text(actor=tester, test=test)
        assert [step.action for step in text_of(taken).steps] == ["Open the app"]
        assert not text_of(taken).is_outdated


@pytest.mark.django_db
class TestExamples:
    @pytest.fixture
    def test(self, test, tester):
        examples = {"columns": ["card"], "rows": [["Visa"], ["Amex"], ["Girocard"]]}
        update_case(actor=tester, case=test.case, scenario_examples=examples)
        return take_new_text(actor=tester, test=test)

    def test_the_case_ends_with_its_last_example_by_the_worst(self, test, tester):
        for iteration, status in ((1, "passed"), (3, "blocked"), (2, "passed")):
            assert record_verdict(actor=tester, test=test, status=status, iteration=iteration) == 1
            test.refresh_from_db()
            assert test.status == ("blocked" if iteration == 2 else "in_progress")
        result = Result.objects.get(run_case=test)
        assert result.metadata == {"iterations": {"1": "passed", "2": "passed", "3": "blocked"}}
        assert StepResult.objects.filter(result=result, iteration=2).count() == 2

    def test_a_corrected_example_leaves_the_others(self, test, tester):
        for iteration in (1, 2, 3):
            record_verdict(actor=tester, test=test, status="passed", iteration=iteration)
        assert record_verdict(actor=tester, test=test, status="failed", iteration=2) == 2
        test.refresh_from_db()
        assert test.status == "failed"
