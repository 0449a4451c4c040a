"""The audit trail in words: what each action is called, and where the objects that entries name are found.

Every app registers its own from `AppConfig.ready()`; an action that nobody registered is called by its code.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from ..models import AuditEntry, User

BY_STRANGERS = frozenset({"user.sign_in_failed", "user.sign_in_refused", "user.locked_out", "user.reset_asked_for"})
"""What somebody does whom the portal does not know yet; anything else without an actor the portal did itself."""


def _own_address(found: Any) -> str:
    return found.get_absolute_url()


@dataclass(frozen=True, slots=True)
class Subject:
    """What a group of actions is about: those whose codes start with its noun."""

    noun: str
    label: str
    actions: Mapping[str, str]
    """The rest of each code with the words that complete "somebody ..."."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object that entries name."""

    model: type[Model]
    label: str
    visible: Callable[[User], QuerySet] | None = None
    """The objects that a reader sees, loaded with what their address needs; None when they have no page."""
    url: Callable[[Any], str] = _own_address

    @property
    def code(self) -> str:
        """How entries name it."""
        return self.model._meta.label_lower


_subjects: dict[str, Subject] = {}
_kinds: dict[str, Kind] = {}


def register(*registered: Subject | Kind) -> None:
    """Add subjects and kinds; a second subject of the same noun adds its actions to the first."""
    for each in registered:
        if isinstance(each, Kind):
            _kinds[each.code] = each
        else:
            known = _subjects.get(each.noun)
            actions = {**(known.actions if known else {}), **each.actions}
            _subjects[each.noun] = Subject(each.noun, each.label, actions)


def subjects() -> list[Subject]:
    """All subjects by their label."""
    return sorted(_subjects.values(), key=lambda subject: str(subject.label))


def kinds() -> list[Kind]:
    """All kinds by their label."""
    return sorted(_kinds.values(), key=lambda kind: str(kind.label))


def words_of(action: str) -> str:
    """The words of an action, else its code."""
    noun, _dot, act = action.partition(".")
    subject = _subjects.get(noun)
    return str(subject.actions.get(act, action)) if subject else action


def title_of(action: str) -> str:
    """The words of an action as they begin a line, else its code as it is."""
    words = words_of(action)
    return words if words == action else words[:1].upper() + words[1:]


def nobody_of(action: str) -> str:
    """Who did something that nobody known did."""
    return _("Not signed in") if action in BY_STRANGERS else _("The portal")


def codes_of(noun: str) -> list[str]:
    """The codes of all actions of a subject."""
    return [f"{noun}.{act}" for act in _subjects[noun].actions] if noun in _subjects else []


def codes_of_kind(name: str) -> list[str]:
    """How entries name objects of this kind, given by the last word of that, such as `user`."""
    return [code for code in _kinds if code.rpartition(".")[2] == name]


def kind_of(entry: AuditEntry) -> str:
    """What kind of object an entry names, in words."""
    kind = _kinds.get(entry.target_type)
    return str(kind.label) if kind else entry.target_type


def object_of(entry: AuditEntry) -> str:
    """What the object of an entry is called."""
    return entry.target_label or entry.target_id


def model_of(entry: AuditEntry) -> type[Model] | None:
    """The model of the object that an entry names."""
    kind = _kinds.get(entry.target_type)
    return kind.model if kind else None


def address_of(entry: AuditEntry, reader: User) -> str:
    """Where the object of an entry is found now, if it is anywhere and the reader sees it; else the empty text."""
    kind = _kinds.get(entry.target_type)
    if kind is None or kind.visible is None:
        return ""
    found = kind.visible(reader).filter(pk=entry.target_id).first()
    if found is None:
        return ""
    url = kind.url(found)
    if reader.is_super_admin and entry.tenant_id:  # keys of projects repeat from company to company
        return f"{url}{'&' if '?' in url else '?'}tenant={entry.tenant_id}"
    return url
