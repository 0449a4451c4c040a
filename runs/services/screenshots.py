"""Which picture belongs to which step, whichever of the two arrives first.

A picture belongs to the step that it names by number and iteration; one that names none, to the step that names it
by its file name. Of several pictures a step shows the one it names, else the one of its error, else the one after it.
"""

from collections.abc import Iterable, Sequence

from ..choices import ArtifactCategory, ArtifactType
from ..models import Artifact, Result, StepResult

_RANK = {ArtifactCategory.ERROR: 0, ArtifactCategory.AFTER: 1, "": 2, ArtifactCategory.CHECKPOINT: 3}
_LAST_RANK = 4


def name_in(path: str) -> str:
    """The file name in what a client calls a picture."""
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def _shown(step: StepResult, artifacts: Iterable[Artifact]) -> Artifact | None:
    """The picture of the step among the files that belong to it."""
    name = name_in(step.screenshot_path)
    pictures = [each for each in artifacts if each.artifact_type == ArtifactType.SCREENSHOT]
    return min(
        pictures,
        key=lambda each: (each.file.name != name, _RANK.get(each.artifact_category, _LAST_RANK), each.pk),
        default=None,
    )


def find_pictures(*, result: Result, steps: Sequence[StepResult]) -> None:
    """Join files that came before with these steps, which are about to be stored."""
    artifacts = list(Artifact.objects.filter(result=result).for_list())
    if not artifacts:
        return
    by_number: dict[tuple[int, int], list[Artifact]] = {}
    by_name: dict[tuple[int, str], list[Artifact]] = {}
    for artifact in artifacts:
        if artifact.step_number is not None:
            by_number.setdefault((artifact.iteration, artifact.step_number), []).append(artifact)
        elif artifact.artifact_type == ArtifactType.SCREENSHOT:
            by_name.setdefault((artifact.iteration, artifact.file.name), []).append(artifact)
    joined = []
    for step in sorted(steps, key=lambda each: (each.iteration, each.step_number)):
        own = by_number.get((step.iteration, step.step_number), [])
        if step.screenshot_path:
            named = by_name.pop((step.iteration, name_in(step.screenshot_path)), [])
            own = [*own, *(each for each in named if each.step_id in {None, step.pk})]
        for artifact in own:
            if artifact.step_id != step.pk:
                artifact.step_id = step.pk
                joined.append(artifact)
        chosen = _shown(step, own)
        step.screenshot_artifact_id = chosen.pk if chosen else None
    if joined:
        Artifact.objects.bulk_update(joined, ["step"], batch_size=1_000)


def join_step(*, artifact: Artifact) -> None:
    """Join a file, which is about to be stored, with its step if that is there; the step shows the right picture."""
    step = _step_of(artifact)
    if step is None:
        return
    artifact.step_id = step.pk
    others = list(Artifact.objects.filter(result_id=artifact.result_id, step_id=step.pk).for_list())
    chosen = _shown(step, [*others, artifact])
    if chosen is not None and chosen.pk != step.screenshot_artifact_id:
        StepResult.objects.filter(pk=step.pk).update(screenshot_artifact_id=chosen.pk)


def _step_of(artifact: Artifact) -> StepResult | None:
    steps = StepResult.objects.filter(result_id=artifact.result_id, iteration=artifact.iteration)
    if artifact.step_number is not None:
        return steps.filter(step_number=artifact.step_number).first()
    if artifact.artifact_type != ArtifactType.SCREENSHOT:
        return None
    named = steps.filter(screenshot_path__endswith=artifact.file.name).order_by("step_number")
    return next((step for step in named if name_in(step.screenshot_path) == artifact.file.name), None)
