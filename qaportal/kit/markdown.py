"""Texts that people write in Markdown, as HTML that runs nothing and loads nothing from elsewhere.

HTML in a text is shown as it was typed: testers write tags and scripts down as what is to be tested. What the renderer
makes goes through an allow-list once more. Pictures are files of the portal; any other picture is a link.
"""

import re
from collections.abc import Iterator, Sequence
from uuid import UUID

import nh3
from django.utils.html import escape
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

DEEPEST = 20
"""Lists in lists, quotes in quotes, brackets in brackets; deeper ones are shown as they were typed."""
_ID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_OWN_PICTURE = re.compile(rf"(?:/[\w.-]+)*/p/[\w-]+/files/{_ID}/")
_NAMED_FILE = re.compile(rf"/p/[\w-]+/files/({_ID})/")
_MARKS = re.compile(r"[\\`*_\[\]<&#|~]|https?://|^[ \t]*(?:[-+>=]|\d{1,9}[.)])", re.MULTILINE)
"""Without any of these a text means the same with Markdown and without."""
_BARE_LINK = re.compile(r"https?://[^\s<>\"`]+[^\s<>\"`.,;:!?'()\[\]{}*_~]")
_TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "h4", "h5", "h6"),
    *("a", "img", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title", "loading"}, "ol": {"start"}}
_CLASSES = {"th": {"q-r"}, "td": {"q-r"}, "a": {"q-picture"}}
_SCHEMES = {"http", "https", "mailto"}


def as_html(text: str) -> str:
    """The text as harmless HTML; lines end where they were ended."""
    if not text or text.isspace():
        return ""
    if not _MARKS.search(text):
        return _plain(text)
    return nh3.clean(
        _READER.render(text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        url_schemes=_SCHEMES,
        link_rel="noopener nofollow",
    )


def files_in(*texts: str) -> set[UUID]:
    """The files of the portal that the texts show or link to."""
    return {UUID(found) for text in texts if text for found in _NAMED_FILE.findall(text)}


def _plain(text: str) -> str:
    paragraphs = re.split(r"\n[ \t]*(?:\n[ \t]*)+", text.replace("\r\n", "\n").strip())
    return "".join(f"<p>{escape(each).replace(chr(10), '<br>')}</p>\n" for each in paragraphs)


def _adapt(state: StateCore) -> None:
    """Make the text part of a page: its headings below those of the page, its pictures and links as the portal's."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 3, 6)}"
        elif token.type in {"th_open", "td_open"} and "right" in str(token.attrs.pop("style", "")):
            token.attrs["class"] = "q-r"
        elif token.children:
            token.children = list(_adapted(token.children))


def _adapted(tokens: Sequence[Token]) -> Iterator[Token]:
    links = 0
    for token in tokens:
        links += token.nesting if token.type in {"link_open", "link_close"} else 0
        if token.type == "image":
            yield from _picture(token, is_linked=links > 0)
        elif token.type == "text" and not links and "://" in token.content:
            yield from _linked(token.content)
        else:
            yield token


def _picture(token: Token, *, is_linked: bool) -> Iterator[Token]:
    """A picture that opens in its full size; one from elsewhere is a link with its words."""
    address = str(token.attrs.get("src", ""))
    shown = token
    if _OWN_PICTURE.fullmatch(address):
        token.attrs["loading"] = "lazy"
    else:
        shown = Token("text", "", 0, content=token.content or address)
    if is_linked or address.startswith("data:"):
        yield shown
    else:
        yield from _link(address, shown, css="q-picture" if shown is token else "")


def _linked(text: str) -> Iterator[Token]:
    """A text with its bare addresses as links."""
    end = 0
    for match in _BARE_LINK.finditer(text):
        if match.start() > end:
            yield Token("text", "", 0, content=text[end : match.start()])
        yield from _link(match.group(), Token("text", "", 0, content=match.group()))
        end = match.end()
    if end < len(text):
        yield Token("text", "", 0, content=text[end:])


def _link(address: str, shown: Token, css: str = "") -> Iterator[Token]:
    attributes = {"href": address, "class": css} if css else {"href": address}
    yield Token("link_open", "a", 1, attrs=attributes)
    yield shown
    yield Token("link_close", "a", -1)


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"breaks": True, "html": False, "maxNesting": DEEPEST})
    reader.enable(["table", "strikethrough"])
    reader.disable(["code", "lheading", "reference", "html_block", "html_inline"])
    reader.core.ruler.after("inline", "adapt", _adapt)
    return reader


_READER = _reader()
