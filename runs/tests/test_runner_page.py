"""The runner's page and what it answers to entries."""

import io
import uuid
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import TestCase
from catalog.services.cases import update_case
from catalog.tests.factories import FolderFactory
from files.services import store
from qaportal.kit.concurrency import etag
from runs.models import Artifact, Result, RunCase, StepResult
from runs.services.presence import note_presence
from runs.services.runner import record_step, record_verdict, take_new_text
from runs.services.runs import update_run
from runs.tests.factories import manual_run

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture
def run(project, lead):
    return manual_run(project, lead, count=3, name="Card regression")


@pytest.fixture
def tests(run) -> list[RunCase]:
    return list(run.tests.select_related("run__project", "case").order_by("position"))


def at(test: RunCase, view: str = "runner") -> str:
    return reverse(f"runs:{view}", args=[test.run.project.key, test.run.number, test.pk])


@pytest.mark.django_db
class TestReading:
    def test_the_page_shows_queue_steps_and_what_was_said(self, signed_in, tester, tests):
        record_step(actor=tester, test=tests[0], step_number=1, status="failed", notes="The countdown froze")
        page = signed_in(tester).get(at(tests[0])).content.decode()
        for words in ("Card regression case 3", "Open the page", "It works 2", "The countdown froze", "0 of 3"):
            assert words in page

    def test_the_place_of_the_case_names_each_folder_once(self, signed_in, tester, project, tests):
        above = FolderFactory(project=project, name="Payments")
        folder = FolderFactory(project=project, parent=above, name="Cards")
        TestCase.objects.filter(pk=tests[0].case_id).update(folder=folder)
        assert signed_in(tester).get(at(tests[0])).context["page"].place == "Payments / Cards"

    def test_the_result_shows_each_step_as_the_case_writes_it_with_what_it_expects(self, signed_in, tester, run, tests):
        record_step(actor=tester, test=tests[0], step_number=2, status="failed", notes="Nothing happens")
        StepResult.objects.update(action="Press **Pay**")
        for place in (f"tests/{tests[0].pk}/", f"?tab=all&test={tests[0].pk}"):
            page = signed_in(tester).get(run.get_absolute_url() + place).content.decode()
            assert "Press <strong>Pay</strong>" in page
        page = signed_in(tester).get(f"{run.get_absolute_url()}tests/{tests[0].pk}/").content.decode()
        assert page.index("Press <strong>Pay") < page.index("It works 2") < page.index("Nothing happens")

    def test_the_list_and_the_result_lead_to_the_test_that_is_executed_or_corrected(
        self, signed_in, tester, viewer, run, tests
    ):
        record_verdict(actor=tester, test=tests[1], status="failed")
        run_url = run.get_absolute_url()
        for place in (f"{run_url}?tab=all&test=", f"{run_url}tests/"):
            for test, word in ((tests[0], "Execute"), (tests[1], "Correct the result")):
                address = f"{place}{test.pk}" + ("" if "?" in place else "/")
                link = f'href="{at(test)}"'
                page = signed_in(tester).get(address).content.decode()
                assert word in page.partition(link)[2][:900]
                assert link not in signed_in(viewer).get(address).content.decode()
        update_run(actor=tester, run=run, status="completed")
        assert f'href="{at(tests[1])}"' not in signed_in(tester).get(f"{run_url}tests/{tests[1].pk}/").content.decode()

    def test_the_page_says_that_the_case_was_changed(self, signed_in, tester, tests):
        update_case(actor=tester, case=tests[0].case, title="A new title")
        client = signed_in(tester)
        page = client.get(at(tests[0])).content.decode()
        assert "this run executes version 1" in page
        assert "Card regression case 1</h1>" in page
        client.post(at(tests[0], "take_text"))
        assert "A new title</h1>" in client.get(at(tests[0])).content.decode()

    def test_editing_the_case_leads_back_to_the_test(self, signed_in, tester, tests):
        client, case = signed_in(tester), tests[0].case
        page = client.get(f"{at(tests[0])}?status=left").content.decode()
        form_url = reverse("catalog:case_update", args=[case.project.key, case.test_id])
        edit = f"{form_url}?next={quote(at(tests[0]), safe='')}"
        assert f"{edit}%3Fstatus%3Dleft" in page
        form = client.get(edit)
        assert f'href="{at(tests[0])}">Cancel' in form.content.decode()
        values = {name: value or "" for name, value in form.context["form"].initial.items() if name != "tags"}
        answer = client.post(edit, values | {"title": "A new title", "etag": etag(case)})
        assert answer.url == at(tests[0])
        foreign = form_url + "?next=https://elsewhere.example/"
        assert "elsewhere" not in client.get(foreign).context["cancel_url"].partition("?")[0]

    def test_starting_goes_to_ones_own_first_test_without_a_verdict(self, signed_in, tester, run, tests):
        RunCase.objects.filter(pk=tests[1].pk).update(assigned_to=tester)
        start = reverse("runs:start", args=[run.project.key, run.number])
        client = signed_in(tester)
        assert client.get(start)["Location"] == f"{at(tests[1])}?assigned=me"
        record_verdict(actor=tester, test=tests[1], status="passed")
        assert client.get(start)["Location"] == at(tests[0])

    def test_the_queue_is_filtered(self, signed_in, tester, tests):
        record_verdict(actor=tester, test=tests[1], status="passed")
        page = signed_in(tester).get(f"{at(tests[0])}?status=passed").context["page"]
        assert [row["pk"] for row in page.queue["rows"]] == [tests[1].pk]
        page = signed_in(tester).get(f"{at(tests[0])}?status=left&assigned=nonsense").context["page"]
        assert [row["pk"] for row in page.queue["rows"]] == [tests[0].pk, tests[2].pk]
        assert page.next_url == f"{at(tests[2])}?status=left&assigned=nonsense"

    def test_a_long_queue_shows_the_stretch_around_the_test(self, signed_in, tester, project, lead, monkeypatch):
        monkeypatch.setattr("runs.runner_page.QUEUE", 2)
        tests = list(manual_run(project, lead, count=5).tests.select_related("run__project").order_by("position"))
        queue = signed_in(tester).get(at(tests[2])).context["page"].queue
        assert [row["pk"] for row in queue["rows"]] == [tests[2].pk, tests[3].pk]
        assert (queue["previous"], queue["next"]) == (at(tests[1]), at(tests[4]))

    def test_the_number_of_queries_does_not_depend_on_the_queue(
        self, signed_in, tester, project, lead, tests, same_queries
    ):
        client = signed_in(tester)
        record_step(actor=tester, test=tests[0], step_number=1, status="passed")

        def grow():
            manual_run(project, lead, count=10)
            for position in range(20):
                RunCase.objects.create(
                    project=project,
                    run=tests[0].run,
                    case=tests[0].case,
                    name="More",
                    test_key=uuid.uuid4(),
                    position=position,
                )

        same_queries(lambda: client.get(at(tests[0])), grow)

    def test_a_test_of_another_company_is_not_there(self, signed_in, stranger, tests):
        assert signed_in(stranger).get(at(tests[0])).status_code == 404

    def test_pictures_of_the_steps_are_those_of_the_version_that_is_executed(
        self, signed_in, tester, project, tests, same_queries
    ):
        def named(*names: str) -> list[str]:
            kept = [store(actor=tester, project=project, stream=io.BytesIO(PNG), name=name) for name in names]
            return [str(each.pk) for each in kept]

        case, client = tests[0].case, signed_in(tester)
        first, later = named("form.png"), named("new-form.png", "other.png")
        update_case(actor=tester, case=case, steps=[{"action": "Look", "attachments": first}])
        take_new_text(actor=tester, test=tests[0])
        update_case(actor=tester, case=case, steps=[{"action": "Look", "attachments": later}] * 4)
        page = client.get(at(tests[0])).content.decode()
        assert f'<img src="/p/{project.key}/files/{first[0]}/thumbnail/" alt="form.png, step 1">' in page
        assert f'href="/p/{project.key}/files/{first[0]}/" target="_blank"' in page
        assert "new-form.png" not in page
        same_queries(lambda: client.get(at(tests[0])), lambda: take_new_text(actor=tester, test=tests[0]))
        assert client.get(at(tests[0])).content.decode().count("new-form.png, step") == 4

    def test_hostile_texts_are_shown_as_they_are(self, signed_in, tester, tests):
        update_case(actor=tester, case=tests[0].case, steps=[{"action": "<script>alert(1)</script>"}])
        take_new_text(actor=tester, test=tests[0])
        record_step(actor=tester, test=tests[0], step_number=1, notes="<img src=x onerror=alert(1)>")
        page = signed_in(tester).get(at(tests[0])).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


