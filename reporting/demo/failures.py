"""What the people of the demo said about failures: who mends them, and which test nobody trusts for now."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Project, User
from runs.models import FailureRule, Quarantine, RunCase, TestStability
from runs.services.failure_rules import create_rule
from runs.services.quarantine import put_into_quarantine


def sort_outage(project: Project, actor: User, error: str, moment: datetime) -> None:
    """A rule for what the test environment does to tests, before it does it once more."""
    rule = create_rule(
        actor=actor,
        project=project,
        name="Test environment is down",
        cause="environment",
        pattern=error[:60],
        owner=actor,
        ticket="OPS-311",
    )
    FailureRule.objects.filter(pk=rule.pk).update(created_at=moment, updated_at=moment)


def hold_the_flakiest(project: Project, actor: User, moment: datetime) -> None:
    """The test that shakes most is put into quarantine for two weeks."""
    worst = TestStability.objects.filter(project=project).flaky().first()
    test = worst and RunCase.objects.filter(project=project, test_key=worst.test_key).order_by("-executed_at").first()
    if test is None:
        return
    held = put_into_quarantine(
        actor=actor,
        test=test,
        reason="Depends on the pace of the test bank; being rewritten",
        expires_on=timezone.now().date() + timedelta(days=14),
    )
    Quarantine.objects.filter(pk=held.pk).update(created_at=moment, updated_at=moment)
