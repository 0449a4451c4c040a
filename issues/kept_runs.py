"""What retention of runs means for issues: an open issue keeps the runs it was seen in, a closed one lets them go."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection
from django.utils.translation import ngettext

from accounts.models import Project
from qaportal.kit import events
from runs.models import TestRun
from runs.retention import Holder, register_holder

from .choices import IssueStatus
from .models import IssueLink

_JOIN_LINKS = """
DELETE FROM issues_issuelink AS link WHERE link.run_case_id = ANY(%(tests)s) AND EXISTS (
    SELECT FROM issues_issuelink AS other WHERE other.issue_id = link.issue_id AND other.run_id = link.run_id
      AND (other.kind = 'run' OR other.run_case_id = ANY(%(tests)s) AND other.id < link.id))
"""
_POINT_TO_RUN = """
UPDATE issues_issuelink SET kind = 'run', run_case_id = NULL, result_id = NULL WHERE run_case_id = ANY(%(tests)s)
"""


def runs_of_open_issues(project: Project) -> Iterable[UUID]:
    """The runs, and those of the results, that issues name which are not closed."""
    links = IssueLink.objects.in_project(project).filter(run__isnull=False, issue__deleted_at__isnull=True)
    return links.exclude(issue__status=IssueStatus.CLOSED).values_list("run_id", flat=True).distinct()


def in_words(number: int) -> str:
    """What these runs are called."""
    return ngettext("%d run named by an open issue", "%d runs named by open issues", number) % number


def on_tests_expiring(*, run: TestRun, test_ids: Sequence[int], **_facts: object) -> None:
    """Let closed issues go on saying in which run they were seen, where its tests go."""
    with connection.cursor() as cursor:
        for statement in (_JOIN_LINKS, _POINT_TO_RUN):
            cursor.execute(statement, {"tests": list(test_ids)})


def register_all() -> None:
    """Register the reason and the handler."""
    register_holder(Holder("open_issues", in_words, runs_of_open_issues))
    events.subscribe("tests.expiring", on_tests_expiring)
