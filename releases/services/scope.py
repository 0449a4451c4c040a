"""Which cases a release covers."""

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from catalog.choices import Priority
from catalog.models import Folder
from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput

from .. import policies
from ..choices import ExecutionStatus
from ..models import Release, ReleaseCase
from ..selection import Selection

NOTED = ("comments", "bug_ids", "screenshots", "execution_duration")
PLANNED = ("priority", "assigned_to", "position")
MOST_BUGS, LONGEST_BUG = 50, 60
MOST_SCREENSHOTS, LONGEST_PATH = 100, 2_000
LONGEST_COMMENT = 20_000


def _locked(release: Release, actor: User | None) -> Release:
    """The open release, locked against other changes of its scope."""
    policies.can_change_scope(actor, release).require()
    locked = Release.objects.living().select_for_update(of=("self",)).select_related("project").get(pk=release.pk)
    policies.require_open(locked)
    return locked


def _check_assignee(release: Release, person: User | None) -> None:
    if person is not None and not User.objects.who_reach(release.project).filter(pk=person.pk).exists():
        raise InvalidInput(
            _("This person does not work in the project."),
            fields={"assigned_to": [_("This person does not work in the project.")]},
        )


def _check_priority(priority: int | None) -> None:
    if priority is not None and priority not in Priority.values:
        raise InvalidInput(_("Unknown priority."), fields={"priority": [_("Unknown priority.")]})


def _insert(release: Release, selection: Selection, priority: int | None, assigned_to: User | None) -> int:
    """Add what is missing in one statement, in the order of folders and ids; answers how many rows."""
    if selection.is_empty():
        return 0
    chosen = selection.cases(release.project_id).order_by().values("pk", "folder__path", "test_id")
    columns, parameters = chosen.query.sql_with_params()
    last = ReleaseCase.objects.filter(release=release).aggregate(last=Max("position"))["last"] or 0
    # The inner statement is the ORM's own with its parameters; nothing of the request is written into the text.
    statement = f"""
        INSERT INTO {ReleaseCase._meta.db_table} (
            project_id, release_id, case_id, priority, position, assigned_to_id, execution_status, comments,
            bug_ids, screenshots, is_automated_verdict, is_flaky, created_at, updated_at)
        SELECT %s, %s, chosen.pk, %s, %s + row_number() OVER (ORDER BY chosen.path NULLS LAST, chosen.test_id),
            %s, %s, '', '{{}}', '[]', false, false, %s, %s
        FROM ({columns}) AS chosen (pk, path, test_id)
        ON CONFLICT (release_id, case_id) DO NOTHING
    """  # noqa: S608
    now = timezone.now()
    values = [release.project_id, release.pk, priority, last, assigned_to and assigned_to.pk]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, ExecutionStatus.NOT_STARTED.value, now, now, *parameters])
        return cursor.rowcount


@transaction.atomic
def add_cases(
    *,
    actor: User | None,
    release: Release,
    case_ids: Iterable[int] = (),
    folder: Folder | None = None,
    tags: Iterable[str] = (),
    everything: bool = False,
    priority: int | None = None,
    assigned_to: User | None = None,
) -> int:
    """Add the named cases of the release's project that it does not cover yet; answers how many were added.

    The ways to name cases add up; deleted and archived cases and those of other projects are left out. `priority`
    replaces the case's own in this release. Raises Denied, InvalidInput and RuleViolation (`release_closed`).
    """
    release = _locked(release, actor)
    _check_priority(priority)
    _check_assignee(release, assigned_to)
    selection = Selection(tuple(case_ids), folder, tuple(tags), everything)
    added = 0 if selection.is_empty() else _insert(release, selection, priority, assigned_to)
    if added:
        named = {
            "folder": str(folder) if folder else "",
            "tags": ", ".join(selection.tags),
            "everything": "yes" if everything else "",
        }
        audit.record("release.scope_changed", actor=actor, target=release, added=added, **named)
        events.publish("release.scope_changed", release=release, actor=actor, added=added, removed=0)
    return added


