"""Bad input of every kind, in every field of every endpoint: refused by name, and nothing ever fails."""

import pytest

from runs.tests.reports import junit

from . import address_objects
from .api_documents import fields_of_body, query_names, takes_json, with_value, write_routes
from .bad_values import (
    BAD_BODIES,
    BAD_TEXTS,
    BAD_VALUES,
    IN_PATHS,
    IN_PATHS_OF_PAGES,
    SURROGATE,
    as_json,
    as_multipart,
    blames,
    kinds_for,
    problems,
    style_of,
    wrong_style,
)
from .callers import Caller
from .isolation import address_of
from .page_forms import Pages, read_pages
from .routes import OPEN_TO_THE_ANONYMOUS, named_routes, own_routes
from .write_examples import around, example

pytestmark = pytest.mark.xdist_group("house_inputs")  # what all tests need is made once

METHODS = ("get", "post", "put", "patch", "delete")
WRITING = [(route, method) for route, method in write_routes()]
WITH_FIELDS = [pair for pair in WRITING if fields_of_body(*pair) and takes_json(*pair)]
WITH_FORMS = [pair for pair in WRITING if fields_of_body(*pair) and not takes_json(*pair)]
READING = [route for route in named_routes() if route.is_api and "get" in route.methods]
OF_EVERY_LIST = ("page", "page_size", "limit", "offset", "orderBy[]", "project_id", "sort")


def caller_of(route, home):
    return Caller() if route.name in OPEN_TO_THE_ANONYMOUS else Caller(home.admin)


def are_tried_elsewhere(route, method):
    """Whether the same fields are tried where their objects are made, or changed as a whole."""
    if method == "patch" and "put" in route.methods:
        return True
    making = next((each for each, how in WITH_FIELDS if how == "post" and each.name == made_by(route)), None)
    tried = {str(field) for field in fields_of_body(making, "post")} if making else set()
    return method == "put" and {str(field) for field in fields_of_body(route, method)} <= tried


def made_by(route):
    """The name of the route that makes what this one changes."""
    return f"{route.name.removesuffix('-detail')}-list"


@pytest.mark.parametrize(("route", "method"), WITH_FIELDS, ids=str)
def test_every_field_refuses_bad_values_by_its_name(route, method, home):
    sent, caller, found = example(route, method, home, Pages()), caller_of(route, home), []
    address, is_repeated = address_of(route, home, sent), are_tried_elsewhere(route, method)
    for field in fields_of_body(route, method):
        base = around(route, method, field, sent.data, home)
        for kind in sorted(kinds_for(field, is_repeated=is_repeated)):
            answer = caller.call(route, method, address, raw=as_json(with_value(base, field.path, BAD_VALUES[kind])))
            found += problems(route, answer, kind, field)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("route", "method"), WITH_FORMS, ids=str)
def test_every_field_of_a_form_refuses_bad_values_by_its_name(route, method, home):
    caller, found = caller_of(route, home), []
    sent = example(route, method, home, Pages()).data
    usual = {name: value for name, value in sent.items() if not hasattr(value, "read") and name != "project_id"}
    for field in fields_of_body(route, method):
        for kind, value in BAD_VALUES.items():
            if field.key == "file" or not isinstance(value, str | int):
                continue
            fields = {"projectId": home.project.key, **usual, field.path[0]: value}
            body, content_type = as_multipart(fields, junit("plain"))
            answer = caller.call(route, method, address_of(route, home), raw=body, content_type=content_type)
            found += problems(route, answer, kind, field, is_json=False)
    assert not found, "\n".join(found)


def as_form(value):
    """The value as a test client sends it in a form."""
    return value.encode("utf-8", "surrogatepass").decode("latin-1") if value == SURROGATE else str(value)


@pytest.mark.parametrize(("route", "method"), WRITING, ids=str)
def test_bodies_that_are_none_are_refused(route, method, home):
    caller, found = caller_of(route, home), []
    address = address_of(route, home, example(route, method, home, Pages()))
    for kind, body in BAD_BODIES.items():
        answer = caller.call(route, method, address, raw=body)
        needs_one = takes_json(route, method) and kind not in {"nothing", "null"}
        if answer.status_code >= 500 or (needs_one and answer.status_code < 400):
            found.append(f"{kind}: {answer.status_code} {answer.body[:300]!r}")
        elif answer.status_code >= 400:
            found += wrong_style(route, answer)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("route", READING, ids=str)
