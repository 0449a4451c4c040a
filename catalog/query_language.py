"""What people type to find cases: words, `"phrases"`, `-not`, `or`, and `field:value`.

Pure: text in, terms out, for any text at all. What is no operator is a word.
"""

import re
from dataclasses import dataclass

FIELDS = (
    *("tag", "label", "folder", "priority", "type", "state", "owner", "status", "story", "epic", "template"),
    *("automation", "id"),
)
"""What can stand before a colon; anything else there is a part of a word."""
LONGEST = 1_000
MOST_TERMS = 40
_PART = re.compile(r"""(?P<minus>-?)(?:(?P<field>[A-Za-z_]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>\S+))""")
_UNUSABLE = re.compile("[\x00-\x1f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to look for."""

    text: str
    field: str = ""
    """One of `FIELDS`, or empty for words anywhere."""
    is_phrase: bool = False
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Groups of terms: a case is found when it fits every term of one group."""

    groups: tuple[tuple[Term, ...], ...] = ()

    @property
    def words(self) -> tuple[Term, ...]:
        """What is looked for in the texts of all groups, to be ranked by and shown."""
        return tuple(term for group in self.groups for term in group if not term.field and not term.is_negated)

    @property
    def plain_words(self) -> tuple[str, ...]:
        """The words of a query without alternatives and phrases, which may be misspelt; else nothing."""
        if len(self.groups) != 1 or any(term.is_phrase for term in self.words):
            return ()
        return tuple(term.text for term in self.words)


def parse(text: str) -> Query:
    """The terms of the text; never raises."""
    groups: list[list[Term]] = [[]]
    for number, match in enumerate(_PART.finditer(_UNUSABLE.sub(" ", text[:LONGEST]))):
        if number >= MOST_TERMS:
            break
        if match.group().lower() == "or":
            groups.append([])
        elif term := _term(match):
            groups[-1].append(term)
    return Query(tuple(tuple(group) for group in groups if group))


def _term(match: re.Match[str]) -> Term | None:
    phrase, is_negated = match["phrase"], bool(match["minus"])
    text = (match["word"] if phrase is None else phrase).strip()
    name = (match["field"] or "").lower()
    if name in FIELDS and text:
        return Term(text, field=name, is_negated=is_negated)
    if match["field"]:
        text = f"{match['field']}:{text}"
    return Term(text, is_phrase=phrase is not None, is_negated=is_negated) if text.strip("-") else None
