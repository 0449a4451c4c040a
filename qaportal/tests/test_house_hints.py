"""Nothing tells what another tenant holds: no count, search, total, entity tag, conflict or taken address."""

import re

import pytest

from accounts.models import Invitation, Role

from . import tenant_matrix
from .api_documents import guarded_writes, query_names, write_routes
from .callers import Caller, fields_of, taken_back, told
from .isolation import ROUTES, WITH_OBJECTS, address_of
from .page_forms import read_pages
from .routes import OPEN_TO_THE_ANONYMOUS, own_routes
from .write_examples import example
from .write_matrix import MYSELF, permission_of

pytestmark = pytest.mark.xdist_group("house_tenants")  # what all tests need is made once

SEARCHED = "Okapi"
"""Stands in the names of everything at home, and of everything by which the other tenant grows."""
SEARCHES = ("q", "search")
PAGING = ({"page": "1", "page_size": "2"}, {"page": "1", "limit": "2"}, {"limit": "2", "offset": "1"})


def grow(foreign):
    """The other tenant gets a project, people, roles and invitations that all answer to the searched words."""
    tenant = foreign.project.tenant
    tenant_matrix.make_world(SEARCHED, "HOME", run_number=1, beside=foreign)
    tenant_matrix.make_people(tenant, SEARCHED, "okapi-grown.example")
    Role.objects.create(tenant=tenant, name=f"{SEARCHED} keeper", code="tester", scope="module")
    waiting = {"role": foreign.objects["role"], "expires_at": foreign.objects["invitation"].expires_at}
    Invitation.objects.create(tenant=tenant, email="okapi@okapi-grown.example", nonce="grown", **waiting)


def queries_of(route, pages):
    yield {}
    names = set(query_names(route)) | pages.query_names.get(route.name, set())
    for name in SEARCHES:
        if name in names or route.name == "palette":
            yield {name: SEARCHED}
    if route.is_api and query_names(route) is not None:
        yield from PAGING


@pytest.mark.parametrize("kind", ["pages", "API"])
def test_lists_and_searches_answer_the_same_however_another_tenant_grows(kind, worlds):
    home, foreign = worlds
    caller, pages, found = Caller(home.admin), read_pages(home), []
    asked = {}
    for route in ROUTES:
        if "get" not in route.methods or route.is_api != (kind == "API"):
            continue
        for query in queries_of(route, pages):
            answer = told(caller.call(route, "get", address_of(route, home), query))
            if answer[0] in {200, 400}:
                asked[route, tuple(query.items())] = answer
    with taken_back():
        grow(foreign)
        grown = {key: told(caller.call(key[0], "get", address_of(key[0], home), dict(key[1]))) for key in asked}
    for (route, query), before in asked.items():
        if grown[route, query] == before:
            continue
        again = told(caller.call(route, "get", address_of(route, home), dict(query)))
        is_time = again == grown[route, query]  # a page that tells how long ago something was
        is_never_twice = again != told(caller.call(route, "get", address_of(route, home), dict(query)))
        found += [] if is_time or is_never_twice else [f"{route.name} {dict(query)}"]
    assert found == []
    assert len(asked) > 20


def test_the_searches_find_something(worlds):
    """Else the test above would prove nothing."""
    home, _foreign = worlds
    caller, pages = Caller(home.admin), read_pages(home)
    finding = {
        route.name
        for route in ROUTES
        if "get" in route.methods
        for query in queries_of(route, pages)
        if set(query) & set(SEARCHES)
        and SEARCHED.encode() in caller.call(route, "get", address_of(route, home), query).body
    }
    assert {"palette", "test-case-list", "release-list", "runs:list"} <= finding


