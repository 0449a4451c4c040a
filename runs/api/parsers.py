"""Reports sent as the whole body of a request."""

import tempfile
import zlib
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from rest_framework.parsers import BaseParser, DataAndFiles

from files.services import file_name_of
from qaportal.kit.api.uploads import UploadFormParser, check_announced_size, too_large
from qaportal.kit.errors import InvalidInput
from qaportal.kit.requests import FORM_MARGIN

BLOCK = 256 * 1024
ENDINGS = {"application/zip": ".zip", "application/json": ".json", "text/plain": ".txt"}
"""What a body that has no name is called after."""


def _check_encoding(request: Any) -> None:
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        words = "Only gzip is unpacked. Send the body as it is, or in gzip."
        raise InvalidInput(words, "bad_compression", fields={"Content-Encoding": [words]})


class RawReportParser(BaseParser):
    """Base: the body is the report, the query string holds the fields of the form."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: dict | None = None) -> Any:
        """The body as `file`, spooled to disk; raises BodyTooLarge."""
        request = parser_context["request"]
        _check_encoding(request)
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
        name = request.query_params.get("fileName") or request.query_params.get("file_name")
        name = name or f"report{ENDINGS.get((media_type or '').partition(';')[0].strip().lower(), '.xml')}"
        report = UploadedFile(file=spool, name=file_name_of(name), content_type=media_type, size=size)
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


class AnyReportParser(RawReportParser):
    """Whatever else the body is said to be: what it is, it tells itself."""

    media_type = "*/*"


class ReportFormParser(UploadFormParser):
    """A multipart form that may come as a whole in gzip (`Content-Encoding: gzip`)."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: dict | None = None) -> Any:
        """Fields and files; raises BodyTooLarge, and InvalidInput for a body that is no gzip."""
        _check_encoding(parser_context["request"])
        if "gzip" not in parser_context["request"].META.get("HTTP_CONTENT_ENCODING", "").lower():
            return super().parse(stream, media_type, parser_context)
        check_announced_size(parser_context["request"])
        with tempfile.TemporaryFile() as unpacked:
            _unpack(stream, unpacked)
            unpacked.seek(0)
            return super().parse(unpacked, media_type, parser_context)


def _unpack(stream: IO[bytes], unpacked: IO[bytes]) -> None:
    expander = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    size = 0
    try:
        while block := stream.read(BLOCK):
            while block:
                piece = expander.decompress(block, BLOCK)
                size += len(piece)
                if size > settings.UPLOAD_LIMIT + FORM_MARGIN:
                    raise too_large()
                unpacked.write(piece)
                block = expander.unconsumed_tail
    except zlib.error:
        expander = None
    if expander is None or not expander.eof:
        words = "The body is said to be gzip and is not, or was cut off."
        raise InvalidInput(words, "bad_compression", fields={"file": [words]})
