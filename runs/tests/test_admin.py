"""Runs and their results in the data administration."""

import pytest

from accounts.models import AuditEntry
from accounts.tests.admin_forms import acted, address, errors_of, saved, told
from runs.models import ReportImport, Result, RunCase, TestRun
from runs.services.runs import update_run
from runs.tests.factories import make_run, record, reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(signed_in, admin):
    return signed_in(admin)


@pytest.fixture
def run(project):
    run = make_run(project, name="Nightly")
    record(run, reported("pays", "failed", error_message="2 != 3"), reported("refunds"))
    run.refresh_from_db()
    return run


def test_a_run_is_renamed_and_finished_through_its_service(reader, run, admin):
    assert told(reader, saved(reader, address(run, "change"), name="Nightly 2", status="completed")).endswith("saved.")
    stored = TestRun.objects.get(pk=run.pk)
    assert (stored.name, stored.status, stored.updated_by) == ("Nightly 2", "completed", admin)
    assert AuditEntry.objects.filter(action="run.updated", actor=admin).exists()


def test_an_old_state_of_a_run_is_refused(reader, run, admin):
    old = reader.get(address(run, "change")).context["adminform"].form["if_match"].value()
    update_run(actor=admin, run=run, name="Quicker")
    answer = saved(reader, address(run, "change"), name="Slower", if_match=old)
    assert "Somebody changed this in the meantime" in errors_of(answer)
    answer = reader.post(address(run, "delete"), {"post": "yes", "if_match": old})
    assert "Somebody changed this in the meantime" in told(reader, answer)
    assert TestRun.objects.get(pk=run.pk).deleted_at is None


def test_a_run_is_deleted_and_gone_from_every_list(reader, run):
    assert acted(reader, "delete_chosen", run, confirmed="yes") == "Done for 1 row."
    assert reader.get(address(run, "change")).status_code == 404
    assert reader.get(address(run.tests.first(), "change")).status_code == 404
    assert AuditEntry.objects.filter(action="run.deleted").exists()


def test_tests_and_attempts_are_reached_from_their_run_and_never_all_at_once(reader, run):
    page = reader.get(address(run, "change")).content.decode()
    tests = f"{address(RunCase, 'changelist')}?run={run.pk}"
    assert tests in page
    assert "refunds" in reader.get(tests).content.decode()
    assert "refunds" not in reader.get(address(RunCase, "changelist")).content.decode()
    failed = run.tests.get(name="pays")
    attempts = f"{address(Result, 'changelist')}?run_case={failed.pk}"
    assert attempts in reader.get(address(failed, "change")).content.decode()
    result = Result.objects.get(run_case=failed)
    assert f"/{result.pk}/change/" in reader.get(attempts).content.decode()
    assert "2 != 3" in reader.get(address(result, "change")).content.decode()


@pytest.mark.parametrize(("table", "query"), [(RunCase, {"run": "no id"}), (Result, {"run_case": "no id"})])
def test_a_key_that_is_none_shows_nothing(reader, run, table, query):
    answer = reader.get(address(table, "changelist"), query, follow=True)
    assert answer.status_code == 200
    assert "pays" not in answer.content.decode()


def test_what_was_reported_cannot_be_changed(reader, run):
    report = ReportImport.objects.create(project=run.project, run=run, file_name="r.xml", sha256="0" * 64)
    for row in (run.tests.first(), Result.objects.first(), report):
        assert 'name="_save"' not in reader.get(address(row, "change")).content.decode()
        assert reader.post(address(row, "change"), {"name": "x", "status": "passed"}).status_code == 403
