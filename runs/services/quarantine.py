"""Quarantine: the failures of a test do not count for a while, by somebody's word and reason."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from qaportal.kit import events
from qaportal.kit.errors import InvalidInput, RuleViolation

from .. import policies
from ..choices import RunStatus
from ..models import Quarantine, RunCase, TestRun
from .recording import refresh_counters

LONGEST = timedelta(days=180)


@transaction.atomic
def put_into_quarantine(*, actor: User, test: RunCase, reason: str, expires_on: date) -> Quarantine:
    """Let the failures of the test not count, from now on and in runs that still go on, until the day is over.

    A test that belongs to a case takes the case along, whatever it is called in other reports. Raises Denied,
    InvalidInput, and RuleViolation for a test that is there already.
    """
    policies.can_sort_failures(actor, test.project).require()
    reason, today = reason.strip(), timezone.now().date()
    problems = {}
    if not reason:
        problems["reason"] = [_("Say why, for those who come across it.")]
    if not today <= expires_on <= today + LONGEST:
        problems["expires_on"] = [_("Choose a day within the next %d days.") % LONGEST.days]
    if problems:
        raise InvalidInput(_("The test cannot be put into quarantine like this."), fields=problems)
    whom = {"case_id": test.case_id} if test.case_id else {"test_key": test.test_key}
    Quarantine.objects.filter(project=test.project, expires_on__lt=today, **whom).standing().update(
        lifted_at=timezone.now()
    )
    try:
        with transaction.atomic():
            held = Quarantine.objects.create(
                project=test.project,
                name=test.name,
                reason=reason[:500],
                expires_on=expires_on,
                created_by=actor,
                updated_by=actor,
                **whom,
            )
    except IntegrityError as error:
        raise RuleViolation(_("This test is in quarantine already."), "already_held") from error
    audit.record("quarantine.created", actor=actor, target=held, reason=held.reason, until=str(expires_on))
    _mark(held, is_held=True)
    events.publish("quarantine.changed", quarantine=held, actor=actor)
    return held


@transaction.atomic
def lift_quarantine(*, actor: User, held: Quarantine) -> Quarantine:
    """Let the failures of the test count again, from now on and in runs that still go on."""
    policies.can_sort_failures(actor, held.project).require()
    held = Quarantine.objects.select_for_update(of=("self",)).select_related("project").get(pk=held.pk)
    if held.lifted_at is not None:
        return held
    held.lifted_at, held.updated_by = timezone.now(), actor
    held.save(update_fields=["lifted_at", "updated_by", "updated_at"])
    audit.record("quarantine.lifted", actor=actor, target=held)
    _mark(held, is_held=False)
    events.publish("quarantine.changed", quarantine=held, actor=actor)
    return held


def _mark(held: Quarantine, *, is_held: bool) -> None:
    """Mark the test in runs that still go on, and count them anew; runs that are over stay as they were judged."""
    whom = {"case_id": held.case_id} if held.case_id else {"test_key": held.test_key}
    tests = RunCase.objects.filter(project=held.project, **whom, is_quarantined=not is_held)
    active = TestRun.objects.living().filter(project=held.project, status=RunStatus.ACTIVE).order_by("pk")
    for run in active.select_for_update(of=("self",)):
        if tests.filter(run=run).update(is_quarantined=is_held):
            refresh_counters(run=run)
