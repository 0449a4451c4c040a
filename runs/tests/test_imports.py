"""Imports of reports, tested on the service: stored whole or refused with a reason, once."""

import io
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry
from files.models import StoredFile
from files.services import open_stored
from qaportal.kit import jobs
from qaportal.kit.errors import Denied, RuleViolation
from qaportal.kit.models import JobProgress
from releases.choices import OverallStatus
from releases.tests.factories import ReleaseFactory
from runs.choices import ImportState, RunKind, RunStatus
from runs.models import ReportImport, Result, RunCase, TestRun
from runs.services import imports, taking_in
from runs.services.import_preview import preview_import
from runs.tests.factories import make_run

REPORT = """<?xml version="1.0"?><testsuites><testsuite name="checkout" timestamp="2026-01-02T03:04:05+00:00">
<testcase classname="checkout.Card" name="pays" time="1.5"/>
<testcase classname="checkout.Card" name="refunds" time="0.5"><failure message="boom">trace</failure></testcase>
</testsuite></testsuites>"""


def upload(actor, project, text=REPORT, **options):
    stream = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    options.setdefault("file_name", "report.xml")
    return imports.start_import(actor=actor, project=project, stream=stream, **options)


def take_in(actor, project, text=REPORT, **options):
    report_import, _known = upload(actor, project, text, **options)
    return taking_in.run_import(import_id=report_import.pk)


@pytest.mark.django_db
class TestTakingIn:
    def test_a_report_becomes_a_finished_run(self, project, tester):
        done = take_in(tester, project, run_name="Nightly", branch="main", build="b1", environment="staging")
        run = done.run
        assert done.state == ImportState.DONE
        assert (run.name, run.kind, run.status) == ("Nightly", RunKind.AUTOMATED, RunStatus.COMPLETED)
        assert (run.branch, run.build, run.environment, run.number) == ("main", "b1", "staging", 1)
        assert (run.count_passed, run.count_failed) == (1, 1)
        assert done.counts["tests"] == 2 == done.counts["unmatched"]
        assert run.started_at.isoformat() == "2026-01-02T03:04:05+00:00"
        assert set(Result.objects.filter(run=run).values_list("report_import_id", flat=True)) == {done.pk}

    def test_the_job_does_it(self, project, tester, run_jobs):
        report_import, _known = upload(tester, project)
        assert run_jobs() == 1
        report_import.refresh_from_db()
        assert report_import.state == ImportState.DONE
        assert JobProgress.objects.get(pk=report_import.progress_id).state == "done"

    def test_the_bytes_are_kept(self, project, tester):
        done = take_in(tester, project)
        with open_stored(done.file) as stream:
            assert stream.read() == REPORT.encode()

    def test_start_and_end_stand_in_the_audit_trail(self, project, tester):
        done = take_in(tester, project)
        actions = AuditEntry.objects.filter(target_id=str(done.pk)).order_by("pk").values_list("action", flat=True)
        assert list(actions) == ["report_import.started", "report_import.finished"]

    def test_shards_with_one_external_id_share_a_run(self, project, tester):
        second = REPORT.replace("pays", "pays by wallet").replace("refunds", "voids")
        first = take_in(tester, project, external_id="build-7")
        other = take_in(tester, project, second, external_id="build-7")
        assert first.run == other.run
        assert TestRun.objects.get().total == 4

    def test_a_planned_run_stays_open_for_its_testers(self, project, tester):
        run = make_run(project, kind=RunKind.MANUAL)
        take_in(tester, project, run=run)
        run.refresh_from_db()
        assert (run.status, run.kind, run.total) == (RunStatus.ACTIVE, RunKind.MIXED, 2)

    def test_running_an_import_twice_changes_nothing(self, project, tester):
        done = take_in(tester, project)
        taking_in.run_import(import_id=done.pk)
        assert Result.objects.count() == 2

    def test_an_import_whose_worker_died_is_started_over_and_stored_once(self, project, tester):
        report_import, _known = upload(tester, project)
        ReportImport.objects.filter(pk=report_import.pk).update(state=ImportState.RUNNING)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        assert jobs.restart_stalled_jobs() == (1, 0)
        taking_in.run_import(import_id=report_import.pk)
        assert Result.objects.count() == 2

    def test_an_import_that_never_gets_through_is_closed_with_a_reason(self, project, tester, settings):
        report_import, _known = upload(tester, project)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = 'doing', attempts = %s", [settings.JOB_ATTEMPT_LIMIT]
            )
        assert jobs.restart_stalled_jobs() == (0, 1)
        report_import.refresh_from_db()
        assert report_import.state == ImportState.FAILED
        assert "several times" in report_import.error


