"""The files that cases show in their texts: they are kept as long as a version names them."""

from collections.abc import Iterable

from accounts.models import Project, User
from files.models import StoredFile
from files.services import claim
from qaportal.kit.markdown import files_in

SHOWING = ("description", "preconditions", "expected_result", "test_data")


def claim_shown(*, actor: User | None, project: Project, texts: Iterable[str]) -> None:
    """Let the sweep leave the project's files that these texts show or link to; other files are not touched."""
    if shown := files_in(*texts):
        claim(actor=actor, files=StoredFile.objects.in_project(project).filter(pk__in=shown))