@transaction.atomic
def remove_cases(*, actor: User | None, release: Release, case_ids: Iterable[int], if_match: str | None = None) -> int:
    """Take cases out of the scope, with their verdicts there; results in runs stay. Answers how many went.

    `if_match` is for one case. Raises Denied, RuleViolation (`release_closed`) and VersionConflict.
    """
    release = _locked(release, actor)
    rows = ReleaseCase.objects.filter(release=release, case__in=list(case_ids))
    for row in rows.select_for_update() if if_match else ():
        require_match(row, if_match)
    named = list(rows.order_by("case__test_id").values_list("case__test_id", flat=True)[:20])
    removed, _by_model = rows.delete()
    if removed:
        audit.record("release.scope_changed", actor=actor, target=release, removed=removed, cases=named)
        events.publish("release.scope_changed", release=release, actor=actor, added=0, removed=removed)
    return removed


@transaction.atomic
def assign_cases(*, actor: User | None, release: Release, case_ids: Iterable[int], assigned_to: User | None) -> int:
    """Give cases of the scope to a person, or to nobody; answers how many changed hands.

    Raises Denied, InvalidInput for a person outside the project, RuleViolation (`release_closed`).
    """
    release = _locked(release, actor)
    _check_assignee(release, assigned_to)
    rows = ReleaseCase.objects.filter(release=release, case__in=list(case_ids))
    rows = rows.exclude(assigned_to=assigned_to) if assigned_to else rows.filter(assigned_to__isnull=False)
    changed = rows.update(assigned_to=assigned_to, updated_at=timezone.now())
    if changed:
        person = str(assigned_to) if assigned_to else _("nobody")
        audit.record("release.assigned", actor=actor, target=release, cases=changed, to=person)
    return changed


def check_details(fields: dict[str, Any]) -> None:
    """Raise InvalidInput naming the detail that cannot be stored."""
    problems: dict[str, list[str]] = {}
    bugs = fields.get("bug_ids") or []
    if len(bugs) > MOST_BUGS or any(len(bug) > LONGEST_BUG for bug in bugs):
        problems["bug_ids"] = [_("At most 50 ids of 60 characters each.")]
    paths = fields.get("screenshots") or []
    if len(paths) > MOST_SCREENSHOTS or any(not isinstance(path, str) or len(path) > LONGEST_PATH for path in paths):
        problems["screenshots"] = [_("At most 100 paths of 2,000 characters each.")]
    if len(fields.get("comments") or "") > LONGEST_COMMENT:
        problems["comments"] = [_("At most 20,000 characters.")]
    if problems:
        raise InvalidInput(_("The details cannot be saved."), fields=problems)


@transaction.atomic
def update_scope_row(
    *, actor: User | None, release_case: ReleaseCase, if_match: str | None = None, **fields: Any
) -> ReleaseCase:
    """Change what is planned for a case (`PLANNED`) or noted with its verdict (`NOTED`); the verdict itself stays.

    `execution_duration` is in seconds. Raises Denied, InvalidInput, VersionConflict, RuleViolation (`release_closed`).
    """
    if unknown := set(fields) - set(PLANNED) - set(NOTED):
        raise TypeError(f"A case of a release has no field {sorted(unknown)[0]!r} that can be changed.")
    release = Release.objects.living().select_related("project").get(pk=release_case.release_id)
    if set(fields) & set(PLANNED):
        policies.can_change_scope(actor, release).require()
    if set(fields) & set(NOTED):
        policies.can_note_details(actor, release).require()
    policies.require_open(release)
    _check_priority(fields.get("priority"))
    _check_assignee(release, fields.get("assigned_to"))
    check_details(fields)
    row = ReleaseCase.objects.select_for_update(of=("self",)).select_related("case").get(pk=release_case.pk)
    require_match(row, if_match)
    before = audit.snapshot(row, fields)
    for name, value in fields.items():
        setattr(row, name, value)
    changes = audit.changes_between(before, audit.snapshot(row, fields))
    if changes:
        row.save(update_fields=[*fields, "updated_at"])
        named = {"label": row.case.test_id, "release": release.version}
        audit.record("release_case.updated", actor=actor, target=row, project=release.project, changes=changes, **named)
    return ReleaseCase.objects.for_list().get(pk=row.pk)
