"""What is found of cases by the search page, its API and the palette."""

from django.db.models import F, QuerySet

from accounts.models import User
from qaportal.kit.search import MOST_COUNTED, MOST_REACHED, Answer, Asked, Record

from .models import TestCase
from .plain_search import between, order_of
from .query_language import Query, parse
from .searching import highlighted, lexemes_of, texts_of_case


def ask_cases(*, user: User, asked: Asked) -> Answer:
    """Cases that fit, with the found words marked in title and texts; archived ones are left out."""
    cases = TestCase.objects.visible_to(user).current()
    if asked.project is not None:
        cases = cases.in_project(asked.project)
    if asked.tags:
        cases = cases.filter(tags__contains=list(asked.tags))
    cases = between(cases, asked)
    query = parse(asked.words)
    if asked.sort == "score" and query.words:
        found = cases.ranked(asked.words, user)
        ids = found.ids if asked.is_descending else found.ids[::-1]
        total, is_capped = min(len(ids), MOST_COUNTED), found.is_capped or len(ids) > MOST_COUNTED
        ids = ids[asked.offset : asked.offset + asked.limit]
    else:
        cases = cases.matching(asked.words, user)
        counted = cases.order_by()[: MOST_COUNTED + 1].count()
        total, is_capped = min(counted, MOST_COUNTED), counted > MOST_COUNTED
        order = ["-updated_at", "-pk"] if asked.sort == "score" else order_of(asked, "title")
        last = min(asked.offset + asked.limit, MOST_REACHED)
        ids = list(cases.order_by(*order).values_list("pk", flat=True)[asked.offset : last])
    shown = _shown(TestCase.objects.filter(pk__in=ids), query).in_bulk()
    records = [_record(shown[pk], place) for place, pk in enumerate(ids, start=asked.offset) if pk in shown]
    return Answer(records, total, is_capped)


def _shown(cases: QuerySet, query: Query) -> QuerySet:
    shown = ("test_id", "title", "tags", "project__key", "created_at", "updated_at")
    found = cases.select_related("project").only(*shown)
    lexemes = lexemes_of(query)
    if lexemes is None:
        return found
    return found.annotate(
        marked_title=highlighted(F("title"), lexemes, whole=True), marked_text=highlighted(texts_of_case(), lexemes)
    )


def _record(case: TestCase, place: int) -> Record:
    return Record(
        id=case.pk,
        title=case.title,
        url=case.get_absolute_url(),
        project_id=case.project_id,
        project_key=case.project.key,
        code=case.test_id,
        score=round(0.9 / (1 + place / 10), 4),
        marked_title=getattr(case, "marked_title", ""),
        marked_text=getattr(case, "marked_text", ""),
        created_at=case.created_at,
        updated_at=case.updated_at,
        tags=tuple(case.tags),
    )
