"""The bytes of an uploaded report: unpacked, bounded, as UTF-8, repaired on demand.

The encoding rules are those of appendix F of the XML recommendation: a byte order mark wins, then the declaration.
"""

import codecs
import re
import tempfile
import weakref
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from .bounds import DEFAULT_LIMITS, Limits, ReportRejected

CHUNK_BYTES = 64 * 1024
HEAD_BYTES = 4_096
GZIP_MAGIC = b"\x1f\x8b"
ARCHIVES = (
    (b"PK\x03\x04", "zip_archive", "a zip archive"),
    (b"PK\x05\x06", "zip_archive", "an empty zip archive"),
    (b"PK\x07\x08", "zip_archive", "a zip archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive", "a 7z archive"),
    (b"Rar!\x1a\x07", "archive", "a RAR archive"),
    (b"\xfd7zXZ\x00", "archive", "an xz file"),
    (b"BZh", "archive", "a bzip2 file"),
    (b"\x28\xb5\x2f\xfd", "archive", "a Zstandard file"),
)
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DECLARED_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
READ_AS_UTF8 = re.compile(r"utf-?8|us-ascii|ascii|utf-?16([lb]e)?|utf-?32([lb]e)?|ucs-?[24]|unicode")
"""UTF-16 stands here for files that declare it, yet are written in single bytes, as some .NET loggers do."""
DECODED = re.compile(
    r"(iso-?8859-?\d{1,2}|latin-?\d|l1|windows-?\d{3,4}|cp\d{3,5}|koi8-[rut]|mac-?roman|"
    r"gb2312|gbk|gb18030|big5(-?hkscs)?|shift[-_]?jis|sjis|euc[-_]?(jp|kr))"
)

TERMINAL_SEQUENCE = re.compile(r"(?:\x1b|&#0*27;|&#[xX]0*1[bB];)\[[0-9;:?]{0,32}[ -/]{0,4}[@-~]")
FORBIDDEN_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
CHARACTER_REFERENCE = re.compile(r"&#(?:([0-9]+)|[xX]([0-9A-Fa-f]+));")
LONGEST_REPAIR = 64
REPLACEMENT = "\ufffd"


