"""Runs that people execute: what goes into them, and who executes what."""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from catalog.filters import TestCaseFilter
from catalog.models import Folder, SavedView, TestCase
from qaportal.kit import events
from qaportal.kit.errors import InvalidInput, RuleViolation
from releases.models import Milestone, Release, ReleaseCase

from .. import policies
from ..choices import RunKind, RunStatus
from ..models import Configuration, RunCase, TestRun
from .recording import refresh_counters
from .runs import create_run

MOST_TESTS = 50_000
USUAL_SECONDS = 300
"""How long a case without an estimate counts when work is shared out."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a run is made of: the union of all that is named."""

    everything: bool = False
    case_ids: Sequence[int] = ()
    folders: Sequence[Folder] = ()
    tags: Sequence[str] = ()
    """A case with any of them."""
    view: SavedView | None = None
    release: Release | None = None
    """Whose scope."""
    run: TestRun | None = None
    """An earlier run, of which those tests count whose last status is one of `statuses`."""
    statuses: Sequence[str] = ("failed", "error", "blocked")

    @property
    def is_empty(self) -> bool:
        """Whether nothing is named."""
        named = (self.everything, self.case_ids, self.folders, self.tags, self.view, self.release, self.run)
        return not any(named)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who executes the tests: nobody, one person, or several in turn or by how much they have to do."""

    people: Sequence[User] = ()
    by_load: bool = False
    by_case: dict[int, User] = field(default_factory=dict)
    """Who is named for single cases."""


def chosen_cases(*, actor: User, project: Project, chosen: Chosen) -> QuerySet[TestCase]:
    """The current cases of the project that are chosen, folder by folder."""
    cases = TestCase.objects.visible_to(actor).in_project(project).filter(is_archived=False)
    if not chosen.everything:
        wanted = Q(pk__in=list(chosen.case_ids))
        if chosen.folders:
            below = Q()
            for folder in chosen.folders:
                below |= Q(pk__in=Folder.objects.living().below(folder).values("pk"))
            wanted |= Q(folder__in=Folder.objects.filter(below).values("pk"))
        if chosen.tags:
            wanted |= Q(tags__overlap=list(chosen.tags))
        if chosen.view:
            wanted |= Q(pk__in=_cases_of_view(cases, actor, project, chosen.view).order_by().values("pk"))
        if chosen.release:
            wanted |= Q(pk__in=ReleaseCase.objects.filter(release=chosen.release).values("case_id"))
        if chosen.run:
            earlier = RunCase.objects.filter(run=chosen.run, case__isnull=False, status__in=list(chosen.statuses))
            wanted |= Q(pk__in=earlier.values("case_id"))
        cases = cases.filter(wanted)
    return cases.by_place()


def _cases_of_view(cases: QuerySet, actor: User, project: Project, view: SavedView) -> QuerySet:
    """What the list shows under the view: its filters and its folder."""
    query = QueryDict(view.query)
    folder = query.get("folder", "")
    if folder == "none":
        cases = cases.filter(folder__isnull=True)
    elif folder.isascii() and folder.isdigit() and len(folder) < 18:
        found = Folder.objects.living().in_project(project).filter(pk=int(folder)).first()
        cases = cases.none() if found is None else cases.below_folder(found)
    asking = SimpleNamespace(user=actor, project=project, GET=query)
    return TestCaseFilter(query, queryset=cases, request=asking).qs


def _people_for(project: Project, cases: Sequence[tuple[int, int | None]], given: Assignment) -> list[int | None]:
    """Who executes each case, by key; cases come with their estimates."""
    people = [person.pk for person in given.people]
    named = {case_id: person.pk for case_id, person in given.by_case.items()}
    if not people:
        return [named.get(case_id) for case_id, _seconds in cases]
    if not given.by_load:
        return [named.get(case_id, people[place % len(people)]) for place, (case_id, _s) in enumerate(cases)]
    load = _open_seconds(project, people)
    heap = [(load.get(person, 0), place, person) for place, person in enumerate(people)]
    heapq.heapify(heap)
    found: list[int | None] = []
    for case_id, seconds in cases:
        if case_id in named:
            found.append(named[case_id])
            continue
        busy, place, person = heapq.heappop(heap)
        heapq.heappush(heap, (busy + (seconds or USUAL_SECONDS), place, person))
        found.append(person)
    return found


def _open_seconds(project: Project, people: Sequence[int]) -> dict[int, int]:
    """How much each of them has still to execute in open runs."""
    tests = RunCase.objects.living().left().in_project(project).filter(run__status=RunStatus.ACTIVE)
    seconds = Sum(Coalesce("case__estimate", USUAL_SECONDS))
    rows = tests.filter(assigned_to__in=people).order_by().values_list("assigned_to_id").annotate(seconds=seconds)
    return dict(rows)


def _require_testers(project: Project, people: Iterable[User], field_name: str) -> None:
    wanted = {person.pk for person in people}
    able = set(User.objects.who_may("result.record", project).filter(pk__in=wanted).values_list("pk", flat=True))
    if wanted - able:
        words = _("This person may not record results in the project.")
        raise InvalidInput(words, fields={field_name: [words]})


_INSERT = """
INSERT INTO runs_runcase (
    project_id, run_id, case_id, test_key, occurrence, matched_by, automation_key, name, class_name, suite_path,
    assigned_to_id, status, position, attempts, is_flaky, error_summary, case_version, created_at, updated_at)
