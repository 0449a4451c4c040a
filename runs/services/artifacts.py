"""Files that an attempt left: kept once by their content, and joined with the step they show."""

import hashlib
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from files.services import claim, file_name_of, store
from files.uploads import named_by_key
from qaportal.kit.errors import InvalidInput

from ..models import Artifact, Result, TestRun
from .evidence import hold_test, open_run_of
from .screenshots import join_step

FACTS = ("artifact_type", "artifact_category", "step_number", "iteration", "description", "captured_at")


@transaction.atomic
def add_artifact(*, actor: User, result: Result, stream: IO[bytes], name: str, **facts: Any) -> tuple[Artifact, bool]:
    """Keep a file of an attempt; answers it, and whether it is new: the same file sent again for the same is not.

    `facts` are those of `FACTS`. Raises Denied, RuleViolation when the run takes nothing more, InvalidInput naming
    `file` for one that is too large, and NoRoom for a full disk. While the storage does not work the bytes wait.
    """
    run = open_run_of(actor=actor, result=result)
    artifact = _artifact(run, result, facts)
    known = _same(artifact, stream, file_name_of(name))
    if known is not None:
        return known, False
    # The bytes go to the storage before the test is held: nobody waits for a slow storage.
    artifact.file = store(actor=actor, project=run.project, stream=stream, name=name, claimed=True, may_wait=True)
    _join(actor, result, artifact)
    return artifact, True


@transaction.atomic
def add_sent_artifact(*, actor: User, result: Result, file_key: str, **facts: Any) -> tuple[Artifact, bool]:
    """The same for a file that was announced and sent before; named again for the same it is answered again.

    Raises what `add_artifact` raises, and InvalidInput naming `file_key` for a file that is not there, has not arrived
    yet, or belongs to something else.
    """
    run = open_run_of(actor=actor, result=result)
    stored = named_by_key(actor=actor, project=run.project, key=file_key, field="file_key")
    known = Artifact.objects.filter(result=result, file=stored).for_list().first()
    if known is not None:
        return known, False
    if not claim(actor=actor, files=[stored]):
        words = _("This file belongs to something else already.")
        raise InvalidInput(words, "claimed", fields={"file_key": [words]})
    artifact = _artifact(run, result, facts)
    artifact.file = stored
    _join(actor, result, artifact)
    return artifact, True


def _artifact(run: TestRun, result: Result, facts: dict[str, Any]) -> Artifact:
    told = {name: value for name, value in facts.items() if name in FACTS}
    return Artifact(project=run.project, result=result, **told)


def _join(actor: User, result: Result, artifact: Artifact) -> None:
    hold_test(actor=actor, result=result)
    join_step(artifact=artifact)
    artifact.save(force_insert=True)


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
