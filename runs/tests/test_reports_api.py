"""Reports of any format sent by API: many files, archives, gzip, dry runs, and taking imports back."""

import gzip
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from catalog.tests.factories import TestCaseFactory
from runs.api import waiting
from runs.models import ReportImport, Result, RunCase, TestRun
from runs.tests.importers.reading import FIXTURES
from runs.tests.reports import junit

pytestmark = pytest.mark.django_db
URL = "/api/v1/reports/import"
FORMATS = FIXTURES / "formats"


@pytest.fixture
def client(api, tester, project, monkeypatch, run_jobs):
    """A client whose uploads a worker takes in while it waits."""
    monkeypatch.setattr(waiting.time, "sleep", lambda seconds: run_jobs())
    return api(tester)


def file(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/octet-stream")


def send(client, *files, **fields):
    return client.post(f"{URL}?wait=5", {"file": list(files), **fields}, format="multipart")


def zip_of(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "path", sorted(path for path in FORMATS.iterdir() if path.suffix != ".md"), ids=lambda path: path.name
)
def test_every_format_is_taken_in(client, path):
    answer = send(client, file("upload.bin", path.read_bytes()))
    assert answer.status_code == 201, answer.json()
    data = answer.json()["data"]
    run = TestRun.objects.get()
    assert run.total == data["counts"]["tests"] == RunCase.objects.filter(run=run).count()
    assert Result.objects.filter(run=run).count() == data["counts"]["attempts"]
    assert run.count_flaky == data["counts"]["flaky"]


def test_several_files_become_one_run_and_each_is_told(client):
    answer = send(
        client,
        file("a.xml", junit("pays")),
        file("b.json", (FORMATS / "playwright.json").read_bytes()),
        file("b.json", junit("cut off")[:-20]),
        file("shot.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 50),
        runName="Nightly",
    )
    data = answer.json()["data"]
    assert answer.status_code == 201
    assert [(part["name"], part["state"]) for part in data["parts"]] == [
        ("a.xml", "stored"),
        ("b.json", "stored"),
        ("3/b.json", "refused"),
        ("shot.png", "no_report"),
    ]
    assert "ends in the middle" in data["parts"][2]["reason"]
    assert data["format"] == "several"
    assert (data["counts"]["tests"], TestRun.objects.get().total) == (15, 15)
    assert TestRun.objects.get().name == "Nightly"
    again = send(client, file("a.xml", junit("pays")), file("x.xml", junit("y")), runName="Nightly")
    assert again.status_code == 201


def test_a_run_is_called_after_its_report_though_pictures_came_along(client):
    send(client, file("a.xml", junit("pays")), file("shot.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 50))
    assert TestRun.objects.get().name == "checkout"
    send(client, file("a.xml", junit("refunds")), file("b.xml", junit("ships")))
    assert TestRun.objects.latest("number").name == "a.xml and 1 more"


def test_the_same_files_sent_again_add_nothing(client):
    files = [("a.xml", junit("pays")), ("b.xml", junit("refunds"))]
    first, second = (send(client, *(file(*each) for each in files), externalId="7") for _time in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert Result.objects.count() == 2


def test_shards_that_name_one_external_id_share_a_run(client):
    for number in range(3):
        assert send(client, file("a.xml", junit(f"test {number}")), externalId="build-7").status_code == 201
    assert TestRun.objects.get().total == 3


@pytest.mark.parametrize(
    ("content_type", "called"),
    [
        ("application/zip", "report.zip"),
        ("application/json", "report.json"),
        ("text/plain", "report.txt"),
        ("application/octet-stream", "report.xml"),
    ],
)
def test_the_body_may_be_the_file_itself(client, content_type, called):
    content = zip_of(a=junit("pays"), b=(FORMATS / "node.tap").read_bytes())
    answer = client.generic("POST", f"{URL}?wait=5&projectId=PAY&runName=Raw", content, content_type=content_type)
    assert answer.status_code == 201, answer.json()
    assert TestRun.objects.get().name == "Raw"
    assert answer.json()["data"]["fileName"] == called


@pytest.mark.parametrize(
    ("given", "called"), [("..", "file"), ("/", "file"), ("C:\\x\\..\\a.xml", "a.xml"), ("a%0Ab", "ab")]
)
def test_what_the_body_is_called_is_never_a_path(client, given, called):
    answer = client.generic("POST", f"{URL}?wait=5&fileName={given}", junit("pays"), content_type="application/xml")
    assert (answer.status_code, answer.json()["data"]["fileName"]) == (201, called)


def test_a_body_in_gzip_is_unpacked(client):
    raw = gzip.compress((FORMATS / "ctrf-mocha.json").read_bytes())
    answer = client.generic("POST", f"{URL}?wait=5", raw, content_type="application/json", HTTP_CONTENT_ENCODING="gzip")
    assert answer.json()["data"]["format"] == "ctrf"
    form = (
        b'--x\r\nContent-Disposition: form-data; name="runName"\r\n\r\nPacked\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xml"\r\n\r\n'
        + junit("pays")
        + b"\r\n--x--\r\n"
    )
    kind = "multipart/form-data; boundary=x"
    answer = client.generic(
        "POST", f"{URL}?wait=5", gzip.compress(form), content_type=kind, HTTP_CONTENT_ENCODING="gzip"
    )
    assert answer.status_code == 201, answer.json()
    assert TestRun.objects.filter(name="Packed").exists()
    for spoilt in (form, gzip.compress(form)[:-9]):
        answer = client.generic("POST", URL, spoilt, content_type=kind, HTTP_CONTENT_ENCODING="gzip")
        assert answer.status_code == 422
        assert "gzip" in answer.json()["error"]["message"]


@pytest.mark.parametrize("content_type", ["application/xml", "multipart/form-data; boundary=x"])
def test_a_body_in_a_compression_that_is_not_known_is_refused_in_its_words(client, content_type):
    answer = client.generic("POST", URL, b"\x0b\x02\x80", content_type=content_type, HTTP_CONTENT_ENCODING="br")
    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (422, "Content-Encoding")


FORM = "multipart/form-data; boundary=x"


def part(name: bytes, content: bytes, *, file_name: bytes | None = None) -> bytes:
    named = b"" if file_name is None else b'; filename="' + file_name + b'"'
    return b'--x\r\nContent-Disposition: form-data; name="' + name + b'"' + named + b"\r\n\r\n" + content + b"\r\n"


@pytest.mark.parametrize("address", [URL, "/api/junit/import"])
def test_no_part_of_a_form_is_left_out_without_a_word(client, address):
    whole = part(b"file", junit("a"), file_name=b"a.xml")
    lost = {
        "not in UTF-8": part(b"file", junit("b"), file_name=b"caf\xe9.xml"),
        "no name but dots": part(b"file", junit("b"), file_name=b".."),
        "no field": b"--x\r\nContent-Disposition: form-data\r\n\r\nb\r\n",
    }
    for form in [whole + each + b"--x--\r\n" for each in lost.values()] + [whole + whole.replace(b"a.xml", b"b.xml")]:
        answer = client.generic("POST", address, form, content_type=FORM)
        assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (422, "file"), form
    packed = gzip.compress(whole + b"--x--\r\n")
    answer = client.generic("POST", f"{address}?wait=5", packed, content_type=FORM, HTTP_CONTENT_ENCODING="gzip")
    assert answer.status_code == 201
    assert ReportImport.objects.count() == 1


def test_a_file_without_a_name_and_too_many_files_are_refused_in_words(client, settings):
    form = part(b"file", junit("a"), file_name=b"a.xml") + part(b"file", junit("b"), file_name=b"") + b"--x--\r\n"
    assert "has no name" in client.generic("POST", URL, form, content_type=FORM).json()["error"]["message"]
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 1
    many = send(client, file("a.xml", junit("a")), file("b.xml", junit("b")))
    assert (many.status_code, many.json()["error"]["details"]["field"]) == (422, "file")
    assert "into a zip" in many.json()["error"]["message"]
    assert not ReportImport.objects.exists()


def test_a_body_that_grows_too_large_is_refused(client):
    with override_settings(UPLOAD_LIMIT=100_000):
        form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + b" " * 2_000_000
        kind = "multipart/form-data; boundary=x"
        answer = client.generic("POST", URL, gzip.compress(form), content_type=kind, HTTP_CONTENT_ENCODING="gzip")
        assert answer.status_code == 413
        assert send(client, file("a", b"a" * 60_000), file("b", b"b" * 60_000)).status_code == 413


def test_a_dry_run_tells_what_would_become_of_each_test_and_stores_nothing(client, project):
    TestCaseFactory(project=project, automation_key="checkout.Card.pays", test_id="TC_UI_001")
    answer = send(client, file("a.zip", zip_of(a=junit("pays", ("refunds", "failed")), b=b"noise")), dryRun="true")
    data = answer.json()["data"]
    assert answer.status_code == 200
    assert [(record["name"], record["verdict"], record["testId"]) for record in data["records"]] == [
        ("pays", "matched", "TC_UI_001"),
        ("refunds", "unmatched", None),
    ]
    assert data["recordsLeftOut"] == 0
    assert [part["state"] for part in data["parts"]] == ["stored", "no_report"]
    assert not TestRun.objects.exists()
    assert not ReportImport.objects.exists()


def test_what_is_no_upload_is_refused_naming_the_field(client):
    for answer in (
        client.post(URL, {"runName": "x"}, format="multipart"),
        client.post(URL, {"file": "text"}, format="multipart"),
    ):
        assert answer.status_code == 422
        assert answer.json()["error"]["details"]["field"] == "file"
    two = send(client, file("a.zip", zip_of(a=junit("pays"))), file("b.xml", junit("b")))
    assert "Send an archive alone" in two.json()["error"]["message"]


def test_records_of_an_import_are_listed_with_their_cases(client, project, same_queries):
    TestCaseFactory(project=project, automation_key="checkout.Card.pays", test_id="TC_UI_001")
    data = send(client, file("a.xml", junit("pays", ("refunds", "failed")))).json()["data"]
    url = f"/api/v1/reports/imports/{data['id']}/records"
    records = client.get(url).json()
    assert [(record["name"], record["status"], record["verdict"], record["test_id"]) for record in records] == [
        ("pays", "passed", "matched", "TC_UI_001"),
        ("refunds", "failed", "unmatched", None),
    ]
    paged = client.get(f"{url}?page=2&page_size=1").json()
    assert (paged["count"], [record["name"] for record in paged["results"]]) == (2, ["refunds"])


def test_an_import_is_undone_once(client, api, viewer):
    data = send(client, file("a.xml", junit("pays"))).json()["data"]
    url = f"/api/v1/reports/imports/{data['id']}/undo"
    assert api(viewer).post(url).status_code == 403
    undone = client.post(url)
    assert undone.status_code == 200
    assert undone.json()["status"] == "undone"
    assert not Result.objects.exists()
    again = client.post(url)
    assert (again.status_code, again.json()["code"]) == (409, "import_undone")
