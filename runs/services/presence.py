"""Who has a test open in the runner, so that two testers of one case see each other."""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User

from .. import policies
from ..models import RunCase, RunnerEntry, RunnerPresence

KEPT = timedelta(days=60)
"""How long an entry is remembered; a browser that sends it again later would count it twice."""
LIFETIME = timedelta(seconds=45)
"""How long somebody counts as being there after he was seen last."""


@transaction.atomic
def note_presence(*, actor: User, test: RunCase) -> None:
    """Note that the person has the test open; those who only read are not told of. Leaves no trail: nothing changes."""
    if not policies.can_record(actor, test.run.project):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO runs_runnerpresence (project_id, run_case_id, user_id, seen_at, created_at)"
            " VALUES (%s, %s, %s, now(), now())"
            " ON CONFLICT (run_case_id, user_id) DO UPDATE SET seen_at = excluded.seen_at",
            [test.project_id, test.pk, actor.pk],
        )


@transaction.atomic
def forget_old_traces() -> None:
    """Remove what no page asks for any more: who was there, and the keys of entries that came in long ago."""
    now = timezone.now()
    RunnerPresence.objects.filter(seen_at__lt=now - LIFETIME).delete()
    RunnerEntry.objects.filter(created_at__lt=now - KEPT).delete()


@transaction.atomic
def leave_test(*, actor: User, test: RunCase) -> None:
    """Note that the person has closed the test."""
    RunnerPresence.objects.filter(run_case=test, user=actor).delete()


def others_at(*, actor: User, test: RunCase) -> list[User]:
    """The others who have the test open now, by name."""
    rows = RunnerPresence.objects.filter(run_case=test).beside(actor, since=timezone.now() - LIFETIME)
    return [row.user for row in rows]
