import pytest

from files.content_types import SHOWN_IN_BROWSER, content_type_of


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVE", "application/octet-stream"),
        (b"%PDF-1.7", "application/pdf"),
        (b"PK\x03\x04....", "application/zip"),
        (b"\x1f\x8b\x08....", "application/gzip"),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
        (b"\x1a\x45\xdf\xa3....", "video/webm"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><testsuite/>', "application/xml"),
        (b'  {"a": 1}', "application/json"),
        ("Prüfung".encode(), "text/plain"),
        ("Prüfung".encode()[:3], "text/plain"),
        ("Prüfung".encode("latin-1"), "application/octet-stream"),
        ("Prüfung".encode("utf-16"), "text/plain"),
        (b"a\x00b", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_the_type_is_told_from_the_bytes(head, expected):
    assert content_type_of(head) == expected


@pytest.mark.parametrize(
    "head",
    [
        b"<!doctype html><script>alert(1)</script>",
        b"<html><body onload=alert(1)>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script/></html>',
        b"%PDF-1.4 /JavaScript",
    ],
)
def test_what_can_hold_a_script_is_never_shown_in_the_browser(head):
    assert content_type_of(head) not in SHOWN_IN_BROWSER
    assert content_type_of(head) not in {"text/html", "image/svg+xml", "application/xhtml+xml"}
