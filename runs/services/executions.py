"""Executions that clients record one by one: in a release, or in the month's run of what belongs to none."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from catalog.models import TestCase
from qaportal.kit.errors import InvalidInput, RuleViolation
from qaportal.kit.models import new_uuid
from releases.models import Release, ReleaseCase

from .. import policies
from ..choices import ResultSource
from ..models import Result
from .recording import NewResult, record_results
from .runs import ad_hoc_run
from .verdicts import LONGEST_DURATION, set_verdict


@transaction.atomic
def record_execution(
    *,
    actor: User,
    case: TestCase,
    status: str,
    release: Release | None = None,
    seconds: int | None = None,
    notes: str | None = None,
    executed_at: datetime | None = None,
    **told: Any,
) -> Result:
    """Record that a case was executed; `told` may hold `error_message` and `metadata` of the result.

    Raises Denied, RuleViolation for a case that the release does not cover, and InvalidInput.
    """
    policies.can_record(actor, case.project).require()
    key = new_uuid()
    if release is not None:
        row = ReleaseCase.objects.for_list().filter(release=release, case=case).first()
        if row is None:
            raise RuleViolation(_("The release does not cover this case."), "outside_scope")
        set_verdict(
            actor=actor,
            release_case=row,
            status=status,
            comments=notes,
            execution_duration=seconds,
            executed_at=executed_at,
            result_id=key,
            **told,
        )
        return Result.objects.for_detail().get(pk=key)
    now = timezone.now()
    if executed_at is not None and executed_at > now:
        words = _("A result cannot lie in the future.")
        raise InvalidInput(words, fields={"executed_at": [words]})
    if seconds is not None and not 0 <= seconds <= LONGEST_DURATION:
        words = _("Between 0 seconds and 7 days.")
        raise InvalidInput(words, fields={"execution_time": [words]})
    run = ad_hoc_run(project=case.project, actor=actor)
    result = NewResult(
        result_id=key,
        status=status,
        executed_at=executed_at or now,
        name=case.title,
        case_id=case.pk,
        duration_ms=None if seconds is None else seconds * 1000,
        notes=notes or "",
        **told,
    )
    record_results(run=run, results=[result], actor=actor, source=ResultSource.MANUAL)
    stored = Result.objects.for_detail().get(pk=key)
    changes = {"status": [None, stored.status]}
    audit.record("run_case.executed", actor=actor, target=stored.run_case, project=case.project, changes=changes)
    return stored
