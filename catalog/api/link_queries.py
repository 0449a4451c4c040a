"""What may be asked of the links between cases: fields, comparisons and orders on a list, and nothing else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from qaportal.kit.errors import InvalidInput
from qaportal.kit.text import problem_in

from ..choices import CaseLinkType

KEYS = {"id": "pk", "caseAId": "case_a_id", "caseBId": "case_b_id"}
ORDERS = {**KEYS, "type": "type", "createdAt": "created_at"}
INCLUDED = {"caseA": "case_a", "caseB": "case_b"}
DEFAULT_TAKE, MOST_SKIPPED = 50, 2**40
MOST_CONDITIONS, DEEPEST, LONGEST_QUERY = 100, 5, 20_000


@dataclass(slots=True)
class LinkQuery:
    """A query that was read: which links, with which of their cases, how many and in which order."""

    condition: Q
    included: frozenset[str]
    take: int
    skip: int
    order: tuple[str, ...]

    def of(self, found: QuerySet) -> list:
        """The links that it asks for."""
        ordered = found.filter(self.condition).select_related(*self.included).order_by(*self.order)
        return list(ordered[self.skip : self.skip + self.take])


def read_query(text: str, *, most: int) -> LinkQuery:
    """The query of the address; raises InvalidInput naming `q` for anything that is not on the lists."""
    try:
        given = json.loads(text, parse_constant=_refuse) if text and len(text) <= LONGEST_QUERY else {}
    except (ValueError, RecursionError) as error:
        raise _refusal(_("This is no JSON.")) from error
    if len(text) > LONGEST_QUERY:
        raise _refusal(_("At most %d characters.") % LONGEST_QUERY)
    _only(given, {"where", "include", "take", "skip", "orderBy"})
    reader = _Conditions()
    return LinkQuery(
        condition=reader.read(given["where"]) if "where" in given else Q(),
        included=_included(given.get("include", {})),
        take=min(_number(given.get("take", DEFAULT_TAKE)), most),
        skip=min(_number(given.get("skip", 0)), MOST_SKIPPED),
        order=_order(given.get("orderBy", [])),
    )


class _Conditions:
    """Reads a `where`, and counts its conditions."""

    def __init__(self) -> None:
        self.count = 0

    def read(self, given: Any, depth: int = 1) -> Q:
        """Conditions on fields, all of which must hold, and lists of such below `OR` and `AND`."""
        _only(given, {*KEYS, "type", "isDeleted", "OR", "AND"})
        if depth > DEEPEST:
            raise _refusal(_("The conditions lie too deep in one another."))
        found = Q()
        for name, value in given.items():
            self.count += 1
            if self.count > MOST_CONDITIONS:
                raise _refusal(_("At most %d conditions.") % MOST_CONDITIONS)
            found &= self._joined(name, value, depth) if name in {"OR", "AND"} else _field(name, value)
        return found

    def _joined(self, name: str, given: Any, depth: int) -> Q:
        parts = [given] if isinstance(given, Mapping) and name == "AND" else given
        if not isinstance(parts, list):
            raise _refusal(_("%s takes a list.") % name)
        found = Q(pk__in=[]) if name == "OR" else Q()
        for part in parts:
            found = (found | self.read(part, depth + 1)) if name == "OR" else (found & self.read(part, depth + 1))
        return found


def _field(name: str, value: Any) -> Q:
    if isinstance(value, Mapping):
        _only(value, {"equals", "in"})
        if len(value) != 1:
            raise _refusal(_("%s takes one comparison.") % name)
        if "in" in value:
            if not isinstance(value["in"], list) or len(value["in"]) > MOST_CONDITIONS:
                raise _refusal(
                    _("%(name)s: at most %(most)d values in a list.") % {"name": name, "most": MOST_CONDITIONS}
                )
            found = Q(pk__in=[])
            for each in value["in"]:
                found |= _equal(name, each)
            return found
        value = value["equals"]
    return _equal(name, value)


def _equal(name: str, value: Any) -> Q:
    if name == "isDeleted":
        if not isinstance(value, bool):
            raise _refusal(_("isDeleted is true or false."))
        return Q(deleted_at__isnull=not value)
    if name == "type":
        if value not in CaseLinkType.values:
            raise _refusal(_("type is one of: %s.") % ", ".join(CaseLinkType.values))
        return Q(type=value)
    return Q(**{KEYS[name]: _number(value)})


def _included(given: Any) -> frozenset[str]:
    _only(given, set(INCLUDED))
    if not all(isinstance(value, bool) for value in given.values()):
        raise _refusal(_("include takes true or false."))
    return frozenset(INCLUDED[name] for name, value in given.items() if value)


def _order(given: Any) -> tuple[str, ...]:
    parts = given if isinstance(given, list) else [given]
    order = []
    for part in parts[:MOST_CONDITIONS]:
        _only(part, set(ORDERS))
        for name, direction in part.items():
            if direction not in ("asc", "desc"):
                raise _refusal(_("An order is asc or desc."))
            order.append(("-" if direction == "desc" else "") + ORDERS[name])
    return (*order, "pk")


def _number(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**18:
        raise _refusal(_("A whole number is needed."))
    return value


def _only(given: Any, names: set[str]) -> None:
    """Refuse what is no object, and names that are not on the list."""
    if not isinstance(given, Mapping):
        raise _refusal(_("An object is needed."))
    for name in given:
        if name not in names:
            shown = name[:40] if problem_in(name) is None else "?"
            facts = {"name": shown, "names": ", ".join(sorted(names))}
            raise _refusal(_("%(name)s cannot be used here; use %(names)s.") % facts)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _refusal(words: str) -> InvalidInput:
    return InvalidInput(_("The query cannot be used."), fields={"q": [words]})
