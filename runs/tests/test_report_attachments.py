"""Steps and files that come with a report: kept with the attempts they belong to, gone when it is undone."""

import io
import json
import zipfile

import pytest
from django.db import connection

from files.delivery import deliver_waiting
from files.models import FileState, StoredFile
from files.services import open_stored
from qaportal.kit.errors import Unavailable
from runs import jobs
from runs.choices import ImportState
from runs.importers import bounds
from runs.models import Artifact, ReportImport, Result, StepResult
from runs.services import attachments, imports, taking_in
from runs.services.import_preview import preview_import
from runs.services.packing import one_file
from runs.tests.reports import junit

pytestmark = pytest.mark.django_db
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100c9fe92"
    "ef0000000049454e44ae426082"
)


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def with_files(*paths: str, name: str = "pays", status: str = "failed") -> bytes:
    """A JUnit report whose test left marks of files in its output."""
    marks = "\n".join(f"[[ATTACHMENT|{path}]]" for path in paths)
    return junit((name, status)).replace(b"</testcase>", f"<system-out>{marks}</system-out></testcase>".encode())


def allure(name: str = "pays", source: str = "shot.png") -> dict[str, bytes]:
    found = {
        "uuid": "1",
        "historyId": "1",
        "name": name,
        "fullName": f"checkout.Card#{name}",
        "status": "failed",
        "start": 1_760_000_000_000,
        "stop": 1_760_000_001_500,
        "statusDetails": {"message": "expected 201", "trace": "AssertionError"},
        "steps": [
            {"name": "open the page", "status": "passed", "start": 1_760_000_000_000, "stop": 1_760_000_000_500},
            {
                "name": "pay",
                "status": "failed",
                "statusDetails": {"message": "expected 201"},
                "attachments": [{"name": "the page", "source": source, "type": "image/png"}],
                "steps": [{"name": "press the button", "status": "broken"}],
            },
        ],
        "attachments": [{"name": "console", "source": "console.txt", "type": "text/plain"}],
    }
    return {
        "allure-results/1-result.json": json.dumps(found).encode(),
        "allure-results/shot.png": PICTURE,
        "allure-results/console.txt": b"warning: slow",
        "allure-results/1-container.json": b'{"uuid": "2"}',
    }


@pytest.fixture
def take(project, tester):
    def take_in(content: bytes, *, with_bytes: bool = True, **options) -> ReportImport:
        report_import, _known = imports.start_import(
            actor=tester, project=project, stream=io.BytesIO(content), file_name="report.zip", **options
        )
        done = taking_in.run_import(import_id=report_import.pk)
        if with_bytes:
            attachments.store_attachments(import_id=done.pk)
            done.refresh_from_db()
        return done

    return take_in


def bytes_of(artifact: Artifact) -> bytes:
    with open_stored(artifact.file) as stream:
        return stream.read()


def test_steps_and_files_of_an_allure_report_stand_with_its_attempt(take):
    done = take(zipped(allure()))
    assert done.state == ImportState.DONE
    result = Result.objects.get()
    steps = list(StepResult.objects.filter(result=result).order_by("step_number"))
    assert [(step.step_number, step.action, step.status) for step in steps] == [
        (1, "open the page", "passed"),
        (2, "pay", "failed"),
        (3, "  press the button", "error"),
    ]
    assert steps[0].duration_ms == 500
    assert steps[1].error_message == "expected 201"
    console, picture = Artifact.objects.filter(result=result).select_related("file").order_by("artifact_type")
    assert (console.artifact_type, console.step_id, console.file.name) == ("log", None, "console.txt")
    assert (picture.artifact_type, picture.artifact_category, picture.step_number) == ("screenshot", "error", 2)
    assert (picture.step_id, picture.file.name) == (steps[1].pk, "the page.png")
    assert steps[1].screenshot_artifact_id == picture.pk
    assert (picture.file.state, picture.file.content_type) == (FileState.STORED, "image/png")
    assert (bytes_of(picture), bytes_of(console)) == (PICTURE, b"warning: slow")
    assert (done.counts["steps"], done.counts["attachments"], done.waiting_files) == (3, 2, [])
    assert {part["name"]: part["state"] for part in done.parts} == {
        "allure-results": "stored",
        "allure-results/console.txt": "attached",
        "allure-results/shot.png": "attached",
    }
    assert done.warnings == []


