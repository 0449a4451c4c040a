"""Templates: which of the project's own fields a case has, in which order."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, NotVisible, RuleViolation
from qaportal.kit.text import problem_in

from .. import policies
from ..models import CustomField, Template, TemplateField
from .custom_fields import lock_fields

EDITABLE = ("name", "description", "is_default", "is_archived")
"""What of a template can be changed beside its fields."""
MOST_TEMPLATES = 100
_LONGEST = {"name": 100, "description": 500}


@transaction.atomic
def create_template(
    *, actor: User | None, project: Project, name: str, fields: Iterable[CustomField] = (), **facts: Any
) -> Template:
    """Add a template with these fields in their order; the first one of a project is its default.

    `facts` are those of `EDITABLE`. Raises Denied, and InvalidInput naming the field of the form.
    """
    policies.can_edit_fields(actor, project).require()
    lock_fields(project)
    stored = Template.objects.in_project(project)
    if stored.count() >= MOST_TEMPLATES:
        raise RuleViolation(_("A project has at most %d templates.") % MOST_TEMPLATES, "too_many_templates")
    template = Template(project=project, created_by=actor, updated_by=actor)
    _assign(template, {**facts, "name": name})
    template.is_default |= not stored.filter(is_default=True).exists()
    _leave_default_to(template)
    template.save()
    keys = _place_fields(template, fields)
    changes = {"name": [None, template.name], "is_default": [None, template.is_default], "fields": [[], keys]}
    audit.record("template.created", actor=actor, target=template, changes=changes)
    events.publish("template.created", template=template, actor=actor)
    return template


@transaction.atomic
def update_template(
    *,
    actor: User | None,
    template: Template,
    if_match: str | None = None,
    fields: Iterable[CustomField] | None = None,
    **facts: Any,
) -> Template:
    """Change the template; `fields` replaces which fields it has and their order. Values in cases stay.

    Raises Denied, VersionConflict, InvalidInput, and RuleViolation for archiving the default one, or for having none.
    """
    policies.can_edit_fields(actor, template.project).require()
    lock_fields(template.project)
    template = _stored(template)
    require_match(template, if_match)
    before = audit.snapshot(template, EDITABLE)
    _assign(template, {**before, **facts})
    if before["is_default"] and not template.is_default:
        words = _("A project has one default template: make another one the default instead.")
        raise RuleViolation(words, "default_needed", fields={"is_default": [words]})
    if template.is_default and template.is_archived:
        words = _("New cases take this template. Make another one the default first.")
        raise RuleViolation(words, "default_needed")
    changes = audit.changes_between(before, audit.snapshot(template, EDITABLE))
    keys_before = _keys_of(template)
    keys = keys_before if fields is None else _place_fields(template, fields)
    if keys != keys_before:
        changes["fields"] = [keys_before, keys]
    if changes:
        _leave_default_to(template)
        template.updated_by = actor
        template.save()
        audit.record(_action(changes), actor=actor, target=template, changes=changes)
        events.publish("template.updated", template=template, changes=changes, actor=actor)
    return template


# -- inside ----------------------------------------------------------------------------------------------------------
def _stored(template: Template) -> Template:
    found = Template.objects.select_for_update(of=("self",)).select_related("project__tenant").filter(pk=template.pk)
    if (stored := found.first()) is None:
        raise NotVisible
    return stored


def _assign(template: Template, given: Mapping[str, Any]) -> None:
    if unknown := set(given) - set(EDITABLE):
        raise TypeError(f"A template has no {sorted(unknown)[0]!r} that can be changed.")
    problems: dict[str, list[str]] = {}
    for name, longest in _LONGEST.items():
        text = " ".join(str(given.get(name) or "").split())
        setattr(template, name, text)
        if problem := problem_in(text) or (_("At most %d characters.") % longest if len(text) > longest else None):
            problems[name] = [problem]
    template.is_default, template.is_archived = bool(given.get("is_default")), bool(given.get("is_archived"))
    same_name = Template.objects.in_project(template.project_id).filter(name__iexact=template.name, is_archived=False)
    if not template.name:
        problems.setdefault("name", [_("A template needs a name.")])
    elif "name" not in problems and not template.is_archived and same_name.exclude(pk=template.pk).exists():
        problems["name"] = [_("Another template has this name.")]
    if problems:
        raise InvalidInput(next(iter(problems.values()))[0], fields=problems)


def _leave_default_to(template: Template) -> None:
    """Take the mark from the default template of now, if this one is to have it."""
    if template.is_default:
        others = Template.objects.in_project(template.project_id).filter(is_default=True).exclude(pk=template.pk)
        others.update(is_default=False)


def _keys_of(template: Template) -> list[str]:
    return list(template.places.order_by("position", "pk").values_list("field__key", flat=True))


def _place_fields(template: Template, fields: Iterable[CustomField]) -> list[str]:
    """Let the template have these fields and those archived ones that it has; answers the keys in their order."""
    wanted = list(dict.fromkeys(field.pk for field in fields))
    known = CustomField.objects.in_project(template.project_id).in_bulk(wanted)
    if len(known) != len(wanted):
        words = _("There is no such field in the project.")
        raise InvalidInput(words, fields={"fields": [words]})
    archived = template.places.filter(field__is_archived=True).exclude(field__in=wanted)
    order = [*wanted, *archived.values_list("field_id", flat=True)]
    template.places.all().delete()
    TemplateField.objects.bulk_create(
        TemplateField(project_id=template.project_id, template=template, field_id=pk, position=position)
        for position, pk in enumerate(order, start=1)
    )
    return _keys_of(template)


def _action(changes: Mapping[str, Sequence[Any]]) -> str:
    if "is_archived" in changes:
        return "template.archived" if changes["is_archived"][1] else "template.restored"
    return "template.updated"
