"""What the portal must not do to another tenant, as checks that tell what they found.

The tests want no finding; `test_house_matrix.py` takes one guard of the portal away at a time and wants some.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.urls import reverse

from . import address_objects, tenant_matrix
from .address_objects import BODY_IDS
from .api_documents import Field, fields_of_body, guarded_writes, query_names, with_value
from .callers import Caller, told
from .page_forms import Pages
from .routes import OPEN_TO_THE_ANONYMOUS, Route, own_routes
from .tenant_matrix import World
from .tenant_rows import OF_CALLING
from .write_examples import Example, example

MARKER = "Quagga"
ROUTES = [route for route in own_routes() if route.name not in OPEN_TO_THE_ANONYMOUS]
WITH_OBJECTS = [route for route in ROUTES if route.kwargs]
IS_ID = re.compile(r"(^|_)ids?$")
PAGE_FILTERS = {
    "folder": "feature_id", "release": "release_id", "owner": "owner_id", "assigned": "owner_id", "run": "run_id",
    "user": "user_id", "actor": "user_id", "project": "project_id", "tenant": "tenant_id", "role": "role_id",
}  # fmt: skip
"""Parameters of pages that name an object, and the key of a body that names the same kind."""
TELL_THEIR_PROJECT = {"run_id", "test_run_id"}
NO_EXAMPLE = Example({})


def make_worlds() -> tuple[World, World]:
    """The tenant of the callers, and another whose ids are long, so that they can be told from other digits."""
    home = tenant_matrix.make_world("Okapi", "HOME")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(format('%I.%I', schemaname, sequencename), greatest(770000001, last_value + 1000))"
            " FROM pg_sequences WHERE schemaname = 'public'"
        )
    return home, tenant_matrix.make_world(MARKER, "AWAY", run_number=770_000_001)


def address_of(route: Route, world: World, example: Example = NO_EXAMPLE) -> str:
    """The address of the route with the objects of the world."""
    return reverse(route.name, kwargs=address_objects.values(route.kwargs, route.name, world)) + example.query


def parts_to_try(route: Route, home: World, foreign: World) -> Iterator[tuple[dict, dict]]:
    """Pairs of foreign parts and parts that name nothing: all of them, and each alone behind an own project."""
    own = address_objects.values(route.kwargs, route.name, home)
    real = address_objects.values(route.kwargs, route.name, foreign)
    nothing = address_objects.nothings(route.kwargs, route.name)
    if real == own:
        return  # an object of the whole company, where the foreign world is another project of it
    yield real, nothing
    if len(route.kwargs) > 1:
        for name in set(route.kwargs) - {"project_key"}:
            yield own | {name: real[name]}, own | {name: nothing[name]}


def allowed_statuses(route: Route, method: str, parts: dict, home: World) -> set[int]:
    """What can be answered about somebody else's object; 403 where the role may not do that to any object."""
    own = address_objects.values(route.kwargs, route.name, home)
    is_among_own = any(parts[name] == own[name] for name in parts)
    if method == "get":
        is_for_few = is_among_own or route.name.startswith("admin:")
        return {404, 405} | ({403} if is_for_few else set())
    return {400, 403, 404, 405, 422}


def findings_in_paths(
    caller: Caller, home: World, foreign: World, routes: Iterable[Route] = WITH_OBJECTS, pages: Pages | None = None
) -> list[str]:
    """Where an address with foreign ids is answered unlike one with ids of nothing, or shows something foreign.

    With the pages of the own world, routes that write are called with a body that would work at home.
    """
    found: list[str] = []
    for route in routes:
        for method in route.methods:
            sent = example(route, method, home, pages) if pages and method != "get" else NO_EXAMPLE
            for real, nothing in parts_to_try(route, home, foreign):
                found += _findings_at(caller, route, method, sent, real, nothing, (home, foreign))
    return found


def _findings_at(caller, route, method, sent, real, nothing, worlds) -> Iterator[str]:
    home, foreign = worlds
    where = f"{method} {route.name} {real}"
    watched = () if method == "get" else (foreign.project.tenant_id,)
    without = OF_CALLING if home.project.tenant_id == foreign.project.tenant_id else frozenset()
    address = reverse(route.name, kwargs=real) + sent.query
    options = {"watched": watched, "without": without, **sent.options(route)}
    answer = caller.call(route, method, address, sent.data, **options)
    if answer.status_code == 405:
        return
    _rewind(sent)
    address = reverse(route.name, kwargs=nothing) + sent.query
    random = caller.call(route, method, address, sent.data, **sent.options(route))
    _rewind(sent)
    if told(answer, real) != told(random, nothing):
        yield f"{where} is told from nothing: {answer.status_code} and {random.status_code}"
    if MARKER.encode() in answer.body:
        yield f"{where} shows something foreign"
    if answer.status_code not in allowed_statuses(route, method, real, home):
        yield f"{where} is answered by {answer.status_code}"
    if answer.changed:
        yield f"{where} changes {answer.changed} of the other tenant"


def _rewind(sent: Example) -> None:
    """Let files be read from the start again."""
    for value in sent.data.values() if isinstance(sent.data, dict) else ():
        if hasattr(value, "seek"):
            value.seek(0)


def findings_in_answers(caller: Caller, home: World, routes: Iterable[Route] = ROUTES) -> list[str]:
    """Pages and lists of the own tenant that hold something foreign, or fail."""
    found = []
    for route in routes:
        if "get" not in route.methods:
            continue
        answer = caller.call(route, "get", address_of(route, home))
        if answer.status_code >= 500:
            found.append(f"{route.name} is answered by {answer.status_code}")
        if MARKER.encode() in answer.body:
            found.append(f"{route.name} shows something foreign")
    return found


