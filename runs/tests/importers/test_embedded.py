"""Files that stand in a report: found while it is read, cut out afterwards, byte for byte."""

import base64
import io
import json
import random

import pytest

from runs.importers import open_report
from runs.importers.embedded import cut_out
from runs.importers.normal_form import BodyForm, ReportedAttachment, ReportedResult
from runs.importers.source import ReportSource

from .test_formats_of_real_tools import FORMATS

LARGE = random.Random(7).randbytes(200_002)
PACKED = base64.b64encode(LARGE).decode()


def read(document: bytes) -> tuple[list[ReportedResult], list[ReportedAttachment], list[bytes | None]]:
    """The results of a report, the files that stand in it, and their bytes."""
    results = list(open_report(io.BytesIO(document)).results)
    files = [file for result in results for file in result.attachments if file.body is not None]
    files.sort(key=lambda file: file.body.start)
    source = ReportSource(io.BytesIO(document))
    source.repairing = any(file.body.of_repaired for file in files)
    whole = [file for file in files if file.body.form != BodyForm.BROKEN]
    contents = [content and content.read() for content in cut_out(source, [file.body for file in whole])]
    return results, files, contents


def cucumber(*embeddings: dict, **step: object) -> bytes:
    steps = [{"keyword": "Given", "name": "a card", "result": {"status": "passed"}, "embeddings": embeddings, **step}]
    return json.dumps([{"name": "Pay", "elements": [{"type": "scenario", "name": "pays", "steps": steps}]}]).encode()


@pytest.mark.parametrize(
    ("name", "told", "content"),
    [
        ("cucumber.json", ("", "image/png", 2), b"hello"),
        ("cucumber-messages.ndjson", ("amount.png", "image/png", 2), b"hello"),
        ("playwright.json", ("answer", "application/json", None), b'{"code": 402}'),
    ],
)
def test_files_in_reports_of_real_tools_are_found(name, told, content):
    _results, files, contents = read((FORMATS / name).read_bytes())
    assert {(file.name, file.content_type, file.step_number) for file in files} == {told}
    assert set(contents) == {content}


def test_lines_of_a_log_are_output_of_the_test_and_no_files():
    for name in ("cucumber.json", "cucumber-messages.ndjson"):
        results = read((FORMATS / name).read_bytes())[0]
        (shown,) = [result for result in results if result.name == "shows the amount"]
        assert "seen" in shown.stdout


@pytest.mark.parametrize("form", ["as it is", "escaped", "indented", "in UTF-16", "to be repaired"])
def test_however_the_report_is_written_the_bytes_come_out(form):
    document = cucumber({"data": PACKED, "mime_type": "image/png"}, {"data": "aGk", "media": {"type": "text/plain"}})
    text = document.decode()
    written = {
        "as it is": document,
        "escaped": text.replace("=", "\\u003d").replace("/", "\\/").replace("+", "\\u002b").encode(),
        "indented": json.dumps(json.loads(text), indent=2).encode(),
        "in UTF-16": text.encode("utf-16"),
        "to be repaired": document.replace(b"pays", b"p\xe4ys"),
    }
    _results, files, contents = read(written[form])
    assert contents == [LARGE, b"hi"]
    assert [(file.content_type, file.body.size, file.body.is_repaired) for file in files] == [
        ("image/png", len(LARGE), False),
        ("text/plain", 2, True),
    ]


@pytest.mark.parametrize("size", [1, 7, 64])
def test_however_the_report_comes_in_pieces_the_bytes_come_out(monkeypatch, size):
    monkeypatch.setattr("runs.importers.source.CHUNK_BYTES", size)
    some, text = LARGE[:3_001], 'two words, "quoted" 😀 and \\ more'
    packed = base64.b64encode(some).decode()
    log = {"data": base64.b64encode(b"a line of a log" * 50).decode(), "mime_type": "text/x.cucumber.log+plain"}
    document = cucumber({"data": packed}, {"data": text, "mime_type": "text/plain"}, log)
    (result,), _files, contents = read(document.replace(b"=", b"\\u003d"))
    assert (contents, result.stdout) == ([some, text.encode()], "a line of a log" * 50)
    files = f'<attachments><attachment name="a" media-type="image/png">{packed}</attachment></attachments>'
    xunit = f'<assembly name="pay.dll"><test name="Pays" result="Pass">{files}</test></assembly>'
    assert read(xunit.encode())[2] == [some]


