"""Panels: how a page of a lower app shows facts of a higher one, with one batch loader each."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Panel:
    """A tab, section or column that a higher app adds to a place of a lower app's page."""

    place: str
    """Where it stands, named by the owner of the page: `catalog.case.drawer`."""
    code: str
    label: str
    template: str
    """Rendered with `object`, `facts` (what the loader answered for it), `user` and `request`."""
    load: Callable[[Iterable[int]], Mapping[int, object]]
    """Answers the facts of many objects by id in a constant number of queries."""
    order: int = 100


_panels: dict[str, dict[str, Panel]] = {}


def register(panel: Panel) -> None:
    """Add the panel to its place; a second one of the same code replaces the first."""
    _panels.setdefault(panel.place, {})[panel.code] = panel


def at(place: str) -> list[Panel]:
    """The panels of the place in their order."""
    return sorted(_panels.get(place, {}).values(), key=lambda panel: (panel.order, panel.code))


def loaded(place: str, ids: Iterable[int]) -> list[tuple[Panel, Mapping[int, object]]]:
    """Every panel of the place with the facts of these objects."""
    ids = list(ids)
    return [(panel, panel.load(ids)) for panel in at(place)]
