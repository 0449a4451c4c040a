"""Whether a release is ready, and why not."""

import pytest

from catalog.choices import Priority
from releases import gates
from releases.choices import OverallStatus
from releases.own_gates import DEFAULTS, thresholds
from releases.standing import standing_of
from releases.tests.factories import ReleaseFactory, cover


@pytest.fixture
def release(project):
    return ReleaseFactory(project=project)


def gate(verdict, code):
    return next(each for each in verdict.gates if each.code == code)


def test_an_empty_scope_is_not_judged(release):
    verdict = gates.verdict(release)
    assert (verdict.ready, verdict.state) == (False, "waiting")
    assert verdict.sentence == "Nothing to judge yet: the scope is empty."


def test_a_release_with_every_gate_met_is_ready(release):
    cover(release, *["passed"] * 39, "skipped")
    verdict = gates.verdict(release)
    assert (verdict.ready, verdict.reasons, verdict.sentence) == (True, [], "Ready. Every gate is met.")


def test_the_sentence_names_the_cases_in_the_way(release):
    cover(release, *["passed"] * 10, *["failed"] * 11, "blocked", "blocked")
    verdict = gates.verdict(release)
    assert verdict.sentence == "Not ready. 2 blocked and 11 failed cases are in the way."
    assert "2 blocked cases, none allowed" in verdict.reasons


def test_without_failures_the_sentence_counts_what_is_left(release):
    cover(release, "passed", "in_progress", "not_started")
    assert gates.verdict(release).sentence == "Not ready. 2 cases are still to be executed."


def test_a_share_is_rounded_down_so_that_it_never_reads_as_the_limit_it_misses(release):
    cover(release, *["passed"] * 189, *["not_started"] * 10)
    executed = gate(gates.verdict(release), "executed")
    assert (executed.state, executed.title, executed.needed) == ("unmet", "94\xa0% executed", "95\xa0% needed")


def test_skipped_cases_are_executed_but_do_not_count_for_passing(release):
    cover(release, "passed", "skipped")
    verdict = gates.verdict(release)
    assert gate(verdict, "executed").title == "100\xa0% executed"
    assert gate(verdict, "pass_rate").title == "100.0\xa0% pass rate"


def test_nothing_is_said_about_passing_before_anything_was_executed(release):
    cover(release, "not_started")
    assert gate(gates.verdict(release), "pass_rate").state == "waiting"
    assert not gates.verdict(release).ready


def test_the_priority_in_the_release_decides_what_is_critical(release):
    rows = cover(release, *["passed"] * 98, "failed", "failed")
    rows[-1].priority = Priority.CRITICAL
    rows[-1].save()
    assert gate(gates.verdict(release), "failed_critical").title == "1 critical failure"
    rows[-1].priority = None
    rows[-1].save()
    assert gate(gates.verdict(release), "failed_critical").is_met
    rows[-1].case.priority = Priority.CRITICAL
    rows[-1].case.save()
    assert not gate(gates.verdict(release), "failed_critical").is_met


def test_deleted_cases_do_not_count(release):
    _passed, failed = cover(release, "passed", "failed")
    failed.case.deleted_at = failed.created_at
    failed.case.save()
    assert standing_of(release).total == 1
    assert gates.verdict(release).ready


def test_the_project_chooses_its_thresholds(release):
    release.project.settings = {"gates": {"executed": 50, "pass_rate": 40, "blocked": 1}}
    cover(release, "passed", "blocked", "not_started", "not_started")
    assert gates.verdict(release).ready


@pytest.mark.parametrize(
    "given", [None, "high", [], {"executed": "95"}, {"executed": True}, {"executed": -1}, {"pass_rate": 101}]
)
def test_unusable_thresholds_are_left_out(project, given):
    project.settings = {"gates": given}
    assert thresholds(project) == DEFAULTS


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(OverallStatus.RELEASED, "This release has shipped."), (OverallStatus.CANCELLED, "This release was cancelled.")],
)
def test_a_closed_release_shows_its_own_status(project, status, sentence):
    release = ReleaseFactory(project=project, overall_status=status)
    cover(release, "failed")
    verdict = gates.verdict(release)
    assert (verdict.state, verdict.sentence) == (status, sentence)


def test_many_releases_are_judged_in_the_number_of_queries_of_one(project, same_queries):
    releases = [ReleaseFactory(project=project)]
    cover(releases[0], "passed")

    def grow():
        for _number in range(5):
            releases.append(ReleaseFactory(project=project))
            cover(releases[-1], "failed", "passed")

    same_queries(lambda: gates.verdicts(releases), grow)


def test_an_app_above_adds_a_gate_with_facts_loaded_at_once(release, monkeypatch):
    monkeypatch.setattr(gates, "_gates", dict(gates._gates))
    cover(release, "passed")
    loaded = []

    def load(ids):
        loaded.append(ids)
        return {release.pk: 2}

    def evaluate(release, standing, number):
        return gates.GateResult("blockers", gates.UNMET, f"{number} open blockers", "none allowed")

    gates.register(gates.Gate("blockers", 5, evaluate, load))
    verdict = gates.verdict(release)
    assert loaded == [[release.pk]]
    assert verdict.reasons == ["2 open blockers, none allowed"]
    assert verdict.sentence == "Not ready. 2 open blockers, none allowed."


def test_a_gate_that_does_not_apply_is_left_out(release, monkeypatch):
    monkeypatch.setattr(gates, "_gates", {})
    gates.register(gates.Gate("never", 5, lambda release, standing, fact: None))
    cover(release, "passed")
    assert gates.verdict(release).gates == []
    assert gates.verdict(release).ready
