from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from files import jobs, sweep
from files.models import FileState, StoredFile
from files.services import claim

from .factories import age, stored_file

LATER = timedelta(days=2)


@pytest.fixture
def tomorrow():
    return timezone.now() + LATER


def test_a_file_that_nothing_named_for_a_day_goes_with_its_bytes(
    project, tester, storage, stored_paths, django_capture_on_commit_callbacks
):
    unclaimed, claimed = stored_file(project, content=b"one"), stored_file(project, content=b"two")
    fresh = stored_file(project, content=b"three")
    claim(actor=tester, files=[claimed])
    for stored in (unclaimed, claimed):
        age(stored, timezone.now() - LATER)
    with django_capture_on_commit_callbacks(execute=True):
        jobs.remove_unclaimed_files(timestamp=0)
    assert set(StoredFile.objects.values_list("pk", flat=True)) == {claimed.pk, fresh.pk}
    assert stored_paths() == sorted([claimed.path, fresh.path])


def test_an_upload_that_never_arrived_is_forgotten(project, storage):
    stored = StoredFile.objects.create(tenant=project.tenant, project=project, name="lost", state=FileState.PENDING)
    age(stored, timezone.now() - LATER)
    assert sweep.remove_unclaimed() == 1
    assert not StoredFile.objects.exists()


def test_bytes_without_a_row_are_deleted_once_they_are_settled(project, storage, stored_paths, tomorrow):
    kept = stored_file(project)
    default_storage.save(f"{project.tenant_id}/ab/{'ab' * 32}", ContentFile(b"left by a crash"))
    assert sweep.reconcile().orphans == 0
    assert sweep.reconcile(now=tomorrow).orphans == 1
    assert stored_paths() == [kept.path]


def test_a_row_whose_bytes_are_gone_says_missing_and_is_found_again(project, storage, tomorrow):
    stored = stored_file(project)
    default_storage.delete(stored.path)
    assert sweep.reconcile(now=tomorrow).missing == 1
    stored.refresh_from_db()
    assert stored.state == FileState.MISSING
    default_storage.save(stored.path, ContentFile(b"some text"))
    assert sweep.reconcile(now=tomorrow).found_again == 1
    stored.refresh_from_db()
    assert stored.state == FileState.STORED


def test_uploading_lost_bytes_again_heals_every_row_that_named_them(project, storage, tomorrow):
    stored = stored_file(project)
    default_storage.delete(stored.path)
    sweep.reconcile(now=tomorrow)
    stored_file(project)
    stored.refresh_from_db()
    assert stored.state == FileState.STORED


def test_a_whole_storage_is_left_as_it_is(project, other_project, storage, stored_paths, tomorrow):
    for number, owner in enumerate([project, other_project] * 3):
        stored_file(owner, content=b"x" * number + b"{}")
    before = stored_paths()
    assert sweep.reconcile(now=tomorrow) == sweep.Swept()
    assert stored_paths() == before
