"""Texts that were written for a terminal, made readable on a page."""

import re

_COLOURS = re.compile(
    r"(?:\x1b|\ufffd|␛|#x1[bB]|\\x1b|\\u001[bB])\[[0-9;:?]{0,32}[ -/]{0,4}[@-~]"  # any sequence with its escape
    r"|\x1b\][^\x07\x1b\n]{0,2000}(?:\x07|\x1b\\|$)"  # a link or a title: what it says to people stands behind it
    r"|\[(?:\d{1,3}(?:;\d{1,3}){0,9})m"  # a colour whose escape the runner dropped
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"  # what is left of bells, backspaces and escapes
)


def readable(text: str) -> str:
    """The text without colours and cursor movements; everything else stays, blank lines around it go."""
    return _COLOURS.sub("", text).strip("\r\n")
