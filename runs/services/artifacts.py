"""Files that an attempt left: kept once by their content, and joined with the step they show."""

import hashlib
from datetime import datetime
from typing import IO

from django.db import transaction

from accounts.models import User
from files.services import file_name_of, store

from ..models import Artifact, Result
from .evidence import hold_test, open_run_of
from .screenshots import join_step


@transaction.atomic
def add_artifact(  # noqa: PLR0913  one keyword for each thing a client can say
    *,
    actor: User,
    result: Result,
    stream: IO[bytes],
    name: str,
    artifact_type: str,
    artifact_category: str = "",
    step_number: int | None = None,
    iteration: int = 1,
    description: str = "",
    captured_at: datetime | None = None,
) -> tuple[Artifact, bool]:
    """Keep a file of an attempt; answers it, and whether it is new: the same file sent again for the same is not.

    Raises Denied, RuleViolation when the run takes nothing more, InvalidInput naming `file` for one that is too large,
    and Unavailable while the storage does not work.
    """
    run = open_run_of(actor=actor, result=result)
    artifact = Artifact(
        project=run.project,
        result=result,
        artifact_type=artifact_type,
        artifact_category=artifact_category,
        step_number=step_number,
        iteration=iteration,
        description=description,
        captured_at=captured_at,
    )
    known = _same(artifact, stream, file_name_of(name))
    if known is not None:
        return known, False
    # The bytes go to the storage before the test is held: nobody waits for a slow storage.
    artifact.file = store(actor=actor, project=run.project, stream=stream, name=name, claimed=True)
    hold_test(actor=actor, result=result)
    join_step(artifact=artifact)
    artifact.save(force_insert=True)
    return artifact, True


def _same(artifact: Artifact, stream: IO[bytes], name: str) -> Artifact | None:
    """The artifact that this one repeats: the same bytes under the same name for the same step."""
    facts = ("artifact_type", "artifact_category", "step_number", "iteration")
    same = Artifact.objects.filter(result_id=artifact.result_id, **{fact: getattr(artifact, fact) for fact in facts})
    candidates = list(same.filter(file__name=name).for_list())
    if not candidates:
        return None
    stream.seek(0)
    sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return next((each for each in candidates if each.file.sha256 == sha256), None)
