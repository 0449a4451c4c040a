"""What a file is, told by its bytes alone: neither its name nor what the uploader says counts."""

import codecs

HEAD_BYTES = 4_096
UNKNOWN = "application/octet-stream"

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (4, b"ftyp", "video/mp4"),
)
SHOWN_IN_BROWSER = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "video/mp4", "video/webm"})
"""Everything else is handed over as an attachment; SVG, HTML and PDF can hold scripts."""
KEPT_COMPRESSED = frozenset({"text/plain", "application/xml", "application/json"})


def _text_type(head: bytes) -> str:
    """The kind of text, or unknown for bytes that are no text."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "text/plain"
    if b"\x00" in head:
        return UNKNOWN
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head, final=False)
    except UnicodeDecodeError:
        return UNKNOWN
    start = text.lstrip()
    if start.startswith("<?xml"):
        return "application/xml"
    if start.startswith(("{", "[")):
        return "application/json"
    return "text/plain"


def content_type_of(head: bytes) -> str:
    """The media type for the first `HEAD_BYTES` bytes of a file.

    SVG is told as XML and HTML as plain text, so that neither is ever shown as what it is.
    """
    for offset, signature, name in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return _text_type(head) if head else UNKNOWN
