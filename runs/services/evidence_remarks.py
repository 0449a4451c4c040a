"""What is said of steps and files of a report that were not kept as they came."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

CODES = {
    "absent": "attachments_missing",
    "ambiguous": "attachments_ambiguous",
    "empty": "attachments_empty",
    "damaged": "attachments_damaged",
    "repaired": "attachments_repaired",
    "too_large": "attachments_too_large",
    "too_many": "attachments_too_many",
    "steps": "too_many_steps",
}


def sentence(reason: str, number: int, names: Sequence[str]) -> str:
    """One sentence for the uploader: how many, and the first names."""
    values = {"number": number, "names": ", ".join(name[-100:] for name in names)}
    if reason == "too_many":
        words = _("More files than an import may bring; %(number)d are left in the upload: %(names)s")
    elif reason == "steps":
        words = _("More steps than an import may bring; those of %(number)d tests are left out: %(names)s")
    else:
        words = _named(reason, number) if reason in {"absent", "ambiguous", "too_large"} else _inside(reason, number)
    return words % values


def _named(reason: str, number: int) -> str:
    if reason == "absent":
        return ngettext(
            "%(number)d file that the report names did not come along: %(names)s",
            "%(number)d files that the report names did not come along: %(names)s",
            number,
        )
    if reason == "ambiguous":
        return ngettext(
            "%(number)d file that the report names could be any of several that came along: %(names)s",
            "%(number)d files that the report names could be any of several that came along: %(names)s",
            number,
        )
    return ngettext(
        "%(number)d file is too large to be kept with its test: %(names)s",
        "%(number)d files are too large to be kept with their tests: %(names)s",
        number,
    )


def _inside(reason: str, number: int) -> str:
    if reason == "empty":
        return ngettext(
            "%(number)d file has neither a path nor a content in the report: %(names)s",
            "%(number)d files have neither a path nor a content in the report: %(names)s",
            number,
        )
    if reason == "damaged":
        return ngettext(
            "%(number)d file in the report is left out, as its base64 is broken: %(names)s",
            "%(number)d files in the report are left out, as their base64 is broken: %(names)s",
            number,
        )
    return ngettext(
        "%(number)d file in the report was not written as base64 should be; it was repaired: %(names)s",
        "%(number)d files in the report were not written as base64 should be; they were repaired: %(names)s",
        number,
    )
