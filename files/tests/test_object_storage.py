"""The same promises on an S3 object storage, played by a local server."""

from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from files import sweep
from files.models import FileState
from files.services import open_stored, remove

from .factories import stored_file
from .object_storage import NOISE, bucket, endpoint  # noqa: F401

pytestmark = NOISE


def test_files_are_kept_shared_read_in_part_and_removed(
    project,
    admin,
    bucket,  # noqa: F811
    signed_in,
    django_capture_on_commit_callbacks,
):
    report = b'{"a": "' + b"0123456789" * 1_000 + b'"}'
    first, second = stored_file(project, content=report), stored_file(project, content=report)
    assert bucket() == [first.path] == [second.path]
    with open_stored(first) as stream:
        assert stream.read() == report
    url = reverse("files:download", args=[project.key, first.pk])
    response = signed_in(admin).get(url, headers={"Range": "bytes=7-16"})
    assert b"".join(response.streaming_content) == b"0123456789"
    with django_capture_on_commit_callbacks(execute=True):
        remove(actor=admin, stored=first)
        remove(actor=admin, stored=second)
    assert bucket() == []


def test_rows_and_objects_are_brought_together_again(project, bucket):  # noqa: F811
    kept, lost = stored_file(project, content=b"kept"), stored_file(project, content=b"lost")
    default_storage.delete(lost.path)
    default_storage.save(f"{project.tenant_id}/ab/{'ab' * 32}", ContentFile(b"left by a crash"))
    swept = sweep.reconcile(now=timezone.now() + timedelta(days=2))
    assert swept == sweep.Swept(orphans=1, missing=1)
    lost.refresh_from_db()
    assert lost.state == FileState.MISSING
    assert bucket() == [kept.path]
