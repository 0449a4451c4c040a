"""Steps and files that a report tells of: stored with the attempts of an import.

While results are copied nothing else can be written, so rows wait on disk and follow in one statement for each table.
The bytes of files are not looked at here: their rows are pending, and `attachments.py` takes the bytes out of the
archive, or out of the report itself, once the import is there. A report without steps and files costs nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from accounts.models import Project, User
from files.models import FileState, StoredFile
from files.services import file_name_of
from qaportal.kit.copying import Spool
from qaportal.kit.models import new_uuid

from ..choices import ArtifactCategory, ArtifactType
from ..importers.attached import AttachedFile, AttachedFiles, Missing
from ..importers.bounds import DEFAULT_LIMITS, Limits
from ..importers.normal_form import (
    NOT_PASSED,
    BodyForm,
    ReportedAttachment,
    ReportedResult,
    ReportedStep,
)
from ..models import Artifact, StepResult
from ..models.evidence import LONGEST_ACTION, LONGEST_PATH
from .evidence_remarks import CODES, sentence
from .waiting_files import WaitingFile

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
    """Files of one kind that are worth a remark: how many, and the first names."""

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
        self.waiting: list[WaitingFile] = []
        """The pending files, and where their bytes are."""
        self.attached: set[str] = set()
        """The members that belong to a test."""

    @property
    def counts(self) -> dict[str, int]:
        """How many steps and files are kept, and how many of these stood in the report itself."""
        inside = sum(file.body is not None for file in self.waiting)
        return {"steps": self._steps.rows, "attachments": self._artifacts.rows, "embedded": inside}

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
            found = self._found(attachment, report) if attachment.path else self._inside(attachment)
            if found is None:
                missing.append(attachment.path or embedded_name(attachment))
                continue
            waiting = WaitingFile(str(new_uuid()), found.name if attachment.path else report, attachment.body)
            failed = _shows_failure(attachment, result)
            self._attach(key, attachment, found, waiting, steps, pictures, failed=failed)
        self._add_steps(key, result, steps, pictures)
        return key, missing

    def _found(self, attachment: ReportedAttachment, report: str) -> AttachedFile | None:
        """The file that came along and may be kept; otherwise it is noted why not."""
        found = self._files.find(attachment.path, report)
        if isinstance(found, Missing):
            return self._leave(found.value, attachment.path)
        return self._leave("too_large", attachment.path) if found.is_bomb else self._kept(found, attachment.path)

    def _inside(self, attachment: ReportedAttachment) -> AttachedFile | None:
        """The file that stands in the report and may be kept; otherwise it is noted why not."""
        body, name = attachment.body, embedded_name(attachment)
        if body is None or not body.length:
            return self._leave("empty", name)
        if body.form == BodyForm.BROKEN:
            return self._leave("damaged", name)
        if body.size > self._limits.embedded_bytes:
            return self._leave("too_large", name)
        found = self._kept(AttachedFile(name, body.size, 0, is_bomb=False), name)
        if found and body.is_repaired:
            self._leave("repaired", name)
        return found

    def _kept(self, found: AttachedFile, path: str) -> AttachedFile | None:
        """The file, if the upload has room for it."""
        if self._bytes + found.size > self._limits.attachment_bytes:
            return self._leave("too_large", path)
        if len(self.waiting) >= self._limits.kept_attachments:
            return self._leave("too_many", path)
        return found

    def _leave(self, reason: str, path: str) -> None:
        self._left.setdefault(reason, _Left()).add(path)

    def _attach(
        self,
        result_id: UUID,
        attachment: ReportedAttachment,
        found: AttachedFile,
        waiting: WaitingFile,
        steps: dict[int, UUID],
        pictures: dict[int, UUID],
        *,
        failed: bool,
    ) -> None:
        if waiting.body is not None or found.name not in self.attached:
            self._bytes += found.size
        if waiting.body is None:
            self.attached.add(found.name)
        name = _shown_name(attachment, found)
        kind = artifact_type_of(name, attachment.content_type)
        number = attachment.step_number
        stored = StoredFile(
            id=UUID(waiting.key),
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
            description=""
            if name in (attachment.name, f"{attachment.name}.{name.rpartition('.')[2]}")
            else attachment.name,
            created_at=self._now,
            updated_at=self._now,
        )
        self._stored.add(stored)
        self._artifacts.add(artifact)
        self.waiting.append(waiting)
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
            {"code": CODES[reason], "text": sentence(reason, left.number, left.names)}
            for reason, left in self._left.items()
        ]


def _shows_failure(attachment: ReportedAttachment, result: ReportedResult) -> bool:
    """Whether a picture was taken when something failed: its step, or for one of no step the test."""
    own = (step.status for step in result.steps if step.number == attachment.step_number)
    return next(own, result.status) in NOT_PASSED


_FILE_ENDINGS = {"jpeg": "jpg", "plain": "txt", "markdown": "md", "svg+xml": "svg", "x-ndjson": "ndjson"}


def embedded_name(attachment: ReportedAttachment) -> str:
    """What a file that stands in a report is called: its name there, with the ending of its type."""
    name = file_name_of(attachment.name) if attachment.name.strip() else "attachment"
    kind = attachment.content_type.partition(";")[0].rpartition("/")[2].strip().lower()
    ending = _FILE_ENDINGS.get(kind, kind)
    if "." in name or not ending.isalnum() or len(ending) > 8:
        return name
    return f"{name[:200]}.{ending}"


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
