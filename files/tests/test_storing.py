import gzip
import io
import threading

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction

from accounts.models import AuditEntry
from accounts.tests.factories import ProjectFactory, UserFactory
from files.models import FileState, StoredFile
from files.services import claim, file_name_of, open_stored, remove, store
from qaportal.kit.errors import Denied, InvalidInput, NoRoom, NotVisible

from .factories import stored_file


def content_of(stored):
    with open_stored(stored) as stream:
        return stream.read()


def test_bytes_come_back_as_they_were_given(project, storage):
    stored = stored_file(project, content=b"\x89PNG\r\n\x1a\nrest", name="shot.txt")
    assert content_of(stored) == b"\x89PNG\r\n\x1a\nrest"
    assert (stored.content_type, stored.size, stored.state) == ("image/png", 12, FileState.STORED)


def test_a_long_report_is_kept_compressed_and_read_as_it_was(project, storage, stored_paths):
    report = b'<?xml version="1.0"?><testsuites>' + b"<testcase/>" * 50_000 + b"</testsuites>"
    stored = stored_file(project, content=report)
    assert stored.encoding == "gzip"
    assert stored.size == len(report)
    assert content_of(stored) == report
    (path,) = stored_paths()
    with default_storage.open(path) as kept:
        assert gzip.decompress(kept.read()) == report
    assert default_storage.size(path) < len(report) / 20


def test_a_stream_that_cannot_seek_is_stored_too(project, tester, storage):
    class Once(io.RawIOBase):
        parts = [b"abc", b"def"]

        def readable(self):
            return True

        def read(self, size=-1):
            return self.parts.pop(0) if self.parts else b""

    assert content_of(store(actor=tester, project=project, stream=Once(), name="x")) == b"abcdef"


def test_the_same_bytes_are_kept_once_for_the_tenant_until_the_last_row_goes(
    project, admin, storage, stored_paths, django_capture_on_commit_callbacks
):
    sibling = ProjectFactory(tenant=project.tenant)
    first, second = stored_file(project), stored_file(sibling, name="other.txt")
    assert stored_paths() == [first.path]
    with django_capture_on_commit_callbacks(execute=True):
        remove(actor=admin, stored=first)
    assert content_of(second) == b"some text"
    with django_capture_on_commit_callbacks(execute=True):
        remove(actor=admin, stored=second)
    assert stored_paths() == []


def test_another_tenant_gets_bytes_of_its_own(project, other_project, storage, stored_paths):
    assert stored_file(project).path != stored_file(other_project).path
    assert len(stored_paths()) == 2


def test_what_a_broken_write_left_is_not_taken_for_the_file(project, storage):
    path = stored_file(project).path
    StoredFile.objects.all().delete()
    with open(default_storage.path(path), "wb") as half:
        half.write(b"some")
    assert content_of(stored_file(project)) == b"some text"


def test_too_large_a_file_is_refused_by_name(project, tester, storage, settings, stored_paths):
    settings.UPLOAD_LIMIT = 1024 * 1024
    with pytest.raises(InvalidInput) as refusal:
        store(actor=tester, project=project, stream=io.BytesIO(b"x" * (1024 * 1024 + 1)), name="big.bin")
    assert refusal.value.fields == {"file": ["The file is larger than 1 MB."]}
    assert stored_paths() == []


def test_viewers_and_strangers_may_not_store(project, viewer, stranger, storage):
    for user in (viewer, stranger):
        with pytest.raises(Denied):
            store(actor=user, project=project, stream=io.BytesIO(b"x"), name="x")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\shot.png", "shot.png"),
        ("..", "file"),
        ("", "file"),
        ("a/", "file"),
        ("in\x00vis\u202eible\n.txt", "invisible.txt"),
        ("x" * 300 + ".xml", "x" * 251 + ".xml"),
        ("\ud800half.txt", "half.txt"),
    ],
)
def test_a_name_is_never_a_path(given, kept):
    assert file_name_of(given) == kept


def test_names_stay_out_of_the_storage(project, storage, stored_paths):
    stored = stored_file(project, name="../../escape.txt")
    assert stored_paths() == [f"{project.tenant_id}/{stored.sha256[:2]}/{stored.sha256}"]


def test_a_storage_that_fails_refuses_in_words_and_leaves_no_row(project, tester, storage, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._save", full)
    with pytest.raises(NoRoom, match="full"):
        store(actor=tester, project=project, stream=io.BytesIO(b"x"), name="x")
    assert not StoredFile.objects.exists()


def test_reading_bytes_that_are_gone_says_so(project, storage):
    stored = stored_file(project)
    default_storage.delete(stored.path)
    with pytest.raises(NotVisible), open_stored(stored):
        pass


def test_storing_claiming_and_removing_stand_in_the_audit_trail(project, admin, storage):
    stored = stored_file(project)
    assert claim(actor=admin, files=[stored]) == 1
    assert claim(actor=admin, files=[stored]) == 0
    remove(actor=admin, stored=stored)
    actions = AuditEntry.objects.in_project(project).filter(target_type="files.storedfile").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == ["file.stored", "file.claimed", "file.removed"]


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_upload_leaves_no_row_and_the_next_one_is_whole(project, storage):
    with transaction.atomic():
        stored_file(project, content=b"content")
        transaction.set_rollback(True)
    assert not StoredFile.objects.exists()
    assert content_of(stored_file(project, content=b"content")) == b"content"


@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_uploaded_at_once_are_whole_for_everybody(project, storage, stored_paths):
    uploader = UserFactory(tenant=project.tenant)
    content = b"y" * 3_000_000
    failures = []

    def upload():
        try:
            stored_file(project, content=content, actor=uploader)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=upload) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert StoredFile.objects.count() == 6
    assert len(stored_paths()) == 1
    assert all(content_of(stored) == content for stored in StoredFile.objects.all())
