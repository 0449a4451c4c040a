"""Reports sent as the whole body of a request."""

import tempfile
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from rest_framework.parsers import BaseParser, DataAndFiles

from qaportal.kit.api.uploads import check_announced_size, too_large

BLOCK = 256 * 1024


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
