"""Files that stand in a report itself are stored like those beside it: once, within limits, and gone when undone."""

import base64
import io
import json
import zipfile
from pathlib import Path

import pytest
from django.urls import reverse

from files.models import FileState, StoredFile
from runs.importers import bounds
from runs.models import Artifact, Result
from runs.services import attachments, taking_in
from runs.services.import_preview import preview_import
from runs.services.reading_again import read_again
from runs.services.undoing import undo_import
from runs.tests.test_report_attachments import PICTURE, allure, bytes_of, take, zipped

pytestmark = pytest.mark.django_db
FORMATS = Path(__file__).parent / "importers/fixtures/formats"
__all__ = ["take"]


def embedding(content: bytes, kind: str = "image/png", **more: str) -> dict[str, str]:
    return {"data": base64.b64encode(content).decode(), "mime_type": kind, **more}


def cucumber(*embeddings: dict, name: str = "pays", status: str = "failed", first: tuple = ()) -> bytes:
    steps = [
        {"keyword": "Given", "name": "a card", "result": {"status": "passed"}, "embeddings": first},
        {"keyword": "When", "name": "I pay", "result": {"status": status}, "embeddings": embeddings},
    ]
    return json.dumps([{"name": "Pay", "elements": [{"type": "scenario", "name": name, "steps": steps}]}]).encode()


def codes(report_import) -> list[str]:
    return [warning["code"] for warning in report_import.warnings]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("cucumber.json", [("attachment.png", "screenshot", 2, b"hello")]),
        ("cucumber-messages.ndjson", [("amount.png", "screenshot", 2, b"hello")]),
        ("playwright.json", [("answer.json", "log", None, b'{"code": 402}')] * 4),
    ],
)
def test_files_in_reports_of_real_tools_stand_with_their_tests(take, name, kept):
    done = take((FORMATS / name).read_bytes())
    found = Artifact.objects.select_related("file")
    assert [(each.file.name, each.artifact_type, each.step_number, bytes_of(each)) for each in found] == kept
    assert (done.counts["attachments"], done.counts["embedded"], done.waiting_files) == (len(kept), len(kept), [])
    assert len(set(found.values_list("file__path", flat=True))) == 1


def test_a_picture_in_the_report_is_that_of_its_step_and_the_same_bytes_are_stored_once(take):
    pictures = embedding(PICTURE, name="the basket"), embedding(PICTURE, "image/png; charset=x")
    inside = cucumber(*pictures, first=(embedding(PICTURE),))
    take(zipped({"a.json": inside, "b/report.json": cucumber(embedding(PICTURE), name="refunds")}))
    found = list(Artifact.objects.filter(result__name="pays").select_related("file", "step").order_by("id"))
    assert [(each.file.name, each.artifact_category, each.description) for each in found] == [
        ("attachment.png", "", ""),
        ("the basket.png", "error", ""),
        ("attachment.png", "error", ""),
    ]
    assert found[1].step.screenshot_artifact_id == found[2].pk
    kept = StoredFile.objects.filter(content_type="image/png")
    assert (kept.count(), kept.values("path").distinct().count()) == (4, 1)


def test_pages_and_drawings_in_a_report_are_downloaded_and_never_shown(take, client, tester):
    hostile = b"<html><script>alert(1)</script></html>", b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'
    take(
        cucumber(
            embedding(hostile[0], "image/png", name="../../<b>.png"),
            embedding(hostile[1], "image/svg+xml", name="x\u202egnp.svg"),
            embedding(hostile[0], "text/html"),
        )
    )
    client.force_login(tester)
    for artifact in Artifact.objects.select_related("file", "result__project"):
        assert "/" not in artifact.file.name
        answer = client.get(reverse("files:download", args=[artifact.result.project.key, artifact.file_id]))
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["Content-Type"].partition(";")[0] not in {"text/html", "image/svg+xml", "image/png"}


def test_what_cannot_be_unpacked_is_told_and_stops_nothing(take):
    unpadded = embedding(b"1234") | {"data": "MTIzNA"}
    broken = embedding(PICTURE, name="shot") | {"data": "%%%"}
    done = take(cucumber(unpadded, broken, {"mime_type": "image/png", "name": "nothing"}))
    assert [bytes_of(each) for each in Artifact.objects.select_related("file")] == [b"1234"]
    assert codes(done) == ["attachments_repaired", "attachments_damaged", "attachments_empty"]
    assert Result.objects.get().metadata["attachments"] == ["shot.png", "nothing.png"]


