"""JSON as text that is safe to decode piece by piece: strings of any length are shortened before they cost memory."""

from collections.abc import Iterable, Iterator

from .source import ReportSource
from .two_readings import RepairNeeded

BLOCK = 16 * 1024
KEPT_BLOCKS = 2
LEFT_OUT = "\\n[... {:,} characters left out ...]\\n"


def json_text(source: ReportSource) -> Iterator[str]:
    """Yield the document as text, the middle of strings longer than about 64,000 characters left out.

    Raises RepairNeeded for bytes that do not fit the encoding.
    """
    return shortened(plain_text(source))


def shortened(texts: Iterable[str]) -> Iterator[str]:
    """The document in pieces of any size, the middle of long strings left out."""
    return _shortened(_blocks(texts))


def plain_text(source: ReportSource) -> Iterator[str]:
    """Yield the document as text. Raises RepairNeeded for bytes that do not fit the encoding."""
    try:
        yield from source.texts()
    except UnicodeDecodeError:
        raise RepairNeeded from None


def _blocks(texts: Iterable[str]) -> Iterator[str]:
    """The text in blocks of one size, none of which ends inside an escape sequence."""
    waiting = ""
    for text in texts:
        waiting += text
        at = 0
        while len(waiting) - at >= BLOCK:
            end = at + start_of_open_escape(waiting[at : at + BLOCK])
            yield waiting[at:end]
            at = end
        waiting = waiting[at:]
    yield waiting


def start_of_open_escape(text: str) -> int:
    """Where an escape sequence starts that the text does not end; the end of the text when there is none."""
    start = text.rfind("\\", max(0, len(text) - 6))
    if start < 0:
        return len(text)
    before = start
    while before > 0 and text[before - 1] == "\\":
        before -= 1
    if (start - before) % 2:
        return len(text)
    length = 6 if text.startswith("u", start + 1) else 2
    return start if start + length > len(text) else len(text)


def _shortened(blocks: Iterator[str]) -> Iterator[str]:
    in_string = False
    run = left_out = 0
    last = ""
    for block in blocks:
        quotes = block.count('"')
        if quotes and "\\" in block:
            quotes = block.replace("\\\\", "").replace('\\"', "").count('"')
        if in_string and not quotes:
            run += 1
            if run > KEPT_BLOCKS:
                left_out += len(last)
                last = block
                continue
        elif run:
            if left_out:
                yield LEFT_OUT.format(left_out)
            if last:
                yield last
            run, left_out, last = 0, 0, ""
        yield block
        in_string ^= bool(quotes & 1)
    yield last
