"""Changing, finishing and deleting a run from its page."""

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from qaportal.kit.concurrency import etag
from releases.tests.factories import ReleaseFactory
from runs.choices import RunStatus
from runs.models import TestRun
from runs.tests.factories import make_run, record, reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(project):
    return make_run(project, name="Nightly")


def facts(run, **changes) -> dict:
    values = {"name": run.name, "status": run.status, "version": etag(run)}
    return values | changes


def test_a_run_is_renamed_and_given_a_release(signed_in, tester, run, project):
    release = ReleaseFactory(project=project)
    client = signed_in(tester)
    response = client.post(
        f"/p/PAY/runs/{run.number}/edit/", facts(run, name="Weekly", release=release.pk, branch="main", build="b2")
    )
    assert response.url == run.get_absolute_url()
    run.refresh_from_db()
    assert (run.name, run.release, run.branch, run.build) == ("Weekly", release, "main", "b2")
    assert AuditEntry.objects.filter(action="run.updated").count() == 1


def test_the_form_shows_what_stands(signed_in, tester, run, project):
    run.release = ReleaseFactory(project=project, version="4.17.0", overall_status="released")
    run.save()
    content = signed_in(tester).get(f"/p/PAY/runs/{run.number}/edit/").content.decode()
    assert 'value="Nightly"' in content
    assert f'value="{run.release.pk}" selected' in content


def test_two_people_who_edit_at_once_do_not_overwrite_each_other(signed_in, tester, run):
    seen = facts(run, name="Mine")
    TestRun.objects.filter(pk=run.pk).update(name="Theirs", updated_at=timezone.now())
    response = signed_in(tester).post(f"/p/PAY/runs/{run.number}/edit/", seen)
    assert response.status_code == 422
    assert "in the meantime" in response.content.decode()
    run.refresh_from_db()
    assert run.name == "Theirs"


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"name": ""}, "required"), ({"status": "gone"}, "valid choice"), ({"release": "7777777"}, "valid choice")],
)
def test_wrong_input_is_said_beside_its_field(signed_in, tester, run, changes, words):
    response = signed_in(tester).post(f"/p/PAY/runs/{run.number}/edit/", facts(run, **changes))
    assert response.status_code == 422
    assert words in response.content.decode()


def test_a_run_is_completed_cancelled_and_opened_again(signed_in, tester, run):
    client = signed_in(tester)
    for status in (RunStatus.COMPLETED, RunStatus.ACTIVE, RunStatus.CANCELLED):
        client.post(f"/p/PAY/runs/{run.number}/status/", {"status": status})
        run.refresh_from_db()
        assert (run.status, run.finished_at is None) == (status, status == RunStatus.ACTIVE)
    page = client.post(f"/p/PAY/runs/{run.number}/status/", {"status": "zzz"}, follow=True).content.decode()
    assert "cannot have this status" in page


def test_a_deleted_run_is_gone_after_a_question(signed_in, lead, run):
    record(run, reported("pays"))
    client = signed_in(lead)
    url = f"/p/PAY/runs/{run.number}/delete/"
    assert "its 1 test leave every list" in client.get(url).content.decode()
    assert client.post(url).url == "/p/PAY/runs/"
    assert client.get(run.get_absolute_url()).status_code == 404
    assert TestRun.objects.get().deleted_at is not None


def test_the_run_of_a_releases_own_verdicts_is_not_deleted(signed_in, lead, project):
    run = make_run(project, release=ReleaseFactory(project=project), is_implicit=True)
    response = signed_in(lead).post(f"/p/PAY/runs/{run.number}/delete/")
    assert response.status_code == 403
    assert "cannot be deleted" in response.content.decode()


def test_who_may_not_change_runs_is_told_why(signed_in, viewer, tester, run):
    refused = signed_in(viewer).get(f"/p/PAY/runs/{run.number}/edit/")
    assert refused.status_code == 403
    assert "may not create and change runs" in refused.content.decode()
    page = signed_in(viewer).post(f"/p/PAY/runs/{run.number}/status/", {"status": "cancelled"}, follow=True)
    assert "may not create and change runs" in page.content.decode()
    assert "may not delete runs" in signed_in(tester).post(f"/p/PAY/runs/{run.number}/delete/").content.decode()
    run.refresh_from_db()
    assert (run.status, run.deleted_at) == (RunStatus.ACTIVE, None)


def test_a_stranger_finds_none_of_it(signed_in, stranger, run):
    client = signed_in(stranger)
    for place in ("edit", "status", "delete"):
        assert client.post(f"/p/PAY/runs/{run.number}/{place}/", {"status": "cancelled"}).status_code == 404
    assert client.get(f"/p/PAY/runs/{run.number}/edit/").status_code == 404
