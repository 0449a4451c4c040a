"""Archives: what is in them is counted while it is read, and nothing in them is a path."""

import gzip
import io
import json
import stat
import struct
import zipfile

import pytest

from runs.importers import Limits, ReportRejected, open_upload

from .reading import FIXTURES

SUITE = b'<testsuite><testcase name="a"/></testsuite>'


def zip_of(*members, compression=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def parts_of(content, **limits):
    upload = open_upload(io.BytesIO(content), "upload.zip", limits=Limits(**limits))
    told = []
    for part in upload.parts:
        state = part.refusal.code if part.refusal else [result.name for result in part.opened.results]
        told.append((part.name, state))
    return told, upload


def refused(content, **limits):
    with pytest.raises(ReportRejected) as refusal:
        parts_of(content, **limits)
    return refusal.value.code


def test_every_report_is_read_and_every_other_file_is_told():
    content = zip_of(
        ("a.xml", SUITE),
        ("deep/in/b.bin", gzip.compress(SUITE)),
        ("cut.xml", SUITE[:-5]),
        ("index.html", b"<!DOCTYPE html><html><body></body></html>"),
        ("shot.svg", b'<?xml version="1.0"?><!DOCTYPE svg><svg/>'),
        ("shot.png", b"\x89PNG"),
        ("notes.txt", b"nothing"),
        ("package.json", b'{"name": "x"}'),
        ("trace.zip", zip_of(("a.xml", SUITE))),
        ("empty.xml", b""),
        ("__MACOSX/._a.xml", SUITE),
    )
    told, upload = parts_of(content)
    assert told == [("a.xml", ["a"]), ("deep/in/b.bin", ["a"]), ("cut.xml", "truncated")]
    assert upload.others == ["index.html", "shot.svg", "shot.png", "notes.txt", "package.json", "trace.zip"]


@pytest.mark.parametrize(
    "name", ["../a.xml", "/etc/passwd", "a/../../b.xml", "..\\a.xml", "C:\\a.xml", "c:/a.xml", "\\\\host\\a.xml"]
)
def test_names_that_lead_out_are_refused(name):
    assert refused(zip_of(("fine.xml", SUITE), (name, SUITE))) == "unsafe_archive"


def test_symbolic_links_are_refused():
    link = zipfile.ZipInfo("link.xml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert refused(zip_of((link, b"/etc/passwd"))) == "unsafe_archive"


def test_encrypted_archives_are_refused():
    content = bytearray(zip_of(("a.xml", SUITE)))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(magic) + offset] |= 1
    assert refused(bytes(content)) == "encrypted_archive"


def test_a_bomb_is_refused_by_what_it_produces():
    bomb = zip_of(("a.xml", b"<testsuite>" + b" " * 30_000_000 + b"</testsuite>"))
    assert len(bomb) < 40_000
    assert refused(bomb, archive_bytes=10_000_000) == "too_large"
    assert parts_of(bomb, document_bytes=10_000_000)[0] == [("a.xml", "too_large")]


def test_an_archive_of_many_files_is_no_bomb_either():
    blanks = b"<testsuite>" + b" " * 20_000_000 + SUITE + b"</testsuite>"
    assert refused(zip_of(*((f"{number}.xml", blanks) for number in range(5)))) == "too_large"
    content = zip_of(("a.xml", SUITE))
    start, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    twice = content[start:end] * 2
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 2, 2, len(twice), start, 0)
    assert refused(content[:start] + twice + end) == "unsafe_archive"


def test_a_file_that_tells_less_than_it_holds_is_refused():
    content = zip_of(("a.xml", b"<testsuite>" + b" " * 3_000_000 + b"</testsuite>"))
    start = content.index(b"PK\x01\x02") + 24
    lying = content[:start] + struct.pack("<I", 50) + content[start + 4 :]
    assert parts_of(lying)[0] == [("a.xml", "bad_archive")]


def test_numbers_of_files_and_reports_are_bounded():
    content = zip_of(*((f"{number}.xml", SUITE) for number in range(20)))
    assert refused(content, archive_members=10) == "too_many_files"
    assert refused(content, archive_reports=10) == "too_many_files"


def test_an_archive_that_was_cut_off_is_refused():
    assert refused(zip_of(("a.xml", SUITE))[:-30]) == "bad_archive"


@pytest.mark.parametrize(
    ("part", "place", "wrong"),
    [
        (b"PK\x03\x04", 40, b"\xff" * 20),
        (b"PK\x01\x02", 16, b"abcd"),
        (b"PK\x01\x02", 10, b"\x63"),
        (b"PK\x01\x02", 42, b"\xff\xff\xff\x7f"),
    ],
    ids=["bytes", "checksum", "unknown packing", "elsewhere"],
)
def test_a_damaged_file_is_refused_and_does_not_stop_the_others(part, place, wrong):
    long = b"<testsuite>" + bytes(range(97, 123)) * 50 + b"</testsuite>"
    content = zip_of(("a.xml", long), ("b.xml", SUITE))
    place += content.index(part)
    told, upload = parts_of(content[:place] + wrong + content[place + len(wrong) :])
    assert (told, upload.others) == ([("a.xml", "bad_archive"), ("b.xml", ["a"])], [])


def test_no_bytes_of_an_archive_break_its_reader():
    content = (FIXTURES / "formats" / "allure-pytest.zip").read_bytes()
    for place in range(0, len(content), 61):
        spoilt = content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]
        try:
            parts_of(spoilt)
        except ReportRejected as refusal:
            assert refusal.reason.endswith(".")  # noqa: PT017 - either end is fine


def test_results_of_allure_are_found_by_what_is_in_them():
    result = {"uuid": "1", "status": "broken", "name": "pays", "historyId": "h", "start": 5, "labels": []}
    earlier = result | {"uuid": "0", "status": "failed", "start": 4}
    told, _upload = parts_of(
        zip_of(
            ("x/1-result.json", json.dumps(result)),
            ("x/0-result.json", json.dumps(earlier)),
            ("y/z-result.json", b"{}"),
        )
    )
    assert told == [("x", ["pays", "pays"])]


def test_a_file_that_unpacks_to_far_more_than_a_report_is_refused_soon():
    bomb = b"<testsuite>" + b" " * 80_000_000
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("report.xml", bomb)
    (part,) = open_upload(packed).parts
    assert (part.refusal.code, "more than any report" in part.refusal.reason) == ("too_large", True)
    with pytest.raises(ReportRejected, match="more than any report"):
        open_upload(io.BytesIO(gzip.compress(bomb)))
