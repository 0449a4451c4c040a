"""Reading the values that test runners write into reports. What cannot be read is None, never an error."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

PLAIN_SECONDS = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?", re.ASCII)
LONGEST_NUMBER = 40
LONGEST_DURATION_MS = 2**31 - 1
FIRST_BELIEVABLE_YEAR = 1990


def milliseconds(seconds: str | None) -> int | None:
    """Return a duration given in seconds as whole milliseconds.

    Only a plain number counts: `1,234.5`, a negative one, `NaN`, `<<computed>>` and an empty value say nothing certain.
    """
    if not seconds or len(seconds) > LONGEST_NUMBER or not PLAIN_SECONDS.fullmatch(seconds.strip()):
        return None
    duration = float(seconds) * 1000
    return round(duration) if duration <= LONGEST_DURATION_MS else None


def moment(text: str | None) -> tuple[datetime | None, bool]:
    """Return a point in time in UTC, and whether the text left its time zone out; then UTC is assumed.

    ISO 8601 and the dates of mails (`21 Nov 2026 08:17:09 GMT`, as TestNG writes) are read. A time before 1990 is a
    runner's way to say that it has none.
    """
    if not text or len(text) > 64:
        return None, False
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        try:
            parsed = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None, False
    is_naive = parsed.tzinfo is None
    try:
        parsed = parsed.replace(tzinfo=UTC) if is_naive else parsed.astimezone(UTC)
    except (OverflowError, ValueError):
        return None, False
    if parsed.year < FIRST_BELIEVABLE_YEAR:
        return None, False
    return parsed, is_naive


CLOCK = re.compile(r"(?:(\d{1,6})\.)?(\d{1,2}):(\d{2}):(\d{2}(?:\.\d{1,9})?)", re.ASCII)


def whole_milliseconds(number: Any, *, per_millisecond: float = 1) -> int | None:
    """Return a duration given as a number, `per_millisecond` of whose units make one; None for anything else."""
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    if not 0 <= number <= LONGEST_DURATION_MS * per_millisecond:  # false for NaN too
        return None
    return round(number / per_millisecond)


def clock_milliseconds(text: str | None) -> int | None:
    """Return a duration as .NET writes it, `1.02:03:04.5678`, in whole milliseconds."""
    found = CLOCK.fullmatch((text or "")[:LONGEST_NUMBER].strip())
    if not found:
        return None
    days, hours, minutes, seconds = found.groups()
    total = (int(days or 0) * 86_400 + int(hours) * 3_600 + int(minutes) * 60 + float(seconds)) * 1000
    return round(total) if total <= LONGEST_DURATION_MS else None


def epoch_moment(milliseconds_since_1970: Any) -> datetime | None:
    """Return a point in time given as a number of milliseconds since 1970."""
    if isinstance(milliseconds_since_1970, bool) or not isinstance(milliseconds_since_1970, int | float):
        return None
    try:
        parsed = datetime.fromtimestamp(milliseconds_since_1970 / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return parsed if parsed.year >= FIRST_BELIEVABLE_YEAR else None
