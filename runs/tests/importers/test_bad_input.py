import gzip
import io
import itertools
import os
import socket
import zipfile

import pytest

from runs.importers import Limits, ReportRejected, open_report
from runs.importers.bounds import CappedText

from .reading import FIXTURES, GeneratedStream, opened, rejected, result_of

SUITE = '<testsuite><testcase name="a"/></testsuite>'


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "empty", "The file is empty."),
        (b"  \n\t ", "empty", "The file holds nothing but blanks."),
        (b"<!-- nothing -->", "empty", "The file holds no XML elements."),
        (b'{"tests": 3}', "unknown_format", "no test report of a kind that is known"),
        (b"\x89PNG\r\n\x1a\n", "unknown_format", "no test report"),
        (b"\x00\x01\x02\x03", "unknown_format", "no test report"),
        (b"<html><body/></html>", "unknown_format", "looks like a web page"),
        (b"<note/>", "unknown_format", "it starts with <note>"),
        (b"<testsuite><testcase></testsuite>", "malformed", "a closing tag does not match its opening tag"),
        (b"<testsuite/><testsuite/>", "malformed", "something follows the end of the report"),
        (b"<testsuite>&nbsp;</testsuite>", "malformed", "an entity is used that XML does not know"),
        (b'<testsuite a="1" a="2"/>', "malformed", "an attribute stands twice in one tag"),
        (b"7z\xbc\xaf\x27\x1c..", "archive", "a 7z archive"),
        (b'<?xml version="1.0" encoding="klingon"?><testsuite/>', "unknown_encoding", "“klingon”"),
        (b'<?xml version="1.0" encoding="unicode_escape"?><testsuite/>', "unknown_encoding", "“unicode_escape”"),
    ],
)
def test_each_unusable_file_is_refused_with_its_reason(content, code, words):
    refusal = rejected(content)
    assert refusal.code == code
    assert words in refusal.reason


def test_a_zip_with_another_ending_is_recognised_and_named():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("report.xml", SUITE)
    assert rejected(buffer.getvalue()).code == "zip_archive"
    assert "zip archive" in rejected(buffer.getvalue()).reason
    assert rejected(gzip.compress(buffer.getvalue())).code == "zip_archive"


def test_a_file_that_was_cut_off_is_refused_whole_and_says_where_it_ends():
    lines = ["<testsuite>"] + [f'<testcase name="t{number}"></testcase>' for number in range(200)]
    refusal = rejected("\n".join(lines)[:-5])
    assert (refusal.code, refusal.line) == ("truncated", 201)
    assert refusal.reason == "The file ends in the middle of a testcase (line 201)."
    assert rejected("<testsuite>").reason == "The file ends in the middle of a testsuite (line 1)."


@pytest.mark.parametrize("name", ["pytest", "playwright", "surefire-reruns", "behave"])
def test_no_part_of_a_real_report_passes_for_the_whole(name):
    content = (FIXTURES / f"{name}.xml").read_bytes().rstrip()
    for length in range(1, len(content), 97):
        assert rejected(content[:length]).code in {"truncated", "empty", "malformed"}


