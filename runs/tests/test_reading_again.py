"""Reading the kept bytes of an upload once more."""

import io

import pytest

from files.models import StoredFile
from qaportal.kit.errors import Denied, RuleViolation
from runs.choices import ImportState
from runs.models import Artifact, ReportImport, Result, StepResult, TestRun
from runs.services import imports, taking_in
from runs.services.reading_again import read_again
from runs.services.undoing import undo_import
from runs.tests.factories import make_run
from runs.tests.reports import junit
from runs.tests.test_report_attachments import allure, zipped
from runs.tests.test_undoing import take_in

pytestmark = pytest.mark.django_db


def test_an_undone_import_is_read_again_with_all_that_came_along(project, tester, run_jobs):
    started, _known = imports.start_import(
        actor=tester, project=project, stream=io.BytesIO(zipped(allure())), file_name="allure.zip", branch="main"
    )
    run_jobs()
    started.refresh_from_db()
    undo_import(actor=tester, report_import=started)
    assert not Result.objects.exists()
    again = read_again(actor=tester, report_import=started)
    run_jobs()
    again.refresh_from_db()
    assert again.state == ImportState.DONE
    assert (StepResult.objects.count(), Artifact.objects.filter(file__state="stored").count()) == (3, 2)
    assert TestRun.objects.living().get().branch == "main"
    paths = StoredFile.objects.filter(name="allure.zip").values_list("path", flat=True)
    assert len(paths) == 2
    assert len(set(paths)) == 1


def test_an_import_that_failed_is_read_again(project, tester):
    started, _known = imports.start_import(
        actor=tester, project=project, stream=io.BytesIO(junit("pays")), file_name="report.xml"
    )
    imports.fail_import(import_id=started.pk, reason="The portal stumbled.", code="internal_error")
    again = read_again(actor=tester, report_import=started)
    assert taking_in.run_import(import_id=again.pk).state == ImportState.DONE


def test_an_import_that_stands_is_not_read_again(project, tester):
    done = take_in(tester, project, junit("pays"))
    with pytest.raises(RuleViolation, match="undone"):
        read_again(actor=tester, report_import=done)


def test_what_was_asked_for_must_still_be_there(project, tester, viewer):
    run = make_run(project)
    done = take_in(tester, project, junit("pays"), run=run)
    undone = undo_import(actor=tester, report_import=done)
    with pytest.raises(Denied):
        read_again(actor=viewer, report_import=undone)
    TestRun.objects.filter(pk=run.pk).update(deleted_at=run.created_at)
    with pytest.raises(RuleViolation, match="deleted"):
        read_again(actor=tester, report_import=undone)
    StoredFile.objects.all().delete()
    with pytest.raises(RuleViolation, match="not kept"):
        read_again(actor=tester, report_import=ReportImport.objects.get(pk=undone.pk))


def test_page_and_api_read_again(signed_in, api, project, tester, run_jobs):
    done = take_in(tester, project, junit("pays"))
    assert api(tester).post(f"/api/v1/reports/imports/{done.pk}/replay").status_code == 409
    undo_import(actor=tester, report_import=done)
    client = signed_in(tester)
    assert "Read again" in client.get(done.get_absolute_url()).content.decode()
    moved = client.post(f"{done.get_absolute_url()}again/")
    again = ReportImport.objects.latest("created_at")
    assert moved.url == again.get_absolute_url()
    run_jobs()
    undo_import(actor=tester, report_import=ReportImport.objects.get(pk=again.pk))
    answer = api(tester).post(f"/api/v1/reports/imports/{done.pk}/replay")
    assert answer.status_code == 202
    assert answer["Location"].endswith(answer.json()["id"])
    assert answer.json()["status"] == "queued"


def test_nobody_reads_the_imports_of_others_again(signed_in, api, stranger, viewer, project, tester):
    undone = undo_import(actor=tester, report_import=take_in(tester, project, junit("pays")))
    assert api(stranger).post(f"/api/v1/reports/imports/{undone.pk}/replay").status_code == 404
    assert signed_in(stranger).post(f"{undone.get_absolute_url()}again/").status_code == 404
    assert api(viewer).post(f"/api/v1/reports/imports/{undone.pk}/replay").status_code == 403
