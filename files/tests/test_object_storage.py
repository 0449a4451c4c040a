"""The same promises on an S3 object storage, played by a local server."""

from datetime import timedelta

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from moto.server import ThreadedMotoServer

from files import sweep
from files.models import FileState
from files.services import open_stored, remove

from .factories import stored_file

BUCKET = "portal-files"
KEYS = {"access_key": "testing", "secret_key": "testing", "region_name": "us-east-1"}
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def endpoint():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint, settings):
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=KEYS["region_name"],
        aws_access_key_id=KEYS["access_key"],
        aws_secret_access_key=KEYS["secret_key"],
    )
    client.create_bucket(Bucket=BUCKET)
    options = {
        "bucket_name": BUCKET,
        "endpoint_url": endpoint,
        "file_overwrite": False,
        "max_memory_size": 1024,
        **KEYS,
    }
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options},
    }
    yield lambda: sorted(each["Key"] for each in client.list_objects_v2(Bucket=BUCKET).get("Contents", []))
    for key in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=key["Key"])
    client.delete_bucket(Bucket=BUCKET)


def test_files_are_kept_shared_read_in_part_and_removed(
    project, admin, bucket, signed_in, django_capture_on_commit_callbacks
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


def test_rows_and_objects_are_brought_together_again(project, bucket):
    kept, lost = stored_file(project, content=b"kept"), stored_file(project, content=b"lost")
    default_storage.delete(lost.path)
    default_storage.save(f"{project.tenant_id}/ab/{'ab' * 32}", ContentFile(b"left by a crash"))
    swept = sweep.reconcile(now=timezone.now() + timedelta(days=2))
    assert swept == sweep.Swept(orphans=1, missing=1)
    lost.refresh_from_db()
    assert lost.state == FileState.MISSING
    assert bucket() == [kept.path]
