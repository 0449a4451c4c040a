"""Screenshots and other files that a tester puts on a step while he executes a test."""

from collections.abc import Sequence
from typing import IO

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from files.models import FileState, StoredFile
from files.services import file_name_of, store

from .. import policies
from ..case_text import text_of
from ..choices import ArtifactType
from ..models import Artifact, Result, RunCase, StepResult
from ..partitions import ensure_partitions
from .attempts import Entry, begin, hold, put_step, require_place
from .screenshots import join_step


@transaction.atomic
def add_screenshot(
    *,
    actor: User,
    test: RunCase,
    stream: IO[bytes],
    name: str,
    step_number: int = 1,
    iteration: int = 1,
    entry: Entry | None = None,
) -> Artifact | None:
    """Put a file on a step of the tester's attempt, which begins with it where there is none; None for a repetition.

    Raises what `record_step` raises, InvalidInput naming `file` for one that is too large, and Unavailable.
    """
    policies.can_record(actor, test.run.project).require()
    text = text_of(test)
    require_place(text, step_number, iteration)
    # The bytes go to the storage before the run is held: nobody waits for a slow storage.
    stored = store(
        actor=actor, project=test.run.project, stream=stream, name=file_name_of(name), claimed=True, may_wait=True
    )
    held = hold(actor, test, entry or Entry())
    if held.is_repeated:
        stored.delete()
        held.show_in(test)
        return None
    if held.is_new:
        begin(held)
    if not StepResult.objects.filter(result_id=held.result_id, step_number=step_number, iteration=iteration).exists():
        put_step(held, text, step_number, iteration)
    ensure_partitions(months_ahead=0)
    is_picture = stored.content_type.startswith("image/")
    artifact = Artifact(
        project=held.run.project,
        result_id=held.result_id,
        file=stored,
        artifact_type=ArtifactType.SCREENSHOT if is_picture else ArtifactType.OTHER,
        step_number=step_number,
        iteration=iteration,
        captured_at=stored.created_at,
    )
    join_step(artifact=artifact)
    artifact.save(force_insert=True)
    audit.record(
        "run_case.documented", actor=actor, target=held.test, project=held.run.project, artifacts=1, step=step_number
    )
    held.show_in(test, "in_progress")
    return artifact


@transaction.atomic
def attach_links(*, actor: User, result: Result, links: Sequence[tuple[str, str]]) -> list[Artifact]:
    """Keep files that lie elsewhere with an attempt, by name and address; nothing is fetched from there.

    Raises Denied.
    """
    policies.can_record(actor, result.project).require()
    ensure_partitions(months_ahead=0)
    found = []
    for name, url in links:
        stored = StoredFile.objects.create(
            tenant_id=result.project.tenant_id,
            project=result.project,
            name=file_name_of(name or url.rsplit("/", 1)[-1]),
            external_url=url,
            state=FileState.PENDING,
            claimed_at=timezone.now(),
            created_by=actor,
            updated_by=actor,
        )
        audit.record("file.stored", actor=actor, target=stored, project=result.project, url=url)
        found.append(
            Artifact.objects.create(
                project=result.project, result=result, file=stored, artifact_type=ArtifactType.OTHER
            )
        )
    return found