def test_a_body_that_turns_out_broken_later_goes_and_is_told(take):
    broken = '<attachments><attachment name="p.png" media-type="image/png">%%%</attachment></attachments>'
    test = f'<test name="A.Pays" type="A" result="Pass">{broken}</test>'
    done = take(f'<assembly name="pay.dll"><collection>{test}</collection></assembly>'.encode())
    assert (Artifact.objects.count(), done.counts["attachments"], done.counts["embedded"]) == (0, 0, 0)
    assert codes(done) == ["attachment_lost"]


@pytest.mark.parametrize(
    ("limit", "value", "code", "kept"),
    [
        ("embedded_bytes", 50, "attachments_too_large", 0),
        ("attachment_bytes", len(PICTURE) + 1, "attachments_too_large", 1),
        ("kept_attachments", 1, "attachments_too_many", 1),
    ],
)
def test_files_in_a_report_have_limits(take, monkeypatch, limit, value, code, kept):
    monkeypatch.setattr("runs.services.taking_in.LIMITS", bounds.Limits(**{limit: value}))
    done = take(cucumber(embedding(PICTURE), embedding(PICTURE)))
    assert (Artifact.objects.count(), codes(done)) == (kept, [code])


def test_a_job_that_died_between_two_bodies_goes_on_and_stores_each_once(take, monkeypatch):
    done = take(cucumber(embedding(b"one"), embedding(b"two"), embedding(b"three")), with_bytes=False)
    real, calls = attachments.fill, []

    def fill_once(**values):
        calls.append(values["stored"].pk)
        if len(calls) == 2:
            raise SystemExit
        return real(**values)

    with monkeypatch.context() as dying:
        dying.setattr(attachments, "fill", fill_once)
        with pytest.raises(SystemExit):
            attachments.store_attachments(import_id=done.pk)
    assert attachments.store_attachments(import_id=done.pk) == 2
    assert attachments.store_attachments(import_id=done.pk) == 0
    found = Artifact.objects.select_related("file").order_by("id")
    assert [bytes_of(each) for each in found] == [b"one", b"two", b"three"]
    assert set(found.values_list("file__state", flat=True)) == {FileState.STORED}


def test_undone_with_the_import_and_back_when_it_is_read_again(take, lead):
    done = take(cucumber(embedding(PICTURE)))
    undo_import(actor=lead, report_import=done)
    assert not Artifact.objects.exists()
    again = read_again(actor=lead, report_import=done)
    attachments.store_attachments(import_id=taking_in.run_import(import_id=again.pk).pk)
    assert bytes_of(Artifact.objects.select_related("file").get()) == PICTURE


def test_a_dry_run_tells_how_many_would_be_kept_and_keeps_none(project, tester):
    report = cucumber(embedding(PICTURE), embedding(PICTURE) | {"data": "%"})
    preview = preview_import(actor=tester, project=project, stream=io.BytesIO(report), file_name="cucumber.json")
    assert (preview["counts"]["attachments"], preview["counts"]["embedded"]) == (1, 1)
    assert [warning["code"] for warning in preview["warnings"]] == ["attachments_damaged"]
    assert not StoredFile.objects.exists()


def test_a_dry_run_reads_the_files_too_and_tells_what_would_be_lost(project, tester):
    item = '<item name="shot.png">%%broken%%</item>'
    report = (
        '<testsuite><testcase name="pays"><properties><property name="testrun_evidence">'
        f"{item}</property></properties></testcase></testsuite>"
    )
    preview = preview_import(actor=tester, project=project, stream=io.BytesIO(report.encode()), file_name="a.xml")
    assert (preview["counts"]["attachments"], preview["counts"]["embedded"]) == (0, 0)
    assert [warning["code"] for warning in preview["warnings"]] == ["attachment_lost"]
    archive = bytearray(zipped(allure(), zipfile.ZIP_STORED))
    archive[archive.index(PICTURE) + 20] ^= 0xFF
    preview = preview_import(actor=tester, project=project, stream=io.BytesIO(archive), file_name="a.zip")
    assert [part["state"] for part in preview["parts"] if part["name"].endswith("shot.png")] == ["left_out"]
    assert not StoredFile.objects.exists()
