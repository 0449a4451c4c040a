"""What a failure is recognised by: its message without what changes from run to run, and where it was thrown.

Pure: texts in, a fingerprint out. Two failures with equal fingerprints are said to have one cause.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from .frames import Frame, frames_of

MESSAGE_LENGTH = 500
TRACE_EDGE = 6_000
TITLE_LENGTH = 300
OWN_FRAMES = 2
FEWEST_LETTERS = 24
"""A message with fewer letters says too little by itself; where it was thrown, in the test's own code, goes with it."""

_ANSI = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")
_STATUS = r"(?P<code>\b(?:https?|status|code)[ _:=/-]{1,3}(?:(?:code|error)[ _:=]{1,3})?[1-5]\d\d\b)"
_CHANGING = re.compile(
    r"(?P<url>\bhttps?://[^\s\"'<>)\]]{1,400})"
    r"|(?P<uuid>\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)"
    r"|(?P<moment>\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?"
    r"|\b\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?\b)"
    r"|(?P<address>\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d{1,5})?\b)"
    r"|(?P<mail>\b[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64})"
    rf"|{_STATUS}"
    r"|(?P<hex>\b0x[0-9a-f]+\b|@[0-9a-f]{5,16}\b|\b(?=[a-f]{0,40}\d)(?=\d{0,40}[a-f])[0-9a-f]{6,64}\b)"
    r"|(?P<path>(?:\b[a-z]:)?(?:[\\/][\w.@+~-]{1,200}){2,40})"
    r"|(?P<time>\b\d{1,12}(?:[.,]\d{1,9})?\s?(?:ms|µs|us|ns|s|sec|secs|seconds?|min|mins|minutes?|hours?|h)\b)"
    r"|(?P<number>[+-]?\d{1,40}(?:[.,_]\d{1,40})*)",
    re.IGNORECASE,
)
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Mark:
    """How one failure is recognised and what it is called."""

    fingerprint: str
    """128 bits in hex."""
    title: str
    """The line that says what went wrong, as this failure said it."""
    thrown_at: str
    """The innermost place in the project's own code, without its line; empty when the trace names none."""


def _plain_path(text: str) -> str:
    return "<path>/" + re.split(r"[\\/]", text)[-1]


def _plain_url(text: str) -> str:
    address = text.split("?", 1)[0].split("#", 1)[0]
    return _CHANGING.sub(_plain, address.split("://", 1)[1].replace("/", " / ")).replace(" / ", "/")


def _plain(found: re.Match[str]) -> str:
    kind, text = found.lastgroup, found.group()
    if kind == "url":
        return _plain_url(text)
    if kind == "path":
        return _CHANGING.sub(_plain, _plain_path(text)) if text.count("/") + text.count("\\") > 1 else text
    return text if kind == "code" else f"<{kind}>"


def normalised(text: str) -> str:
    """The text without what changes from run to run: numbers, keys, times, addresses, paths."""
    return _SPACES.sub(" ", _CHANGING.sub(_plain, text)).strip()


def _first_line(text: str) -> str:
    for line in text.split("\n", 8):
        if line.strip():
            return line.strip()
    return ""


def _last_words(trace: str) -> str:
    """What a trace without a message says: its last line in Python, its first line elsewhere."""
    if "Traceback (most recent call last)" in trace:
        lines = [line for line in trace.splitlines() if line.strip() and not line.startswith((" ", "\t"))]
        return lines[-1].strip() if lines else ""
    return next(
        (line.lstrip("E ").strip() for line in trace.splitlines() if line.startswith("E  ")), ""
    ) or _first_line(trace)


def _told(frames: list[Frame], message: str) -> list[Frame]:
    """The frames that tell causes apart: the project's own code, and the test's own only where the message is poor."""
    own = [frame for frame in frames if not frame.is_of_test]
    if own:
        return own[:OWN_FRAMES]
    letters = sum(map(str.isalpha, message))
    return frames[:1] if letters < FEWEST_LETTERS else []


@lru_cache(maxsize=2_048)
def _mark_of(message: str, trace: str) -> Mark | None:
    message, trace = _ANSI.sub("", message), _ANSI.sub("", trace)
    title = _first_line(message) or _last_words(trace)
    if not title:
        return None
    plain = normalised(title[:MESSAGE_LENGTH])
    frames = frames_of(trace or message)
    told = "\n".join([plain, *(frame.place for frame in _told(frames, title))])
    fingerprint = hashlib.md5(told.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
    return Mark(fingerprint, title[:TITLE_LENGTH], frames[0].place[:TITLE_LENGTH] if frames else "")


def mark_of(message: str, trace: str) -> Mark | None:
    """What the failure with this message and stack trace is recognised by; None when both say nothing.

    Equal texts are looked at once. Of long ones only what can matter is read.
    """
    if len(trace) > 2 * TRACE_EDGE:
        trace = f"{trace[:TRACE_EDGE]}\n{trace[-TRACE_EDGE:]}"
    return _mark_of(message[: 4 * MESSAGE_LENGTH], trace)
