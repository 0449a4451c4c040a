"""Objects that runs need from their neighbours, for the matrix of the tenancy tests."""

import io
from datetime import date
from typing import Any

from accounts.models import Project, User
from catalog.models import TestCase
from issues import targets
from issues.services.issues import create_issue
from issues.services.media import add_media
from releases.services.milestones import create_milestone
from runs.services.configurations import create_configuration
from runs.services.session_notes import add_finding, add_note
from runs.services.sessions import create_session

PNG = b"\x89PNG\r\n\x1a\n and the picture"


def ground_of(project: Project, marker: str) -> dict[str, Any]:
    """What is planned in the project and what its runs are executed in."""
    words = {"name": f"{marker} milestone", "description": f"About {marker}", "due_date": date(2027, 1, 1)}
    values = [{"name": "Browser", "value": f"{marker} browser"}]
    return {
        "milestone": create_milestone(actor=None, project=project, **words),
        "configuration": create_configuration(
            actor=None, project=project, name=f"{marker} configuration", values=values
        ),
    }


def explored(project: Project, actor: User, case: TestCase, marker: str) -> dict[str, Any]:
    """A session with a note and a finding, and an issue that was seen in a case."""
    words = {"name": f"{marker} session", "charter": f"About {marker}"}
    session = create_session(actor=actor, project=project, **words)
    target = targets.of_case(case)
    issue = create_issue(actor=actor, project=project, title=f"{marker} issue", targets=[target])
    issue, _files = add_media(actor=actor, issue=issue, files=[(f"{marker}.png", io.BytesIO(PNG))])
    return {
        "exploratory_session": session,
        "session_entry": add_note(actor=actor, session=session, text=f"{marker} note"),
        "finding": add_finding(actor=actor, session=session, type="bug", title=f"{marker} finding"),
        "issue": issue,
        "issue_link": issue.links.get(),
    }
