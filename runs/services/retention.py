"""Saying how long a project keeps results and files, and pinning runs that are kept for ever."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit import events
from qaportal.kit.errors import InvalidInput

from .. import policies
from ..models import RetentionTerms, TestRun
from ..models.retention import LONGEST_TERM

TERMS = ("results_days", "artifacts_days")


@transaction.atomic
def set_retention_terms(
    *, actor: User, project: Project, results_days: int | None, artifacts_days: int | None
) -> RetentionTerms:
    """Keep results and files of the project for so many days, or for ever; the next night acts on it.

    Raises Denied and InvalidInput.
    """
    policies.can_set_retention(actor, project).require()
    given = {"results_days": results_days, "artifacts_days": artifacts_days}
    _check(given)
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    terms = RetentionTerms.objects.in_project(project).first() or RetentionTerms(project=project, created_by=actor)
    before = audit.snapshot(terms, TERMS)
    for name, days in given.items():
        setattr(terms, name, days)
    changes = audit.changes_between(before, audit.snapshot(terms, TERMS))
    if not changes:
        return terms
    terms.updated_by = actor
    terms.save()
    audit.record("retention.changed", actor=actor, target=project, changes=changes)
    events.publish("retention.changed", project=project, actor=actor)
    return terms


def _check(given: dict[str, Any]) -> None:
    problems = {
        name: [_("Between 1 and %d days, or empty for ever.") % LONGEST_TERM]
        for name, days in given.items()
        if days is not None and not 1 <= days <= LONGEST_TERM
    }
    results, artifacts = given["results_days"], given["artifacts_days"]
    if not problems and results and artifacts and artifacts > results:
        problems["artifacts_days"] = [_("Files go with their results: at most %d days.") % results]
    if problems:
        raise InvalidInput(_("These terms cannot be used."), fields=problems)


@transaction.atomic
def pin_run(*, actor: User, run: TestRun) -> TestRun:
    """Keep the run whatever its age. Raises Denied."""
    return _set_pin(actor, run, is_pinned=True)


@transaction.atomic
def unpin_run(*, actor: User, run: TestRun) -> TestRun:
    """Let the run go when the project's term is over. Raises Denied."""
    return _set_pin(actor, run, is_pinned=False)


def _set_pin(actor: User, run: TestRun, *, is_pinned: bool) -> TestRun:
    policies.can_edit_run(actor, run).require()
    run = TestRun.objects.select_for_update(of=("self",)).select_related("project").get(pk=run.pk)
    if (run.pinned_at is not None) == is_pinned:
        return run
    run.pinned_at, run.pinned_by = (timezone.now(), actor) if is_pinned else (None, None)
    run.updated_by = actor
    run.save(update_fields=["pinned_at", "pinned_by", "updated_by", "updated_at"])
    audit.record("run.pinned" if is_pinned else "run.unpinned", actor=actor, target=run)
    events.publish("run.updated", run=run, actor=actor)
    return run
