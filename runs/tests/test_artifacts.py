"""Files of results: kept once, joined with their steps, handed over whole or in part, and never as a page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from files.delivery import deliver_waiting
from files.models import StoredFile
from files.tests.conftest import storage, stored_paths  # noqa: F401  the files of these tests alone
from runs.models import Artifact, Result
from runs.tests.factories import make_run, record, reported

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("storage")]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
WEBM = b"\x1a\x45\xdf\xa3" + bytes(5_000)


@pytest.fixture
def client(api, tester):
    return api(tester)


@pytest.fixture
def result(project):
    record(make_run(project), reported("pays", "failed"))
    return Result.objects.for_detail().get()


def url(result, what="artifacts") -> str:
    return f"/api/v1/reports/test-case-results/{result.pk}/{what}"


def send(client, result, content=PNG, name="step_001.png", **fields):
    form = {"file": SimpleUploadedFile(name, content), "artifact_type": "screenshot", **fields}
    return client.post(url(result), form, format="multipart")


def downloaded(client, artifact, **headers):
    """The answer with the bytes in `body`."""
    answer = client.get(artifact["download_url"], headers=headers)
    answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer


def put(client, result, *steps):
    shown = {"status": "Passed", "action": "click"}
    return client.post(url(result, "steps/bulk"), {"steps": [shown | step for step in steps]}).json()["steps"]


def pictures(client, result):
    """The picture that each step shows, by its number."""
    return {step["step_number"]: step["screenshot_artifact_id"] for step in client.get(url(result, "steps")).json()}


def test_a_picture_is_found_by_the_number_of_its_step_whichever_comes_first(client, result):
    put(client, result, {"step_number": 1})
    early = send(client, result, step_number=1).json()
    late = send(client, result, step_number=2).json()
    put(client, result, {"step_number": 2})
    assert pictures(client, result) == {1: early["id"], 2: late["id"]}
    steps = client.get(url(result, "steps?include_artifacts=1")).json()
    assert [[each["id"] for each in step["artifacts"]] for step in steps] == [[early["id"]], [late["id"]]]


def test_a_picture_is_found_by_its_file_name_whichever_comes_first(client, result):
    put(client, result, {"step_number": 1, "screenshot_path": "out\\shots\\step_001.png"})
    early = send(client, result).json()
    late = send(client, result, name="step_002.png").json()
    put(client, result, {"step_number": 2, "screenshot_path": "/out/shots/step_002.png"})
    assert pictures(client, result) == {1: early["id"], 2: late["id"]}


def test_a_name_that_only_ends_alike_is_another_name(client, result):
    put(client, result, {"step_number": 1, "screenshot_path": "other_step_001.png"})
    send(client, result)
    assert pictures(client, result) == {1: None}


def test_pictures_of_another_iteration_stay_with_it(client, result):
    put(client, result, {"step_number": 1}, {"step_number": 1, "iteration_number": 2})
    second = send(client, result, step_number=1, iteration_number=2).json()
    told = client.get(url(result, "steps")).json()
    assert [(each["iteration_number"], each["screenshot_artifact_id"]) for each in told] == [
        (1, None),
        (2, second["id"]),
    ]


@pytest.mark.parametrize("steps_first", [True, False])
def test_of_several_pictures_the_one_of_the_error_is_shown(client, result, steps_first):
    if steps_first:
        put(client, result, {"step_number": 1})
    sent = {
        category: send(client, result, PNG + category.encode(), step_number=1, artifact_category=category).json()["id"]
        for category in ("before", "error", "after")
    }
    if not steps_first:
        put(client, result, {"step_number": 1})
    assert pictures(client, result) == {1: sent["error"]}


def test_a_video_belongs_to_its_step_and_is_no_picture_of_it(client, result):
    put(client, result, {"step_number": 1})
    video = send(client, result, WEBM, "run.webm", step_number=1, artifact_type="Video").json()
    assert (video["artifact_type"], video["mime_type"]) == ("video", "video/webm")
    assert pictures(client, result) == {1: None}
    (step,) = client.get(url(result, "steps?include_artifacts=true")).json()
    assert [each["id"] for each in step["artifacts"]] == [video["id"]]


def test_the_same_bytes_are_kept_once(client, result, stored_paths):  # noqa: F811
    first, second = send(client, result, step_number=1), send(client, result, step_number=2)
    assert (first.status_code, second.status_code) == (201, 201)
    assert len(stored_paths()) == 1
    assert Artifact.objects.count() == StoredFile.objects.count() == 2


def test_the_same_file_for_the_same_step_is_answered_again(client, result):
    first, second = send(client, result, step_number=1), send(client, result, step_number=1)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Artifact.objects.count() == StoredFile.objects.count() == 1


def test_a_key_that_comes_back_with_another_file_is_refused(client, result):
    def keyed(content):
        form = {"file": SimpleUploadedFile("a.png", content), "artifact_type": "screenshot"}
        return client.post(url(result), form, format="multipart", headers={"Idempotency-Key": "once"})

    assert [keyed(PNG).status_code, keyed(PNG).status_code] == [201, 201]
    answer = keyed(PNG + b"more")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    assert Artifact.objects.count() == 1


def test_what_is_told_of_a_file_is_answered(client, result):
    told = send(
        client,
        result,
        artifact_category="CHECKPOINT",
        description="The total",
        captured_at="2099-01-01T00:00:00Z",
        step_number="",
        iteration_number="",
    ).json()
    assert (told["artifact_category"], told["description"]) == ("checkpoint", "The total")
    assert (told["captured_at"], told["step_number"], told["iteration_number"]) == ("2099-01-01T00:00:00Z", None, 1)
    assert client.get(url(result)).json() == [told]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"artifact_type": "song"}, "artifact_type"),
        ({"artifact_type": ""}, "artifact_type"),
        ({"artifact_category": "song"}, "artifact_category"),
        ({"step_number": "first"}, "step_number"),
        ({"step_number": "-1"}, "step_number"),
        ({"iteration_number": "1.5"}, "iteration_number"),
        ({"captured_at": "yesterday"}, "captured_at"),
        ({"captured_at": "10000-01-01T00:00:00Z"}, "captured_at"),
        ({"description": "half\x00"}, "description"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_name(client, result, fields, field):
    answer = send(client, result, **fields)
    assert answer.status_code == 400, answer.content
    assert list(answer.json()["fields"]) == [field]
    assert not StoredFile.objects.exists()


def test_a_wrong_choice_is_answered_by_the_right_ones(client, result):
    answer = send(client, result, artifact_type="<script>")
    assert answer.json()["fields"] == {"artifact_type": ["Choose among screenshot, video, log, other."]}


def test_a_form_without_a_file_is_refused(client, result):
    for answer in (
        client.post(url(result), {"artifact_type": "log"}, format="multipart"),
        client.post(url(result), {"artifact_type": "log", "file": "no file"}, format="multipart"),
        client.post(url(result), {"artifact_type": "log", "file": "no file"}, format="json"),
    ):
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["file"])


def test_an_empty_file_is_a_file(client, result):
    told = send(client, result, b"", "empty.log", artifact_type="log").json()
    assert told["file_size"] == 0
    assert downloaded(client, told).body == b""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<html><script>alert(1)</script></html>"),
        ("shot.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("shot.png", b"<!doctype html><script>alert(1)</script>"),
        ("doc.pdf", b"%PDF-1.4"),
    ],
)
def test_what_might_run_is_never_served_as_such(client, result, name, content):
    told = send(client, result, content, name).json()
    answer = downloaded(client, told)
    assert "html" not in told["mime_type"] + answer["Content-Type"]
    assert "svg" not in told["mime_type"] + answer["Content-Type"]
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "kept"), [("../../etc/passwd", "passwd"), ("C:\\shots\\a.png", "a.png"), ("a\x07b\u202e.png", "ab.png")]
)
def test_a_name_is_never_a_path(client, result, name, kept, stored_paths):  # noqa: F811
    uploaded = SimpleUploadedFile("x", PNG)
    uploaded._name = name
    told = client.post(url(result), {"file": uploaded, "artifact_type": "screenshot"}, format="multipart").json()
    assert told["file_name"] == kept
    assert all("passwd" not in path for path in stored_paths())


def test_a_part_of_a_video_can_be_asked_for(client, result):
    told = send(client, result, WEBM, "run.webm", artifact_type="video").json()
    answer = downloaded(client, told, Range="bytes=4-9")
    assert (answer.status_code, answer["Content-Range"]) == (206, f"bytes 4-9/{len(WEBM)}")
    assert answer.body == WEBM[4:10]
    beyond = downloaded(client, told, Range="bytes=999999-")
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(WEBM)}")


def test_a_file_that_is_too_large_is_refused_by_its_name(client, result, settings):
    settings.UPLOAD_LIMIT = 1_000
    answer = send(client, result, b"x" * 1_001, "big.log")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["file"])
    assert not Artifact.objects.exists()


def test_while_the_storage_is_down_the_artifact_is_stored_as_pending_and_its_bytes_wait(
    client, result, monkeypatch, settings, tmp_path
):
    settings.DATA = tmp_path

    def fails(*_args, **_kwargs):
        raise ConnectionError("no answer")

    with monkeypatch.context() as patch:
        patch.setattr("django.core.files.storage.FileSystemStorage._save", fails)
        answer = send(client, result, step_number=1)
        assert (answer.status_code, answer.json()["state"]) == (201, "pending")
        again = send(client, result, step_number=1)
        assert (again.status_code, again.json()["id"]) == (200, answer.json()["id"])
        assert downloaded(client, answer.json()).body == PNG
        put(client, result, {"step_number": 1})
    assert deliver_waiting() == 1
    (told,) = client.get(url(result)).json()
    assert told["state"] == "stored"
    assert downloaded(client, told).body == PNG


def test_a_small_picture_can_be_asked_for_and_is_the_picture_while_there_is_none(client, result):
    told = send(client, result).json()
    answer = client.get(f"{told['download_url']}?thumbnail=true")
    assert b"".join(answer.streaming_content) == PNG
    assert client.get(f"{told['download_url']}?thumbnail=zzz").status_code == 400


def test_while_the_disk_is_full_results_and_steps_are_stored_and_the_file_can_be_sent_again(
    client, result, monkeypatch
):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("django.core.files.storage.FileSystemStorage._save", full)
        answer = send(client, result, step_number=1)
        assert answer.status_code == 507
        assert answer["Retry-After"]
        assert (answer.json()["code"], "full" in answer.json()["detail"]) == ("no_room", True)
        put(client, result, {"step_number": 1})
    assert not Artifact.objects.exists()
    assert not StoredFile.objects.exists()
    assert send(client, result, step_number=1).status_code == 201
    assert pictures(client, result)[1]


def test_a_file_of_a_deleted_run_or_another_tenant_is_not_there(client, result, other_project, stranger, api):
    told = send(client, result).json()
    assert api(stranger).get(told["download_url"]).status_code == 404
    type(result.run).objects.filter(pk=result.run_id).update(deleted_at="2026-01-01T00:00:00Z")
    assert client.get(told["download_url"]).status_code == 404


def test_the_list_asks_the_database_the_same_however_many_files_there_are(client, result, same_queries):
    send(client, result)

    def load():
        assert client.get(url(result)).status_code == 200

    def grow():
        for number in range(5):
            send(client, result, PNG + bytes([number]), step_number=number)

    same_queries(load, grow)


def test_a_viewer_may_look_and_not_send(api, viewer, client, result):
    told = send(client, result).json()
    assert downloaded(api(viewer), told).body == PNG
    assert send(api(viewer), result, PNG + b"x").status_code == 403