@pytest.mark.django_db
class TestEntries:
    def test_a_step_answers_to_the_script_with_its_attempt(self, signed_in, tester, tests):
        answer = signed_in(tester).post(
            at(tests[0], "set_step"),
            {"step_number": 1, "iteration": 1, "status": "failed", "seen": 0, "key": str(uuid.uuid4())},
            headers=PARTIAL,
        )
        assert answer.json() == {"attempt": 1, "status": "in_progress", "is_left": True}
        assert StepResult.objects.get().status == "failed"

    def test_without_a_script_pass_and_next_opens_the_next_test(self, signed_in, tester, tests):
        answer = signed_in(tester).post(at(tests[0], "set_test"), {"status": "passed", "seen": 0, "duration": 61})
        assert answer["Location"] == at(tests[1])
        result = Result.objects.get()
        assert (result.status, result.duration_ms) == ("passed", 61_000)

    def test_after_the_last_test_the_run_is_shown(self, signed_in, tester, run, tests):
        client = signed_in(tester)
        for test in tests:
            answer = client.post(at(test, "set_test"), {"status": "skipped"})
        assert answer["Location"] == run.get_absolute_url()

    @pytest.mark.parametrize(
        "given", [{"status": "nonsense"}, {"status": "passed", "iteration": 7}, {"status": "passed", "seen": "x"}, {}]
    )
    def test_what_cannot_be_used_is_refused_with_words(self, signed_in, tester, tests, given):
        client = signed_in(tester)
        answer = client.post(at(tests[0], "set_test"), given, headers=PARTIAL)
        assert answer.status_code == 422
        assert answer.json()["detail"]
        assert client.post(at(tests[0], "set_test"), given).status_code == 422

    def test_a_conflict_shows_both(self, signed_in, tester, lead, tests):
        record_verdict(actor=lead, test=tests[0], status="passed", notes="Fine here")
        client, told = signed_in(tester), {"status": "failed", "notes": "White page", "seen": 0}
        answer = client.post(at(tests[0], "set_test"), told, headers=PARTIAL)
        assert answer.status_code == 409
        assert "Fine here" in answer.json()["html"]
        assert "White page" in answer.json()["html"]
        page = client.post(at(tests[0], "set_test"), told)
        assert "Record mine as the next attempt" in page.content.decode()
        client.post(at(tests[0], "set_test"), {**told, "seen": answer.json()["seen"]})
        assert list(Result.objects.order_by("attempt").values_list("status", flat=True)) == ["passed", "failed"]

    def test_a_screenshot_lands_on_its_step_once(self, signed_in, tester, tests):
        client, key = signed_in(tester), str(uuid.uuid4())
        for _time in range(2):
            picture = io.BytesIO(PNG)
            picture.name = "../../frozen.png"
            told = {"step_number": 2, "iteration": 1, "seen": 0, "key": key, "file": picture}
            assert client.post(at(tests[0], "add_file"), told, headers=PARTIAL).status_code == 200
        artifact = Artifact.objects.get()
        step = StepResult.objects.get(step_number=2)
        assert (artifact.file.name, artifact.step_id, step.screenshot_artifact_id) == (
            "frozen.png",
            step.pk,
            artifact.pk,
        )
        assert "frozen.png" in client.get(at(tests[0])).content.decode()
        assert client.post(at(tests[0], "add_file"), {"step_number": 2}, headers=PARTIAL).status_code == 422
        cut_off = {"step_number": 2, "size": len(PNG) + 1, "file": io.BytesIO(PNG)}
        assert "whole" in client.post(at(tests[0], "add_file"), cut_off, headers=PARTIAL).json()["detail"]
        assert Artifact.objects.count() == 1

    def test_those_who_only_read_see_why(self, signed_in, viewer, tests):
        client = signed_in(viewer)
        page = client.get(at(tests[0])).content.decode()
        assert "may not record results" in page
        for offered in ("data-pass", "Edit the case", "Set the whole case"):
            assert offered not in page
        answer = client.post(at(tests[0], "set_test"), {"status": "passed"}, headers=PARTIAL)
        assert answer.status_code in {403, 422}

    def test_a_run_that_is_over_says_so(self, signed_in, tester, run, tests):
        update_run(actor=tester, run=run, status="completed")
        assert "Open it again" in signed_in(tester).get(at(tests[0])).content.decode()

    def test_one_verdict_costs_ten_queries_however_large_the_run_is(self, signed_in, tester, run, tests):
        client = signed_in(tester)
        client.get(at(tests[0]))

        def cost(test, headers=None, **told):
            with CaptureQueriesContext(connection) as queries:
                answer = client.post(at(test, "set_test"), {"status": "passed", **told}, headers=headers)
            assert answer.status_code in {200, 302}
            found = [each["sql"] for each in queries if not each["sql"].startswith(("SAVEPOINT", "RELEASE"))]
            return len(found), "\n".join(found)

        def entry(seen):
            return {"seen": seen, "key": str(uuid.uuid4()), "headers": PARTIAL}

        first, told = cost(tests[0], **entry(0))
        assert first <= 10, told
        own, told = cost(tests[0], status="failed", notes="It froze", **entry(1))
        assert own <= 13, told  # its cause and the steps it goes on with come on top
        row = {"run": run, "project": run.project, "case": tests[0].case, "name": "one more"}
        RunCase.objects.bulk_create(RunCase(**row, test_key=uuid.uuid4(), position=10 + place) for place in range(500))
        assert cost(tests[1], **entry(0))[0] == first
        assert cost(tests[1], status="failed", notes="It froze", **entry(1))[0] == own
        number, told = cost(tests[2])
        assert number <= 10, told


@pytest.mark.django_db
class TestPresence:
    def test_others_are_shown_and_nothing_new_is_304(self, signed_in, tester, lead, tests):
        client = signed_in(tester)
        first = client.get(at(tests[0], "people_here"))
        assert client.get(at(tests[0], "people_here"), headers={"If-None-Match": first["ETag"]}).status_code == 304
        note_presence(actor=lead, test=tests[0])
        seen = client.get(at(tests[0], "people_here"), headers={"If-None-Match": first["ETag"]})
        assert lead.full_name in seen.content.decode()
        assert client.post(at(tests[0], "note_present")).status_code == 204
        assert client.post(at(tests[0], "note_present"), {"leaves": "1"}).status_code == 204
