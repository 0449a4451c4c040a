"""Forms with files: within the upload limit, refused before they are read where they say that they are larger."""

from itertools import chain
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import TooManyFilesSent
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _
from rest_framework.parsers import DataAndFiles, MultiPartParser
from rest_framework.request import Request

from ..errors import InvalidInput
from ..requests import FORM_MARGIN, too_many_files
from .parsers import BodyTooLarge


def check_announced_size(request: Request) -> None:
    """Refuse a body that is announced as larger than the portal takes, before a byte of it is read."""
    announced = request.META.get("CONTENT_LENGTH") or ""
    if announced.isdigit() and int(announced) > settings.UPLOAD_LIMIT + FORM_MARGIN:
        raise too_large()


def too_large() -> BodyTooLarge:
    """The refusal with the limit in it."""
    return BodyTooLarge(f"The file is larger than {settings.UPLOAD_LIMIT // 2**20} MB, the most that is taken.")


class _Counted:
    """How often a mark stands in what is read block by block."""

    def __init__(self, mark: bytes) -> None:
        self._mark, self._end = mark, b""
        self.number = 0

    def add(self, block: bytes) -> None:
        text = self._end + block
        self.number += text.count(self._mark)
        self._end = text[-len(self._mark) + 1 :]


class _WatchedForm:
    """A form while it is read: knows how many parts it has, and whether its end came."""

    def __init__(self, stream: IO[bytes], content_type: str) -> None:
        _kind, facts = parse_header_parameters(content_type)
        mark = b"--" + str(facts.get("boundary") or "-").encode()
        self._stream, self._starts, self._ends = stream, _Counted(mark), _Counted(mark + b"--")

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self._starts.add(block)
        self._ends.add(block)
        return block

    def check(self, form: DataAndFiles) -> None:
        """Raise InvalidInput when not every part of the form was understood: none is left out without a word."""
        found = sum(len(values) for held in (form.data, form.files) for _name, values in held.lists())
        if not self._starts.number:
            return
        if not self._ends.number:
            raise _unusable(_("The form was cut off: its end is missing."), "truncated")
        if self._starts.number - self._ends.number > found:
            words = _("A part of the form cannot be read. Each needs a name, in UTF-8, and each file one of its own.")
            raise _unusable(words, "unreadable_part")


def _unusable(words: str, code: str) -> InvalidInput:
    return InvalidInput(words, code, fields={"file": [words]})


class UploadFormParser(MultiPartParser):
    """A multipart form, within the upload limit."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: dict | None = None) -> Any:
        """Fields and files; raises BodyTooLarge, ParseError, and InvalidInput for a form that is not whole."""
        request = parser_context["request"]
        check_announced_size(request)
        form = _WatchedForm(stream, request.META.get("CONTENT_TYPE", ""))
        try:
            found = super().parse(form, media_type, parser_context)
        except TooManyFilesSent as error:
            raise _unusable(too_many_files(), "too_many_files") from error
        try:
            form.check(found)
        except InvalidInput:
            for file in chain.from_iterable(files for _name, files in found.files.lists()):
                file.close()
            raise
        return found
