"""Objects that runs need from their neighbours, for the matrix of the tenancy tests."""

from datetime import date
from typing import Any

from accounts.models import Project
from releases.services.milestones import create_milestone
from runs.services.configurations import create_configuration


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
