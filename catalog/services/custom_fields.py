"""The project's own fields: adding, changing, ordering and archiving them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, NotVisible, RuleViolation
from qaportal.kit.text import problem_in

from .. import policies
from ..choices import FieldKind, FieldTarget
from ..custom_values import COUNTED, MEASURED, Unusable, is_of_list, stored_bound, stored_value
from ..models import CustomField, Template, TemplateField

EDITABLE = (
    *("name", "kind", "help_text", "is_required", "is_restricted", "default", "minimum", "maximum", "options"),
    "is_archived",
)
"""What of a field can be changed; its key and what it describes stand."""
MOST_FIELDS = 200
MOST_OPTIONS = 200
LONGEST_OPTION = 200
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


def lock_fields(project: Project) -> None:
    """Let nobody else change the project's fields and templates until the transaction ends; reading goes on."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)


@transaction.atomic
def create_field(
    *,
    actor: User | None,
    project: Project,
    name: str,
    kind: str,
    target: str = FieldTarget.CASE,
    key: str = "",
    templates: Iterable[Template] | None = None,
    **fields: Any,
) -> CustomField:
    """Add a field; without a key one is made of its name.

    It joins the given templates, or the default one when None are given. `fields` are those of `EDITABLE`.
    Raises Denied, and InvalidInput naming the field of the form.
    """
    policies.can_edit_fields(actor, project).require()
    lock_fields(project)
    stored = CustomField.objects.in_project(project)
    if stored.count() >= MOST_FIELDS:
        raise RuleViolation(_("A project has at most %d fields of its own.") % MOST_FIELDS, "too_many_fields")
    if target not in FieldTarget.values:
        raise InvalidInput(_("Unknown target."), fields={"target": [_("Choose cases or results.")]})
    field = CustomField(project=project, target=target, created_by=actor, updated_by=actor)
    field.key = _usable_key(key, name, set(stored.of(target).values_list("key", flat=True)))
    _assign(field, {**fields, "name": name, "kind": kind})
    field.position = (stored.of(target).aggregate(last=Max("position"))["last"] or 0) + 1
    field.save()
    _join_templates(field, templates)
    audit.record("field.created", actor=actor, target=field, changes=_facts(field))
    events.publish("field.created", field=field, actor=actor)
    return field


@transaction.atomic
def update_field(*, actor: User | None, field: CustomField, if_match: str | None = None, **fields: Any) -> CustomField:
    """Change what of `EDITABLE` is given; values that stand in cases stay as they are.

    Raises Denied, VersionConflict, InvalidInput naming the field of the form, and RuleViolation for another kind of
    a field that ever held a value.
    """
    policies.can_edit_fields(actor, field.project).require()
    lock_fields(field.project)
    field = _stored(field)
    require_match(field, if_match)
    before = audit.snapshot(field, EDITABLE)
    if fields.get("kind", field.kind) != field.kind and field.is_used:
        words = _("Its kind stands: there are values of this kind. Archive it and make another one.")
        raise RuleViolation(words, "field_in_use", fields={"kind": [words]})
    _assign(field, {**{name: getattr(field, name) for name in EDITABLE if name not in fields}, **fields})
    changes = audit.changes_between(_plain(before), _plain(audit.snapshot(field, EDITABLE)))
    if changes:
        field.updated_by = actor
        field.save(update_fields=[*changes, "updated_by", "updated_at"])
        audit.record(_action(changes), actor=actor, target=field, changes=changes)
        events.publish("field.updated", field=field, changes=changes, actor=actor)
    return field


@transaction.atomic
def move_field(*, actor: User | None, field: CustomField, by: int) -> None:
    """Put the field so many places up (negative) or down among those in use; raises Denied."""
    policies.can_edit_fields(actor, field.project).require()
    lock_fields(field.project)
    shown = list(CustomField.objects.in_project(field.project).of(field.target).in_use())
    place = next((number for number, each in enumerate(shown) if each.pk == field.pk), None)
    if place is None:
        raise NotVisible
    wanted = min(max(place + by, 0), len(shown) - 1)
    if wanted == place:
        return
    shown.insert(wanted, shown.pop(place))
    for position, each in enumerate(shown, start=1):
        each.position = position
    CustomField.objects.bulk_update(shown, ["position"])
    audit.record("field.moved", actor=actor, target=field, changes={"position": [place + 1, wanted + 1]})
    events.publish("field.updated", field=field, changes={"position": [place + 1, wanted + 1]}, actor=actor)


# -- inside ----------------------------------------------------------------------------------------------------------
def _stored(field: CustomField) -> CustomField:
    found = CustomField.objects.select_for_update(of=("self",)).select_related("project__tenant").filter(pk=field.pk)
    if (stored := found.first()) is None:
        raise NotVisible
    return stored


def _assign(field: CustomField, given: Mapping[str, Any]) -> None:
    """Put checked values on the field; raises InvalidInput naming every one that cannot be used."""
    if unknown := set(given) - set(EDITABLE):
        raise TypeError(f"A field has no {sorted(unknown)[0]!r} that can be changed.")
    problems: dict[str, list[str]] = {}
    field.is_required, field.is_restricted = bool(given.get("is_required")), bool(given.get("is_restricted"))
    field.is_archived = bool(given.get("is_archived"))
    field.help_text = _text(given.get("help_text"), "help_text", 300, problems)
    field.name = _text(given.get("name"), "name", 100, problems)
    if not field.name:
        problems.setdefault("name", [_("A field needs a name.")])
    elif "name" not in problems and not field.is_archived and _is_taken(field):
        problems["name"] = [_("Another field has this name.")]
    if given.get("kind") not in FieldKind.values:
        problems["kind"] = [_("Choose one of the kinds.")]
    else:
        field.kind = given["kind"]
        _assign_rules(field, given, problems)
    if problems:
        raise InvalidInput(next(iter(problems.values()))[0], fields=problems)


