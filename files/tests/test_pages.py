import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from files.models import StoredFile

from .factories import stored_file

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture
def address(project):
    return lambda stored: reverse("files:download", args=[project.key, stored.pk])


@pytest.fixture
def shown_image(signed_in, tester, project, storage, address):
    return signed_in(tester), address(stored_file(project, content=PNG))


def body(response):
    return b"".join(response.streaming_content)


def upload(client, project, content=b"hello", name="hello.txt", content_type="text/html"):
    given = SimpleUploadedFile(name, content, content_type=content_type)
    return client.post(reverse("files:upload", args=[project.key]), {"file": given})


def test_an_uploaded_file_can_be_downloaded(signed_in, tester, project, storage):
    response = upload(signed_in(tester), project, b"<script>alert(1)</script>", "page.html")
    assert response.status_code == 201
    told = response.json()
    assert (told["name"], told["content_type"], told["size"]) == ("page.html", "text/plain", 25)
    answer = signed_in(tester).get(told["url"])
    assert body(answer) == b"<script>alert(1)</script>"


def test_an_upload_without_a_file_is_refused_in_words(signed_in, tester, project):
    response = signed_in(tester).post(reverse("files:upload", args=[project.key]))
    assert response.status_code == 422
    assert response.json()["detail"] == "Choose a file."


def test_a_viewer_reads_why_he_may_not_upload(signed_in, viewer, project, storage):
    response = upload(signed_in(viewer), project)
    assert response.status_code == 422
    assert "may not upload files" in response.json()["detail"]
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"%PDF-1.4",
        b"PK\x03\x04",
    ],
)
def test_what_might_run_is_handed_over_as_an_attachment(signed_in, tester, project, storage, address, content):
    response = signed_in(tester).get(address(stored_file(project, content=content, name="a.html")))
    assert response["Content-Disposition"] == 'attachment; filename="a.html"'
    assert "html" not in response["Content-Type"]
    assert "svg" not in response["Content-Type"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def test_an_image_that_is_also_a_script_is_only_ever_an_image(signed_in, tester, project, storage, address):
    polyglot = b"GIF89a/*" + b"\x00" * 20 + b"*/=1;alert(1)"
    response = signed_in(tester).get(address(stored_file(project, content=polyglot, name="x.js")))
    assert response["Content-Type"] == "image/gif"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_an_image_is_shown_in_place(signed_in, tester, project, storage, address):
    response = signed_in(tester).get(address(stored_file(project, content=PNG, name="naïve “shot”.png")))
    assert response["Content-Disposition"].startswith("inline; filename*=utf-8''na%C3%AFve")
    assert response["Content-Type"] == "image/png"
    assert body(response) == PNG


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [
        ("bytes=0-9", 206, 0, 9),
        ("bytes=10-", 206, 10, 263),
        ("bytes=-4", 206, 260, 263),
        ("bytes=260-999999", 206, 260, 263),
        ("bytes=0-1,3-4", 200, 0, 263),
        ("lines=1-2", 200, 0, 263),
        ("bytes=9-3", 200, 0, 263),
    ],
)
def test_a_part_can_be_asked_for(shown_image, asked, status, first, last):
    client, url = shown_image
    response = client.get(url, headers={"Range": asked, "Accept-Encoding": "gzip"})
    assert response.status_code == status
    assert body(response) == PNG[first : last + 1]
    assert response["Content-Length"] == str(last - first + 1)
    assert not response.has_header("Content-Encoding")
    if status == 206:
        assert response["Content-Range"] == f"bytes {first}-{last}/264"


def test_a_part_beyond_the_end_is_refused_with_the_size(signed_in, tester, project, storage, address):
    response = signed_in(tester).get(address(stored_file(project, content=PNG)), headers={"Range": "bytes=264-"})
    assert response.status_code == 416
    assert response["Content-Range"] == "bytes */264"


def test_a_part_of_a_compressed_file_is_a_part_of_its_content(signed_in, tester, project, storage, address):
    content = b'{"a": "' + bytes(str(list(range(3_000))), "ascii") + b'"}'
    stored = stored_file(project, content=content)
    assert stored.encoding == "gzip"
    response = signed_in(tester).get(address(stored), headers={"Range": "bytes=5000-5009"})
    assert body(response) == content[5000:5010]


def test_an_unchanged_file_is_not_sent_again(signed_in, tester, project, storage, address):
    stored, client = stored_file(project, content=PNG), signed_in(tester)
    tag = client.head(address(stored))["ETag"]
    assert client.get(address(stored), headers={"If-None-Match": tag}).status_code == 304
    stale = client.get(address(stored), headers={"Range": "bytes=0-1", "If-Range": '"other"'})
    assert stale.status_code == 200


def test_another_tenants_file_does_not_exist(signed_in, tester, project, other_project, storage, address):
    foreign = stored_file(other_project, content=PNG)
    assert signed_in(tester).get(address(foreign)).status_code == 404
    inside = reverse("files:download", args=[other_project.key, foreign.pk])
    assert signed_in(tester).get(inside).status_code == 404


def test_the_anonymous_are_asked_to_sign_in(client, project, storage, address):
    assert client.get(address(stored_file(project))).status_code == 302


def test_a_file_whose_bytes_are_gone_is_not_found(signed_in, tester, project, storage, address):
    stored = stored_file(project)
    storage.delete(stored.path)
    assert signed_in(tester).get(address(stored)).status_code == 404
