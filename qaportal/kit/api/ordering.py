"""The order that a client asks for: `orderBy[]=field&orderBy[]=desc`, names from an allow-list."""

from collections.abc import Iterator, Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request

from ..errors import InvalidInput
from .spelling import snake

PARAMETER = "orderBy"
DIRECTIONS = {"asc": "", "desc": "-"}
MOST_NAMES = 5


def ordered(
    request: Request, queryset: QuerySet, fields: Mapping[str, str], default: tuple[str, ...] = ("pk",)
) -> QuerySet:
    """The queryset in the order of the request, as `order_of` reads it."""
    return queryset.order_by(*order_of(request, fields, default))


def order_of(request: Request, fields: Mapping[str, str], default: tuple[str, ...] = ("pk",)) -> tuple[str, ...]:
    """The lookups of the order that the request asks for, else the default ones; equal rows follow their keys.

    `fields` maps the names that a client may order by to lookups. A name without a direction is ascending. Raises
    InvalidInput naming `orderBy` for any other name or direction.
    """
    words = request.query_params.getlist(f"{PARAMETER}[]") or request.query_params.getlist(PARAMETER)
    lookups = list(_lookups([word.strip() for word in words if word.strip()], fields))
    if not lookups:
        return default
    key = "-pk" if lookups[-1].startswith("-") else "pk"
    return tuple(dict.fromkeys([*lookups, key]))


def _lookups(words: list[str], fields: Mapping[str, str]) -> Iterator[str]:
    """One lookup for each name, with the direction that follows it."""
    place = 0
    while place < len(words):
        name = words[place] if words[place] in fields else snake(words[place])
        if name not in fields or place >= 2 * MOST_NAMES:
            raise _refusal(fields)
        following = words[place + 1].lower() if place + 1 < len(words) else "asc"
        if following not in DIRECTIONS and words[place + 1] not in fields:
            raise _refusal(fields)
        yield DIRECTIONS.get(following, "") + fields[name]
        place += 2 if following in DIRECTIONS else 1


def _refusal(fields: Mapping[str, str]) -> InvalidInput:
    names = ", ".join(sorted(fields))
    words = _("Name one of %(names)s, followed by asc or desc.") % {"names": names}
    return InvalidInput(_("The list cannot be ordered like that."), fields={PARAMETER: [words]})
