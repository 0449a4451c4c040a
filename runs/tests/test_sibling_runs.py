"""One plan in several configurations: sibling runs, on the service and on the pages."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog.tests.factories import TestCaseFactory
from qaportal.kit.errors import Denied, InvalidInput, RuleViolation
from releases.services.milestones import create_milestone
from runs.combinations import axes_of, combined
from runs.models import Configuration, TestRun
from runs.outcome import run_before
from runs.services import sibling_runs
from runs.services.configurations import create_configuration
from runs.services.manual_runs import Chosen
from runs.services.runner import record_verdict
from runs.services.sibling_runs import create_sibling_runs

AXES = "Browser: Firefox, Chrome\nSystem: Windows, macOS\nLanguage: German, English"


@pytest.fixture
def cases(project):
    return TestCaseFactory.create_batch(2, project=project)


@pytest.fixture
def url(project) -> str:
    return reverse("runs:plan", args=[project.key])


def configuration(project, name="Firefox", **values) -> Configuration:
    rows = [{"name": each, "value": value} for each, value in values.items()]
    return create_configuration(actor=None, project=project, name=name, values=rows)


def planned(actor, project, cases, **more) -> list[TestRun]:
    chosen = Chosen(case_ids=[case.pk for case in cases])
    return create_sibling_runs(actor=actor, project=project, name="Checkout", chosen=chosen, **more)


class TestCombinations:
    def test_every_combination_or_as_few_as_hold_each_pair_of_values(self):
        axes = axes_of(AXES)
        assert len(combined(axes)) == 8
        pairs = combined(axes, is_pairwise=True)
        assert len(pairs) == 4
        met = {(row["Browser"], row["System"]) for row in pairs}
        assert len(met) == 4

    def test_one_line_is_combined_with_nothing(self):
        assert combined(axes_of("Browser: Firefox, Chrome, Firefox"), is_pairwise=True) == [
            {"Browser": "Firefox"},
            {"Browser": "Chrome"},
        ]
        assert combined(axes_of(" \n ")) == []

    @pytest.mark.parametrize(
        "text",
        [
            "Firefox, Chrome",
            "Browser:",
            "Browser: a\nbrowser: b",
            f"{'x' * 61}: a",
            f"Browser: {'x' * 121}",
            "Browser: " + ",".join(map(str, range(21))),
            "\n".join(f"Axis {number}: a" for number in range(9)),
        ],
    )
    def test_what_cannot_be_read_is_refused_by_its_field(self, text):
        with pytest.raises(InvalidInput) as refused:
            axes_of(text)
        assert list(refused.value.fields) == ["axes"]

    def test_more_than_a_plan_takes_are_refused(self):
        values = ", ".join(map(str, range(20)))
        for is_pairwise in (False, True):
            with pytest.raises(InvalidInput, match="combinations"):
                combined(axes_of(f"One: {values}\nTwo: {values}"), is_pairwise=is_pairwise)


@pytest.mark.django_db
class TestService:
    def test_each_configuration_is_a_run_of_the_same_cases_in_one_group(self, lead, project, cases):
        firefox, chrome = configuration(project), configuration(project, "Chrome")
        milestone = create_milestone(actor=None, project=project, name="Spring")
        runs = planned(lead, project, cases, configurations=[firefox, chrome, firefox], milestone=milestone)
        assert [(run.configuration, run.total, run.milestone) for run in runs] == [
            (firefox, 2, milestone),
            (chrome, 2, milestone),
        ]
        assert runs[0].group == runs[1].group is not None

    def test_one_configuration_or_none_makes_one_run_without_a_group(self, lead, project, cases):
        (alone,) = planned(lead, project, cases)
        (only,) = planned(lead, project, cases, configurations=[configuration(project)])
        assert (alone.configuration, alone.group, only.group) == (None, None, None)
        assert only.configuration.name == "Firefox"

    def test_a_combination_takes_the_configuration_of_its_values_or_adds_one(self, lead, project, cases):
        known = configuration(project, "Old one", system="windows", browser="FIREFOX")
        configuration(project, "Chrome, Windows")
        rows = [{"Browser": each, "System": "Windows"} for each in ("Firefox", "Chrome")]
        runs = planned(lead, project, cases, combinations=rows)
        assert [run.configuration.name for run in runs] == ["Old one", "Chrome, Windows 2"]
        assert runs[0].configuration == known
        assert runs[1].configuration.pairs == [("Browser", "Chrome"), ("System", "Windows")]

    def test_foreign_and_deleted_configurations_and_too_many_are_refused(self, lead, project, other_project, cases):
        for number in (1, 51):
            given = [configuration(other_project, f"Foreign {number} {each}") for each in range(number)]
            with pytest.raises(InvalidInput) as refused:
                planned(lead, project, cases, configurations=given)
            assert "configurations" in refused.value.fields
        assert not TestRun.objects.exists()

    def test_all_runs_together_have_a_bound(self, lead, project, cases, monkeypatch):
        monkeypatch.setattr(sibling_runs, "MOST_TESTS", 3)
        with pytest.raises(RuleViolation):
            planned(lead, project, cases, configurations=[configuration(project), configuration(project, "Chrome")])
        assert not TestRun.objects.exists()

    def test_those_who_only_read_plan_nothing(self, viewer, project, cases):
        with pytest.raises(Denied):
            planned(viewer, project, cases, combinations=[{"Browser": "Firefox"}, {"Browser": "Chrome"}])
        assert not Configuration.objects.exists()

    def test_a_run_is_compared_with_the_one_of_its_configuration_and_not_with_a_sibling(self, lead, project, cases):
        both = [configuration(project), configuration(project, "Chrome")]
        before, now = (planned(lead, project, cases, configurations=both) for _time in range(2))
        assert run_before(before[1]) is None
        assert [run_before(run) for run in now] == before


@pytest.mark.django_db
class TestPages:
    def test_the_form_plans_siblings_of_what_is_picked_and_combined(self, signed_in, lead, project, cases, url):
        picked = configuration(project, "Old telephone")
        told = {
            "name": "Checkout",
            "cases": " ".join(case.test_id for case in cases),
            "configurations": [picked.pk],
            "axes": "Browser: Firefox, Chrome",
        }
        answer = signed_in(lead).post(url, told)
        runs = list(TestRun.objects.order_by("number"))
        assert [run.configuration.name for run in runs] == ["Old telephone", "Firefox", "Chrome"]
        assert answer["Location"] == f"{runs[0].get_absolute_url()}?tab=siblings"

    def test_bad_lines_come_back_beside_their_field(self, signed_in, lead, project, cases, url):
        answer = signed_in(lead).post(url, {"name": "Checkout", "everything": "on", "axes": "Firefox"})
        assert answer.status_code == 422
        assert "This line is not so: Firefox" in answer.content.decode()
        assert not TestRun.objects.exists()

    def test_the_combinations_are_shown_while_they_are_typed(self, signed_in, lead, project, url):
        client = signed_in(lead)
        asks = {"HTTP_HX_REQUEST": "true", "HTTP_HX_REQUEST_TYPE": "partial"}
        told = client.get(url, {"axes": AXES, "combine": "pairs"}, **asks).content.decode()
        assert "4 runs" in told
        assert "<form" not in told
        assert "not so" in client.get(url, {"axes": "<script>"}, **asks).content.decode()

    def test_siblings_are_shown_side_by_side(self, signed_in, lead, project, cases):
        one, two = planned(
            lead, project, cases, configurations=[configuration(project), configuration(project, "Chrome")]
        )
        record_verdict(actor=lead, test=two.tests.select_related("run__project", "case").first(), status="failed")
        page = signed_in(lead).get(f"{one.get_absolute_url()}?tab=siblings").content.decode()
        assert "Chrome" in page
        assert f"{two.get_absolute_url()}?tab=siblings&amp;test=" in page
        assert "1 failed, 1 of 2 left" in page
        opened = one.tests.first()
        beside = signed_in(lead).get(f"{one.get_absolute_url()}?tab=siblings&test={opened.pk}")
        assert beside.status_code == 200

    def test_a_run_that_stands_alone_has_no_such_tab(self, signed_in, lead, project, cases):
        (alone,) = planned(lead, project, cases)
        client = signed_in(lead)
        assert "tab=siblings" not in client.get(alone.get_absolute_url()).content.decode()
        assert client.get(f"{alone.get_absolute_url()}?tab=siblings").status_code == 200

    def test_the_tab_takes_the_same_number_of_queries(self, signed_in, lead, project, cases, same_queries):
        made = [configuration(project, name) for name in ("Firefox", "Chrome")]
        few, many = (
            planned(lead, project, TestCaseFactory.create_batch(number, project=project), configurations=made)[0]
            for number in (1, 6)
        )
        TestRun.objects.filter(group=few.group).update(name="Another plan")
        client, addresses = signed_in(lead), [few.get_absolute_url()]
        same_queries(
            lambda: client.get(f"{addresses[-1]}?tab=siblings"), lambda: addresses.append(many.get_absolute_url())
        )

    def test_the_list_names_the_configuration_and_what_is_overdue(self, signed_in, lead, project, cases):
        planned(
            lead,
            project,
            cases,
            configurations=[configuration(project), configuration(project, "Chrome")],
            due=timezone.now() - timedelta(days=1),
        )
        page = signed_in(lead).get(reverse("runs:list", args=[project.key])).content.decode()
        assert "Chrome" in page
        assert "overdue" in page
