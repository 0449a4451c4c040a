"""Nobody sees or touches another tenant's objects: every route, method and caller, with real foreign ids."""

import pytest

from accounts.choices import TokenScope

from . import address_objects, tenant_matrix
from .callers import Caller, machine
from .isolation import (
    ROUTES,
    WITH_OBJECTS,
    address_of,
    crossing_keys,
    findings_in_answers,
    findings_in_paths,
    findings_in_queries,
)
from .page_forms import read_pages

pytestmark = pytest.mark.xdist_group("house_tenants")  # what all tests need is made once

API_ROUTES = [route for route in WITH_OBJECTS if route.is_api]


@pytest.mark.parametrize("role", tenant_matrix.ROLES)
def test_what_belongs_to_another_tenant_is_like_what_does_not_exist(role, worlds):
    home, foreign = worlds
    assert findings_in_paths(Caller(home.people[role]), home, foreign) == []


@pytest.mark.parametrize("kind", ["pages", "API"])
def test_it_is_so_too_for_what_would_work_at_home(kind, worlds):
    home, foreign = worlds
    routes = [route for route in WITH_OBJECTS if route.is_api == (kind == "API")]
    caller = Caller(home.admin)
    assert findings_in_paths(caller, home, foreign, routes, read_pages(home)) == []


@pytest.mark.parametrize("scope", [TokenScope.READ, TokenScope.ADMIN])
def test_it_is_so_too_for_machines(scope, worlds):
    home, foreign = worlds
    caller = machine(home.admin, scope)
    assert findings_in_paths(caller, home, foreign, API_ROUTES, read_pages(home)) == []
    assert findings_in_answers(caller, home, [route for route in ROUTES if route.is_api]) == []


def test_a_token_of_one_project_reaches_no_other_project_of_its_company(worlds):
    home, _foreign = worlds
    other = tenant_matrix.make_world("Quagga", "NEXT", run_number=880_000_001, beside=home)
    caller = machine(home.admin, TokenScope.ADMIN, project=home.project)
    assert findings_in_paths(caller, home, other, API_ROUTES, read_pages(home)) == []
    assert findings_in_answers(caller, home, [route for route in ROUTES if route.is_api]) == []


@pytest.mark.parametrize("role", tenant_matrix.ROLES)
def test_no_page_and_no_list_holds_anything_foreign(role, worlds):
    home, _foreign = worlds
    assert findings_in_answers(Caller(home.people[role]), home) == []


@pytest.mark.parametrize("kind", ["pages", "API"])
def test_foreign_ids_in_a_query_are_like_ids_of_nothing(kind, worlds):
    home, foreign = worlds
    routes = [route for route in ROUTES if route.is_api == (kind == "API")]
    pages = read_pages(home) if kind == "pages" else None
    assert findings_in_queries(Caller(home.admin), home, foreign, routes, pages) == []


def test_the_matrix_names_real_objects(worlds):
    """Else the tests above would prove nothing: at home, every address is found."""
    _home, foreign = worlds
    caller = Caller(foreign.admin)
    seen = 0
    for route in WITH_OBJECTS:
        if "get" not in route.methods or route.name in address_objects.OF_PLATFORM:
            continue
        address = address_of(route, foreign)
        status = caller.call(route, "get", address).status_code
        assert status in {200, 302, 400, 405}, f"{status} {route.name} {address}"
        seen += status == 200
    assert seen >= 5


def test_no_row_points_into_another_project(worlds):
    """What factories and services made keeps to its project; what calls make is looked at in the tests of bodies."""
    assert crossing_keys() == []
