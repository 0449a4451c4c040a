"""Cases that say what somebody is about to write, found while he types.

Candidates hold all words of the title, or, with few of those, all but one. They come from the index of title words, so
that the cost is that of a few lists of the index and of no more than `MOST_COMPARED` titles, whatever the number of
cases. What is shown of them is decided by the trigrams that the titles share.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import CharField, F, FloatField, Func, QuerySet, Value

from accounts.models import Project, User

from .choices import Likeness
from .models import TestCase

MOST_SHOWN = 5
MOST_COMPARED = 300
MOST_WORDS = 12
FEWEST_WORDS, FEWEST_SIGNS = 2, 6
"""A title says something from here on."""
LEAST_LIKENESS = 0.4
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class SimilarCase:
    """A case that is like what is typed, and why."""

    case: TestCase
    reason: Likeness
    percent: int | None = None
    """How alike the titles are."""


def similar_cases(
    user: User, project: Project, *, title: str = "", automation_key: str = "", besides: str = ""
) -> list[SimilarCase]:
    """The current cases of the project that have the key or a title like this, the most alike first.

    `besides` is the id of the case that is being written.
    """
    current = TestCase.objects.living().current().in_project(project).exclude(test_id=besides)
    found: dict[int, tuple[Likeness, int | None]] = {}
    if key := automation_key.strip()[:1000]:
        same = current.filter(automation_key=key).order_by("pk").values_list("pk", flat=True)[:MOST_SHOWN]
        found = dict.fromkeys(same, (Likeness.SAME_KEY, None))
    for likeness, pk in _alike(current, " ".join(title.split())[:500]):
        percent = round(likeness * 100)
        found.setdefault(pk, (Likeness.SAME_TITLE if percent == 100 else Likeness.LIKE_TITLE, percent))
    chosen = list(found)[:MOST_SHOWN]
    cases = TestCase.objects.visible_to(user).in_project(project).for_list().in_bulk(chosen)
    return [SimilarCase(cases[pk], *found[pk]) for pk in chosen if pk in cases]


def _alike(current: QuerySet[TestCase], title: str) -> list[tuple[float, int]]:
    """Likeness and key of the cases with the most similar titles."""
    words = list(dict.fromkeys(_WORD.findall(title.lower())))[:MOST_WORDS]
    if len(words) < FEWEST_WORDS or len(title) < FEWEST_SIGNS:
        return []
    folded = Func(F("title"), function="portal_folded", output_field=CharField())
    typed = Func(Value(title), function="portal_folded", output_field=CharField())
    likeness = Func(folded, typed, function="similarity", output_field=FloatField())
    told = current.order_by().annotate(
        likeness=likeness, words=Func(F("title"), function="catalog_title_words", output_field=SearchVectorField())
    )
    terms = [f"'{word}'" for word in words]
    terms[-1] += ":*"
    near = _near(told, [terms])
    if len(near) < MOST_SHOWN and len(terms) > FEWEST_WORDS:
        near |= _near(told, [[*terms[:place], *terms[place + 1 :]] for place in range(len(terms))])
    return sorted(near, key=lambda row: (-row[0], row[1]))[:MOST_SHOWN]


def _near(told: QuerySet[TestCase], wanted: Sequence[Sequence[str]]) -> set[tuple[float, int]]:
    """Those of the cases with all terms of one of the lists that are near enough; the last term may be a beginning."""
    queries = [SearchQuery(" & ".join(terms), config="portal", search_type="raw") for terms in wanted]
    first, *others = [told.filter(words=query).values_list("likeness", "pk") for query in queries]
    rows = first.union(*others, all=True)[:MOST_COMPARED] if others else first[:MOST_COMPARED]
    return {row for row in rows if row[0] >= LEAST_LIKENESS}
