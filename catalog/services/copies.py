"""Copying and moving cases and folders, within a project or into another one of the company.

A move is a copy with a new test id: the original is archived and its results stay in its project. What is picked is
written down first, one row a case; then chunks of it are copied, each in one transaction that notes the copies in
these rows. Whoever takes the work up again after a dead worker goes on where it ended, and nothing is copied twice.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit import events, progress
from qaportal.kit.errors import InvalidInput, NotVisible, PortalError, RuleViolation

from .. import policies
from ..choices import CopyState
from ..models import CopiedCase, CopyJob, Folder, TestCase, TestStep
from . import folders, test_ids, versions
from .bulk import MOST_AT_ONCE, update_cases
from .cases import delete_cases
from .copied_parts import copy_history, copy_steps, copy_stories, make_folders
from .fitting import Fitting

OPTIONS = ("steps", "tags", "versions", "stories", "attachments")
AT_ONCE = 200
"""So many cases are copied while somebody waits; more of them by a job."""
FOLDERS_AT_ONCE = 50
UNDONE_AT_ONCE = 2_000
CHUNK = 500
MOST_FOLDERS = 2_000
_BATCH = 1_000
_OPEN = (CopyState.QUEUED, CopyState.RUNNING)


@transaction.atomic
def start_copy(
    *,
    actor: User,
    project: Project,
    target_project: Project,
    case_ids: Sequence[int] = (),
    folder_ids: Sequence[int] = (),
    target_folder: Folder | None = None,
    is_move: bool = False,
    **options: bool,
) -> CopyJob:
    """Copy the cases, and the folders with what stands in and below them; at once when they are few, else by a job.

    Archived cases of picked folders stay. `options` are those of `OPTIONS`; all but `versions` are on unless told
    otherwise. Raises Denied for either project, NotVisible when something picked is not there, InvalidInput naming
    the field, and RuleViolation for a tree that would get too deep.
    """
    policies.can_edit_cases(actor, project).require()
    _require_target(actor, project, target_project, is_move)
    roots = _picked_folders(project, folder_ids)
    if roots:
        policies.can_edit_folders(actor, target_project).require()
    target_folder = folders.living_folder(target_project, target_folder, field="target_folder")
    _require_outside(roots, target_folder)
    cases = _picked_cases(project, case_ids, roots)
    if not cases and not roots:
        words = _("Pick a case or a folder.")
        raise InvalidInput(words, fields={"ids": [words]})
    job = CopyJob.objects.create(
        project=project,
        target_project=target_project,
        target_folder=target_folder,
        is_move=is_move,
        options={name: bool(options.get(name, name != "versions")) for name in OPTIONS},
        folder_ids=[root.pk for root in roots],
        counts={"cases": len(cases), "copied": 0, "archived": 0, "folders": 0, "left_out": 0},
        created_by=actor,
        updated_by=actor,
    )
    rows = [CopiedCase(project=project, job=job, source_id=each) for each in cases]
    CopiedCase.objects.bulk_create(rows, batch_size=5 * _BATCH)
    facts = {"cases": len(cases), "folders": len(roots), "into": target_project.key}
    audit.record("copy_job.started", actor=actor, target=job, **facts)
    if len(cases) <= AT_ONCE and _folders_below(roots) <= FOLDERS_AT_ONCE:
        while _step(job.pk):
            pass
        job.refresh_from_db()
        return job
    _queue(job)
    return job


def run_copy(*, job_id: UUID) -> None:
    """Copy what of a queued job is not copied yet, or close it with the reason why it cannot go on."""
    try:
        while _step(job_id):
            job = CopyJob.objects.get(pk=job_id)
            progress.advance(job.progress_id, done=_done(job), total=job.counts["cases"])
    except PortalError as refusal:
        fail_copy(job_id=job_id, reason=refusal.message)


@transaction.atomic
def resume_copy(*, actor: User, job: CopyJob) -> CopyJob:
    """Go on with a job that could not; raises Denied, and RuleViolation for one that did not fail."""
    policies.can_edit_cases(actor, job.project).require()
    policies.can_edit_cases(actor, job.target_project).require()
    job = _locked(job.pk)
    if job.state != CopyState.FAILED:
        raise RuleViolation(_("Only what failed can go on."), "not_failed")
    job.state, job.error, job.finished_at, job.created_by = CopyState.QUEUED, "", None, actor
    audit.record("copy_job.resumed", actor=actor, target=job)
    _queue(job)
    return job


@transaction.atomic
def fail_copy(*, job_id: UUID, reason: str) -> None:
    """Close a job that cannot go on; what was copied stays, and can be taken back or gone on with."""
    job = _locked(job_id)
    if job.state not in _OPEN:
        return
    job.state, job.error, job.finished_at = CopyState.FAILED, reason, timezone.now()
    job.save()
    progress.finish(job.progress_id, failed=True, message=reason)
    audit.record("copy_job.failed", actor=job.created_by, target=job, reason=reason)


@transaction.atomic
def undo_copy(*, actor: User, job: CopyJob) -> CopyJob:
    """Delete the copies that nobody changed since, and let the originals of a move count again.

    Copies that somebody changed or executed stay, and so do their archived originals. Many of them are deleted by a
    job. Raises Denied, and RuleViolation for a job that is still at work or was taken back.
    """
    policies.can_delete_cases(actor, job.target_project).require()
    policies.can_edit_cases(actor, job.project).require()
    job = _locked(job.pk)
    if job.state not in {CopyState.DONE, CopyState.FAILED}:
        raise RuleViolation(_("Only what is over can be taken back."), "not_over")
    if job.cases.done().count() <= UNDONE_AT_ONCE:
        return _take_back(actor, job)
    job.state = CopyState.UNDOING
    job.save(update_fields=["state", "updated_at"])
    _queue_undo(actor, job)
    return job


@transaction.atomic
def run_undo(*, job_id: UUID, actor: User) -> None:
    """Take back a job that waits for it; safe to run twice."""
    job = _locked(job_id)
    if job.state == CopyState.UNDOING:
        _take_back(actor, job)


# -- what is picked --------------------------------------------------------------------------------------------------
def _require_target(actor: User, project: Project, target: Project, is_move: bool) -> None:
    if target.deleted_at is not None or target.tenant_id != project.tenant_id:
        words = _("There is no such project.")
        raise InvalidInput(words, "not_found", fields={"target_project": [words]})
    policies.can_edit_cases(actor, target).require()
    if is_move and target == project:
        words = _("Within a project cases are moved to another folder, and keep their ids.")
        raise InvalidInput(words, fields={"target_project": [words]})


def _picked_folders(project: Project, folder_ids: Sequence[int]) -> list[Folder]:
    wanted = set(folder_ids)
    found = list(Folder.objects.living().in_project(project).filter(pk__in=wanted).order_by("path"))
    if len(found) != len(wanted):
        raise NotVisible
    if _folders_below(found) > MOST_FOLDERS:
        words = _("At most %d folders at once.") % MOST_FOLDERS
        raise InvalidInput(words, fields={"folders": [words]})
    return found


def _folders_below(roots: Sequence[Folder]) -> int:
    return sum(Folder.objects.living().below(root).count() for root in roots)


def _require_outside(roots: Sequence[Folder], target: Folder | None) -> None:
    if target is not None and any(target.path.startswith(root.path) for root in roots):
        words = _("A folder cannot be copied into itself or below itself.")
        raise InvalidInput(words, fields={"target_folder": [words]})


def _picked_cases(project: Project, case_ids: Sequence[int], roots: Sequence[Folder]) -> list[int]:
    """The keys of the picked cases and of the current ones below the picked folders, each once."""
    living = TestCase.objects.living().in_project(project)
    wanted = set(case_ids)
    found = set(living.filter(pk__in=wanted).values_list("pk", flat=True))
    if len(found) != len(wanted):
        raise NotVisible
    for root in roots:
        found |= set(living.current().below_folder(root).values_list("pk", flat=True))
    return sorted(found)


# -- at work ---------------------------------------------------------------------------------------------------------
def _queue(job: CopyJob) -> None:
    from ..jobs import run_copy_job

    project = job.project
    started = progress.start(kind="copy", user_id=job.created_by_id, tenant_id=project.tenant_id, project_id=project.pk)
    job.progress_id = started.pk
    job.save()
    run_copy_job.defer(job_id=str(job.pk))


def _queue_undo(actor: User, job: CopyJob) -> None:
    from ..jobs import undo_copy_job

    undo_copy_job.defer(job_id=str(job.pk), actor_id=actor.pk)


def _locked(job_id: UUID) -> CopyJob:
    return CopyJob.objects.for_detail().select_for_update(of=("self",)).get(pk=job_id)


def _done(job: CopyJob) -> int:
    return job.counts["copied"] + job.counts["left_out"]


@transaction.atomic
def _step(job_id: UUID) -> bool:
    """Copy one chunk; answers whether there may be more."""
    job = _locked(job_id)
    if job.state not in _OPEN:
        return False
    actor = job.created_by
    _require_still(job, actor)
    if job.state == CopyState.QUEUED:
        job.state = CopyState.RUNNING
        if job.folder_ids and not job.folder_map:
            make_folders(actor=actor, job=job)
            job.counts["folders"] = len(job.made_folders)
    rows = list(job.cases.waiting().order_by("pk")[:CHUNK])
    if rows:
        _copy_chunk(actor, job, rows)
    else:
        _finish(actor, job)
    job.save()
    return bool(rows)


def _require_still(job: CopyJob, actor: User | None) -> None:
    """Raise what stands in the way now, though it did not when the job was started."""
    if actor is None or not actor.is_active:
        raise RuleViolation(_("Whoever asked for this is not here any more."), "actor_gone")
    _require_target(actor, job.project, job.target_project, job.is_move)
    policies.can_edit_cases(actor, job.project).require()


def _copy_chunk(actor: User, job: CopyJob, rows: Sequence[CopiedCase]) -> None:
    """Copy the cases of these rows, in a number of statements that does not grow with them."""
    living = TestCase.objects.living().in_project(job.project).filter(pk__in=[row.source_id for row in rows])
    locked = living.select_for_update(of=("self",), no_key=True).select_related("owner", "template")
    sources = {case.pk: case for case in locked.defer("search", "folded", "steps_text").order_by("pk")}
    fitting = Fitting(job)
    copies = {pk: fitting.case_for(source, actor) for pk, source in sources.items()}
    _give_ids(job.target_project, list(copies.values()))
    steps = copy_steps(actor=actor, job=job, copies=copies) if job.options["steps"] else []
    if job.options["versions"]:
        for pk, copy in copies.items():
            copy.version = sources[pk].version + 1
    new = list(copies.values())
    TestCase.objects.bulk_create(new, batch_size=_BATCH)
    TestStep.objects.bulk_create(steps, batch_size=_BATCH)
    if job.options["stories"]:
        copy_stories(actor=actor, job=job, copies=copies)
    if job.options["versions"]:
        copy_history(new, None if job.is_within else fitting.shared_keys)
    reason = _("Copied") if job.is_within else _("Copied from another project")
    versions.keep_versions(actor=actor, case_ids=[case.pk for case in new], reason=reason)
    audit.record_each("case.copied", actor=actor, changed=[(case, None) for case in new])
    events.publish("case.created", project=job.target_project, cases=new, actor=actor)
    archived = _archive(actor, job, sources) if job.is_move else {}
    _note(job, rows, copies, archived)
    job.remarks = fitting.add_to(job.remarks)


def _note(
    job: CopyJob, rows: Sequence[CopiedCase], copies: Mapping[int, TestCase], archived: Mapping[int, int]
) -> None:
    """Write down what was copied, so that it never is again."""
    for row in rows:
        copy = copies.get(row.source_id)
        row.copy, row.is_left_out = copy, copy is None
        row.copy_version = copy.version if copy else None
        row.archived_version = archived.get(row.source_id)
    CopiedCase.objects.bulk_update(rows, ["copy", "is_left_out", "copy_version", "archived_version"])
    job.counts["copied"] += len(copies)
    job.counts["archived"] += len(archived)
    job.counts["left_out"] += len(rows) - len(copies)


def _give_ids(project: Project, copies: Sequence[TestCase]) -> None:
    waiting: dict[str, list[TestCase]] = defaultdict(list)
    for case in copies:
        waiting[case.tag].append(case)
    for tag in sorted(waiting):
        handed = test_ids.hand_out(project, tag, len(waiting[tag]))
        for case, test_id in zip(waiting[tag], handed, strict=True):
            case.test_id = test_id


def _archive(actor: User, job: CopyJob, sources: dict[int, TestCase]) -> dict[int, int]:
    """Archive the originals of a move; answers the version that this made of each."""
    ids = [pk for pk, case in sources.items() if not case.is_archived]
    if not ids:
        return {}
    reason = _("Moved to another project")
    return update_cases(actor=actor, project=job.project, case_ids=ids, is_archived=True, reason=reason)


def _finish(actor: User, job: CopyJob) -> None:
    job.state, job.finished_at = CopyState.DONE, timezone.now()
    progress.finish(job.progress_id)
    audit.record("copy_job.finished", actor=actor, target=job, counts=job.counts)


def _take_back(actor: User, job: CopyJob) -> CopyJob:
    """Delete the copies that nobody changed, and let their originals count again."""
    stands = job.cases.done().select_related("source", "copy__activity")
    rows = list(stands.defer(*(f"{side}__{name}" for side in ("source", "copy") for name in ("search", "folded"))))
    gone = [row for row in rows if row.copy.version == row.copy_version and not hasattr(row.copy, "activity")]
    ids = [row.copy_id for row in gone]
    folders.lock_tree(job.target_project)
    delete_cases(actor=actor, project=job.target_project, case_ids=ids)
    back = [row.source_id for row in gone if row.archived_version == row.source.version and not row.source.deleted_at]
    for start in range(0, len(back), MOST_AT_ONCE):
        values = {"is_archived": False, "reason": _("The move was taken back")}
        update_cases(actor=actor, project=job.project, case_ids=back[start : start + MOST_AT_ONCE], **values)
    _remove_made_folders(actor, job)
    job.state = CopyState.UNDONE
    job.counts |= {"undone": len(gone), "kept": len(rows) - len(gone), "back": len(back)}
    job.save()
    audit.record("copy_job.undone", actor=actor, target=job, cases=len(gone), kept=len(rows) - len(gone))
    return job


def _remove_made_folders(actor: User, job: CopyJob) -> None:
    """Hide those folders that were made for the job and hold nothing any more, the deepest first."""
    made = Folder.objects.living().in_project(job.target_project).filter(pk__in=job.made_folders)
    held = {*TestCase.objects.living().filter(folder__in=job.made_folders).values_list("folder", flat=True)}
    paths = dict(Folder.objects.living().in_project(job.target_project).values_list("pk", "path"))
    empty = [
        each
        for each in made.order_by("-depth")
        if not any(
            path.startswith(each.path) and (pk in held or pk not in set(job.made_folders)) for pk, path in paths.items()
        )
    ]
    now = timezone.now()
    Folder.objects.filter(pk__in=[each.pk for each in empty]).update(deleted_at=now, updated_at=now, updated_by=actor)
    audit.record_each("folder.deleted", actor=actor, changed=[(each, None) for each in empty])
    for each in empty:
        events.publish("folder.deleted", folder=each, actor=actor)
