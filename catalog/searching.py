"""Finding cases: what was typed as conditions of the database, the best first, misspelt words too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db.models import CharField, Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Left

from qaportal.kit.search import MARK_END, MARK_START

from .choices import AutomationStatus, CaseState, Priority, ResultStatus, TestType
from .query_language import Query, Term

if TYPE_CHECKING:
    from accounts.models import User

CONFIG = "portal"
MOST_RANKED = 2_000
"""Ranking looks at no more of the cases that fit."""
FEW = 10
"""With fewer found, words that are spelt alike count too."""
MOST_ALIKE = 50
MOST_SPELLINGS = 6
SHORTEST_PART = 3


@dataclass(slots=True)
class Found:
    """The keys of the cases found, the best first."""

    ids: list[int]
    is_capped: bool = False
    """Whether more fit than were looked at."""


def condition_of(query: Query, user: User | None = None) -> Q:
    """Which cases fit; parts of words are found in id, title and tags too."""
    groups = [_group(group, user) for group in query.groups]
    found = reduce(or_, groups) if groups else Q()
    words = " ".join(query.plain_words)
    if len(words) >= SHORTEST_PART or (words and not any(each.isalnum() for each in words)):
        others = tuple(term for term in query.groups[0] if term not in query.words)
        found |= _group(others, user) & Q(folded__contains=_folded(words))
    return found


def ranked(cases: QuerySet, query: Query, user: User | None = None) -> Found:
    """The cases that fit, the best first; with few of them also those whose words are spelt alike."""
    lexemes = lexemes_of(query)
    if lexemes is None:
        ids = list(cases.filter(condition_of(query, user)).order_by("-pk").values_list("pk", flat=True)[:MOST_RANKED])
        return Found(ids, len(ids) == MOST_RANKED)
    fitting = cases.filter(reduce(or_, [_group(group, user) for group in query.groups]))
    ids = _best(fitting, lexemes, MOST_RANKED)
    if len(ids) < FEW:
        ids += _alike(cases.exclude(pk__in=ids), query, user)
    return Found(ids, len(ids) >= MOST_RANKED)


def lexemes_of(query: Query) -> SearchQuery | None:
    """What ranks and is shown in the texts; None when nothing but fields was asked for."""
    return reduce(or_, [_lexemes(term) for term in query.words]) if query.words else None


def highlighted(text: str | F, query: SearchQuery, *, whole: bool = False) -> SearchHeadline:
    """The text with its found words between marks that no text holds, or its best fragments."""
    bare = Func(text, Value(MARK_START + MARK_END), Value(""), function="translate", output_field=TextField())
    options = {"highlight_all": True} if whole else {"max_fragments": 2, "max_words": 16, "min_words": 6}
    marks = {"start_sel": MARK_START, "stop_sel": MARK_END, "fragment_delimiter": " … "}
    return SearchHeadline(bare, query, config=CONFIG, **marks, **options)


def texts_of_case() -> Func:
    """What a fragment is taken from: the start of the texts and steps."""
    starts = [Left(name, 2_000) for name in ("description", "preconditions", "steps_text", "expected_result")]
    return Func(Value(" "), *starts, function="concat_ws", output_field=TextField())


# -- inside ----------------------------------------------------------------------------------------------------------
def _best(fitting: QuerySet, lexemes: SearchQuery, most: int) -> list[int]:
    """The keys of the best; where more fit than are looked at, of those that the index names first."""
    rank = SearchRank(F("search"), lexemes, cover_density=True)
    looked_at = fitting.order_by().annotate(rank=rank).values_list("rank", "pk")[:MOST_RANKED]
    return [pk for _rank, pk in sorted(looked_at, reverse=True)[:most]]


def _alike(cases: QuerySet, query: Query, user: User | None) -> list[int]:
    """Cases whose id, title or tags hold a part of the words, or words that are spelt alike."""
    words = query.plain_words
    text = " ".join(words)
    others = _group(tuple(term for term in query.groups[0] if term not in query.words), user) if words else Q()
    found = []
    if len(text) >= SHORTEST_PART:
        parts = cases.filter(others, folded__contains=_folded(text)).order_by("-pk")
        found = list(parts.values_list("pk", flat=True)[:MOST_ALIKE])
    if not words or len(found) >= FEW or not any(len(word) > SHORTEST_PART for word in words):
        return found
    lexemes = reduce(and_, [_spelt_like(word, user) for word in words])
    fitting = cases.exclude(pk__in=found).filter(others, search=lexemes)
    return found + _best(fitting, lexemes, MOST_ALIKE)


def _spelt_like(word: str, user: User | None) -> SearchQuery:
    """The word, and the words of titles, ids and tags that are spelt like it, as titles and tags hold them."""
    from .models import TitleWord

    known = TitleWord.objects.all() if user is None else TitleWord.objects.visible_to(user)
    alike = [each for each in known.alike(word.lower(), MOST_SPELLINGS) if len(word) > SHORTEST_PART]
    return reduce(or_, [_lexemes(Term(word)), *[_raw(f"'{each}':AB") for each in alike]])


def _folded(text: str) -> Func:
    return Func(Value(text), function="portal_folded", output_field=CharField())


def _group(terms: Sequence[Term], user: User | None) -> Q:
    """Every term of the group; the words of all in one question to the index."""
    found, words = Q(), []
    for term in terms:
        condition = _FIELDS[term.field](term.text, user) if term.field else None
        if condition is not None:
            found &= ~condition if term.is_negated else condition
        elif term.is_negated:
            found &= ~Q(search=SearchQuery(_as_words(term), config=CONFIG, search_type="phrase"))
        else:
            words.append(_lexemes(term))
    return found & Q(search=reduce(and_, words)) if words else found


def _as_words(term: Term) -> str:
    return f"{term.field}:{term.text}" if term.field else term.text


def _lexemes(term: Term) -> SearchQuery:
    """A phrase as it is; a word, or the start of one."""
    if term.is_phrase or term.field:
        return SearchQuery(_as_words(term), config=CONFIG, search_type="phrase")
    quoted = term.text.replace("\\", "\\\\").replace("'", "''")
    return _raw(f"'{quoted}':*")


def _raw(text: str) -> SearchQuery:
    return SearchQuery(text, config=CONFIG, search_type="raw")


def _spellings(text: str) -> list[str]:
    return sorted({text, text.lower(), text.upper(), text.capitalize(), text.title()})


def _of_tag(text: str, user: User | None) -> Q:
    return Q(tags__overlap=_spellings(text))


def _of_label(text: str, user: User | None) -> Q:
    return Q(labels__overlap=_spellings(text))


def _of_folder(text: str, user: User | None) -> Q | None:
    """In or below a folder whose names end so: `Cards`, `Payments/Cards`."""
    from .models import Folder

    names = [name.strip() for name in text.split("/") if name.strip()][-10:]
    if not names:
        return None
    above = {"__".join(["parent"] * place + ["name", "iexact"]): name for place, name in enumerate(reversed(names))}
    named = Folder.objects.living().filter(project=OuterRef("project"), **above)
    place = named.annotate(place=Func(OuterRef("path"), function="", output_field=TextField()))
    below = Folder.objects.living().filter(Exists(place.filter(place__startswith=F("path"))))
    return Q(folder__in=below.values("pk"))


def _one_of(name: str, choices: Sequence[str]) -> Callable[[str, User | None], Q | None]:
    """The field has the value; a word that is no value of it is looked for in the texts."""

    def condition(text: str, user: User | None) -> Q | None:
        code = text.lower().replace("-", "_").replace(" ", "_")
        return Q(**{name: code}) if code in choices else None

    return condition


def _of_state(text: str, user: User | None) -> Q | None:
    """The state has this code, or this name in a workflow that the reader sees."""
    from .models import WorkflowState

    code = text.lower().replace("-", "_").replace(" ", "_")
    known = WorkflowState.objects.all() if user is None else WorkflowState.objects.visible_to(user)
    found = Q(state=code) if code in CaseState.values else None
    for project, own in known.called(text).order_by().values_list("project_id", "code"):
        named = Q(project=project, state=own)
        found = named if found is None else found | named
    return found


def _of_priority(text: str, user: User | None) -> Q | None:
    known = {each.code: each for each in Priority}
    return Q(priority=known[text.lower()]) if text.lower() in known else None


def _of_owner(text: str, user: User | None) -> Q:
    """`me`, `none`, or the start of a name or an address."""
    if text.lower() in {"none", "nobody"}:
        return Q(owner__isnull=True)
    if text.lower() == "me" and user is not None:
        return Q(owner=user)
    first, _space, last = text.partition(" ")
    named = Q(owner__first_name__istartswith=first, owner__last_name__istartswith=last)
    return named | Q(owner__last_name__istartswith=text) | Q(owner__email__istartswith=text)


def _of_status(text: str, user: User | None) -> Q | None:
    """The last result; nothing at all counts as not started, an error as failed."""
    code = text.lower().replace("-", "_").replace(" ", "_")
    if code not in ResultStatus.values:
        return None
    if code == ResultStatus.NOT_STARTED:
        return Q(activity__isnull=True) | Q(activity__last_status=code)
    wanted = {code, ResultStatus.ERROR} if code == ResultStatus.FAILED else {code}
    return Q(activity__last_status__in=wanted)


def _of_story(text: str, user: User | None) -> Q:
    from .models import TestCaseStory

    links = TestCaseStory.objects.filter(story__story_id__iexact=text)
    return Q(pk__in=links.values("case_id"))


def _of_epic(text: str, user: User | None) -> Q:
    return Q(epic_key__iexact=text)


def _of_template(text: str, user: User | None) -> Q:
    return Q(template__name__iexact=text)


def _of_id(text: str, user: User | None) -> Q:
    return Q(test_id=text.upper())


_FIELDS: dict[str, Callable[[str, User | None], Q | None]] = {
    "tag": _of_tag,
    "label": _of_label,
    "folder": _of_folder,
    "priority": _of_priority,
    "type": _one_of("test_type", TestType.values),
    "state": _of_state,
    "owner": _of_owner,
    "status": _of_status,
    "story": _of_story,
    "epic": _of_epic,
    "template": _of_template,
    "automation": _one_of("automation_status", AutomationStatus.values),
    "id": _of_id,
}