@pytest.mark.parametrize(
    "declaration",
    [
        "<!DOCTYPE testsuite>",
        '<!DOCTYPE testsuite SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE testsuite [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE testsuite [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>',
        '<!DOCTYPE t [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_every_document_type_declaration_is_refused(declaration, encoding):
    document = f'{declaration}<testsuite><testcase name="&e;"/></testsuite>'.encode(encoding)
    assert rejected(document).code == "doctype_forbidden"


def test_a_web_page_is_told_as_what_it_is():
    assert "web page" in rejected("<!DOCTYPE html>\n<html><body><p>Sign in<br></body></html>").reason


def test_nothing_is_fetched_for_an_external_entity():
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.2)
        address = f"http://127.0.0.1:{canary.getsockname()[1]}/secret"
        for declaration in (f'<!DOCTYPE t SYSTEM "{address}">', f'<!DOCTYPE t [<!ENTITY e SYSTEM "{address}">]>'):
            assert rejected(f'{declaration}<testsuite><testcase name="&e;"/></testsuite>').code == "doctype_forbidden"
        with pytest.raises(TimeoutError):
            canary.accept()


def test_nesting_is_bounded():
    assert rejected("<testsuite>" * 200_000).code == "too_deep"
    assert opened("<testsuite>" * 99 + '<testcase name="a"/>' + "</testsuite>" * 99)[0].report.tests == 1


@pytest.mark.parametrize(
    ("head", "endless"),
    [
        (b'<testsuite><testcase name="', b"a" * 65_536),
        (b"<testsuite><testcase ", b'a="" ' * 10_000),
        (b"<testsuite><!-- ", b"a" * 65_536),
        (b"<testsuite><?", b"a" * 65_536),
        (b"<", b"a" * 65_536),
        (b'<?xml version="1.0" encoding="iso-8859-1"?><testsuite name="', b"\xe9" * 65_536),
    ],
)
def test_a_tag_without_end_is_refused_before_it_is_kept(head, endless):
    stream = GeneratedStream(lambda: itertools.chain([head], itertools.repeat(endless)))
    with pytest.raises(ReportRejected) as refusal:
        open_report(stream)
    assert refusal.value.code in {"too_long_tag", "malformed"}


@pytest.mark.parametrize(
    ("limits", "document", "code"),
    [
        (Limits(elements=10), "<testsuite>" + "<x/>" * 20 + "</testsuite>", "too_many_elements"),
        (Limits(tests=10), "<testsuite>" + "<testcase/>" * 11 + "</testsuite>", "too_many_tests"),
        (Limits(document_bytes=100), f"<testsuite>{' ' * 100}</testsuite>", "too_large"),
        (
            Limits(distinct_names=50),
            "<testsuite>" + "".join(f"<x{n}/>" for n in range(60)) + "</testsuite>",
            "too_many_names",
        ),
    ],
)
def test_elements_tests_names_and_bytes_are_bounded(limits, document, code):
    assert rejected(document, limits=limits).code == code


def test_a_compressed_report_is_unpacked():
    (result,) = opened(gzip.compress(SUITE[:20].encode()) + gzip.compress(SUITE[20:].encode()) + b"\0" * 100)[1]
    assert result.name == "a"


def test_a_compressed_report_is_bounded_by_what_it_produces():
    bomb = gzip.compress(b"<testsuite>" + b" " * 20_000_000)
    assert len(bomb) < 30_000
    assert rejected(bomb, limits=Limits(document_bytes=10_000_000)).code == "too_large"
    chain = gzip.compress(b"") * 2_000
    assert rejected(gzip.compress(b"<testsuite>" + b" " * 5_000) + chain).code == "bad_compression"


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda packed: packed[:-20], "truncated"),
        (lambda packed: packed[:30] + b"\xff\xff\xff" + packed[33:], "bad_compression"),
        (lambda packed: packed + b"rubbish", "bad_compression"),
    ],
)
def test_a_damaged_compressed_report_is_refused(damage, code):
    packed = gzip.compress(f"<testsuite><!--{os.urandom(2000).hex()}--></testsuite>".encode())
    assert rejected(damage(packed)).code == code


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "iso-8859-1", "windows-1252"]
)
def test_encodings_are_honoured(encoding):
    declared = encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
    document = f'<?xml version="1.0" encoding="{declared}"?><testsuite><testcase name="für 5 £"/></testsuite>'
    report, (result,) = opened(document.encode(encoding))
    assert result.name == "für 5 £"
    assert not report.report.repaired


def test_a_file_in_an_asian_encoding_is_read():
    document = '<?xml version="1.0" encoding="Shift_JIS"?><testsuite><testcase name="支払い"/></testsuite>'
    assert result_of(document.encode("shift_jis")).name == "支払い"


