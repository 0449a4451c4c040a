"""Which browser or program a session belongs to, in words, from what it says of itself."""

import re

from django.utils.translation import gettext as _

_BROWSERS = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""The first mark that is found wins: nearly every browser names others beside itself."""
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
_PROGRAM = re.compile(r"^([A-Za-z][\w .-]{0,38}?)(?:/v?(\d[\w.-]{0,20}))?(?:[ (;]|$)")


def _first(marks: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for mark, name in marks if mark in user_agent), "")


def device_in_words(user_agent: str) -> str:
    """Such as "Firefox on Windows" or "python-requests 2.32"; what cannot be told is said so."""
    browser = _first(_BROWSERS, user_agent) if user_agent.startswith("Mozilla/") else ""
    if browser:
        system = _first(_SYSTEMS, user_agent)
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system} if system else browser
    program = _PROGRAM.match(user_agent.strip())
    if program and not user_agent.startswith("Mozilla/"):
        return " ".join(filter(None, program.groups()))
    return _("Unknown device")
