"""Reports that are broken, hostile or sent twice: a clear verdict each way in, and nothing half-stored."""

import io
import threading

import pytest
from django.db import connection

from accounts.tests.factories import ProjectFactory, UserFactory
from runs.choices import ImportState
from runs.models import Artifact, ReportImport, Result, RunCase, StepResult, TestRun
from runs.services import taking_in
from runs.services.attachments import store_attachments
from runs.services.imports import start_import
from runs.services.taking_in import run_import
from runs.tests.reports import BAD, CONTROL_CHARACTERS, junit, uploaded
from runs.tests.test_report_attachments import allure, zipped

PAGE = "/p/PAY/runs/upload/"
API = "/api/junit/import"


def nothing_is_stored() -> bool:
    return not (TestRun.objects.exists() or RunCase.objects.exists() or Result.objects.exists())


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(BAD))
def test_the_page_names_the_reason(signed_in, tester, project, run_jobs, name):
    content, words = BAD[name]
    client = signed_in(tester)
    url = client.post(PAGE, {"report": uploaded(content)}).url
    run_jobs()
    assert words in client.get(url).content.decode()
    assert nothing_is_stored()
    looked = client.post(PAGE, {"report": uploaded(content), "dry_run": "on"})
    assert looked.status_code == 422
    assert words in looked.content.decode()
    assert nothing_is_stored()


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(BAD))
def test_the_api_names_the_reason(api, tester, project, run_jobs, name):
    content, words = BAD[name]
    client = api(tester)
    url = client.post(API, {"file": uploaded(content)}, format="multipart")["Location"]
    run_jobs()
    told = client.get(url).json()
    assert (told["status"], words in told["error"]) == ("failed", True)
    looked = client.post(API, {"file": uploaded(content), "dryRun": "true"}, format="multipart")
    assert looked.status_code == 422
    assert words in looked.json()["error"]["message"]
    assert nothing_is_stored()


@pytest.mark.django_db
def test_of_several_files_that_cannot_be_taken_in_each_is_told_with_its_reason(
    api, signed_in, tester, project, run_jobs
):
    files = [uploaded(junit("a")[:-5], name="cut.xml"), uploaded(b"{", name="b.json"), uploaded(b"noise", name="c.bin")]
    client, address = api(tester), "/api/v1/reports/import"
    url = client.post(address, {"file": files}, format="multipart")["Location"]
    run_jobs()
    told = client.get(url).json()
    assert [(part["name"], part["state"]) for part in told["parts"]] == [
        ("cut.xml", "refused"),
        ("b.json", "refused"),
        ("c.bin", "no_report"),
    ]
    assert (told["status"], "cut.xml: The file ends" in told["error"], "b.json: The" in told["error"]) == (
        "failed",
        True,
        True,
    )
    page = signed_in(tester).get(ReportImport.objects.get().get_absolute_url()).content.decode()
    assert "c.bin" in page
    for file in files:
        file.seek(0)
    looked = client.post(address, {"file": files, "dryRun": "true"}, format="multipart")
    assert looked.json()["error"]["message"] == f"file: {told['error']}"
    assert nothing_is_stored()


@pytest.mark.django_db
def test_times_that_cannot_be_are_told(project, tester):
    report = b'<testsuite timestamp="2099-01-01T00:00:00Z"><testcase name="a" time="1,5"/></testsuite>'
    started, _known = start_import(actor=tester, project=project, stream=io.BytesIO(report), file_name="a.xml")
    done = run_import(import_id=started.pk)
    assert [warning["code"] for warning in done.warnings] == ["durations_unreadable", "times_ahead"]
    assert Result.objects.get().executed_at == done.created_at


@pytest.mark.django_db
def test_a_refused_file_can_be_sent_again_once_it_is_mended(api, tester, project, run_jobs):
    client = api(tester)
    for _ in range(2):
        client.post(API, {"file": uploaded(b"<broken"), "runName": "Nightly"}, format="multipart")
        run_jobs()
    assert ReportImport.objects.filter(state=ImportState.FAILED).count() == 2
    client.post(API, {"file": uploaded(junit("pays")), "runName": "Nightly"}, format="multipart")
    run_jobs()
    assert Result.objects.count() == 1


@pytest.mark.django_db
def test_a_report_with_control_characters_is_repaired_and_says_so(signed_in, api, tester, project, run_jobs):
    client = signed_in(tester)
    url = client.post(PAGE, {"report": uploaded(CONTROL_CHARACTERS)}).url
    run_jobs()
    assert "it was repaired" in client.get(url).content.decode()
    report_import = ReportImport.objects.get()
    told = api(tester).get(f"/api/v1/reports/imports/{report_import.pk}").json()
    assert (told["status"], told["repaired"]) == ("done", True)
    assert "\x00" not in RunCase.objects.get().name


@pytest.mark.django_db
def test_a_file_name_is_only_a_name(signed_in, tester, project):
    signed_in(tester).post(PAGE, {"report": uploaded(junit("pays"), '../../etc/"><script>alert(1)</script>.xml')})
    report_import = ReportImport.objects.get()
    assert "/" not in report_import.file_name
    page = signed_in(tester).get(report_import.get_absolute_url()).content.decode()
    assert "<script>alert" not in page


