"""The files that cases name: pictures in their texts and files of their steps; versions name them for good."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from accounts.models import Project, User
from files.models import StoredFile
from files.services import claim
from qaportal.kit.markdown import files_in

SHOWING = ("description", "preconditions", "expected_result", "test_data")
"""The texts of a case that can show pictures."""


def claim_named(
    *, actor: User | None, project: Project, texts: Iterable[str] = (), steps: Iterable[Mapping[str, Any]] = ()
) -> None:
    """Let the sweep leave the project's files that these texts and steps name; other files are not touched."""
    named = files_in(*texts)
    for step in steps:
        named |= files_in(step["action"], step["expected"], step["data"])
        named |= {UUID(each) for each in step.get("attachments", ())}
    if named:
        claim(actor=actor, files=StoredFile.objects.in_project(project).filter(pk__in=named))
