"""Small drawings as SVG: icons, status marks, progress bars, the last outcomes.

Widths are attributes of SVG shapes because the content security policy allows none in a style.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from django.conf import settings
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from .search import MARK_END, MARK_START
from .statuses import STATUS_ORDER, count_words, counted, shown
from .wording import number

HISTORY_LIMIT = 20
MARK_STEP = 7  # px from one mark of the history to the next; a mark is 5 px wide
VERDICTS = (
    ("passed", "check", "p"),
    ("failed", "x", "f"),
    ("blocked", "minus", "b"),
    ("skipped", "chevrons-right", "s"),
)


@lru_cache(maxsize=8)
def _sprite(_storage: str, _url: str) -> str:
    return static("icons.svg")


def sprite_url() -> str:
    """The address of the icon sprite, looked up once for each way of storing static files."""
    return _sprite(settings.STORAGES["staticfiles"]["BACKEND"], settings.STATIC_URL)


@lru_cache(maxsize=2048)
def _icon(name: str, classes: str, label: str, sprite: str) -> SafeString:
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}#i-{}"/></svg>', classes, label, sprite, name
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>', classes, sprite, name)


def icon_svg(name: str, *, size: str = "", label: str = "", css: str = "") -> SafeString:
    """An icon of the sprite; `size="sm"` is 14 px instead of 16. With a label it speaks for itself."""
    classes = " ".join(part for part in ("q-i", f"q-i-{size}" if size else "", css) if part)
    return _icon(name, classes, str(label), sprite_url())


def status_html(value: object, *, word: str = "", css: str = "", icon_only: bool = False, size: str = "") -> SafeString:
    """A status as glyph and word in its colour, or as the glyph alone with the word as its label."""
    mark = shown(value)
    if icon_only:
        return format_html(
            '<span class="{} q-ink-st{}" title="{}">{}</span>',
            mark.css,
            f" {css}" if css else "",
            word or mark.word,
            icon_svg(mark.glyph, size=size, label=str(word or mark.word)),
        )
    classes = " ".join(part for part in ("q-status", mark.css, css) if part)
    return format_html('<span class="{}">{}{}</span>', classes, icon_svg(mark.glyph, size=size), word or mark.word)


def counts_label(counts: Mapping[str, int]) -> str:
    """The counts in words, zeros left out: "412 passed, 11 failed"."""
    parts = [f"{number(count)} {count_words(status, count)}" for status, count in counted(counts).items() if count]
    return ", ".join(parts) or _("No cases")


def status_bar_svg(counts: Mapping[str, int], *, size: str = "") -> SafeString:
    """The segmented bar of these counts; the empty rest of its track is what has not started."""
    known = counted(counts)
    total = sum(known.values())
    segments, start = [], 0
    for status in STATUS_ORDER:
        if known[status] and status != "not_started":
            segments.append((shown(status).fill, start, known[status]))
        start += known[status]
    shapes = format_html_join("", '<rect class="{}" x="{}" width="{}" height="1"/>', segments)
    return format_html(
        '<svg class="q-bar{}" viewBox="0 0 {} 1" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        f" q-bar-{size}" if size else "",
        total or 1,
        counts_label(counts),
        shapes,
    )


def _history_marks(outcomes: list[str]) -> Iterable[str]:
    for place, outcome in enumerate(outcomes):
        left = place * MARK_STEP
        fill = shown(outcome).fill
        if outcome == "flaky":
            yield f'<rect class="f-failed" x="{left}" y="0" width="5" height="7" rx="1"/>'
            yield f'<rect class="f-passed" x="{left}" y="8" width="5" height="8" rx="1"/>'
        elif fill == "f-failed":
            yield f'<rect class="{fill}" x="{left}" y="0" width="5" height="16" rx="1"/>'
        elif fill == "f-passed":
            yield f'<rect class="{fill}" x="{left}" y="8" width="5" height="8" rx="1"/>'
        elif fill == "f-blocked":
            yield f'<rect class="{fill}" x="{left}" y="4" width="5" height="12" rx="1"/>'
        else:
            yield f'<rect class="{fill}" x="{left}" y="14" width="5" height="2"/>'


def history_svg(outcomes: Iterable[str]) -> SafeString:
    """The last outcomes, oldest first; the height repeats the meaning: pass half, fail full, skip a line, retry split.

    An outcome is a stored status, or `flaky` for one that passed on a retry.
    """
    latest = [str(outcome) for outcome in outcomes][-HISTORY_LIMIT:]
    words: dict[str, int] = {}
    for outcome in latest:
        word = _("passed on retry") if outcome == "flaky" else str(shown(outcome).word).lower()
        words[word] = words.get(word, 0) + 1
    told = ", ".join(f"{count} {word}" for word, count in words.items())
    label = ngettext("Last result: %(told)s", "Last %(n)d results, oldest first: %(told)s", len(latest))
    places = 12 if len(latest) <= 12 else HISTORY_LIMIT
    return format_html(
        '<svg class="q-hist q-hist-{}" viewBox="0 0 {} 16" role="img" aria-label="{}">{}</svg>',
        places,
        places * MARK_STEP - 2,
        label % {"n": len(latest), "told": told} if latest else _("No results yet"),
        mark_safe("".join(_history_marks(latest))),  # noqa: S308 - built from fixed classes and numbers
    )


def set_result_html(url: str, current: str | None, *, subject: str, target: str, name: str, token: str) -> SafeString:
    """The form with the four verdict buttons; `subject` names the case, `token` is the one against forgery.

    A list draws a hundred of them, so what they share is put together once.
    """
    chosen = "failed" if current == "error" else current
    told = conditional_escape(subject)
    buttons = "".join(
        f"{before}{told}{pressed if code == chosen else free}"
        for code, before, pressed, free in _verdict_buttons(name, get_language() or "", sprite_url())
    )
    return format_html(
        '<form class="q-set" method="post" action="{}" hx-post="{}" hx-target="{}" hx-swap="outerHTML">{}{}</form>',
        url,
        url,
        target,
        format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token) if token else "",
        mark_safe(buttons),  # noqa: S308 - every part was escaped by format_html or conditional_escape
    )


@lru_cache(maxsize=64)
def _verdict_buttons(name: str, language: str, sprite: str) -> list[tuple[str, str, str, str]]:
    """Each button in three parts: up to the subject, and the rest when it is pressed and when it is not."""
    parts = []
    for code, glyph, letter in VERDICTS:
        mark = shown(code)
        before = format_html(
            '<button type="submit" name="{}" value="{}" class="{}" data-key="{}" aria-label="{}: ',
            name,
            code,
            mark.css,
            letter,
            mark.word,
        )
        rest = [
            format_html('" title="{}" aria-pressed="{}">{}</button>', mark.word, state, icon_svg(glyph))
            for state in ("true", "false")
        ]
        parts.append((code, str(before), *map(str, rest)))
    return parts


def marked(text: str) -> SafeString:
    """The text with what stands between the marks of a search in `<mark>`; everything is escaped."""
    pieces: list[str] = []
    for place, piece in enumerate(str(text).split(MARK_START)):
        found, _mark, rest = piece.partition(MARK_END) if place and MARK_END in piece else ("", "", piece)
        pieces += [format_html("<mark>{}</mark>", found) if found else "", rest.replace(MARK_END, "")]
    return format_html_join("", "{}", ((each,) for each in pieces))