@pytest.mark.django_db
class TestRefusing:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("hello", "no test report"),
            (REPORT[:-40], "end"),
            ("<html><body/></html>", "JUnit"),
            ('<!DOCTYPE x [<!ENTITY a "b">]><testsuite><testcase name="&a;"/></testsuite>', "DOCTYPE"),
            ("<testsuite name='x'/>", "no test"),
        ],
    )
    def test_a_report_that_cannot_be_taken_in_leaves_its_reason_and_nothing_else(self, project, tester, text, words):
        failed = take_in(tester, project, text)
        assert failed.state == ImportState.FAILED
        assert words.lower() in failed.error.lower()
        assert not TestRun.objects.exists()
        assert not RunCase.objects.exists()
        assert JobProgress.objects.get(pk=failed.progress_id).state == "failed"

    def test_a_refused_report_can_be_uploaded_again(self, project, tester):
        assert take_in(tester, project, "hello").state == ImportState.FAILED
        again, known = upload(tester, project, "hello")
        assert not known
        assert again.state == ImportState.QUEUED

    def test_a_viewer_may_not_upload(self, project, viewer):
        with pytest.raises(Denied, match="may not upload test reports"):
            upload(viewer, project)
        assert not StoredFile.objects.exists()

    def test_a_developer_may_upload_but_not_make_cases(self, project, developer):
        with pytest.raises(Denied, match="write test cases"):
            upload(developer, project, creates_cases=True)

    def test_a_closed_release_takes_no_report(self, project, tester):
        release = ReleaseFactory(project=project, overall_status=OverallStatus.RELEASED)
        with pytest.raises(RuleViolation, match="closed"):
            upload(tester, project, release=release)

    def test_a_cancelled_run_takes_no_report(self, project, tester):
        with pytest.raises(RuleViolation, match="cancelled"):
            upload(tester, project, run=make_run(project, status=RunStatus.CANCELLED))


@pytest.mark.django_db
class TestRepeating:
    def test_the_same_bytes_for_a_new_run_are_a_repetition_for_ten_minutes(self, project, tester):
        first = take_in(tester, project, run_name="Nightly")
        again, known = upload(tester, project, run_name="Nightly")
        assert (again.pk, known) == (first.pk, True)
        ReportImport.objects.update(created_at=timezone.now() - timedelta(minutes=11))
        next_night, known = upload(tester, project, run_name="Nightly")
        assert next_night.pk != first.pk
        assert not known

    def test_what_was_taken_in_before_uploads_could_name_a_configuration_is_known_too(self, project, tester):
        first, _known = upload(tester, project, run_name="Nightly")
        del first.request["configuration_id"]
        first.save()
        again, known = upload(tester, project, run_name="Nightly")
        assert (again.pk, known) == (first.pk, True)

    def test_the_same_bytes_under_another_name_are_another_run(self, project, tester):
        assert take_in(tester, project, run_name="Chrome").run != take_in(tester, project, run_name="Firefox").run

    def test_the_same_bytes_for_the_same_run_are_taken_in_once(self, project, tester):
        run = make_run(project)
        first = take_in(tester, project, run=run)
        again, known = upload(tester, project, run=run)
        assert (again.pk, known) == (first.pk, True)
        assert Result.objects.count() == 2

    def test_an_idempotency_key_answers_the_first_import_again(self, project, tester):
        first = take_in(tester, project, idempotency_key="k1")
        ReportImport.objects.update(created_at=timezone.now() - timedelta(hours=1))
        again, known = upload(tester, project, idempotency_key="k1")
        assert (again.pk, known) == (first.pk, True)

    def test_an_idempotency_key_with_other_bytes_is_refused(self, project, tester):
        take_in(tester, project, idempotency_key="k1")
        with pytest.raises(RuleViolation, match="another file"):
            upload(tester, project, REPORT.replace("pays", "voids"), idempotency_key="k1")


@pytest.mark.django_db
class TestPreview:
    def test_a_preview_counts_and_stores_nothing(self, project, tester):
        preview = preview_import(
            actor=tester, project=project, stream=io.BytesIO(REPORT.encode()), file_name="r.xml", creates_cases=True
        )
        assert preview["counts"]["tests"] == 2 == preview["counts"]["created"]
        assert not TestRun.objects.exists()
        assert not project.tenant.projects.filter(pk=project.pk, description="changed").exists()
        assert not StoredFile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_file_twice_in_parallel_makes_one_run(project, tester):
    found, errors = [], []

    def work():
        try:
            report_import, _known = upload(tester, project, external_id="build-9")
            taking_in.run_import(import_id=report_import.pk)
            found.append(report_import.pk)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(set(found)) == 1
    assert TestRun.objects.count() == 1
    assert Result.objects.count() == 2


@pytest.mark.django_db
def test_an_owner_that_stumbles_over_an_abandoned_job_does_not_stop_the_sweep(project, tester, settings):
    gone, _known = upload(tester, project)
    other, _known = upload(tester, project, REPORT.replace("pays", "voids"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', attempts = %s", [settings.JOB_ATTEMPT_LIMIT])
    ReportImport.objects.filter(pk=gone.pk).delete()
    assert jobs.restart_stalled_jobs() == (0, 2)
    other.refresh_from_db()
    assert other.state == ImportState.FAILED
