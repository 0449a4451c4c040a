"""Forms with files: within the upload limit, refused before they are read where they say that they are larger."""

from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from ..requests import FORM_MARGIN
from .parsers import BodyTooLarge


def check_announced_size(request: Request) -> None:
    """Refuse a body that is announced as larger than the portal takes, before a byte of it is read."""
    announced = request.META.get("CONTENT_LENGTH") or ""
    if announced.isdigit() and int(announced) > settings.UPLOAD_LIMIT + FORM_MARGIN:
        raise too_large()


def too_large() -> BodyTooLarge:
    """The refusal with the limit in it."""
    return BodyTooLarge(f"The file is larger than {settings.UPLOAD_LIMIT // 2**20} MB, the most that is taken.")


class UploadFormParser(MultiPartParser):
    """A multipart form, within the upload limit."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: dict | None = None) -> Any:
        """Fields and files; raises BodyTooLarge and ParseError."""
        check_announced_size(parser_context["request"])
        return super().parse(stream, media_type, parser_context)
