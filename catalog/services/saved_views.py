"""Keeping looks at the list of cases: one's own, and those of everybody in the project."""

from typing import Any

from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit.errors import InvalidInput, NotVisible, RuleViolation

from .. import policies
from ..models import SavedView
from ..models.saved_views import LONGEST_QUERY

MOST_VIEWS = 50
LONGEST_NAME = 100
_NOT_KEPT = ("view", "page", "open", "shut", "tab", "full", "expand", "to", "edit", "csrfmiddlewaretoken")


def usable_query(given: str) -> str:
    """The state of the list out of an address: what belongs to one look alone is left out.

    Raises InvalidInput naming `query` for one that is too long.
    """
    values = QueryDict(given.removeprefix("?")[: 2 * LONGEST_QUERY], mutable=True)
    for name in [name for name in values if name in _NOT_KEPT or not any(values.getlist(name))]:
        del values[name]
    query = values.urlencode()
    if len(query) > LONGEST_QUERY:
        words = _("These filters are too long to be kept.")
        raise InvalidInput(words, fields={"query": [words]})
    return query


@transaction.atomic
def create_view(
    *,
    actor: User,
    project: Project,
    name: str,
    query: str = "",
    is_shared: bool = False,
    is_default: bool = False,
) -> SavedView:
    """Keep a state of the list under a name, for the actor alone or for everybody in the project.

    Raises Denied, InvalidInput naming the field, and RuleViolation for a name that is taken or too many views.
    """
    if is_shared:
        policies.can_share_views(actor, project).require()
    owner = None if is_shared else actor
    view = SavedView(project=project, owner=owner, created_by=actor, updated_by=actor)
    view.name, view.query, view.is_default = _usable_name(name), usable_query(query), is_default
    _lock_views(project)
    if SavedView.objects.in_project(project).filter(owner=owner).count() >= MOST_VIEWS:
        raise RuleViolation(_("There are %d views already. Delete one first.") % MOST_VIEWS, "too_many_views")
    _store(view)
    audit.record("view.created", actor=actor, target=view)
    return view


@transaction.atomic
def update_view(*, actor: User, view: SavedView, **fields: Any) -> SavedView:
    """Change `name`, `query` or `is_default`. Raises what `create_view` raises, and NotVisible for one that is gone."""
    view = _locked(actor, view)
    before = audit.snapshot(view, ("name", "query", "is_default"))
    if "name" in fields:
        view.name = _usable_name(fields["name"])
    if "query" in fields:
        view.query = usable_query(fields["query"])
    view.is_default = fields.get("is_default", view.is_default)
    if changes := audit.changes_between(before, audit.snapshot(view, ("name", "query", "is_default"))):
        view.updated_by = actor
        _store(view)
        audit.record("view.updated", actor=actor, target=view, changes=changes)
    return view


@transaction.atomic
def delete_view(*, actor: User, view: SavedView) -> None:
    """Forget the view. Raises Denied, and NotVisible for one that is gone."""
    view = _locked(actor, view)
    audit.record("view.deleted", actor=actor, target=view)
    view.delete()


def _locked(actor: User, view: SavedView) -> SavedView:
    """The stored view, locked; raises Denied when it is not for the actor to change."""
    found = SavedView.objects.select_for_update(of=("self",)).select_related("project__tenant").filter(pk=view.pk)
    stored = found.first()
    if stored is None or stored.owner_id not in {None, actor.pk}:
        raise NotVisible
    if stored.owner_id is None:
        policies.can_share_views(actor, stored.project).require()
    _lock_views(stored.project)
    return stored


def _lock_views(project: Project) -> None:
    """Let nobody else change views of the project until the transaction ends: one is the default, names are taken."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)


def _usable_name(given: str) -> str:
    name = " ".join(str(given).split())
    if not name or len(name) > LONGEST_NAME:
        words = _("A name has 1 to %d characters.") % LONGEST_NAME
        raise InvalidInput(words, fields={"name": [words]})
    return name


def _store(view: SavedView) -> None:
    """Save it; where it becomes the default, no other one of its owner stays so."""
    if view.is_default:
        others = SavedView.objects.filter(project=view.project, owner=view.owner, is_default=True)
        others.exclude(pk=view.pk).update(is_default=False)
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        words = _("There is a view %s already.") % view.name
        raise RuleViolation(words, "name_taken", fields={"name": [words]}) from error
