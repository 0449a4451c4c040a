"""Every address of the portal is known, and refuses whoever is not signed in."""

import pytest
from django.urls import reverse

from . import address_objects
from .routes import OPEN_TO_THE_ANONYMOUS, all_routes, named_routes

GUARDED = [route for route in named_routes() if route.name not in OPEN_TO_THE_ANONYMOUS]


@pytest.fixture(scope="module")
def address_of():
    """`address_of(route)`: an address of the route; what it names need not exist."""
    return lambda route: reverse(route.name, kwargs=address_objects.nothings(route.kwargs, route.name))


def test_every_address_has_a_name():
    nameless = [route.pattern for route in all_routes() if not route.name]
    assert nameless == ["api/v1/", "api/"], "only the two answers for addresses that do not exist have none"


def test_names_are_given_once():
    names = [route.name for route in named_routes()]
    assert sorted(names) == sorted(set(names))


def test_the_list_of_open_addresses_holds_no_others():
    assert set(OPEN_TO_THE_ANONYMOUS) <= {route.name for route in named_routes()}


@pytest.mark.parametrize("route", named_routes(), ids=str)
def test_every_part_of_an_address_is_known(route):
    if route.name in OPEN_TO_THE_ANONYMOUS:
        return
    unknown = [kwarg for kwarg in route.kwargs if address_objects.row_for(kwarg, route.name) is None]
    assert not unknown, f"add a row for {unknown} of {route.name} to qaportal/tests/address_objects.py"


@pytest.mark.django_db
@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_every_address_refuses_the_anonymous(client, route, address_of):
    address = address_of(route)
    answers = {method: getattr(client, method)(address) for method in route.methods}
    for method, answer in answers.items():
        if route.is_api and answer.status_code != 302:
            assert answer.status_code == 401, f"{method} {address}"
        elif answer.status_code != 405:
            assert answer.status_code == 302, f"{method} {address}"
            assert answer.url.startswith(reverse("account_login")), f"{method} {address}"
    assert any(answer.status_code != 405 for answer in answers.values())


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/api/", "/api/nothing", "/api/v1/nothing"])
def test_addresses_that_do_not_exist_tell_the_anonymous_nothing(client, address):
    assert client.get(address).status_code == 401
