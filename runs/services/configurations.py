"""The configurations that runs are executed in."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, NotVisible, RuleViolation

from .. import policies
from ..models import Configuration

EDITABLE = ("name", "values")
LONGEST_NAME, LONGEST_VALUE, MOST_VALUES = 60, 120, 20


def _usable_values(given: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The values without empty rows; raises InvalidInput naming `values` for rows that cannot be used."""
    rows = [{name: str(each.get(name) or "").strip() for name in ("name", "value")} for each in given]
    rows = [row for row in rows if row["name"] or row["value"]]
    names = [row["name"].lower() for row in rows]
    words = ""
    if not all(row["name"] and row["value"] for row in rows):
        words = _("Each row says what it is about and its value, such as Browser and Firefox.")
    elif len(rows) > MOST_VALUES:
        words = _("At most %d values.") % MOST_VALUES
    elif any(len(row["name"]) > LONGEST_NAME or len(row["value"]) > LONGEST_VALUE for row in rows):
        words = _("A row says in at most %(name)d characters what it is about, and in %(value)d its value.") % {
            "name": LONGEST_NAME,
            "value": LONGEST_VALUE,
        }
    elif len(set(names)) < len(names):
        words = _("Two rows are about the same.")
    if words:
        raise InvalidInput(words, fields={"values": [words]})
    return rows


def _checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    checked = dict(fields)
    if "name" in checked:
        checked["name"] = checked["name"].strip()
        longest = Configuration._meta.get_field("name").max_length
        if not checked["name"] or len(checked["name"]) > longest:
            words = _("A configuration has a name of at most %d characters.") % longest
            raise InvalidInput(words, fields={"name": [words]})
    if "values" in checked:
        checked["values"] = _usable_values(checked["values"])
    return checked


def _save(configuration: Configuration) -> None:
    try:
        with transaction.atomic():
            configuration.save()
    except IntegrityError as error:
        if "configuration_named_once" not in str(error):
            raise
        words = _("Another configuration has this name.")
        raise RuleViolation(words, "name_taken", fields={"name": [words]}) from error


@transaction.atomic
def create_configuration(
    *, actor: User | None, project: Project, name: str, values: Sequence[Mapping[str, Any]] = ()
) -> Configuration:
    """Add a configuration. Raises Denied, InvalidInput, and RuleViolation for a name that another one has."""
    policies.can_edit_configurations(actor, project).require()
    checked = _checked({"name": name, "values": values})
    configuration = Configuration(project=project, created_by=actor, updated_by=actor, **checked)
    _save(configuration)
    audit.record("configuration.created", actor=actor, target=configuration)
    events.publish("configuration.created", configuration=configuration, actor=actor)
    return configuration


@transaction.atomic
def update_configuration(
    *, actor: User | None, configuration: Configuration, if_match: str | None = None, **fields: Any
) -> Configuration:
    """Change name and values; runs that were executed in it show the new ones.

    Raises Denied, InvalidInput, VersionConflict, and RuleViolation for a name that another one has.
    """
    policies.can_edit_configurations(actor, configuration.project).require()
    configuration = _locked(configuration)
    require_match(configuration, if_match)
    before = audit.snapshot(configuration, EDITABLE)
    for name, value in _checked({name: fields[name] for name in EDITABLE if name in fields}).items():
        setattr(configuration, name, value)
    changes = audit.changes_between(before, audit.snapshot(configuration, EDITABLE))
    if changes:
        configuration.updated_by = actor
        _save(configuration)
        audit.record("configuration.updated", actor=actor, target=configuration, changes=changes)
        events.publish("configuration.updated", configuration=configuration, actor=actor)
    return configuration


@transaction.atomic
def delete_configuration(*, actor: User | None, configuration: Configuration, if_match: str | None = None) -> None:
    """Offer it no more; runs that were executed in it go on saying so. Raises Denied and VersionConflict."""
    policies.can_edit_configurations(actor, configuration.project).require()
    configuration = _locked(configuration)
    require_match(configuration, if_match)
    configuration.deleted_at = timezone.now()
    configuration.updated_by = actor
    configuration.save(update_fields=["deleted_at", "updated_by", "updated_at"])
    audit.record("configuration.deleted", actor=actor, target=configuration)
    events.publish("configuration.deleted", configuration=configuration, actor=actor)


def _locked(configuration: Configuration) -> Configuration:
    found = Configuration.objects.living().select_for_update(of=("self",)).filter(pk=configuration.pk)
    stored = found.select_related("project__tenant").first()
    if stored is None:
        raise NotVisible
    return stored
