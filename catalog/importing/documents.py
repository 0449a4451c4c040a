"""JSON and XML of other tools: read within bounds, entities never expanded."""

import codecs
import io
import json
from collections.abc import Iterator
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _

from .bounds import DEEPEST, MOST_DOCUMENT_BYTES, MOST_ROWS, refusal
from .text_files import encoding_of

_BLOCK = 256 * 1024
_LONGEST_ELEMENT = 8 * 1024 * 1024


def xml_events(stream: IO[bytes]) -> Iterator[tuple[str, Element]]:
    """Starts and ends of elements as the file is read; whoever is done with an element clears it."""
    stream.seek(0)
    depth = 0
    try:
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            depth += 1 if event == "start" else -1
            if depth > DEEPEST:
                raise refusal(_("The document is nested deeper than %d levels.") % DEEPEST, "too_deep")
            yield event, element
    except DefusedXmlException as error:
        words = _("The document has a type declaration (DOCTYPE); such files are not read.")
        raise refusal(words, "doctype_forbidden") from error
    except (ParseError, ValueError, LookupError) as error:
        raise refusal(_("The XML cannot be read: %s.") % str(error)[:200], "malformed") from error


def json_elements(stream: IO[bytes]) -> Iterator[Any]:
    """The elements of a list one by one, or the document as the only one; raises InvalidInput."""
    stream.seek(0)
    decoder, reader = json.JSONDecoder(), codecs.getreader(_json_encoding(stream))(stream)
    buffer = _more(reader, "").lstrip("\ufeff \t\r\n")
    if not buffer.startswith("["):
        yield _whole(reader, buffer)
        return
    buffer, count = buffer[1:], 0
    while True:
        buffer = _from_value(reader, buffer)
        if buffer.startswith("]"):
            return
        if count:
            if not buffer.startswith(","):
                raise _malformed(count)
            buffer = _from_value(reader, buffer[1:])
        element, buffer = _element(decoder, reader, buffer, count)
        count += 1
        if count > MOST_ROWS:
            raise refusal(_("The file has more than %d rows. Split it.") % MOST_ROWS, "too_many_rows")
        yield element


def _json_encoding(stream: IO[bytes]) -> str:
    found = encoding_of(stream)
    stream.seek(0)
    if found.startswith("utf"):
        return "utf-8-sig" if found == "utf-8" else found
    raise refusal(_("JSON is written in UTF-8; this file is not."), "wrong_encoding")


def _more(reader: Any, buffer: str) -> str:
    try:
        return buffer + reader.read(_BLOCK)
    except UnicodeError as error:
        raise refusal(_("JSON is written in UTF-8; this file is not."), "wrong_encoding") from error


def _from_value(reader: Any, buffer: str) -> str:
    """What is left from the next sign on that is no blank."""
    buffer = buffer.lstrip()
    while not buffer:
        grown = _more(reader, "")
        if not grown:
            raise refusal(_("The JSON ends in the middle."), "malformed")
        buffer = grown.lstrip()
    return buffer


def _element(decoder: json.JSONDecoder, reader: Any, buffer: str, count: int) -> tuple[Any, str]:
    while True:
        try:
            element, end = decoder.raw_decode(buffer)
        except RecursionError as error:
            raise refusal(_("The document is nested deeper than %d levels.") % DEEPEST, "too_deep") from error
        except ValueError as error:
            grown = _more(reader, buffer)
            if len(grown) == len(buffer) or len(grown) > _LONGEST_ELEMENT:
                raise _malformed(count) from error
            buffer = grown
            continue
        if end < len(buffer) or not isinstance(element, int | float):
            return element, buffer[end:]
        grown = _more(reader, buffer)
        if len(grown) == len(buffer):
            return element, buffer[end:]
        buffer = grown


def _whole(reader: Any, buffer: str) -> Any:
    while len(grown := _more(reader, buffer)) > len(buffer):
        buffer = grown
        if len(buffer) > MOST_DOCUMENT_BYTES:
            raise refusal(_("The document is too large."), "too_large")
    try:
        return json.loads(buffer)
    except RecursionError as error:
        raise refusal(_("The document is nested deeper than %d levels.") % DEEPEST, "too_deep") from error
    except ValueError as error:
        raise refusal(_("The JSON cannot be read: %s.") % str(error)[:200], "malformed") from error


def _malformed(count: int) -> Exception:
    return refusal(_("The JSON cannot be read at element %d of its list.") % (count + 1), "malformed")


def text_of(value: Any) -> str:
    """What a value of a document says as a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def head_of(stream: IO[bytes], size: int = 4096) -> str:
    """The first signs of the file, whatever its encoding."""
    stream.seek(0)
    sample = stream.read(size)
    name = encoding_of(io.BytesIO(sample)) if sample else "utf-8"
    return sample.decode(name, "replace").lstrip("\ufeff \t\r\n\x00")