def test_every_parameter_refuses_bad_values_by_its_name(route, home):
    caller, found = caller_of(route, home), []
    address = address_of(route, home)
    is_list = route.name.endswith("-list") or bool(query_names(route))
    for name in dict.fromkeys((*query_names(route), *(OF_EVERY_LIST if is_list else ("project_id",)))):
        for kind, text in BAD_TEXTS.items():
            answer = caller.call(route, "get", f"{address}?{name}={text}")
            where = f"{name}={kind}: {answer.status_code} {answer.body[:300]!r}"
            is_named = blames(answer, name.removesuffix("[]"))
            if answer.status_code >= 500 or (answer.status_code in {400, 422} and not is_named):
                found.append(where)
            elif kind == "NUL" and style_of(route) and answer.status_code not in {400, 422}:
                found.append(f"{where} is not refused")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("kind", ["pages", "API"])
def test_no_address_fails_whatever_stands_in_it(kind, home):
    found = []
    for route in (route for route in own_routes() if route.kwargs and route.is_api == (kind == "API")):
        caller = caller_of(route, home)
        if any(address_objects.row_for(name, route.name) is None for name in route.kwargs):
            continue
        real = address_objects.values(route.kwargs, route.name, home)
        address = address_of(route, home)
        for name, value in real.items():
            for what, text in IN_PATHS.items() if route.is_api else IN_PATHS_OF_PAGES.items():
                damaged = f"/{text}/".join(f"{address}/".rsplit(f"/{value}/", 1)).removesuffix("/")
                if not address.endswith("/"):
                    damaged = damaged.removesuffix("/")
                for method in (each for each in METHODS if each in route.methods):
                    answer = caller.call(route, method, damaged)
                    if answer.status_code >= 500:
                        found.append(f"{method} {route.name} {name}: {what}: {answer.status_code}")
                    if not route.is_api and answer.status_code != 405:
                        break  # a page loads its object before it asks for the method, or answers one alone
    assert not found, "\n".join(found)


def sent_by_forms(home):
    """What the pages send: every route with the names of its fields and a body that works."""
    pages = read_pages(home)
    for route in own_routes():
        if not route.is_api and "post" in route.methods and not (route.name in OPEN_TO_THE_ANONYMOUS and route.kwargs):
            yield route, pages


@pytest.mark.parametrize("half", [0, 1])
def test_no_form_fails_whatever_stands_in_it(half, home):
    found = []
    for route, pages in list(sent_by_forms(home))[half::2]:
        caller, address = caller_of(route, home), address_of(route, home)
        for name in example(route, "post", home, pages).data:
            for kind in ("NUL", "a lone surrogate", "2**70"):
                data = example(route, "post", home, pages).data | {name: as_form(BAD_VALUES[kind])}
                answer = caller.call(route, "post", address, data)
                if answer.status_code >= 500:
                    found.append(f"{route.name} {name}: {kind}: {answer.status_code}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("half", [0, 1])
def test_no_page_fails_whatever_stands_in_its_query(half, home):
    found, pages = [], read_pages(home)
    for name in sorted(pages.query_names)[half::2]:
        route = next(route for route in named_routes() if route.name == name)
        caller, address = caller_of(route, home), address_of(route, home)
        names = sorted({*pages.query_names[name], "q", "page", "per_page", "sort", "tab"})
        queries = ["&".join(f"{each}={text}" for each in names) for text in IN_PATHS_OF_PAGES.values()]
        queries += [f"{each}={BAD_TEXTS[kind]}" for each in names for kind in ("NUL", "2**70")]
        for query in queries:
            answer = caller.call(route, "get", f"{address}?{query}")
            if answer.status_code >= 500:
                found.append(f"{name}?{query[:200]}: {answer.status_code}")
    assert not found, "\n".join(found)


def test_no_header_fails_whatever_stands_in_it(home):
    caller, found = Caller(home.admin), []
    texts = ["zero\x00byte", "x" * 10_000, "\udcff", '"', "W/", str(2**70), "é"]
    headers = ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IDEMPOTENCY_KEY", "HTTP_X_REQUEST_ID", "HTTP_ACCEPT")
    headers += ("HTTP_ACCEPT_LANGUAGE", "HTTP_REFERER", "HTTP_USER_AGENT", "HTTP_X_FORWARDED_FOR", "HTTP_HX_TARGET")
    for name in ("module-list", "project-detail", "catalog:case_list"):
        route = next(route for route in named_routes() if route.name == name)
        for method in set(route.methods) - {"delete"}:
            sent = example(route, method, home, Pages())
            for header in headers:
                for text in texts:
                    options = {header: text, **(sent.options(route) if method != "get" else {})}
                    data = sent.data if method != "get" else None
                    answer = caller.call(route, method, address_of(route, home), data, **options)
                    if answer.status_code >= 500:
                        found.append(f"{method} {name} {header}={text[:20]!r}: {answer.status_code}")
    assert not found, "\n".join(found)