def test_a_file_that_only_claims_to_be_utf16_is_read():
    assert result_of(f'<?xml version="1.0" encoding="utf-16"?>{SUITE}').name == "a"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (b"a\x1b[31mred\x1b[0m", "ared"),
        (b"a&#x1B;[1;32mgreen&#27;[0m", "agreen"),
        (b"a\x08b", "a\ufffdb"),
        (b"a&#8;b&#xFFFF;c", "a\ufffdb\ufffdc"),
        (b"a\x00b&#0;c", "a\ufffdb\ufffdc"),
        (b"a\xffb", "a\ufffdb"),
        (b"a\x08&#65;&amp;&#x1F600;", "a\ufffdA&\U0001f600"),
        (b"a\x08&#99999999999999999999;", "a\ufffd\ufffd"),
    ],
)
def test_characters_that_xml_forbids_are_taken_out_and_the_report_says_so(written, kept):
    document = b'<testsuite><testcase name="' + written + b'"><system-out>' + written + b"</system-out></testcase>"
    report, (result,) = opened(document + b"</testsuite>")
    assert (result.name, result.stdout) == (kept, kept)
    assert report.report.repaired
    assert report.report.warnings[0].code == "repaired"


def test_null_characters_are_named_in_a_warning():
    report, _results = opened(b'<testsuite><testcase name="a\x00"/></testsuite>')
    assert "null_characters" in {warning.code for warning in report.report.warnings}


def test_what_is_repaired_may_lie_across_the_border_of_two_blocks():
    for shift in range(40):
        filler = b"x" * (65_536 - 60 - shift)
        document = b"<testsuite><testcase name='a'><system-out>" + filler + b"&#27;[31m\x00red&#x1b;[0m"
        report, (result,) = opened(document + b"</system-out></testcase></testsuite>")
        assert result.stdout.endswith("x\ufffdred")
        assert report.report.repaired


def test_a_well_formed_file_is_left_as_it_is():
    report, (result,) = opened(
        "<testsuite><testcase name='a'><system-out><![CDATA[literal &#27;[0m]]></system-out></testcase></testsuite>"
    )
    assert result.stdout == "literal &#27;[0m"
    assert not report.report.repaired


def test_a_file_that_is_broken_beyond_its_characters_is_refused():
    assert rejected(b"<testsuite>\x08<testcase></testsuite>").code == "malformed"
    assert rejected(b"<testsuite>\x08<testcase>").code == "truncated"


def test_long_texts_keep_their_head_and_their_tail():
    text = "head" + "x" * 300_000 + "tail"
    result = result_of(
        f"""<testcase name="a"><failure message="{text}">{text}</failure><system-out>{text}</system-out></testcase>"""
    )
    for kept, limit in ((result.stdout, 65_536), (result.trace, 65_536), (result.message, 4_000)):
        assert kept.startswith("head")
        assert kept.endswith("tail")
        assert f"{300_008 - limit:,} characters left out" in kept
        assert len(kept) < limit + 100


@pytest.mark.parametrize("attribute", ["time", "timestamp", "name", "classname", "status"])
def test_a_value_of_a_megabyte_is_read_in_one_go(attribute):
    for filler in ("1", " ", "[", "TC_", "C", "-", "&amp;"):
        assert result_of(f'<testcase {attribute}="{filler * 200_000}x"/>').duration_ms is None


def test_a_text_of_any_pieces_is_capped_to_the_same():
    text = "".join(str(number) for number in range(30_000))
    for size in (1, 7, 1_000, 100_000):
        capped = CappedText(1_000)
        for start in range(0, len(text), size):
            capped.add(text[start : start + size])
        assert capped.text().startswith(text[:500])
        assert capped.text().endswith(text[-500:])
        assert f"{len(text) - 1_000:,} characters left out" in capped.text()


def test_marks_are_found_in_the_part_of_the_output_that_is_left_out():
    filler = "x" * 200_000
    result = result_of(f"<testcase name='a'><system-out>{filler}[[ATTACHMENT|a.png]]{filler}</system-out></testcase>")
    assert [file.path for file in result.attachments] == ["a.png"]


def test_a_stream_that_cannot_go_back_is_read_too():
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as end:
        end.write(SUITE.encode())
    with os.fdopen(reading, "rb") as stream:
        assert [result.name for result in open_report(stream).results] == ["a"]