SELECT known.project_id, %(run)s, known.id, md5('case:' || known.id)::uuid, 1, '', '', known.title, '', '{}',
       given.person, 'not_started', given.place + %(offset)s, 0, false, '', known.version, %(now)s, %(now)s
FROM unnest(%(cases)s::bigint[], %(people)s::bigint[]) WITH ORDINALITY AS given(id, person, place)
JOIN catalog_testcase AS known ON known.id = given.id
ON CONFLICT (run_id, test_key, occurrence) DO NOTHING
"""


def _insert_tests(run: TestRun, cases: Sequence[tuple[int, int | None]], people: Sequence[int | None]) -> int:
    offset = RunCase.objects.filter(run=run).aggregate(last=Coalesce(Max("position"), 0))["last"]
    values = {
        "run": run.pk,
        "cases": [case_id for case_id, _seconds in cases],
        "people": list(people),
        "offset": offset,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        return cursor.rowcount


def _loaded(actor: User, project: Project, chosen: Chosen) -> list[tuple[int, int | None]]:
    cases = chosen_cases(actor=actor, project=project, chosen=chosen)
    found = list(cases.values_list("pk", "estimate")[: MOST_TESTS + 1])
    if len(found) > MOST_TESTS:
        raise RuleViolation(_("A run has at most %d tests.") % MOST_TESTS, "too_many_tests")
    return found


@transaction.atomic
def create_manual_run(  # noqa: PLR0913  one keyword for each thing that is known of a run
    *,
    actor: User,
    project: Project,
    name: str,
    chosen: Chosen,
    assignment: Assignment | None = None,
    description: str = "",
    release: Release | None = None,
    environment: str = "",
    build: str = "",
    due: datetime | None = None,
    milestone: Milestone | None = None,
    configuration: Configuration | None = None,
    group: UUID | None = None,
    metadata: dict[str, Any] | None = None,
    may_be_empty: bool = False,
) -> TestRun:
    """Plan a run to be executed by hand; each test is pinned to the version that its case has now.

    Raises Denied, RuleViolation for a closed release, and InvalidInput for an empty choice or somebody who does not
    work in the project.
    """
    policies.can_plan_run(actor, project).require()
    if release is not None and not release.is_open:
        raise RuleViolation(_("This release is closed and takes no more results."), "release_closed")
    assignment = assignment or Assignment()
    _require_testers(project, [*assignment.people, *assignment.by_case.values()], "assigned_to")
    cases = [] if chosen.is_empty else _loaded(actor, project, chosen)
    if not cases and not may_be_empty:
        words = _("Nothing is chosen: pick folders, tags, a view, a release, an earlier run or single cases.")
        raise InvalidInput(words, "nothing_chosen", fields={"chosen": [words]})
    run = create_run(
        actor=actor,
        project=project,
        name=name,
        kind=RunKind.MANUAL,
        release=release,
        description=description,
        environment=environment,
        build=build,
        due=due,
        milestone=milestone,
        configuration=configuration,
        group=group,
        metadata=metadata or {},
    )
    _insert_tests(run, cases, _people_for(project, cases, assignment))
    refresh_counters(run=run)
    run.refresh_from_db()
    return run


def _held(run: TestRun) -> TestRun:
    """The run, locked, while it is open; raises RuleViolation."""
    run = TestRun.objects.select_for_update(of=("self",)).select_related("project", "release").get(pk=run.pk)
    refusal = policies.takes_verdicts(run)
    if not refusal:
        raise RuleViolation(refusal.reason, refusal.code)
    return run


@transaction.atomic
def add_tests(*, actor: User, run: TestRun, chosen: Chosen, assignment: Assignment | None = None) -> int:
    """Plan more cases in an open run; those that it has stay as they are. Answers how many were added.

    Raises Denied, RuleViolation and InvalidInput.
    """
    policies.can_edit_run(actor, run).require()
    run = _held(run)
    assignment = assignment or Assignment()
    _require_testers(run.project, [*assignment.people, *assignment.by_case.values()], "assigned_to")
    known = set(RunCase.objects.filter(run=run, case__isnull=False).values_list("case_id", flat=True))
    cases = [] if chosen.is_empty else [row for row in _loaded(actor, run.project, chosen) if row[0] not in known]
    added = _insert_tests(run, cases, _people_for(run.project, cases, assignment))
    refresh_counters(run=run)
    audit.record("run.tests_added", actor=actor, target=run, tests=added)
    events.publish("run.updated", run=run, actor=actor)
    return added


@transaction.atomic
def replace_tests(
    *, actor: User, run: TestRun, case_ids: Sequence[int], assigned: Mapping[int, User | None] | None = None
) -> int:
    """Let an open run have just these cases; what was executed stays. Answers how many tests came or went.

    `assigned` says who executes which case; who is not named there keeps his tests. Raises Denied, RuleViolation and
    InvalidInput.
    """
    policies.can_edit_run(actor, run).require()
    run, assigned = _held(run), assigned or {}
    _require_testers(run.project, [person for person in assigned.values() if person], "assigned_to")
    tests = RunCase.objects.filter(run=run)
    known = set(tests.filter(case__isnull=False).values_list("case_id", flat=True))
    gone = tests.planned().filter(attempts=0).exclude(case_id__in=list(case_ids))
    _number, deleted = gone.delete()
    new = Chosen(case_ids=[case_id for case_id in case_ids if case_id not in known])
    cases = [] if new.is_empty else _loaded(actor, run.project, new)
    moved = _insert_tests(run, cases, [None] * len(cases)) + deleted.get(RunCase._meta.label, 0)
    for person in {*assigned.values()}:
        theirs = [case_id for case_id, each in assigned.items() if each == person]
        tests.filter(case_id__in=theirs).update(assigned_to=person, updated_at=timezone.now())
    refresh_counters(run=run)
    audit.record("run.tests_replaced", actor=actor, target=run, tests=moved)
    events.publish("run.updated", run=run, actor=actor)
    return moved


@transaction.atomic
def assign_tests(*, actor: User, run: TestRun, assignment: Assignment, test_ids: Sequence[int] | None = None) -> int:
    """Say who executes these tests of an open run, or all that have no verdict yet; answers how many moved.

    Without people they are nobody's. Raises Denied, RuleViolation, and InvalidInput for somebody who does not work in
    the project.
    """
    policies.can_plan_run(actor, run.project).require()
    run = _held(run)
    _require_testers(run.project, assignment.people, "assigned_to")
    tests = RunCase.objects.filter(run=run).order_by("position", "pk")
    tests = tests.left() if test_ids is None else tests.filter(pk__in=list(test_ids))
    rows = list(tests.select_for_update(of=("self",)).values_list("pk", "case__estimate"))
    people = _people_for(run.project, rows, assignment)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE runs_runcase AS test SET assigned_to_id = given.person, updated_at = %s"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS given(id, person)"
            " WHERE test.id = given.id AND test.assigned_to_id IS DISTINCT FROM given.person",
            [timezone.now(), [pk for pk, _seconds in rows], people],
        )
        moved = cursor.rowcount
    if moved:
        names = [str(person) for person in assignment.people]
        audit.record("run.assigned", actor=actor, target=run, tests=moved, people=names)
    return moved
