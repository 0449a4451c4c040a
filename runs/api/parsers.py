"""Reports sent as the whole body of a request."""

import tempfile
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from rest_framework.parsers import BaseParser, DataAndFiles, MultiPartParser
from rest_framework.request import Request

from qaportal.kit.api.parsers import BodyTooLarge

BLOCK = 256 * 1024
FORM_MARGIN = 1024 * 1024  # bytes that the other fields of a form may add to the file


def check_announced_size(request: Request) -> None:
    """Refuse a body that is announced as larger than the portal takes, before a byte of it is read."""
    announced = request.META.get("CONTENT_LENGTH") or ""
    if announced.isdigit() and int(announced) > settings.UPLOAD_LIMIT + FORM_MARGIN:
        raise too_large()


def too_large() -> BodyTooLarge:
    """The refusal with the limit in it."""
    return BodyTooLarge(f"The file is larger than {settings.UPLOAD_LIMIT // 2**20} MB, the most that is taken.")


class ReportFormParser(MultiPartParser):
    """A multipart form, within the upload limit."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: dict | None = None) -> Any:
        """Fields and files; raises BodyTooLarge and ParseError."""
        check_announced_size(parser_context["request"])
        return super().parse(stream, media_type, parser_context)


class RawReportParser(BaseParser):
    """Base: the body is the report, the query string holds the fields of the form."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: dict | None = None) -> Any:
        """The body as `file`, spooled to disk; raises BodyTooLarge."""
        request = parser_context["request"]
        check_announced_size(request)
        spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the request that holds it
        size = 0
        while block := stream.read(BLOCK):
            size += len(block)
            if size > settings.UPLOAD_LIMIT:
                spool.close()
                raise too_large()
            spool.write(block)
        spool.seek(0)
        name = request.query_params.get("fileName") or request.query_params.get("file_name") or "report.xml"
        report = UploadedFile(file=spool, name=name, content_type=media_type, size=size)
        fields = QueryDict(mutable=True)
        fields.update(request.query_params)
        return DataAndFiles(fields, {"file": report})


class XmlReportParser(RawReportParser):
    """`Content-Type: application/xml`."""

    media_type = "application/xml"


class TextXmlReportParser(RawReportParser):
    """`Content-Type: text/xml`."""

    media_type = "text/xml"


class GzipReportParser(RawReportParser):
    """`Content-Type: application/gzip`."""

    media_type = "application/gzip"
