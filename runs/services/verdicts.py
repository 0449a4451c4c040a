"""Verdicts that people set where they see a case: in a release."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from catalog.choices import FINAL_STATUSES, FieldTarget, ResultStatus
from catalog.own_fields import OwnFields
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, RuleViolation
from releases.choices import OPEN_STATUSES, ExecutionStatus, OverallStatus
from releases.models import Release, ReleaseCase
from releases.services.releases import mark_started
from releases.services.scope import check_details

from .. import policies
from ..choices import ResultSource
from .recording import NewResult, record_results
from .runs import implicit_run

LONGEST_DURATION = 7 * 24 * 3600  # seconds that one execution may last


def _check_open(release: Release) -> None:
    if release.overall_status not in OPEN_STATUSES:
        status = OverallStatus(release.overall_status).label
        raise RuleViolation(_("This release is closed (%s).") % status.lower(), "release_closed")


def _check_input(status: str, execution_duration: int | None, executed_at: datetime | None) -> str:
    if status == ResultStatus.ERROR:
        status = ExecutionStatus.FAILED
    if status not in ExecutionStatus.values:
        raise InvalidInput(_("Unknown status."), fields={"execution_status": [_("Unknown status.")]})
    if execution_duration is not None and not 0 <= execution_duration <= LONGEST_DURATION:
        words = _("Between 0 seconds and 7 days.")
        raise InvalidInput(words, fields={"execution_duration": [words]})
    if executed_at is not None and executed_at > timezone.now():
        words = _("A result cannot lie in the future.")
        raise InvalidInput(words, fields={"executed_at": [words]})
    return status


def _usable_values(
    actor: User, row: ReleaseCase, status: str, given: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """What the new result says in the project's fields; only an executed case has to say what is required."""
    asks = status in FINAL_STATUSES
    own = OwnFields(row.project, actor=actor, target=FieldTarget.RESULT, asks_required=asks)
    values = own.merged({}, given or {}, template_id=row.case.template_id, is_new=True)
    own.keep_used()
    return values or None


@transaction.atomic
def set_verdict(  # noqa: PLR0913  one keyword for each thing a tester can say
    *,
    actor: User,
    release_case: ReleaseCase,
    status: str,
    comments: str | None = None,
    execution_duration: int | None = None,
    bug_ids: list[str] | None = None,
    screenshots: list[Any] | None = None,
    custom_values: Mapping[str, Any] | None = None,
    executed_at: datetime | None = None,
    if_match: str | None = None,
    result_id: UUID | None = None,
    error_message: str = "",
    metadata: dict[str, Any] | None = None,
) -> ReleaseCase:
    """Give a case of a release its verdict by hand: one more attempt in the release's implicit run.

    `execution_duration` is in seconds; None leaves comments, bugs and screenshots as they are. `custom_values` are
    those of the project's fields of results, by their keys. `not_started` takes the verdict back. Raises Denied,
    RuleViolation (`release_closed`), InvalidInput and VersionConflict.
    """
    policies.can_record(actor, release_case.project).require()
    release = Release.objects.select_related("project").get(pk=release_case.release_id)
    _check_open(release)
    status = _check_input(status, execution_duration, executed_at)
    kept = {"comments": comments, "bug_ids": bug_ids, "screenshots": screenshots}
    given = {name: value for name, value in kept.items() if value is not None}
    check_details(given)
    # The release is locked before its cases, in the order in which a change of its scope locks them.
    mark_started(release=release, actor=actor)
    run = implicit_run(release=release, actor=actor)
    type(run).objects.select_for_update(of=("self",)).get(pk=run.pk)
    locked = ReleaseCase.objects.select_for_update(of=("self",)).select_related("case").get(pk=release_case.pk)
    require_match(locked, if_match)
    before = locked.execution_status
    result = NewResult(
        status=status,
        executed_at=executed_at or timezone.now(),
        name=locked.case.title,
        case_id=locked.case_id,
        duration_ms=execution_duration * 1000 if execution_duration is not None else None,
        notes=comments or "",
        custom_values=_usable_values(actor, locked, status, custom_values),
        result_id=result_id,
        error_message=error_message,
        metadata=metadata,
    )
    record_results(run=run, results=[result], actor=actor, source=ResultSource.MANUAL)
    if given:
        ReleaseCase.objects.filter(pk=locked.pk).update(**given, updated_at=timezone.now())
    audit.record(
        "release_case.executed",
        actor=actor,
        target=locked,
        project=release.project,
        changes={"execution_status": [before, status]},
        label=locked.case.test_id,
        release=release.version,
    )
    return ReleaseCase.objects.for_list().get(pk=locked.pk)