def test_a_known_entity_tag_of_another_tenant_answers_nothing(worlds):
    home, foreign = worlds
    theirs, ours = Caller(foreign.admin), Caller(home.admin)
    for route in WITH_OBJECTS:
        if not route.is_api or "get" not in route.methods:
            continue
        tag = theirs.call(route, "get", address_of(route, foreign)).get("ETag")
        if tag:
            assert theirs.call(route, "get", address_of(route, foreign), HTTP_IF_NONE_MATCH=tag).status_code == 304
            assert ours.call(route, "get", address_of(route, foreign), HTTP_IF_NONE_MATCH=tag).status_code == 404


PAGE_WRITES = [(route, "post") for route in ROUTES if not route.is_api and "post" in route.methods]


@pytest.mark.parametrize("kind", ["pages", "API"])
def test_what_another_tenant_made_stands_in_the_way_of_nothing(kind, worlds):
    """The same name, key, version or id is free at home, whoever has it elsewhere."""
    home, foreign = worlds
    ours, theirs, found = Caller(home.admin), Caller(foreign.admin), []
    our_pages, their_pages = read_pages(home), read_pages(foreign)
    for route, method in guarded_writes() if kind == "API" else PAGE_WRITES:
        if permission_of(route, method) in {None, MYSELF}:
            continue
        sent = example(route, method, home, our_pages)
        data = sent.data if isinstance(sent.data, dict) else {}
        if "email" in data or method == "delete":
            continue  # an address is somebody's everywhere: see below
        answer = ours.call(route, method, address_of(route, home, sent), sent.data, **sent.options(route))
        with taken_back():
            same = example(route, method, foreign, their_pages)
            theirs.act(route, method, address_of(route, foreign, same), same.data, **same.options(route))
            sent = example(route, method, home, our_pages)
            after = ours.act(route, method, address_of(route, home, sent), sent.data, **sent.options(route))
        if (answer.status_code, fields_of(answer)) != (after.status_code, fields_of(after)):
            found.append(f"{method} {route.name}: {answer.status_code} before, {after.status_code} afterwards")
    assert found == []


def alike(answer, address):
    """What the answer tells, without the address itself and what differs from request to request."""
    status, body, *headers = told(answer, {"": address})
    return status, re.sub(rb"[0-9]+|ey[\w.-]{50,}", b"#", body), headers


def routes_with_addresses(home, pages):
    """Every route and method that takes an e-mail address, with its name there and an example."""
    writes = [*write_routes(), *((route, "post") for route in own_routes() if not route.is_api)]
    for route, method in writes:
        if method not in route.methods or (route.name in OPEN and route.kwargs):
            continue
        sent = example(route, method, home, pages)
        for name in {"email", "username", "login"} & set(sent.data if isinstance(sent.data, dict) else ()):
            yield route, method, name, sent


OPEN = set(OPEN_TO_THE_ANONYMOUS)
TELLS_WHAT_IS_FREE = {"auth-register", "account_signup"}
"""Where an address that nobody has is welcome: it makes somebody, which a taken one cannot."""


def test_a_taken_address_answers_alike_whatever_its_tenant(worlds):
    home, foreign = worlds
    pages, seen = read_pages(home), set()
    for route, method, name, sent in routes_with_addresses(home, pages):
        caller = Caller() if route.name in OPEN else Caller(home.admin)
        answers = []
        for person in (home.people["tester"], foreign.people["tester"]):
            data = sent.data | {name: person.email}
            answer = caller.call(route, method, address_of(route, home), data, **sent.options(route))
            answers.append(alike(answer, person.email))
        assert answers[0] == answers[1], f"{method} {route.name}"
        if route.name in OPEN - TELLS_WHAT_IS_FREE:
            data = sent.data | {name: "nobody@nowhere.example"}
            answer = caller.call(route, method, address_of(route, home), data, **sent.options(route))
            assert alike(answer, "nobody@nowhere.example") == answers[0], f"{method} {route.name} tells who is known"
        seen.add(route.name)
    assert {"auth-login", "tenant-auth-login", "account_login", "account_reset_password"} <= seen
