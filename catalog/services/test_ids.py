"""Test ids such as `TC_UI_001`: one counter for each project and tag, and no id is handed out twice."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit.errors import InvalidInput, RuleViolation

from .. import policies
from ..choices import TestTag
from ..models import TestCase, TestIdCounter

_FORM = re.compile(r"TC_(UI|API|HYBRID)_([0-9]{3,30})")
_BLOCK = 100


def parse_test_id(given: str) -> tuple[str, TestTag]:
    """The id in its stored spelling, and the tag that it names.

    Raises InvalidInput naming `test_id` for text of another form.
    """
    text = str(given).strip().upper()
    match = _FORM.fullmatch(text)
    if match is None:
        raise InvalidInput(
            _("The test id cannot be used."),
            fields={"test_id": [_("A test id looks like TC_UI_001: UI, API or HYBRID and at least three digits.")]},
        )
    return text, TestTag(match.group(1).lower())


def lock_counter(project: Project, tag: str) -> int:
    """The last number handed out for the tag; others wait until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalog_testidcounter AS counter (project_id, tag, last_number) VALUES (%s, %s, 0)"
            " ON CONFLICT (project_id, tag) DO UPDATE SET last_number = counter.last_number RETURNING last_number",
            [project.pk, tag],
        )
        return cursor.fetchone()[0]


def hand_out(project: Project, tag: str, number: int, *, besides: Collection[str] = ()) -> list[str]:
    """The next `number` free ids of the tag, in order; ids that somebody chose by hand are skipped.

    `besides` are ids that are about to be stored. Runs inside the caller's transaction, which other creators of
    this project wait for.
    """
    if number < 1:
        return []
    last = lock_counter(project, tag)
    found: list[str] = []
    while len(found) < number:
        size = max(number - len(found), _BLOCK)
        candidates = {f"TC_{tag.upper()}_{each:03d}": each for each in range(last + 1, last + 1 + size)}
        taken = _taken(project, candidates).union(besides)
        for test_id, each in candidates.items():
            if test_id not in taken and len(found) < number:
                found.append(test_id)
                last = each
        if len(found) < number:
            last = max(candidates.values())
    TestIdCounter.objects.filter(project=project, tag=tag).update(last_number=last)
    return found


def claim(project: Project, given: Sequence[str]) -> None:
    """Make sure that ids chosen by the caller are free; with their counters locked they stay so.

    Raises RuleViolation naming `test_id` for one that a case has or had.
    """
    if not given:
        return
    taken = sorted(_taken(project, given) | {each for each, times in Counter(given).items() if times > 1})
    if taken:
        words = _("%s is taken: an id is never used twice, not even that of a deleted case.") % taken[0]
        raise RuleViolation(words, "test_id_taken", fields={"test_id": [words]})


@transaction.atomic
def reserve_test_id(*, actor: User | None, project: Project, tag: str) -> str:
    """Hand out the next id of the tag for a case that will be created with it.

    The number is used up even when no case follows, so two callers never get the same one.
    Raises Denied, and InvalidInput for an unknown tag.
    """
    policies.can_edit_cases(actor, project).require()
    if tag not in TestTag.values:
        raise InvalidInput(_("Unknown tag."), fields={"tag": [_("Use one of: %s.") % ", ".join(TestTag.values)]})
    test_id = hand_out(project, tag, 1)[0]
    audit.record("test_id.reserved", actor=actor, target=project, test_id=test_id)
    return test_id


def _taken(project: Project, test_ids: Iterable[str]) -> set[str]:
    """Those ids that a case of the project has, deleted ones included."""
    found = TestCase.objects.in_project(project).filter(test_id__in=list(test_ids))
    return set(found.values_list("test_id", flat=True))
