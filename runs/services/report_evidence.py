"""Steps and files that a report tells of: stored with the attempts of an import.

While results are copied nothing else can be written, so rows wait on disk and follow in one statement for each table.
The bytes of files are not looked at here: their rows are pending, and `attachments.py` takes the bytes out of the
archive once the import is there. A report without steps and files costs nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Project, User
from files.models import FileState, StoredFile
from files.services import file_name_of
from qaportal.kit.copying import Spool
from qaportal.kit.models import new_uuid

from ..choices import ArtifactCategory, ArtifactType
from ..importers.attached import AttachedFile, AttachedFiles, Missing
from ..importers.bounds import DEFAULT_LIMITS, Limits
from ..importers.normal_form import NOT_PASSED, ReportedAttachment, ReportedResult, ReportedStep
from ..models import Artifact, StepResult
from ..models.evidence import LONGEST_ACTION, LONGEST_PATH

TOLD_NAMES = 5
ENDINGS = {
    **dict.fromkeys(("png", "jpg", "jpeg", "gif", "webp", "bmp", "avif"), ArtifactType.SCREENSHOT),
    **dict.fromkeys(("webm", "mp4", "mov", "mkv"), ArtifactType.VIDEO),
    **dict.fromkeys(("txt", "log", "json", "ndjson", "har", "csv", "md", "xml"), ArtifactType.LOG),
}
KINDS = {"image": ArtifactType.SCREENSHOT, "video": ArtifactType.VIDEO, "text": ArtifactType.LOG}


def artifact_type_of(name: str, content_type: str) -> str:
    """What kind of artifact a file is, by its ending, else by what the report calls it; its bytes decide how it is
    shown."""
    ending = name.rpartition(".")[2].lower()
    return ENDINGS.get(ending) or KINDS.get(content_type.partition("/")[0].lower(), ArtifactType.OTHER)


@dataclass(slots=True)
class _Left:
    """Files of one kind that were not kept: how many, and the first names."""

    number: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, path: str) -> None:
        self.number += 1
        if len(self.names) < TOLD_NAMES and path not in self.names:
            self.names.append(path)


class ReportEvidence:
    """Collects what attempts left behind while their report is read; `store` writes it."""

    def __init__(
        self,
        *,
        project: Project,
        actor: User | None,
        files: AttachedFiles,
        now: datetime,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        """Start with nothing. `files` are those that came along."""
        self._project, self._actor, self._now, self._limits = project, actor, now, limits
        self._files = files
        self._steps, self._artifacts, self._stored = Spool(StepResult), Spool(Artifact), Spool(StoredFile)
        self._bytes = 0
        self._left: dict[str, _Left] = {}
        self.waiting: list[tuple[str, str]] = []
        """The key of each pending file, and the member of the archive that holds its bytes."""
        self.attached: set[str] = set()
        """The members that belong to a test."""

    @property
    def counts(self) -> dict[str, int]:
        """How many steps and files are kept."""
        return {"steps": self._steps.rows, "attachments": self._artifacts.rows}

    def take(self, result: ReportedResult, report: str) -> tuple[UUID | None, list[str]]:
        """Keep what the attempt left behind: answers the key that its result must have, and the paths of files that
        are not kept."""
        if not result.steps and not result.attachments:
            return None, []
        key = new_uuid()
        pictures: dict[int, UUID] = {}
        steps = {step.number: new_uuid() for step in result.steps}
        missing = []
        for attachment in result.attachments:
            found = self._found(attachment, report)
            if found is None:
                missing.append(attachment.path or attachment.name)
                continue
            self._attach(key, attachment, found, steps, pictures, failed=result.status in NOT_PASSED)
        self._add_steps(key, result, steps, pictures)
        return key, missing

    def _found(self, attachment: ReportedAttachment, report: str) -> AttachedFile | None:
        """The file that came along and may be kept; otherwise it is noted why not."""
        if not attachment.path:
            return self._leave("inside", attachment.name)
        found = self._files.find(attachment.path, report)
        if isinstance(found, Missing):
            return self._leave(found.value, attachment.path)
        if found.is_bomb or self._bytes + found.size > self._limits.attachment_bytes:
            return self._leave("too_large", attachment.path)
        if len(self.waiting) >= self._limits.kept_attachments:
            return self._leave("too_many", attachment.path)
        return found

    def _leave(self, reason: str, path: str) -> None:
        self._left.setdefault(reason, _Left()).add(path)

    def _attach(
        self,
        result_id: UUID,
        attachment: ReportedAttachment,
        found: AttachedFile,
        steps: dict[int, UUID],
        pictures: dict[int, UUID],
        *,
        failed: bool,
    ) -> None:
        if found.name not in self.attached:
            self._bytes += found.size
            self.attached.add(found.name)
        name = _shown_name(attachment, found)
        kind = artifact_type_of(name, attachment.content_type)
        number = attachment.step_number
        stored = StoredFile(
            tenant_id=self._project.tenant_id,
            project_id=self._project.pk,
            name=name,
            size=found.size,
            state=FileState.PENDING,
            claimed_at=self._now,
            created_at=self._now,
            updated_at=self._now,
            created_by=self._actor,
            updated_by=self._actor,
        )
        artifact = Artifact(
            project_id=self._project.pk,
            result_id=result_id,
            step_number=number,
            step_id=steps.get(number) if number else None,
            file_id=stored.pk,
            artifact_type=kind,
            artifact_category=ArtifactCategory.ERROR if failed and kind == ArtifactType.SCREENSHOT else "",
            description=attachment.name if attachment.name != name else "",
            created_at=self._now,
            updated_at=self._now,
        )
        self._stored.add(stored)
        self._artifacts.add(artifact)
        self.waiting.append((str(stored.pk), found.name))
        if number and kind == ArtifactType.SCREENSHOT:
            pictures[number] = artifact.pk

    def _add_steps(
        self, result_id: UUID, result: ReportedResult, keys: dict[int, UUID], pictures: dict[int, UUID]
    ) -> None:
        paths = {file.step_number: file.path for file in result.attachments if file.step_number in pictures}
        for step in result.steps:
            if self._steps.rows >= self._limits.kept_steps:
                self._leave("steps", result.name)
                return
            self._steps.add(
                StepResult(
                    id=keys[step.number],
                    project_id=self._project.pk,
                    result_id=result_id,
                    step_number=step.number,
                    **_words_of(step),
                    status=step.status.value,
                    duration_ms=step.duration_ms,
                    error_message=step.error_message,
                    screenshot_path=paths.get(step.number, "")[:LONGEST_PATH],
                    screenshot_artifact_id=pictures.get(step.number),
                    created_at=self._now,
                    updated_at=self._now,
                )
            )

    def store(self) -> None:
        """Write everything, files before what names them. Call it when no other rows are being copied."""
        for spool in (self._stored, self._steps, self._artifacts):
            spool.store()

    def close(self) -> None:
        """Forget what was collected."""
        for spool in (self._stored, self._steps, self._artifacts):
            spool.close()

    def warnings(self) -> list[dict[str, str]]:
        """What was left out, in sentences for the uploader."""
        return [
            {"code": CODES[reason], "text": _sentence(reason, left.number, left.names)}
            for reason, left in self._left.items()
        ]


CODES = {
    "absent": "attachments_missing",
    "ambiguous": "attachments_ambiguous",
    "inside": "attachments_inside",
    "too_large": "attachments_too_large",
    "too_many": "attachments_too_many",
    "steps": "too_many_steps",
}


def _sentence(reason: str, number: int, names: Sequence[str]) -> str:
    values = {"number": number, "names": ", ".join(name[-100:] for name in names)}
    if reason == "absent":
        words = ngettext(
            "%(number)d file that the report names did not come along: %(names)s",
            "%(number)d files that the report names did not come along: %(names)s",
            number,
        )
    elif reason == "ambiguous":
        words = ngettext(
            "%(number)d file that the report names could be any of several that came along: %(names)s",
            "%(number)d files that the report names could be any of several that came along: %(names)s",
            number,
        )
    elif reason == "inside":
        words = ngettext(
            "%(number)d file stands in the report itself and is kept there alone: %(names)s",
            "%(number)d files stand in the report itself and are kept there alone: %(names)s",
            number,
        )
    elif reason == "too_large":
        words = ngettext(
            "%(number)d file is too large to be kept with its test: %(names)s",
            "%(number)d files are too large to be kept with their tests: %(names)s",
            number,
        )
    elif reason == "too_many":
        words = _("More files than an import may bring; %(number)d are left in the upload: %(names)s")
    else:
        words = _("More steps than an import may bring; those of %(number)d tests are left out: %(names)s")
    return words % values


def _shown_name(attachment: ReportedAttachment, found: AttachedFile) -> str:
    """What people call the file: the name of a report often says more than that of the file, but has no ending."""
    own = file_name_of(found.name)
    ending = own.rpartition(".")[2] if "." in own else ""
    told = file_name_of(attachment.name) if attachment.name else ""
    if not told or "/" in attachment.name or "\\" in attachment.name:
        return own
    if ending and not told.lower().endswith(f".{ending.lower()}"):
        return file_name_of(f"{told[:200]}.{ending}")
    return told


def _words_of(step: ReportedStep) -> dict[str, str]:
    """Action and description; an action that is too long goes on in the description."""
    if len(step.action) <= LONGEST_ACTION:
        return {"action": step.action, "description": step.description}
    whole = f"{step.action}\n{step.description}".strip()
    return {"action": f"{step.action[: LONGEST_ACTION - 1]}…", "description": whole}
