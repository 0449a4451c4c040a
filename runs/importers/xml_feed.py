"""Feeding a document of unknown intent to the XML parser.

Expat hands text on in pieces, whatever its length, so a text of any size costs no memory; but it keeps a whole tag,
comment or processing instruction until its end, so their length is bounded here while they are fed.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from xml.parsers import expat

from .bounds import DEFAULT_LIMITS, Limits, ReportRejected

TEXT_BUFFER_BYTES = 256 * 1024

ENDED_TOO_EARLY = frozenset(
    expat.errors.codes[text]
    for text in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
    )
)
REPAIRABLE = frozenset(
    expat.errors.codes[text]
    for text in (
        expat.errors.XML_ERROR_INVALID_TOKEN,
        expat.errors.XML_ERROR_BAD_CHAR_REF,
        expat.errors.XML_ERROR_MISPLACED_XML_PI,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
    )
)
PLAIN_WORDS = {
    expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH]: "a closing tag does not match its opening tag",
    expat.errors.codes[expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE]: "an attribute stands twice in one tag",
    expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]: "something follows the end of the report",
    expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]: "an entity is used that XML does not know",
    expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]: "a character stands where XML does not allow it",
    expat.errors.codes[expat.errors.XML_ERROR_SYNTAX]: "something stands outside the outermost element",
}

StartHandler = Callable[[str, dict[str, str]], None]
EndHandler = Callable[[str], None]


def hardened_parser(start: StartHandler, end: EndHandler) -> "expat.XMLParserType":
    """Return a parser of UTF-8 that refuses every document type declaration, hence entities of any kind."""
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.buffer_size = TEXT_BUFFER_BYTES
    parser.StartElementHandler = start
    parser.EndElementHandler = end

    def refuse_document_type(name: str, *_declaration: Any) -> None:
        if name.lower() == "html":
            words = "The file is a web page and no test report."
            raise ReportRejected(words, "doctype_forbidden", parser.CurrentLineNumber)
        raise ReportRejected(
            "The file holds a document type declaration (DOCTYPE), which is refused: no report needs one.",
            "doctype_forbidden",
            parser.CurrentLineNumber,
        )

    parser.StartDoctypeDeclHandler = refuse_document_type
    parser.EntityDeclHandler = refuse_document_type
    return parser


def feed(parser: "expat.XMLParserType", chunks: Iterator[bytes], limits: Limits = DEFAULT_LIMITS) -> Iterator[None]:
    """Feed the chunks to the parser, pausing after each so that the caller can take what its handlers gathered.

    An unfinished tag is fed on only when as much again has come, so that a long one is not read over and over.
    Raises ReportRejected when a tag grows too long, and expat.ExpatError for a document that is not well-formed.
    """
    waiting: list[bytes] = []
    waiting_bytes = fed_bytes = unparsed_bytes = 0
    for chunk in chunks:
        waiting.append(chunk)
        waiting_bytes += len(chunk)
        if waiting_bytes < unparsed_bytes:
            continue
        parser.Parse(b"".join(waiting), False)
        fed_bytes += waiting_bytes
        waiting, waiting_bytes = [], 0
        unparsed_bytes = fed_bytes - parser.CurrentByteIndex
        if unparsed_bytes > limits.tag_bytes:
            megabytes = limits.tag_bytes // (1024 * 1024)
            raise ReportRejected(
                f"A single tag is longer than {megabytes} MB (line {parser.CurrentLineNumber}).",
                "too_long_tag",
                parser.CurrentLineNumber,
            )
        _check_names(parser, limits)
        yield
    parser.Parse(b"".join(waiting), True)
    _check_names(parser, limits)
    yield


def _check_names(parser: "expat.XMLParserType", limits: Limits) -> None:
    if len(parser.intern) > limits.distinct_names:
        raise ReportRejected(
            f"The file uses more than {limits.distinct_names:,} different names of elements and attributes.",
            "too_many_names",
            parser.CurrentLineNumber,
        )


def is_repairable(error: Exception) -> bool:
    """Tell whether leaving out characters that XML forbids may make the document readable."""
    return isinstance(error, UnicodeDecodeError) or (isinstance(error, expat.ExpatError) and error.code in REPAIRABLE)


def rejection(error: Exception, open_elements: Sequence[str], *, saw_elements: bool) -> ReportRejected:
    """Put what the parser complains about into a sentence for the person who uploaded the file."""
    if not isinstance(error, expat.ExpatError):
        return ReportRejected("The file holds bytes that do not fit its encoding.", "malformed")
    line = error.lineno
    if error.code in ENDED_TOO_EARLY:
        if not saw_elements and error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]:
            return ReportRejected("The file holds no XML elements.", "empty", line)
        return ReportRejected(
            f"The file ends in the middle of {_place(open_elements)} (line {line}).", "truncated", line
        )
    words = PLAIN_WORDS.get(error.code) or expat.ErrorString(error.code)
    return ReportRejected(f"The XML is broken at line {line}, column {error.offset + 1}: {words}.", "malformed", line)


def _place(open_elements: Sequence[str]) -> str:
    for name in reversed(open_elements):
        if name == "testcase":
            return "a testcase"
        if name in {"testsuite", "testsuites"}:
            return f"a {name}"
    return "the report"