def findings_in_queries(
    caller: Caller, home: World, foreign: World, routes: Iterable[Route] = ROUTES, pages: Pages | None = None
) -> list[str]:
    """Where a foreign id in the query string is answered unlike an id of nothing."""
    found = []
    for route in routes:
        if "get" not in route.methods:
            continue
        address = address_of(route, home)
        if caller.call(route, "get", address).status_code not in {200, 400}:
            continue
        for name, kind in _ids_in_query(route, pages):
            found += _findings_in_parameter(caller, route, address, name, BODY_IDS[kind](foreign))
    return found


def _findings_in_parameter(caller: Caller, route: Route, address: str, name: str, value: Any) -> Iterator[str]:
    def asked(given: Any) -> tuple[Any, tuple]:
        answer = caller.call(route, "get", address, {name: given})
        return answer, told(answer, {name: given})

    answer, words = asked(value)
    if MARKER.encode() in answer.body:
        yield f"{route.name}?{name}= shows something foreign"
    random, expected = asked(random_like(value))
    is_the_same_each_time = words == expected or asked(random_like(value))[1] == expected
    if words != expected and is_the_same_each_time:
        yield f"{route.name}?{name}= is told from nothing: {answer.status_code} and {random.status_code}"


def _ids_in_query(route: Route, pages: Pages | None) -> Iterator[tuple[str, str]]:
    """The parameters of the route that name an object, each with the kind of the object."""
    if route.is_api:
        names = {*query_names(route), "project_id"}
    else:
        names = {"folder", "release", *(pages.query_names.get(route.name, ()) if pages else ())}
    for name in sorted(names):
        kind = name if name in BODY_IDS else PAGE_FILTERS.get(name, "")
        if kind in BODY_IDS:
            yield name, kind


def random_like(value: Any) -> Any:
    """A value of the same kind that names nothing."""
    if isinstance(value, list):
        return [random_like(each) for each in value]
    return tenant_matrix.NOTHING if isinstance(value, int) else "018f0000-0000-7000-8000-000000000000"


def ids_in_body(route: Route, method: str) -> list[Field]:
    """The fields of the body that name an object, those in nested objects and lists too."""
    return [field for field in fields_of_body(route, method) if field.key in BODY_IDS and field.path[-1] != 0]


def findings_in_bodies(
    caller: Caller, home: World, foreign: World, routes: Iterable[tuple[Route, str]], pages: Pages
) -> list[str]:
    """Where a foreign id in a body is answered unlike an id of nothing, or makes a row point into another tenant."""
    found: list[str] = []
    for route, method in routes:
        for field in ids_in_body(route, method):
            found += _findings_in_field(caller, route, method, field, home, foreign, pages)
    return found


def _findings_in_field(caller, route, method, field, home, foreign, pages) -> Iterator[str]:
    value = BODY_IDS[field.key](foreign)
    if isinstance(value, list) and field.schema.get("type") != "array":
        value = value[0]
    where, answers = f"{method} {route.name} {field}", []
    for given in (value, random_like(value)):
        sent = example(route, method, home, pages)
        data = with_value(_with_project(sent.data, home, field.key), field.path, given)
        watched, address = (foreign.project.tenant_id,), address_of(route, home, sent)
        answers.append(caller.call(route, method, address, data, watched=watched, **sent.options(route)))
    answer, random = answers
    if answer.status_code != random.status_code:
        yield f"{where} is told from nothing: {answer.status_code} and {random.status_code}"
    elif answer.status_code >= 400 and told(answer, {"": value}) != told(random, {"": random_like(value)}):
        yield f"{where} is told from nothing in its words: {answer.body!r} {random.body!r}"
    if MARKER.encode() in answer.body:
        yield f"{where} shows something foreign"
    if answer.changed:
        yield f"{where} changes {answer.changed} of the other tenant"


def _with_project(data: dict[str, Any], home: World, key: str) -> dict[str, Any]:
    """The body for the own project, named unless the id to try tells its project by itself."""
    if key in TELL_THEIR_PROJECT:
        return {name: value for name, value in data.items() if name != "project_id"}
    return {"project_id": home.project.pk, **data}


def crossing_keys() -> list[str]:
    """The foreign keys through which a row points into another project."""
    crossing = []
    for model in apps.get_models():
        names = {field.name for field in model._meta.concrete_fields}
        for key in model._meta.concrete_fields:
            target = key.related_model if isinstance(key, models.ForeignKey) else None
            if target is None or "project" not in names or key.name == "project":
                continue
            if "project" in {field.name for field in target._meta.concrete_fields}:
                wrong = model._base_manager.filter(**{f"{key.name}__isnull": False})
                wrong = wrong.exclude(**{f"{key.name}__project": models.F("project")})
                crossing += [f"{model._meta.label}.{key.name}"] if wrong.exists() else []
    return crossing


def all_findings(
    caller: Caller, home: World, foreign: World, pages: Pages, routes: Iterable[Route] = ROUTES
) -> list[str]:
    """What all checks find about these routes."""
    routes = list(routes)
    found = findings_in_paths(caller, home, foreign, [route for route in routes if route.kwargs], pages)
    found += findings_in_answers(caller, home, routes)
    found += findings_in_queries(caller, home, foreign, routes, pages)
    writes = [(route, method) for route, method in guarded_writes() if route in routes]
    found += findings_in_bodies(caller, home, foreign, writes, pages)
    return found
