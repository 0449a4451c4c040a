"""Makes issues for tests."""

from accounts.models import Project
from issues.models import Issue
from issues.services.issues import create_issue
from issues.targets import Target


def make_issue(project: Project, title: str = "The page stays white", *targets: Target, **fields) -> Issue:
    return create_issue(actor=None, project=project, title=title, targets=targets, **fields)
