"""What other pages show of runs."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from catalog.tests.factories import TestCaseFactory
from qaportal.kit import navigation, panels, search
from releases.gates import verdict
from releases.tests.factories import ReleaseFactory
from runs.choices import ImportState, RunStatus
from runs.models import ReportImport
from runs.tests.factories import make_run, record, reported

pytestmark = pytest.mark.django_db


def hits(user, project, words: str) -> dict[str, str]:
    groups = search.find(user=user, project=project, words=words)
    return {hit.label: hit.url for group in groups for hit in group.items if "/runs/" in hit.url}


def test_the_palette_finds_runs_by_number_and_by_start_of_name(viewer, project, other_project):
    run = make_run(project, name="Nightly")
    make_run(other_project, name="Nightly of a rival")
    expected = {f"{run.number} Nightly": run.get_absolute_url()}
    assert hits(viewer, project, "night") == expected
    assert hits(viewer, project, f"#{run.number}") == expected
    assert hits(viewer, project, "zzz") == {}


def test_the_palette_offers_the_upload_to_those_who_may(viewer, tester, project):
    assert hits(tester, project, "upload") == {"Upload a report": "/p/PAY/runs/upload/"}
    assert hits(viewer, project, "upload") == {}


def test_the_sidebar_counts_active_runs(viewer, project):
    def entry():
        groups = navigation.shown(user=viewer, project=project, current="runs:detail")
        return next(each for group in groups for each in group if each.url == "/p/PAY/runs/")

    assert (entry().count, entry().is_current) == (None, True)
    make_run(project)
    make_run(project, status=RunStatus.COMPLETED)
    assert entry().count == 1


def results_panel():
    return next(panel for panel in panels.at("catalog.case.drawer") if panel.code == "results")


def test_a_case_shows_its_last_results_across_runs(project, rf, viewer):
    case = TestCaseFactory(project=project, automation_key="checkout.pays")
    for night in range(12):
        run = make_run(project, name=f"Night {night}")
        record(run, reported("pays", "failed", executed_at=timezone.now() - timedelta(days=night)))
    facts = results_panel().load([case.pk])
    assert [test.run.name for test in facts[case.pk]] == [f"Night {night}" for night in range(8)]
    shown = render_to_string(results_panel().template, {"object": case, "facts": facts[case.pk], "user": viewer})
    assert "Night 0" in shown
    assert "Failed" in shown
    assert "No results yet" in render_to_string(results_panel().template, {"object": case, "facts": None})


def test_the_results_of_many_cases_are_one_query(project, django_assert_num_queries):
    cases = [TestCaseFactory(project=project, automation_key=f"checkout.t{number}") for number in range(5)]
    record(make_run(project), *[reported(f"t{number}") for number in range(5)])
    with django_assert_num_queries(1):
        facts = results_panel().load([case.pk for case in cases])
    assert set(facts) == {case.pk for case in cases}


def gate_of(release):
    return next(gate for gate in verdict(release).gates if gate.code == "runs_finished")


def test_a_release_waits_for_automated_runs_and_imports_that_still_go_on(project, tester):
    release = ReleaseFactory(project=project)
    assert gate_of(release).is_met
    run = make_run(project, release=release)
    assert (gate_of(release).is_met, gate_of(release).title) == (False, "1 run or import is still going")
    run.status = RunStatus.COMPLETED
    run.save()
    make_run(project, release=release, kind="manual")
    assert gate_of(release).is_met
    ReportImport.objects.create(project=project, sha256="a" * 64, request={"release_id": release.pk})
    assert not gate_of(release).is_met
    ReportImport.objects.update(state=ImportState.DONE)
    assert gate_of(release).is_met