def _people_and_project():
    project = ProjectFactory(key="PAY")
    return UserFactory(tenant=project.tenant, role_code="tester"), project


def _at_once(number: int, work) -> list:
    """Run `work()` in threads that start together; their answers, exceptions included."""
    answers, barrier = [], threading.Barrier(number)

    def one():
        try:
            barrier.wait(timeout=30)
            answers.append(work())
        except Exception as error:
            answers.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("options", [{"runName": "Nightly"}, {"externalId": "build-7"}])
def test_the_same_report_in_parallel_is_taken_in_once(api, options):
    user, _project = _people_and_project()

    def send():
        return api(user).post(API, {"file": uploaded(junit("pays", "refunds")), **options}, format="multipart")

    answers = _at_once(6, send)
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["data"]["id"] for answer in answers}) == 1
    import_id = ReportImport.objects.get().pk
    _at_once(4, lambda: run_import(import_id=import_id))
    assert (TestRun.objects.count(), RunCase.objects.count(), Result.objects.count()) == (1, 2, 2)


@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_opened_in_parallel_is_new_to_one_of_its_shards(api):
    user, _project = _people_and_project()
    body = {"name": "Nightly", "external_id": "build-7"}
    answers = _at_once(5, lambda: api(user).post("/api/v1/reports/suite-runs", body))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1


@pytest.mark.django_db(transaction=True)
def test_shards_in_parallel_share_their_run_and_lose_nothing(tmp_path):
    user, project = _people_and_project()
    numbers = iter(range(100))
    lock = threading.Lock()

    def shard():
        with lock:
            number = next(numbers)
        stream = uploaded(junit(f"only in {number}", "in every shard")).file
        report_import, _ = start_import(
            actor=user, project=project, stream=stream, file_name=f"{number}.xml", external_id="build-7"
        )
        return run_import(import_id=report_import.pk)

    answers = _at_once(5, shard)
    assert {answer.state for answer in answers} == {ImportState.DONE}
    run = TestRun.objects.get()
    assert (run.total, Result.objects.count()) == (6, 10)
    assert RunCase.objects.get(name="in every shard").attempts == 5


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_in_the_middle_loses_and_doubles_nothing(monkeypatch):
    from runs.services import taking_in

    user, project = _people_and_project()
    stream = uploaded(junit(*[f"test {number}" for number in range(50)])).file
    report_import, _ = start_import(actor=user, project=project, stream=stream, file_name="report.xml")

    class Killed(BaseException):
        """Ends the process at this point, as SIGKILL does: nothing below it is cleaned up."""

    with monkeypatch.context() as patched:

        def die(*_args, **_kwargs):
            raise Killed

        patched.setattr(taking_in, "_close", die)
        with pytest.raises(Killed):
            run_import(import_id=report_import.pk)
    report_import.refresh_from_db()
    assert report_import.state == ImportState.RUNNING
    assert nothing_is_stored()
    for _ in range(2):
        run_import(import_id=report_import.pk)
    assert (TestRun.objects.count(), RunCase.objects.count(), Result.objects.count()) == (1, 50, 50)


@pytest.mark.django_db(transaction=True)
def test_a_job_that_a_dead_worker_left_is_swept_and_run_to_its_end(monkeypatch, run_worker):
    from qaportal.kit.jobs import restart_stalled_jobs

    user, project = _people_and_project()
    report_import, _ = start_import(
        actor=user, project=project, stream=uploaded(junit("pays")).file, file_name="report.xml"
    )
    ReportImport.objects.update(state=ImportState.RUNNING)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', attempts = 1 WHERE queue_name = 'ingest'")
    assert restart_stalled_jobs() == (1, 0)
    run_worker(["ingest"])
    report_import.refresh_from_db()
    assert report_import.state == ImportState.DONE
    assert Result.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_import_whose_workers_died_too_often_is_closed_with_the_reason():
    from qaportal.kit.jobs import restart_stalled_jobs

    user, project = _people_and_project()
    report_import, _ = start_import(
        actor=user, project=project, stream=uploaded(junit("pays")).file, file_name="report.xml"
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', attempts = 50 WHERE queue_name = 'ingest'")
    assert restart_stalled_jobs() == (0, 1)
    report_import.refresh_from_db()
    assert report_import.state == ImportState.FAILED
    assert "tried several times" in report_import.error
    assert nothing_is_stored()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", ["_finish_run", "_close"])
def test_a_worker_that_dies_after_everything_was_written_leaves_nothing_and_the_next_one_stores_it_once(
    place, monkeypatch
):
    user, project = _people_and_project()
    upload = io.BytesIO(zipped(allure()))
    started, _known = start_import(actor=user, project=project, stream=upload, file_name="allure.zip")

    def die(*values):
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(taking_in, place, die)
        with pytest.raises(SystemExit):
            run_import(import_id=started.pk)
    for model in (TestRun, RunCase, Result, StepResult, Artifact):
        assert not model.objects.exists()
    _at_once(3, lambda: run_import(import_id=started.pk))
    _at_once(3, lambda: store_attachments(import_id=started.pk))
    counted = [model.objects.count() for model in (TestRun, RunCase, Result, StepResult, Artifact)]
    assert counted == [1, 1, 1, 3, 2]
    assert set(Artifact.objects.values_list("file__state", flat=True)) == {"stored"}
