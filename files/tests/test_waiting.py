"""A storage that does not work, and a full disk: what may wait does, everything else is refused in words."""

import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import AuditEntry
from files import spool
from files.delivery import deliver_waiting
from files.models import FileState, StoredFile
from files.services import open_stored, remove, store
from files.sweep import reconcile
from files.tests.factories import stored_file
from qaportal.kit.errors import NoRoom, Unavailable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("storage")]
SAVE = "django.core.files.storage.FileSystemStorage._save"
LOG = b"line of a log\n" * 1_000


def fails(*_args, **_kwargs):
    raise ConnectionError("the storage does not answer")


def is_full(*_args, **_kwargs):
    raise OSError(28, "No space left on device")


@pytest.fixture
def down(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(SAVE, fails)
        yield patch


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA = tmp_path
    return tmp_path


def keep(project, actor, content=LOG, **options):
    return store(actor=actor, project=project, stream=io.BytesIO(content), name="x.log", may_wait=True, **options)


def content_of(stored) -> bytes:
    with open_stored(stored) as stream:
        return stream.read()


def test_what_may_wait_is_readable_at_once_and_delivered_later(
    project, tester, signed_in, down, stored_paths, django_capture_on_commit_callbacks
):
    stored = keep(project, tester)
    assert (stored.state, stored_paths()) == (FileState.WAITING, [])
    assert content_of(stored) == LOG
    answer = signed_in(tester).get(f"/p/PAY/files/{stored.pk}/", headers={"Range": "bytes=0-3"})
    assert b"".join(answer.streaming_content) == b"line"
    assert deliver_waiting() == 0
    down.undo()
    with django_capture_on_commit_callbacks(execute=True):
        assert deliver_waiting() == 1
        assert deliver_waiting() == 0
    stored.refresh_from_db()
    assert (stored.state, stored_paths()) == (FileState.STORED, [stored.path])
    assert content_of(stored) == LOG
    assert not spool.holds(stored.path)
    assert AuditEntry.objects.filter(action="file.delivered", target_id=str(stored.pk)).exists()


def test_what_may_not_wait_is_refused(project, tester, down):
    with pytest.raises(Unavailable, match="cannot be stored"):
        store(actor=tester, project=project, stream=io.BytesIO(LOG), name="x")
    assert not StoredFile.objects.exists()


def test_the_same_bytes_that_come_once_the_storage_works_settle_those_that_waited(
    project, tester, down, django_capture_on_commit_callbacks
):
    first = keep(project, tester)
    second = keep(project, tester)
    down.undo()
    with django_capture_on_commit_callbacks(execute=True):
        keep(project, tester)
    for stored in (first, second):
        stored.refresh_from_db()
        assert stored.state == FileState.STORED
    assert not spool.holds(first.path)


def test_a_full_disk_is_named_and_leaves_nothing(project, tester, monkeypatch, stored_paths, data):
    monkeypatch.setattr(SAVE, is_full)
    with pytest.raises(NoRoom, match="full"):
        keep(project, tester)
    monkeypatch.setattr(SAVE, fails)
    monkeypatch.setattr("files.spool.os.fsync", is_full)
    with pytest.raises(NoRoom):
        keep(project, tester)
    assert not StoredFile.objects.exists()
    assert list(spool.waiting()) == []
    assert stored_paths() == []


def test_a_full_disk_is_507_for_page_and_api(project, tester, signed_in, monkeypatch):
    def no_room(*_args, **_kwargs):
        is_full()

    client = signed_in(tester)
    monkeypatch.setattr("files.views.get_visible", no_room)
    answer = client.get(f"/p/PAY/files/{stored_file(project).pk}/")
    assert answer.status_code == 507
    assert "full" in answer.content.decode()


def test_the_sweep_finds_waiting_rows_without_bytes_and_bytes_without_rows(project, tester, down):
    lost, kept = keep(project, tester), keep(project, tester, b"other bytes")
    spool.forget(lost.path)
    spool.keep("1/00/nobody", io.BytesIO(b"x"))
    down.undo()
    swept = reconcile(now=timezone.now() + timedelta(hours=2))
    lost.refresh_from_db()
    kept.refresh_from_db()
    assert (lost.state, kept.state) == (FileState.MISSING, FileState.WAITING)
    assert (swept.orphans, swept.missing) == (1, 1)
    assert not spool.holds("1/00/nobody")
    assert spool.holds(kept.path)


def test_bytes_that_are_there_after_all_settle_the_row(project, tester, down):
    stored = keep(project, tester)
    down.undo()
    with spool.opened(stored.path) as kept:
        default_storage.save(stored.path, kept)
    spool.forget(stored.path)
    assert deliver_waiting() == 1
    stored.refresh_from_db()
    assert stored.state == FileState.STORED


def test_a_waiting_file_that_is_removed_takes_its_bytes_along(
    project, admin, tester, down, django_capture_on_commit_callbacks
):
    stored = keep(project, tester)
    with django_capture_on_commit_callbacks(execute=True):
        remove(actor=admin, stored=stored)
    assert not spool.holds(stored.path)