def _assign_rules(field: CustomField, given: Mapping[str, Any], problems: dict[str, list[str]]) -> None:
    """Options, bounds and default, each as the kind of the field has it."""
    try:
        field.options = _usable_options(field, given.get("options") or []) if is_of_list(field.kind) else []
    except Unusable as error:
        problems["options"] = [str(error)]
        return
    for name in ("minimum", "maximum"):
        bound = given.get(name) if field.kind in (*COUNTED, *MEASURED) else None
        if bound is not None and bound == getattr(field, name):
            continue
        try:
            setattr(field, name, stored_bound(field.kind, bound))
        except Unusable as error:
            problems[name] = [str(error)]
    if None not in (field.minimum, field.maximum) and field.minimum > field.maximum:
        problems.setdefault("maximum", [_("This is less than the least.")])
    if problems:
        return
    try:
        field.default = None if field.kind == FieldKind.STEPS else stored_value(field, given.get("default"))
    except Unusable as error:
        problems["default"] = [str(error)]


def _text(given: Any, name: str, longest: int, problems: dict[str, list[str]]) -> str:
    text = " ".join(str(given or "").split())
    problem = problem_in(text) or (_("At most %d characters.") % longest if len(text) > longest else None)
    if problem:
        problems[name] = [problem]
    return text


def _is_taken(field: CustomField) -> bool:
    named = CustomField.objects.in_project(field.project_id).of(field.target).filter(is_archived=False)
    return named.filter(name__iexact=field.name).exclude(pk=field.pk).exists()


def slug_of(name: str, *, longest: int, otherwise: str) -> str:
    """Letters, digits and underscores that stand for the name."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:longest].strip("_")
    return slug if slug[:1].isalpha() else f"{otherwise}_{slug}".strip("_")[:longest]


def free_slug(name: str, taken: set[str], *, longest: int, otherwise: str) -> str:
    """The slug of the name, numbered where it is taken."""
    slug, number = slug_of(name, longest=longest, otherwise=otherwise), 2
    found = slug
    while found in taken:
        found = f"{slug[: longest - 4]}_{number}"
        number += 1
    return found


def _usable_key(given: str, name: str, taken: set[str]) -> str:
    key = str(given or "").strip()
    if not key:
        return free_slug(str(name), taken, longest=40, otherwise="field")
    if not _KEY.fullmatch(key):
        words = _("A small letter first, then small letters, digits and underscores, at most 40.")
        raise InvalidInput(words, fields={"key": [words]})
    if key in taken:
        words = _("Another field has this key, or had it.")
        raise InvalidInput(words, fields={"key": [words]})
    return key


def _usable_options(field: CustomField, given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The options in the given order; a stored one keeps its code, and is archived where it is not among them.

    A name that an archived option has brings that one back. Raises Unusable.
    """
    stored = {each["code"]: each for each in field.options or []}
    by_name = {each["name"].casefold(): code for code, each in stored.items() if each.get("is_archived")}
    options: dict[str, dict[str, Any]] = {}
    for each in given:
        name = " ".join(str(each.get("name") or "").split())
        if not name:
            continue
        if problem := problem_in(name):
            raise Unusable(problem)
        code = str(each.get("code") or "")
        if code not in stored:
            code = by_name.get(name.casefold()) or free_slug(
                code or name, {*stored, *options}, longest=40, otherwise="option"
            )
        if code in options:
            raise Unusable(_("“%s” stands there twice.") % name[:100])
        options[code] = {"code": code, "name": name, "is_archived": bool(each.get("is_archived"))}
    _require_usable([each for each in options.values() if not each.get("is_archived")])
    gone = [{**each, "is_archived": True} for code, each in stored.items() if code not in options]
    return [*options.values(), *(gone if field.is_used else ())]


def _require_usable(options: Sequence[Mapping[str, Any]]) -> None:
    names = [each["name"].casefold() for each in options]
    if not names:
        raise Unusable(_("A list needs at least one option."))
    if len(names) > MOST_OPTIONS or any(len(name) > LONGEST_OPTION for name in names):
        raise Unusable(
            _("At most %(most)d options of at most %(longest)d characters.")
            % {"most": MOST_OPTIONS, "longest": LONGEST_OPTION}
        )
    twice = next((each["name"] for each in options if names.count(each["name"].casefold()) > 1), None)
    if twice:
        raise Unusable(_("“%s” stands there twice.") % twice[:100])


def _join_templates(field: CustomField, templates: Iterable[Template] | None) -> None:
    """Add the field at the end of the templates, by default of the default one."""
    known = Template.objects.in_project(field.project_id)
    found = known.filter(is_default=True) if templates is None else known.filter(pk__in=[each.pk for each in templates])
    ends = {each.pk: each.end or 0 for each in found.annotate(end=Max("places__position"))}
    TemplateField.objects.bulk_create(
        TemplateField(project_id=field.project_id, template_id=pk, field=field, position=end + 1)
        for pk, end in ends.items()
    )


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Bounds as numbers that the trail can keep."""
    numbers = ("minimum", "maximum")
    return {name: float(value) if name in numbers and value is not None else value for name, value in facts.items()}


def _facts(field: CustomField) -> dict[str, list[Any]]:
    """What a new field is, for the trail."""
    facts = {"key": field.key, "target": field.target, **_plain(audit.snapshot(field, EDITABLE))}
    return {name: [None, value] for name, value in facts.items() if value not in (None, "", [], False)}


def _action(changes: Mapping[str, Sequence[Any]]) -> str:
    if "is_archived" in changes:
        return "field.archived" if changes["is_archived"][1] else "field.restored"
    return "field.updated"