def test_marks_in_the_output_of_a_test_name_files_that_travel_beside_the_report(take):
    report = with_files("C:\\build\\shots\\pay.png", "/builds/ci/logs/pay.log")
    done = take(zipped({"report.xml": report, "shots/pay.png": PICTURE, "logs/pay.log": b"a", "readme.md": b"b"}))
    names = set(Artifact.objects.values_list("file__name", "artifact_type"))
    assert names == {("pay.png", "screenshot"), ("pay.log", "log")}
    assert {"name": "readme.md", "state": "no_report"} in done.parts
    assert [warning["code"] for warning in done.warnings] == ["other_files"]


def test_the_path_tells_pictures_of_one_name_apart(take):
    first, second = with_files("out/pays/shot.png"), with_files("out/refunds/shot.png", name="refunds")
    take(zipped({"a.xml": first, "b.xml": second, "out/pays/shot.png": PICTURE, "out/refunds/shot.png": b"GIF89a.."}))
    kept = {artifact.result.name: artifact.file for artifact in Artifact.objects.select_related("result", "file")}
    assert kept["pays"].size == len(PICTURE)
    assert kept["refunds"].size == 8


def test_a_name_that_could_be_several_files_gets_none_of_them(take):
    done = take(zipped({"a.xml": with_files("shot.png"), "x/shot.png": PICTURE, "y/shot.png": b"GIF89a.."}))
    assert not Artifact.objects.exists()
    assert {"attachments_ambiguous", "other_files"} == {warning["code"] for warning in done.warnings}
    assert Result.objects.get().metadata["attachments"] == ["shot.png"]


def test_files_that_did_not_come_along_are_told_and_kept_as_names(take):
    done = take(with_files("shots/pay.png"))
    assert [(warning["code"], "shots/pay.png" in warning["text"]) for warning in done.warnings] == [
        ("attachments_missing", True)
    ]
    assert Result.objects.get().metadata == {"attachments": ["shots/pay.png"]}


