"""Finding what has no index of its words (folders, stories, releases, runs): every word in one of its columns."""

from collections.abc import Callable, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Case, F, FloatField, Q, QuerySet, Value, When

from qaportal.kit.search import MOST_COUNTED, MOST_REACHED, Answer, Asked, Record

from .query_language import Query, Term, parse


def answer_plainly(
    rows: QuerySet, asked: Asked, *, columns: Sequence[str], title: str, record: Callable[[Any], Record]
) -> Answer:
    """The rows that hold the words in some of the columns; the first column counts most.

    Rows of these kinds have no tags and none of the fields that a query may name of cases: asked for those, there
    are none.
    """
    query = parse(asked.words)
    if asked.tags or (asked.words.strip() and not query.groups):
        return Answer()
    found = rows.filter(condition_of(query, columns))
    if asked.project is not None:
        found = found.filter(project=asked.project)
    found = between(found, asked)
    total = found.order_by()[: MOST_COUNTED + 1].count()
    found = found.annotate(score=_score(query, columns)).order_by(*order_of(asked, title))
    shown = found[asked.offset : min(asked.offset + asked.limit, MOST_REACHED)]
    return Answer([_scored(record(row), row.score) for row in shown], min(total, MOST_COUNTED), total > MOST_COUNTED)


def condition_of(query: Query, columns: Sequence[str]) -> Q:
    """Which rows fit."""
    groups = [reduce(and_, [_term(term, columns) for term in group], Q()) for group in query.groups]
    return reduce(or_, groups) if groups else Q()


def between(rows: QuerySet, asked: Asked) -> QuerySet:
    """The rows whose asked date lies in the asked time."""
    if asked.date_field and asked.since:
        rows = rows.filter(**{f"{asked.date_field}__gte": asked.since})
    if asked.date_field and asked.until:
        rows = rows.filter(**{f"{asked.date_field}__lt": asked.until})
    return rows


def order_of(asked: Asked, title: str) -> list[Any]:
    """The order that was asked for; the newest first among equals."""
    column = F(title if asked.sort == "title" else asked.sort)
    return [column.desc() if asked.is_descending else column.asc(), "-pk"]


def _term(term: Term, columns: Sequence[str]) -> Q:
    if term.field:
        return Q(pk__isnull=not term.is_negated)
    found = reduce(or_, [Q(**{f"{column}__icontains": term.text}) for column in columns])
    return ~found if term.is_negated else found


def _score(query: Query, columns: Sequence[str]) -> Case:
    words = " ".join(term.text for term in query.words)
    exact = [When(**{f"{column}__iexact": words}, then=Value(1.0)) for column in columns[:2]]
    starts = [When(**{f"{column}__istartswith": words}, then=Value(0.8)) for column in columns[:2]]
    return Case(*exact, *starts, default=Value(0.4), output_field=FloatField())


def _scored(record: Record, score: float) -> Record:
    record.score = score
    return record
