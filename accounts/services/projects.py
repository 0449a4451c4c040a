"""Projects."""

import re
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, RuleViolation

from .. import audit, policies
from ..models import Project, Tenant, User

EDITABLE = ("name", "description", "settings", "icon", "color")
LONGEST_DESCRIPTION = 50_000
_content_checks: list[Any] = []


def register_content_check(check: Any) -> None:
    """Add a check of an app above: `check(project)` answers whether the project has living content."""
    if check not in _content_checks:
        _content_checks.append(check)


def key_from(name: str, taken: set[str]) -> str:
    """A free key made of the name: initials of several words, else its first letters."""
    words = re.findall(r"[A-Za-z0-9]+", name)
    letters = "".join(word[0] for word in words) if len(words) > 1 else "".join(words)[:4]
    stem = re.sub(r"^[^A-Z]+", "", letters.upper())[:8]
    stem = stem if len(stem) > 1 else (stem + "PROJ")[:4]
    candidate, number = stem, 2
    while candidate in taken:
        candidate, number = f"{stem}{number}", number + 1
    return candidate


@transaction.atomic
def create_project(*, actor: User, name: str, key: str = "", **fields: Any) -> Project:
    """Start a project in the actor's tenant; without a key one is made of the name.

    Raises Denied, InvalidInput for an unusable key or too long a description, RuleViolation for a taken one.
    """
    policies.can_create_project(actor).require()
    _require_bounded(fields.get("description"))
    tenant = Tenant.objects.select_for_update().get(pk=actor.tenant_id)
    taken = set(tenant.projects.filter(deleted_at__isnull=True).values_list("key", flat=True))
    if key and key in taken:
        raise RuleViolation(
            _("Another project has the key %s.") % key, "key_taken", fields={"key": [_("This key is taken.")]}
        )
    project = Project(
        tenant=tenant, name=name.strip(), key=key or key_from(name, taken), created_by=actor, updated_by=actor, **fields
    )
    if not re.fullmatch(r"[A-Z][A-Z0-9]{1,11}", project.key):
        raise InvalidInput(
            _("The key cannot be used."), fields={"key": [_("2 to 12 capital letters and digits, a letter first.")]}
        )
    project.save()
    audit.record("project.created", actor=actor, target=project)
    events.publish("project.created", project=project, actor=actor)
    return project


@transaction.atomic
def update_project(*, actor: User, project: Project, if_match: str | None = None, **fields: Any) -> Project:
    """Change name, description, settings, icon or color; settings are merged key by key.

    Raises Denied, VersionConflict and InvalidInput.
    """
    policies.can_edit_project(actor, project).require()
    _require_bounded(fields.get("description"))
    project = Project.objects.select_for_update().get(pk=project.pk)
    require_match(project, if_match)
    before = audit.snapshot(project, EDITABLE)
    for name in EDITABLE:
        if name in fields:
            value = {**project.settings, **(fields[name] or {})} if name == "settings" else fields[name]
            setattr(project, name, value)
    changes = audit.changes_between(before, audit.snapshot(project, EDITABLE))
    if changes:
        project.updated_by = actor
        project.save()
        audit.record("project.updated", actor=actor, target=project, changes=changes)
        events.publish("project.updated", project=project, actor=actor)
    return project


@transaction.atomic
def delete_project(*, actor: User, project: Project, cascade: bool = False, if_match: str | None = None) -> None:
    """Hide the project with all it holds; one with living content only when `cascade` says so.

    Raises Denied, VersionConflict and RuleViolation.
    """
    policies.can_delete_project(actor, project).require()
    project = Project.objects.select_for_update().get(pk=project.pk)
    require_match(project, if_match)
    if not cascade and any(check(project) for check in _content_checks):
        raise RuleViolation(_("The project still holds test cases, releases or runs."), "not_empty")
    project.deleted_at = timezone.now()
    project.save(update_fields=["deleted_at", "updated_at"])
    audit.record("project.deleted", actor=actor, target=project)
    events.publish("project.deleted", project=project, actor=actor)


@transaction.atomic
def restore_project(*, actor: User, project: Project) -> Project:
    """Bring a deleted project back with all it held; raises Denied, and RuleViolation when its key was given anew."""
    policies.can_restore_project(actor, project).require()
    project = Project.objects.select_for_update().get(pk=project.pk)
    if project.deleted_at is None:
        return project
    project.deleted_at, project.updated_by = None, actor
    try:
        with transaction.atomic():
            project.save(update_fields=["deleted_at", "updated_by", "updated_at"])
    except IntegrityError as error:
        raise RuleViolation(_("Another project has the key %s.") % project.key, "key_taken") from error
    audit.record("project.restored", actor=actor, target=project)
    events.publish("project.updated", project=project, actor=actor)
    return project


# -- inside ----------------------------------------------------------------------------------------------------------
def _require_bounded(description: str | None) -> None:
    if len(description or "") > LONGEST_DESCRIPTION:
        words = _("A description has at most %d characters.") % LONGEST_DESCRIPTION
        raise InvalidInput(words, fields={"description": [words]})
