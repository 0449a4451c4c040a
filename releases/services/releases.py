"""Making, changing and deleting releases."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, RuleViolation

from .. import policies
from ..choices import OverallStatus
from ..models import Release

EDITABLE = (
    "version",
    "name",
    "description",
    "release_date",
    "environment",
    "build",
    "overall_status",
    "qa_lead",
    "platforms",
    "milestone",
)
MOST_PLATFORMS = 20


def _checked(project: Project, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields as they are stored; raises InvalidInput naming the one that cannot be used."""
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"A release has no field {sorted(unknown)[0]!r} that can be changed.")
    checked = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
    problems: dict[str, list[str]] = {}
    if "version" in checked and not checked["version"]:
        problems["version"] = [_("A release needs a version.")]
    if "overall_status" in checked and checked["overall_status"] not in OverallStatus.values:
        problems["overall_status"] = [_("Use one of: %s.") % ", ".join(OverallStatus.values)]
    if len(checked.get("platforms") or ()) > MOST_PLATFORMS:
        problems["platforms"] = [_("At most %d platforms.") % MOST_PLATFORMS]
    for name, value in checked.items():
        longest = Release._meta.get_field(name).max_length if isinstance(value, str) else None
        if longest and len(value) > longest:
            problems[name] = [_("At most %d characters.") % longest]
    lead = checked.get("qa_lead")
    if lead is not None and not User.objects.who_reach(project).filter(pk=lead.pk).exists():
        problems["qa_lead"] = [_("This person does not work in the project.")]
    milestone = checked.get("milestone")
    if milestone is not None and (milestone.project_id != project.pk or milestone.deleted_at is not None):
        problems["milestone"] = [_("There is no such milestone in the project.")]
    if problems:
        raise InvalidInput(_("The release cannot be saved."), fields=problems)
    return checked


def _save(release: Release) -> None:
    """Store the release; raises RuleViolation (`version_taken`) when another one has its version."""
    try:
        with transaction.atomic():
            release.save()
    except IntegrityError as error:
        if "release_version_once" not in str(error):
            raise
        raise RuleViolation(
            _("Another release has the version %s.") % release.version,
            "version_taken",
            fields={"version": [_("Another release has this version.")]},
        ) from error


@transaction.atomic
def create_release(*, actor: User | None, project: Project, version: str, **fields: Any) -> Release:
    """Start a release with an empty scope; `fields` are those of `EDITABLE`.

    Raises Denied, InvalidInput, and RuleViolation for a version that another release has.
    """
    policies.can_create_release(actor, project).require()
    checked = _checked(project, {"version": version, **fields})
    release = Release(project=project, created_by=actor, updated_by=actor, **checked)
    _save(release)
    audit.record("release.created", actor=actor, target=release)
    events.publish("release.created", release=release, actor=actor)
    return release


@transaction.atomic
def update_release(*, actor: User | None, release: Release, if_match: str | None = None, **fields: Any) -> Release:
    """Change fields of `EDITABLE`; a shipped or cancelled release is reopened by its `overall_status`.

    Raises Denied, InvalidInput, VersionConflict, and RuleViolation for a version that another release has.
    """
    policies.can_edit_release(actor, release).require()
    project = release.project
    release = (
        Release.objects.living()
        .select_for_update(of=("self",))
        .select_related("qa_lead", "milestone__project")
        .get(pk=release.pk)
    )
    release.project = project
    require_match(release, if_match)
    before = audit.snapshot(release, EDITABLE)
    for name, value in _checked(project, fields).items():
        setattr(release, name, value)
    changes = audit.changes_between(before, audit.snapshot(release, EDITABLE))
    if changes:
        release.updated_by = actor
        _save(release)
        audit.record("release.updated", actor=actor, target=release, changes=changes)
        events.publish("release.updated", release=release, actor=actor, changes=changes)
    return release


@transaction.atomic
def delete_release(*, actor: User | None, release: Release, if_match: str | None = None) -> None:
    """Hide the release; its runs and results stay. Raises Denied and VersionConflict."""
    policies.can_delete_release(actor, release).require()
    release = Release.objects.living().select_for_update(of=("self",)).select_related("project").get(pk=release.pk)
    require_match(release, if_match)
    release.deleted_at = timezone.now()
    release.updated_by = actor
    release.save(update_fields=["deleted_at", "updated_by", "updated_at"])
    audit.record("release.deleted", actor=actor, target=release)
    events.publish("release.deleted", release=release, actor=actor)


def mark_started(*, release: Release, actor: User | None = None) -> bool:
    """Move a release that had not started to "in progress"; the first verdict calls it, in its transaction.

    Answers whether it moved.
    """
    moved = Release.objects.filter(pk=release.pk, overall_status=OverallStatus.NOT_STARTED).update(
        overall_status=OverallStatus.IN_PROGRESS, updated_at=timezone.now()
    )
    if not moved:
        return False
    release.overall_status = OverallStatus.IN_PROGRESS
    changes = {"overall_status": [OverallStatus.NOT_STARTED.value, OverallStatus.IN_PROGRESS.value]}
    audit.record("release.updated", actor=actor, target=release, changes=changes)
    events.publish("release.updated", release=release, actor=actor, changes=changes)
    return True