class ReportSource:
    """One uploaded file, readable several times from its start. Nothing is kept in memory."""

    def __init__(self, stream: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> None:
        """Look at the first bytes of `stream`; a stream that cannot seek is copied to a temporary file first.

        Raises ReportRejected for an empty file, an archive, and an encoding that is unknown.
        """
        self._limits = limits
        self._stream = stream if stream.seekable() else self._spooled(stream)
        self.repairing = False
        self.held_null = False
        raw_head = self._head(self._raw_blocks())
        if not raw_head:
            raise ReportRejected("The file is empty.", "empty")
        self._refuse_archive(raw_head)
        self._is_compressed = raw_head.startswith(GZIP_MAGIC)
        head = self._head(self._blocks()) if self._is_compressed else raw_head
        self._refuse_archive(head)
        self._encoding = encoding_of(head)
        self.head = head.decode(self._encoding, errors="replace").lstrip("\ufeff\0 \t\r\n")
        """The first characters of the document, without a byte order mark and leading blanks."""

    def _spooled(self, stream: BinaryIO) -> BinaryIO:
        spool = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as this source
        weakref.finalize(self, spool.close)
        allowed = self._limits.document_bytes
        while block := stream.read(CHUNK_BYTES):
            allowed -= len(block)
            if allowed < 0:
                raise self._too_large()
            spool.write(block)
        return spool

    def _too_large(self) -> ReportRejected:
        megabytes = self._limits.document_bytes // (1024 * 1024)
        return ReportRejected(f"The report is larger than {megabytes} MB.", "too_large")

    @staticmethod
    def _head(blocks: Iterator[bytes]) -> bytes:
        head = b""
        for block in blocks:
            head += block
            if len(head) >= HEAD_BYTES:
                break
        return head[:HEAD_BYTES]

    @staticmethod
    def _refuse_archive(head: bytes) -> None:
        for magic, code, words in ARCHIVES:
            if head.startswith(magic):
                raise ReportRejected(f"The file is {words}; upload the report files inside it one by one.", code)
        if head[257:262] == b"ustar":
            raise ReportRejected("The file is a tar archive; upload the report files inside it one by one.", "archive")

    def _raw_blocks(self) -> Iterator[bytes]:
        self._stream.seek(0)
        while block := self._stream.read(CHUNK_BYTES):
            yield block

    def _blocks(self) -> Iterator[bytes]:
        blocks = self._expanded() if self._is_compressed else self._raw_blocks()
        allowed = self._limits.document_bytes
        for block in blocks:
            allowed -= len(block)
            if allowed < 0:
                raise self._too_large()
            yield block

    def _expanded(self) -> Iterator[bytes]:
        expander = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        members, packed, produced = 1, 0, 0
        try:
            for block in self._raw_blocks():
                rest = block
                packed += len(block)
                while rest:
                    if expander.eof:
                        rest = rest.lstrip(b"\0")
                        if not rest:
                            break
                        members += 1
                        if members > self._limits.compressed_members:
                            raise ReportRejected("The compressed file is a chain of too many parts.", "bad_compression")
                        expander = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
                    for piece in _expand(expander, rest):
                        produced += len(piece)
                        self._refuse_bomb(packed, produced)
                        yield piece
                    rest = expander.unused_data if expander.eof else b""
        except zlib.error:
            raise ReportRejected("The compressed file is damaged.", "bad_compression") from None
        if not expander.eof:
            raise ReportRejected("The compressed file ends too early; it was cut off.", "truncated")

    def _refuse_bomb(self, packed: int, produced: int) -> None:
        if produced > self._limits.expansion_from and produced > self._limits.expansion * packed:
            raise ReportRejected("The compressed file unpacks to more than any report does.", "too_large")

    def chunks(self) -> Iterator[bytes]:
        """Yield the document from its start as UTF-8, at most about 64 kB at a time.

        While `repairing`, characters that XML forbids come out as U+FFFD, colour codes of terminals not at all, bytes
        that are wrong in the encoding as U+FFFD; otherwise such bytes raise UnicodeDecodeError.
        Raises ReportRejected for a document that is too large and for broken compression.
        """
        if self._encoding == "utf-8" and not self.repairing:
            return self._blocks()
        return self._transcoded()

    def texts(self) -> Iterator[str]:
        """Yield the document from its start as text, at most about 64 kB at a time, without a byte order mark.

        Bytes that are wrong in the encoding are U+FFFD while `repairing`, otherwise they raise UnicodeDecodeError.
        """
        decoder = codecs.getincrementaldecoder(self._encoding)("replace" if self.repairing else "strict")
        started = False
        for block in self._blocks():
            text = decoder.decode(block)
            if not started:
                text = text.lstrip("\ufeff")
                started = bool(text)
            yield text
        yield decoder.decode(b"", final=True)

    def _transcoded(self) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(self._encoding)("replace" if self.repairing else "strict")
        carried, started = "", False
        for block in self._blocks():
            text = carried + decoder.decode(block)
            carried = ""
            if self.repairing:
                if not started:
                    text = text.lstrip("\ufeff \t\r\n")
                    started = bool(text)
                text, carried = _split_before_repair(text)
                text = self._repaired(text)
            yield text.encode()
        rest = carried + decoder.decode(b"", final=True)
        yield (self._repaired(rest) if self.repairing else rest).encode()

    def _repaired(self, text: str) -> str:
        self.held_null = self.held_null or "\0" in text
        text = TERMINAL_SEQUENCE.sub("", text)
        text = FORBIDDEN_CHARACTER.sub(REPLACEMENT, text)
        return CHARACTER_REFERENCE.sub(self._allowed_reference, text)

    def _allowed_reference(self, match: re.Match[str]) -> str:
        decimal, hexadecimal = match.groups()
        digits = (decimal or hexadecimal).lstrip("0")
        number = int(digits[:8] or "0", 10 if decimal else 16)
        self.held_null = self.held_null or number == 0
        if number > 0x10FFFF or FORBIDDEN_CHARACTER.match(chr(number)):
            return REPLACEMENT
        return match.group()


def _expand(expander: "zlib._Decompress", block: bytes) -> Iterator[bytes]:
    rest = block
    while True:
        expanded = expander.decompress(rest, CHUNK_BYTES)
        if expanded:
            yield expanded
        rest = expander.unconsumed_tail
        if expander.eof or (not rest and len(expanded) < CHUNK_BYTES):
            return


def _split_before_repair(text: str) -> tuple[str, str]:
    """Split off an end that may be the start of something to repair, so that the next block completes it."""
    start = max(text.rfind("&", -LONGEST_REPAIR), text.rfind("\x1b", -LONGEST_REPAIR))
    if start < 0 or len(text) <= LONGEST_REPAIR:
        start = len(text)
    return text[:start], text[start:]


def encoding_of(head: bytes) -> str:
    """Return the name of the codec that reads a document starting with `head`.

    Raises ReportRejected when the document declares an encoding that is not supported.
    """
    for mark, codec in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return codec
    if head.startswith((b"<\0", b"\0<")):
        return "utf-16-le" if head[:1] == b"<" else "utf-16-be"
    declaration = DECLARED_ENCODING.match(head)
    declared = declaration.group(1).decode("ascii").lower() if declaration else "utf-8"
    if READ_AS_UTF8.fullmatch(declared):
        return "utf-8"
    try:
        if DECODED.fullmatch(declared):
            return codecs.lookup(declared).name
    except LookupError:
        pass
    raise ReportRejected(f"The file says it is written in “{declared}”, which cannot be read.", "unknown_encoding")
