"""The pages that plan a run by hand and say who executes it."""

import pytest
from django.urls import reverse

from catalog.models import SavedView
from catalog.tests.factories import TestCaseFactory
from releases.tests.factories import make_folder
from runs.models import RunCase, TestRun
from runs.services.runner import record_verdict
from runs.tests.factories import make_run, manual_run, record, reported


@pytest.fixture
def url(project) -> str:
    return reverse("runs:plan", args=[project.key])


@pytest.mark.django_db
class TestPlanning:
    def test_a_run_is_planned_from_what_the_form_names(self, signed_in, tester, lead, project, url):
        folder = make_folder(project, "Cards")
        TestCaseFactory.create_batch(2, project=project, folder=folder)
        single = TestCaseFactory(project=project)
        told = {
            "name": "Card regression",
            "folders": [folder.pk],
            "cases": single.test_id.lower(),
            "people": [tester.pk, lead.pk],
            "sharing": "turn",
            "due": "2031-05-04T12:00",
            "environment": "staging-eu",
        }
        answer = signed_in(tester).post(url, told)
        run = TestRun.objects.get(name="Card regression")
        assert answer["Location"] == run.get_absolute_url()
        assert (run.total, run.environment, run.due.year) == (3, "staging-eu", 2031)
        assert set(run.tests.values_list("assigned_to", flat=True)) == {tester.pk, lead.pk}

    def test_the_form_offers_what_the_project_has(self, signed_in, tester, project, url):
        make_folder(project, "Cards")
        TestCaseFactory(project=project, tags=["smoke"])
        SavedView.objects.create(project=project, name="Hot cases", query="priority=high")
        earlier = manual_run(project, tester, name="Yesterday")
        page = signed_in(tester).get(f"{url}?previous={earlier.pk}").content.decode()
        for words in ("Cards", "smoke", "Hot cases", "Yesterday", f'value="{earlier.pk}" selected'):
            assert words in page

    @pytest.mark.parametrize(
        "given",
        [
            {"name": ""},
            {"name": "Nothing chosen"},
            {"name": "Unknown", "cases": "TC_UI_9999"},
            {"name": "Bad", "everything": "on", "people": ["999999"]},
            {"name": "Bad", "folders": ["x"]},
            {"name": "Bad", "everything": "on", "due": "yesterday"},
        ],
    )
    def test_what_cannot_be_used_comes_back_with_words(self, signed_in, tester, project, url, given):
        TestCaseFactory(project=project)
        answer = signed_in(tester).post(url, given)
        assert answer.status_code == 422
        assert "q-field-error" in answer.content.decode() or "is-failed" in answer.content.decode()
        assert not TestRun.objects.exists()

    def test_those_who_only_read_are_refused(self, signed_in, viewer, url):
        assert signed_in(viewer).get(url).status_code == 403


@pytest.mark.django_db
class TestTheRun:
    def test_the_page_of_a_run_by_hand_offers_the_runner_and_tells_who_executes(self, signed_in, tester, project):
        run = manual_run(project, tester, count=2)
        RunCase.objects.filter(run=run).update(assigned_to=tester)
        page = signed_in(tester).get(f"{run.get_absolute_url()}?tab=all&assigned=me").content.decode()
        assert reverse("runs:start", args=[project.key, run.number]) in page
        assert 'id="assign-tests"' in page
        nobody = signed_in(tester).get(f"{run.get_absolute_url()}?tab=all&assigned=nobody")
        assert nobody.context["page_obj"].paginator.count == 0

    def test_a_reported_run_offers_neither(self, signed_in, tester, project):
        run = make_run(project)
        record(run, reported("pays"))
        page = signed_in(tester).get(f"{run.get_absolute_url()}?tab=all").content.decode()
        assert "assign-tests" not in page
        assert "/execute/" not in page

    def test_the_form_tells_how_many_tests_come_of_what_is_chosen(self, signed_in, tester, lead, project, same_queries):
        run = manual_run(project, lead, count=3)
        record_verdict(actor=tester, test=run.tests.select_related("run__project", "case").first(), status="failed")
        client, address = signed_in(tester), reverse("runs:plan", args=[project.key])
        headers = {"HX-Request": "true", "HX-Request-Type": "partial"}

        def told(**chosen):
            return client.get(address, {"count": "1"} | chosen, headers=headers).content.decode()

        assert "3 tests" in told(everything="on")
        assert "1 test<" in told(previous=str(run.pk), statuses="failed")
        assert "test" not in told()
        assert "There is no case TC_NOPE_1." in told(everything="on", cases="TC_NOPE_1")
        assert "<html" not in told(view="x", scope="99", previous="x", folders="x", tags="y", statuses="z")
        same_queries(lambda: told(everything="on"), lambda: manual_run(project, lead, count=5))

    def test_picked_tests_change_hands(self, signed_in, tester, lead, project):
        run = manual_run(project, lead, count=3)
        picked = run.tests.order_by("position").first()
        client, address = signed_in(tester), reverse("runs:assign", args=[project.key, run.number])
        client.post(address, {"ids": [picked.pk], "people": tester.pk})
        assert list(run.tests.filter(assigned_to=tester)) == [picked]
        record_verdict(actor=tester, test=picked, status="passed")
        client.post(address, {"all": "1", "people": [tester.pk, lead.pk], "sharing": "turn"})
        assert run.tests.filter(assigned_to=lead).count() == 1
        asked = "tab=all&status=passed&page=2"
        answer = client.post(f"{address}?{asked}", {"ids": [picked.pk, "x"], "people": ""})
        assert answer.url == f"{run.get_absolute_url()}?{asked}"
        picked.refresh_from_db()
        assert picked.assigned_to is None

    def test_the_list_tells_when_it_is_due(self, signed_in, tester, project):
        run = manual_run(project, tester)
        TestRun.objects.filter(pk=run.pk).update(due="2031-05-04T12:00Z")
        assert "due 4 May 2031" in signed_in(tester).get(reverse("runs:list", args=[project.key])).content.decode()
