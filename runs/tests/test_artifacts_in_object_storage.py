"""Files of results in S3, played by a local server: through the portal, by short-lived links, and sent directly."""

import httpx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from files.delivery import deliver_waiting
from files.models import FileState, StoredFile
from files.tests.object_storage import NOISE, bucket, endpoint  # noqa: F401
from runs.models import Artifact, Result
from runs.tests.factories import make_run, record, reported

pytestmark = [pytest.mark.django_db, NOISE]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture
def client(api, tester):
    return api(tester)


@pytest.fixture
def result(project):
    record(make_run(project), reported("pays", "failed"))
    return Result.objects.for_detail().get()


def url(result) -> str:
    return f"/api/v1/reports/test-case-results/{result.pk}/artifacts"


def send(client, result, content=PNG, name="shot.png", **fields):
    form = {"file": SimpleUploadedFile(name, content), "artifact_type": "screenshot", **fields}
    return client.post(url(result), form, format="multipart")


def announced(client, project):
    body = {"projectId": project.pk, "fileName": "shot.png", "fileSize": len(PNG), "contentType": "image/png"}
    return client.post("/api/get-attachment-url", body).json()


def named(client, result, key):
    return client.post(url(result), {"file_key": key, "artifact_type": "screenshot", "step_number": 1})


def test_a_file_is_kept_once_and_read_in_part_through_the_portal(client, result, bucket):  # noqa: F811
    first, second = send(client, result, step_number=1).json(), send(client, result, step_number=2).json()
    assert bucket() == [first["storage_path"]] == [second["storage_path"]]
    answer = client.get(first["download_url"], headers={"Range": "bytes=8-11"})
    assert (answer.status_code, b"".join(answer.streaming_content)) == (206, b"\x00\x01\x02\x03")


@pytest.mark.parametrize(
    ("name", "content", "disposition"),
    [
        ("shot.png", PNG, 'inline; filename="shot.png"'),
        ("page.html", b"<html><script>alert(1)</script></html>", 'attachment; filename="page.html"'),
        ("long.log", b"line of a log\n" * 2_000, 'attachment; filename="long.log"'),
    ],
)
def test_a_link_leads_to_the_file_with_its_type_and_name(client, result, bucket, name, content, disposition):  # noqa: F811
    told = send(client, result, content, name).json()
    answer = client.get(f"{told['download_url']}?redirect=true")
    assert answer.status_code == 302
    assert "X-Amz-Expires=300" in answer["Location"]
    assert "testing" not in answer["Location"].replace("X-Amz-Credential=testing", "")
    direct = httpx.get(answer["Location"])
    assert (direct.status_code, direct.content) == (200, content)
    assert direct.headers["Content-Type"].startswith(told["mime_type"])
    assert direct.headers["Content-Disposition"] == disposition
    assert "html" not in direct.headers["Content-Type"]


def test_a_file_that_was_sent_directly_is_taken_to_where_its_content_belongs(
    client,
    result,
    project,
    bucket,  # noqa: F811
    django_capture_on_commit_callbacks,
):
    told = announced(client, project)
    assert "X-Amz-Signature" in told["uploadUrl"]
    early = named(client, result, told["fileKey"])
    assert (early.status_code, list(early.json()["fields"])) == (400, ["file_key"])
    assert httpx.put(told["uploadUrl"], content=PNG).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        answer = named(client, result, told["fileKey"])
    assert answer.status_code == 201, answer.content
    artifact = answer.json()
    assert (artifact["mime_type"], artifact["file_size"], artifact["file_name"]) == ("image/png", len(PNG), "shot.png")
    assert bucket() == [artifact["storage_path"]]
    assert StoredFile.objects.get().state == FileState.STORED
    assert b"".join(client.get(artifact["download_url"]).streaming_content) == PNG
    assert named(client, result, told["fileKey"]).status_code == 200


def test_a_file_belongs_to_one_thing(client, result, project, bucket):  # noqa: F811
    told = announced(client, project)
    httpx.put(told["uploadUrl"], content=PNG)
    named(client, result, told["fileKey"])
    record(result.run, reported("refunds", "failed"))
    other = Result.objects.for_detail().latest("id")
    answer = named(client, other, told["fileKey"])
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["file_key"])


@pytest.mark.parametrize("key", ["attachments/018f0000-0000-7000-8000-000000000000/a.png", "nothing", "a/b/c"])
def test_a_key_that_names_nothing_is_refused(client, result, bucket, key):  # noqa: F811
    answer = named(client, result, key)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["file_key"])


def test_a_key_of_another_tenant_names_nothing(client, result, other_project, stranger, api, bucket):  # noqa: F811
    told = announced(api(stranger), other_project)
    httpx.put(told["uploadUrl"], content=PNG)
    assert list(named(client, result, told["fileKey"]).json()["fields"]) == ["file_key"]


def test_while_s3_is_down_results_are_stored_and_their_files_wait(
    client,
    result,
    bucket,  # noqa: F811
    settings,
    caplog,
    tmp_path,
):
    settings.DATA, working = tmp_path, settings.STORAGES
    announced(client, result.project)
    pending = StoredFile.objects.get()
    options = {**settings.STORAGES["default"]["OPTIONS"], "endpoint_url": "http://127.0.0.1:9"}
    options |= {"secret_key": "canary-secret"}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}
    key = f"attachments/{pending.pk}/shot.png"
    assert named(client, result, key).status_code == 503
    answer = send(client, result, step_number=1)
    assert (answer.status_code, answer.json()["state"]) == (201, "pending")
    direct = client.get(f"{answer.json()['download_url']}?redirect=true")
    assert b"".join(direct.streaming_content) == PNG
    suite = f"/api/v1/reports/suite-runs/{result.run_id}/test-cases"
    assert client.post(suite, {"name": "Refunds", "status": "Passed"}).status_code == 201
    assert Artifact.objects.count() == 1
    assert deliver_waiting() == 0
    assert "canary-secret" not in caplog.text
    settings.STORAGES = working
    assert deliver_waiting() == 1
    assert bucket() == [answer.json()["storage_path"]]
