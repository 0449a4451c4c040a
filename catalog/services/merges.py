"""Two cases that turned out to be the same test become one."""

from collections.abc import Collection
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, NotVisible, RuleViolation

from .. import policies
from ..models import CaseOrigin, SimilarPair, TestCase, TestCaseLink, TestCaseStory
from .cases import document_of, update_case
from .drafts import EDITABLE, usable_words
from .links import link_two_cases
from .stories import primary_story_id

JOINED = ("tags", "labels")
"""What the winner gets of both, whatever is chosen; so it does stories and links."""
CHOSEN = (*(name for name in EDITABLE if name not in {*JOINED, "is_archived"}), "steps")
"""The fields of which one text wins."""
_PATIENCE, _LITTLE_PATIENCE = "5s", "800ms"
"""How long others are waited for, without and with rows that others wait for: the latter ends before a deadlock is
looked for, so that it is the merge that gives way."""
_LOCKED_ELSEWHERE = {"55P03", "40P01"}


def merge_cases(
    *,
    actor: User | None,
    winner: TestCase,
    loser: TestCase,
    taken: Collection[str] = (),
    if_match: str | None = None,
    loser_if_match: str | None = None,
) -> TestCase:
    """Let the winner stand for both: the loser leaves every list, and its id, keys and results lead to the winner.

    `taken` names the fields of `CHOSEN` whose text the loser gives; of all others the winner's stays. Tags, labels,
    stories and links are those of both. It cannot be taken back. Raises Denied, InvalidInput, VersionConflict,
    NotVisible for a case of another project, and RuleViolation for one that is gone (`case_gone`) or in use (`busy`).
    """
    policies.can_merge_cases(actor, winner.project).require()
    if winner.pk == loser.pk:
        words = _("A case cannot be merged with itself.")
        raise InvalidInput(words, "same_case", fields={"other": [words]})
    if winner.project_id != loser.project_id:
        raise NotVisible
    if unknown := set(taken) - set(CHOSEN):
        words = _("No such field: %s.") % sorted(unknown)[0]
        raise InvalidInput(words, fields={"take": [words]})
    try:
        with transaction.atomic():
            winner, loser = _locked(winner, loser)
            require_match(winner, if_match)
            require_match(loser, loser_if_match)
            return _merge(actor, winner, loser, taken)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") not in _LOCKED_ELSEWHERE:
            raise
        words = _("One of these cases is in use, such as by an import of results. Try again in a moment.")
        raise RuleViolation(words, "busy") from error


def _locked(winner: TestCase, loser: TestCase) -> tuple[TestCase, TestCase]:
    """Both as they are stored now. The project's row is locked first: its merges come one after the other."""
    _wait_at_most(_PATIENCE)
    projects = Project.objects.select_for_update(of=("self",), no_key=True).select_related("tenant")
    project = projects.get(pk=winner.project_id)
    living = TestCase.objects.living().in_project(project).filter(pk__in=[winner.pk, loser.pk])
    locked = living.select_for_update(of=("self",), no_key=True).select_related("folder", "owner", "template")
    found = {case.pk: case for case in locked.order_by("pk")}
    if len(found) != 2:
        raise RuleViolation(_("One of the two was deleted or merged in the meantime."), "case_gone")
    for case in found.values():
        case.project = project
    return found[winner.pk], found[loser.pk]


def _merge(actor: User | None, winner: TestCase, loser: TestCase, taken: Collection[str]) -> TestCase:
    _wait_at_most(_LITTLE_PATIENCE)
    fields: dict[str, Any] = {name: getattr(loser, name) for name in taken if name != "steps"}
    if "steps" in taken:
        fields["steps"] = document_of(loser)["steps"]
    fields |= {name: _joined(getattr(winner, name), getattr(loser, name), name) for name in JOINED}
    if not primary_story_id(winner):
        fields["story_id"] = primary_story_id(loser)
    winner = update_case(actor=actor, case=winner, reason=_("Merged with %s") % loser.test_id, **fields)
    _cover_stories_of(actor, winner, loser)
    _link_like(actor, winner, loser)
    CaseOrigin.objects.filter(case=loser).update(case=winner)
    SimilarPair.objects.filter(Q(case_a=loser) | Q(case_b=loser)).delete()
    loser.merged_into, loser.deleted_at, loser.updated_by = winner, timezone.now(), actor
    loser.save(update_fields=["merged_into", "deleted_at", "updated_by", "updated_at"])
    told = [
        (winner, {"merged_with": [None, loser.test_id]}),
        (loser, {"merged_into": [None, winner.test_id]}),
    ]
    audit.record_each("case.merged", actor=actor, changed=told)
    events.publish("case.merged", winner=winner, loser=loser, actor=actor)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    return winner


def _joined(own: list[str], added: list[str], name: str) -> list[str]:
    return usable_words([*own, *added], name)


def _cover_stories_of(actor: User | None, winner: TestCase, loser: TestCase) -> None:
    """Let the winner cover what the loser covers; its primary story stays the one it is."""
    known = TestCaseStory.objects.filter(case=winner).values("story_id")
    missing = TestCaseStory.objects.of_living_stories().filter(case=loser).exclude(story__in=known)
    links = [
        TestCaseStory(project_id=winner.project_id, case=winner, story=link.story, linked_by=actor) for link in missing
    ]
    TestCaseStory.objects.bulk_create(links)


def _link_like(actor: User | None, winner: TestCase, loser: TestCase) -> None:
    """Link the winner like the loser, but where it is linked so already or would depend on itself."""
    for link in TestCaseLink.objects.of_case(loser):
        case, other = (winner if side.pk == loser.pk else side for side in (link.case_a, link.case_b))
        if case.pk == other.pk:
            continue
        try:
            case.project = winner.project
            link_two_cases(actor=actor, case=case, other=other, type=link.type)
        except RuleViolation:
            continue


def _wait_at_most(time: str) -> None:
    """Bound the time that this transaction waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [time])
