"""Which cases a reported test could belong to."""

import re

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import QuerySet

from catalog.models import TestCase

from .models import RunCase

MOST = 6
LONGEST_WORDS = 200
_JOINTS = re.compile(r"(?<=[a-z])(?=[A-Z])|[_\W]+")
_NOISE = re.compile(r"^(?:test|it|should|verify)\s+", re.IGNORECASE)


def spoken(name: str) -> str:
    """The name of a test as a person would write it: `test_paysByCard[visa]` is `pays by card visa`."""
    words = " ".join(_JOINTS.sub(" ", name).split())
    return _NOISE.sub("", words).lower()[:LONGEST_WORDS]


def cases_like(test: RunCase, *, words: str = "") -> list[TestCase]:
    """Cases with these words in id or title; without words, those whose title is most like the test's name."""
    cases: QuerySet = TestCase.objects.living().current().in_project(test.project_id).for_list()
    words = words.strip()[:LONGEST_WORDS]
    if words:
        exact = cases.filter(test_id__istartswith=words).order_by("test_id")[:MOST]
        found = list(exact)
        if len(found) < MOST:
            known = [case.pk for case in found]
            found += cases.matching(words).exclude(pk__in=known).order_by("test_id")[: MOST - len(found)]
        return found
    name = spoken(test.name)
    if not name:
        return []
    alike = cases.filter(folded__trigram_word_similar=name)
    return list(alike.annotate(likeness=TrigramWordSimilarity(name, "folded")).order_by("-likeness", "test_id")[:MOST])
