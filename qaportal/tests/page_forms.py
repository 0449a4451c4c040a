"""The forms that stand on the pages of somebody, read as a browser reads them."""

import copy
import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve, reverse

from . import address_objects, tenant_matrix
from .callers import Caller
from .routes import OPEN_TO_THE_ANONYMOUS, own_routes

SENDING = ("hx-post", "hx-put", "hx-patch", "hx-delete")
RENAMED = {"name", "title", "first_name"}
"""Fields that are changed, so that sending the form changes something."""
FILLED_IN = {
    "text": "Plain", "search": "Plain", "textarea": "Plain", "number": "1", "email": "plain@okapi.example",
    "url": "https://plain.example/", "date": "2026-05-04", "datetime-local": "2026-05-04T10:00",
}  # fmt: skip


@dataclass(slots=True)
class Form:
    """One form of a page: where it sends what."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)

    @property
    def data(self) -> dict[str, Any]:
        """The values as the test client sends them; the token against forgery is made anew by each page."""
        sent = {name: values for name, values in self.values.items() if name != "csrfmiddlewaretoken"}
        return {name: ["Changed"] if name in RENAMED else values for name, values in sent.items()}


class _Reader(HTMLParser):
    """Collects the forms of a page with the values they would send, and the names that addresses carry."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.query_names: set[str] = set()
        self.form: Form | None = None
        self.select: tuple[str, list[tuple[str, bool]]] | None = None
        self.area: str | None = None

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = {name: value or "" for name, value in attrs}
        self._note_query(given.get("href") or given.get("hx-get") or "")
        if tag == "form":
            self._open_form(given)
        elif any(name in given for name in SENDING):
            self._note_lone_sender(given)
        if tag == "option" and self.select is not None:
            self.select[1].append((given.get("value", ""), "selected" in given))
        elif tag == "select":
            self.select = (given.get("name", ""), [])
        elif tag == "textarea":
            self.area = given.get("name", "")
            self._put(self.area, "Plain" if "required" in given else "")
        elif tag in {"input", "button"}:
            self._note_input(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select" and self.select is not None:
            name, options = self.select
            chosen = [value for value, is_chosen in options if is_chosen]
            self._put(name, *(chosen or [value for value, _is_chosen in options if value][:1]))
            self.select = None
        elif tag == "textarea":
            self.area = None

    def handle_data(self, data: str) -> None:
        if self.area and data.strip():
            self._put(self.area, data)

    def _open_form(self, given: dict[str, str]) -> None:
        sender = next((name for name in SENDING if name in given), "")
        method = sender.removeprefix("hx-") or given.get("method", "get").lower()
        self.form = Form(given.get(sender) or given.get("action", ""), method)
        self.forms.append(self.form)

    def _note_lone_sender(self, given: dict[str, str]) -> None:
        sender = next(name for name in SENDING if name in given)
        values = {name: [str(value)] for name, value in _json(given.get("hx-vals", "")).items()}
        if given.get("name"):
            values[given["name"]] = [given.get("value", "")]
        self.forms.append(Form(given[sender], sender.removeprefix("hx-"), values))

    def _note_input(self, tag: str, given: dict[str, str]) -> None:
        kind, name = given.get("type", "submit" if tag == "button" else "text"), given.get("name", "")
        value = given.get("value", "on" if kind in {"checkbox", "radio"} else "")
        if not name or kind in {"file", "image", "reset"} or (kind in {"checkbox", "radio"} and "checked" not in given):
            return
        if kind == "submit" and self.form is not None and name in self.form.values:
            return  # one of several buttons is pressed
        if not value and "required" in given:
            value = FILLED_IN.get(kind, "")
        self._put(name, value)

    def _note_query(self, address: str) -> None:
        query = urlsplit(address).query
        self.query_names |= {part.partition("=")[0] for part in query.split("&") if part}

    def _put(self, name: str, *values: str) -> None:
        if self.form is not None and name:
            kept = [value for value in self.form.values.get(name, []) if value]
            self.form.values[name] = [*kept, *values] if any(values) else kept or list(values)


def _json(text: str) -> dict[str, Any]:
    try:
        return json.loads(text)
    except ValueError:
        return {}


@dataclass(slots=True)
class Pages:
    """All forms and all names of queries that the pages of a world show to its administrator."""

    forms: dict[tuple[str, str], Form] = field(default_factory=dict)
    """The first form for each route and method."""
    query_names: dict[str, set[str]] = field(default_factory=dict)
    """The names that the addresses and the search forms of each page carry."""


_READ: dict[int, Pages] = {}
"""The pages of the worlds of this process, by the project: every test finds its world as it was made."""


def read_pages(world: tenant_matrix.World) -> Pages:
    """All forms of the world's pages; ask before anything is changed in it."""
    known = _READ.get(world.project.pk)
    if known is None:
        if len(_READ) > 3:
            _READ.clear()
        known = _READ[world.project.pk] = _pages_of(world)
    return copy.deepcopy(known)


def _pages_of(world: tenant_matrix.World) -> Pages:
    """Open every page as the administrator, those before the sign-in as nobody, and read their forms."""
    found, administrator, nobody = Pages(), Caller(world.admin), Caller()
    for route in own_routes():
        is_open = route.name in OPEN_TO_THE_ANONYMOUS
        if route.is_api or "get" not in route.methods or (is_open and route.kwargs):
            continue
        address = reverse(route.name, kwargs=address_objects.values(route.kwargs, route.name, world))
        answer = (nobody if is_open else administrator).call(route, "get", address)
        if answer.status_code == 200 and answer.get("Content-Type", "").startswith("text/html"):
            _read(found, route.name, address, answer.body.decode())
    return found


def _read(found: Pages, name: str, address: str, text: str) -> None:
    reader = _Reader()
    reader.feed(text)
    names = found.query_names.setdefault(name, set())
    names |= reader.query_names
    for form in reader.forms:
        _keep(found, form, address, names)


def _keep(found: Pages, form: Form, address: str, names: set[str]) -> None:
    form.action = urljoin(address, form.action or address)
    if form.method == "get":
        names |= set(form.values)
        return
    try:
        match = resolve(urlsplit(form.action).path)
    except Resolver404:
        return
    found.forms.setdefault((match.view_name, form.method), form)
