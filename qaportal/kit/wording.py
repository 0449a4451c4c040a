"""Numbers, durations and times in the portal's words."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MINUTE, HOUR, DAY = 60, 3600, 86_400
NARROW_SPACE = "\N{NO-BREAK SPACE}"


def number(value: object) -> str:
    """A whole number with its thousands grouped: 1,394. Nothing for nothing."""
    if value is None or value == "":
        return ""
    return f"{int(value):,}"


def percent(part: float, whole: float = 1, digits: int = 0) -> str:
    """A share in percent: `percent(412, 486)` is 85 %.

    Only a whole is 100 % and only nothing is 0 %: 1,211 of 1,212 is said as 99 %, not rounded up to all.
    """
    if not whole:
        return f"{0:.{digits}f}{NARROW_SPACE}%"
    share = part / whole * 100
    step = 10**-digits
    rounded = round(share, digits)
    if rounded >= 100 > share:
        rounded = 100 - step
    elif rounded == 0 < share:
        rounded = step
    return f"{rounded:.{digits}f}{NARROW_SPACE}%"


def duration(milliseconds: float | timedelta | None = None, *, seconds: float | None = None) -> str:
    """How long something took: 340 ms, 52.4 s, 18 m 42 s, 3 h 05 m. A dash when it is not known."""
    if isinstance(milliseconds, timedelta):
        seconds = milliseconds.total_seconds()
    elif milliseconds is not None:
        seconds = milliseconds / 1000
    if seconds is None:
        return "–"
    if seconds < 0.9995:
        return _("%(number)d ms") % {"number": round(seconds * 1000)}
    if round(seconds, 1) < MINUTE:
        return _("%(number).1f s") % {"number": seconds}
    whole = round(seconds)
    if whole < HOUR:
        return _("%(minutes)d m %(seconds)02d s") % {"minutes": whole // MINUTE, "seconds": whole % MINUTE}
    if whole < 2 * DAY:
        return _("%(hours)d h %(minutes)02d m") % {"hours": whole // HOUR, "minutes": whole % HOUR // MINUTE}
    return _("%(days)d d %(hours)d h") % {"days": whole // DAY, "hours": whole % DAY // HOUR}


def roughly(seconds: float) -> str:
    """A planned time in whole minutes: 6 min, 3 h 40 min; never nothing."""
    minutes = max(1, round(seconds / MINUTE))
    if minutes < 60:
        return _("%d min") % minutes
    if minutes % 60 == 0:
        return _("%d h") % (minutes // 60)
    return _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}


def exact(value: date | datetime) -> str:
    """The whole date, and the time when there is one: Thursday 20 November 2025, 02:00."""
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return f"{date_format(local, 'l j F Y')}, {date_format(local, 'H:i')}"
    return date_format(value, "l j F Y")


def relative(value: date | datetime, now: datetime | None = None) -> str:
    """Relative words for a moment or a day, past or future; past a week, the date."""
    now = now or timezone.now()
    if not isinstance(value, datetime):
        return _day_words(value, timezone.localdate(now))
    seconds = (now - (value if timezone.is_aware(value) else timezone.make_aware(value))).total_seconds()
    if abs(seconds) < 45:
        return _("just now") if seconds >= 0 else _("in a moment")
    if abs(seconds) < HOUR - MINUTE / 2:
        minutes = max(1, round(abs(seconds) / MINUTE))
        return _ago(seconds, ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes})
    if abs(seconds) < DAY - HOUR / 2:
        hours = max(1, round(abs(seconds) / HOUR))
        return _ago(seconds, ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours})
    return _day_words(timezone.localdate(value) if timezone.is_aware(value) else value.date(), timezone.localdate(now))


def _ago(seconds: float, words: str) -> str:
    return (_("%(time)s ago") if seconds >= 0 else _("in %(time)s")) % {"time": words}


def _day_words(day: date, today: date) -> str:
    days = (today - day).days
    near = {0: _("today"), 1: _("yesterday"), -1: _("tomorrow")}
    if days in near:
        return near[days]
    if abs(days) < 8:
        return _ago(days, ngettext("%(n)d day", "%(n)d days", abs(days)) % {"n": abs(days)})
    return date_format(day, "j M" if day.year == today.year else "j M Y")