def test_a_path_of_the_server_is_never_opened(take, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    take(zipped({"a.xml": with_files(str(secret), "../../../etc/passwd", "file:///etc/passwd"), "b.txt": b"b"}))
    assert not Artifact.objects.exists()


def test_files_sent_beside_a_report_are_matched_by_their_paths(take):
    files = [
        ("report.xml", io.BytesIO(with_files("test-results/a/shot.png"))),
        ("test-results/a/shot.png", io.BytesIO(PICTURE)),
        ("test-results/b/shot.png", io.BytesIO(b"GIF89a..")),
        ("../../escape/shot.png", io.BytesIO(b"GIF89b..")),
    ]
    with one_file(files) as (_name, stream):
        take(stream.read())
    assert Artifact.objects.get().file.size == len(PICTURE)


def test_the_same_bytes_are_stored_once(take):
    take(
        zipped(
            {"a.xml": with_files("a.png"), "b.xml": with_files("b.png", name="b"), "a.png": PICTURE, "b.png": PICTURE}
        )
    )
    assert Artifact.objects.count() == 2
    assert len(set(StoredFile.objects.filter(content_type="image/png").values_list("path", flat=True))) == 1


def test_what_the_bytes_are_decides_how_a_file_is_shown(take):
    take(zipped({"a.xml": with_files("shot.png"), "shot.png": b"<html><script>alert(1)</script>"}))
    assert Artifact.objects.get().file.content_type not in {"image/png", "text/html"}


def test_while_the_storage_is_away_results_are_there_and_files_pending(take, monkeypatch, signed_in, api, tester):
    done = take(zipped(allure()), with_bytes=False)

    def refuse(**values):
        raise Unavailable("away")

    with monkeypatch.context() as away:
        away.setattr(attachments, "fill", refuse)
        with pytest.raises(Unavailable):
            jobs.store_report_attachments.func(import_id=str(done.pk))
    assert Result.objects.count() == 1
    assert set(Artifact.objects.values_list("file__state", flat=True)) == {FileState.PENDING}
    assert "2 of its files wait to be stored" in signed_in(tester).get(done.get_absolute_url()).content.decode()
    assert api(tester).get(f"/api/v1/reports/imports/{done.pk}").json()["files_waiting"] == 2
    jobs.store_report_attachments.func(import_id=str(done.pk))
    assert api(tester).get(f"/api/v1/reports/imports/{done.pk}").json()["files_waiting"] == 0
    assert set(Artifact.objects.values_list("file__state", flat=True)) == {FileState.STORED}


def test_a_report_that_comes_while_the_storage_is_away_is_taken_in_and_its_files_follow(
    take, monkeypatch, settings, tmp_path
):
    settings.DATA = tmp_path

    def fails(*_args, **_kwargs):
        raise ConnectionError("no answer")

    with monkeypatch.context() as away:
        away.setattr("django.core.files.storage.FileSystemStorage._save", fails)
        done = take(zipped(allure()), with_bytes=False)
        assert (done.state, done.file.state, Result.objects.count()) == (ImportState.DONE, FileState.WAITING, 1)
        with pytest.raises(Unavailable):
            jobs.store_report_attachments.func(import_id=str(done.pk))
        again = take(zipped(allure()), with_bytes=False)
        assert again.pk == done.pk
    assert deliver_waiting() == 1
    jobs.store_report_attachments.func(import_id=str(done.pk))
    assert set(Artifact.objects.values_list("file__state", flat=True)) == {FileState.STORED}
    assert Result.objects.count() == 1


def test_a_job_that_died_between_two_files_goes_on_where_it_stopped(take, monkeypatch):
    done = take(zipped(allure()), with_bytes=False)
    real, calls = attachments.fill, []

    def fill_once(**values):
        calls.append(values["stored"].name)
        if len(calls) == 2:
            raise SystemExit
        return real(**values)

    with monkeypatch.context() as dying:
        dying.setattr(attachments, "fill", fill_once)
        with pytest.raises(SystemExit):
            attachments.store_attachments(import_id=done.pk)
    assert attachments.store_attachments(import_id=done.pk) == 1
    assert set(Artifact.objects.values_list("file__state", flat=True)) == {FileState.STORED}


def test_an_import_without_a_job_is_closed_instead_of_being_waited_for(project, tester):
    report_import, _known = imports.start_import(
        actor=tester, project=project, stream=io.BytesIO(junit("pays")), file_name="report.xml"
    )
    assert imports.forgotten_imports(jobs.TASK_NAME) == []
    old = report_import.created_at - imports.FORGOTTEN_AFTER * 2
    ReportImport.objects.filter(pk=report_import.pk).update(updated_at=old)
    assert imports.forgotten_imports(jobs.TASK_NAME) == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name = %s", [jobs.TASK_NAME])
    jobs.close_forgotten_imports.func(timestamp=0)
    report_import.refresh_from_db()
    assert (report_import.state, report_import.warnings[0]["code"]) == (ImportState.FAILED, "abandoned")


def test_a_damaged_file_is_left_out_with_its_reason_and_the_rest_stays(take):
    packed = bytearray(zipped(allure(), zipfile.ZIP_STORED))
    place = packed.index(PICTURE)
    packed[place + 20] ^= 0xFF
    done = take(bytes(packed))
    assert Artifact.objects.get().artifact_type == "log"
    assert done.counts["attachments"] == 1
    (left_out,) = [part for part in done.parts if part["state"] == "left_out"]
    assert "damaged" in left_out["reason"]


def test_files_that_unpack_to_too_much_are_left_in_the_upload(take, monkeypatch):
    monkeypatch.setattr("runs.importers.attached.SUSPICIOUS_FROM", 1_000)
    bomb = take(zipped({"a.xml": with_files("bomb.png"), "bomb.png": b"\0" * 5_000_000}))
    assert [warning["code"] for warning in bomb.warnings][-1] == "attachments_too_large"
    assert not Artifact.objects.exists()


@pytest.mark.parametrize(
    ("limit", "value", "code"),
    [
        ("kept_attachments", 1, "attachments_too_many"),
        ("attachment_bytes", len(PICTURE) + 1, "attachments_too_large"),
        ("kept_steps", 2, "too_many_steps"),
    ],
)
def test_an_upload_brings_no_more_than_its_limits(take, monkeypatch, limit, value, code):
    limits = bounds.Limits(**{limit: value})
    monkeypatch.setattr("runs.services.taking_in.LIMITS", limits)
    done = take(zipped(allure()))
    assert code in {warning["code"] for warning in done.warnings}
    assert Artifact.objects.count() == (2 if limit == "kept_steps" else 1)
    assert StepResult.objects.count() == (2 if limit == "kept_steps" else 3)


def test_a_dry_run_tells_what_would_be_kept_and_keeps_nothing(project, tester):
    preview = preview_import(actor=tester, project=project, stream=io.BytesIO(zipped(allure())), file_name="allure.zip")
    assert (preview["counts"]["steps"], preview["counts"]["attachments"]) == (3, 2)
    assert not StepResult.objects.exists()
    assert not StoredFile.objects.exists()
