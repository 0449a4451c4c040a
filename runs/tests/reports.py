"""Small JUnit reports for tests."""

import gzip
import io
import zipfile
from xml.sax.saxutils import quoteattr

from django.core.files.uploadedfile import SimpleUploadedFile


def junit(*tests: tuple[str, str] | str, suite: str = "checkout", class_name: str = "checkout.Card") -> bytes:
    """A report of `(name, status)` pairs, or names of passing tests."""
    lines = [f'<testsuites><testsuite name={quoteattr(suite)} timestamp="2025-11-02T10:00:00Z">']
    for test in tests:
        name, status = (test, "passed") if isinstance(test, str) else test
        inner = {
            "passed": "",
            "failed": '<failure message="expected 201">AssertionError: expected 201\n  at pay.py:12</failure>',
            "error": '<error message="no connection">ConnectError</error>',
            "skipped": "<skipped/>",
        }[status]
        attributes = f'classname={quoteattr(class_name)} name={quoteattr(name)} time="0.25"'
        lines.append(f"<testcase {attributes}>{inner}</testcase>")
    lines.append("</testsuite></testsuites>")
    return "\n".join(lines).encode()


def many(number: int, *, status: str = "passed") -> bytes:
    return junit(*[(f"test {place:05d}", status) for place in range(number)])


def uploaded(content: bytes, name: str = "report.xml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/xml")


def zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("report.xml", content)
    return buffer.getvalue()


ENTITY_BOMB = (
    b'<!DOCTYPE t [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]>'
    b'<testsuite><testcase name="&c;"/></testsuite>'
)
OUTSIDE_ENTITY = (
    b'<!DOCTYPE t [<!ENTITY e SYSTEM "file:///etc/passwd">]><testsuite><testcase name="a">'
    b"<system-out>&e;</system-out></testcase></testsuite>"
)
DEEP = b"<testsuite>" * 200_000 + b"</testsuite>" * 200_000

BAD = {
    "no report": (b"PNG, PDF, anything", "no test report"),
    "broken JSON": (b'{"config": {}, "suites": [{"title": 5', "ends in the middle"),
    "truncated": (junit("pays", "refunds")[:-40], "ends in the middle"),
    "blank": (b"  \n ", "blanks"),
    "200,000 deep": (DEEP, "nested more than 100 deep"),
    "entity bomb": (ENTITY_BOMB, "document type"),
    "outside entity": (OUTSIDE_ENTITY, "document type"),
    "zip without a report": (zipped(b"PNG, PDF, anything"), "holds no test report"),
    "broken zip": (zipped(junit("pays"))[:-30], "damaged"),
    "broken report in a zip": (zipped(junit("pays", "refunds")[:-40]), "ends in the middle"),
    "gzipped nonsense": (gzip.compress(b"nonsense"), "no test report"),
    "broken gzip": (gzip.compress(junit("pays"))[:-12], "compress"),
    "no tests": (b"<testsuites/>", "no test"),
    "another format": (b"<html><body/></html>", "web page"),
}
"""What can be wrong with a report, and words of the reason that its uploader is told."""

CONTROL_CHARACTERS = (
    junit("pays")
    .replace(b"<testsuites>", b"<testsuites><!-- \x1b[31m -->")
    .replace(b'name="pays"', b'name="pa\x1bys\x00"')
)