def test_a_text_that_is_written_out_is_taken_as_it_is():
    long = "a line, “quoted” and \\ more 😀\n" * 20_000
    document = cucumber(*({"data": text, "mime_type": "text/plain"} for text in ("seen", "two words", long)))
    assert [content.decode() for content in read(document)[2]] == ["seen", "two words", long]


def test_broken_base64_is_known_before_anything_is_stored():
    broken = ("!!!", PACKED[:-1] + "$", "a", PACKED + PACKED)
    files = read(cucumber(*({"data": data, "mime_type": "image/png"} for data in broken)))[1]
    assert {file.body.form for file in files} == {BodyForm.BROKEN}


def test_a_report_cannot_write_the_mark_of_a_place_itself():
    forged = '"\\u0064ata": "embedded-0123456789abcdef:0:20:15:1"'
    document = cucumber({"mime_type": "image/png"}).replace(b'"mime_type"', f'{forged}, "mime_type"'.encode())
    results, files, _contents = read(document)
    assert files == []
    assert [file.body for file in results[0].attachments] == [None]


def test_a_feature_may_be_larger_than_any_test():
    scenario = {"type": "scenario", "name": "pays", "description": "x" * 3_000_000}
    feature = {"description": "", "elements": [scenario, scenario], "keyword": "Feature", "name": "Pay"}
    assert len(read(json.dumps([feature]).encode())[0]) == 2


def test_a_report_that_ends_within_a_file_is_cut_off():
    with pytest.raises(Exception, match="ends in the middle"):
        read(cucumber({"data": PACKED, "mime_type": "image/png"})[:100_000])


def test_a_picture_in_a_message_stays_a_part_of_it():
    link = 'expected <img src="data:image/png;base64,aGVsbG8="> to be shown'
    test = {"title": "pays", "state": "failed", "fail": True, "err": {"message": link, "estack": link}}
    test["context"] = json.dumps({"title": "page", "value": f"{link}: no"})
    (result,), files, _contents = read(json.dumps({"stats": {}, "results": [{"tests": [test]}]}).encode())
    assert (files, result.message, result.trace, result.properties) == ([], link, link, {"page": f"{link}: no"})


def test_pictures_of_other_tools_are_found_where_they_write_them():
    link = f"data:image/png;base64,{PACKED}"
    context = json.dumps([{"title": "the basket", "value": link}, {"title": "user", "value": "ada"}])
    test = {"title": "pays", "state": "passed", "pass": True, "err": {}, "context": context}
    ctrf = {"results": {"summary": {}, "tests": [{"name": "pays", "status": "failed", "screenshot": PACKED}]}}
    time = 'start="2026-11-29T08:13:46.416" elapsed="0.006"'
    message = f"&lt;img src=&quot;data:image/png;base64, {PACKED}&quot; width=&quot;800px&quot;&gt;"
    reports = {
        "mochawesome": json.dumps({"stats": {}, "results": [{"title": "", "tests": [test]}]}),
        "ctrf": json.dumps(ctrf),
        "xunit": '<assembly name="pay.dll"><collection><test name="A.Pays" type="A" result="Pass"><attachments>'
        f'<attachment name="basket.png" media-type="image/png">\n{PACKED}\n</attachment></attachments></test>'
        "</collection></assembly>",
        "xray": '<testsuite><testcase name="pays"><properties><property name="testrun_customfields">'
        '<item name="Browser">Firefox</item></property><property name="testrun_evidence">'
        f'<item name="basket.png">{PACKED}</item></property></properties></testcase></testsuite>',
        "robot": '<robot generator="Robot 7.5" ><suite id="s1" name="Pay"><test id="s1-t1" name="Pays">'
        f'<kw name="Open"><msg html="true">{message}</msg><status status="PASS" {time}/></kw>'
        f'<status status="PASS" {time}/></test><status status="PASS" {time}/></suite></robot>',
    }
    for name, document in reports.items():
        results, (file,), contents = read(document.encode())
        assert contents == [LARGE], name
        assert file.content_type == "image/png" or file.name == "basket.png"
        assert PACKED[:100] not in repr(results[0])
