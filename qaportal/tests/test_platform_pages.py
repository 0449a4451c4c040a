"""Administrators of the platform belong to no company: no page may take one for granted."""

import pytest
from django.urls import reverse

from accounts.choices import RoleCode
from accounts.tests.factories import UserFactory

from . import address_objects, tenant_matrix
from .callers import Caller
from .routes import OPEN_TO_THE_ANONYMOUS, named_routes

READ = [route for route in named_routes() if "get" in route.methods and route.name not in OPEN_TO_THE_ANONYMOUS]


@pytest.mark.django_db
def test_every_page_works_for_an_administrator_of_the_platform():
    world = tenant_matrix.make_world("Okapi", "HOME")
    caller = Caller(UserFactory(tenant=None, role_code=RoleCode.SUPER_ADMIN, email="root@example.com"))
    answered = {}
    for route in READ:
        address = reverse(route.name, kwargs=address_objects.values(route.kwargs, route.name, world))
        answered[route.name] = caller.call(route, "get", address).status_code
    assert {name: status for name, status in answered.items() if status >= 500 or status in {401, 404}} == {}
    assert sum(status == 200 for status in answered.values()) > 60


@pytest.mark.django_db
def test_every_form_answers_an_administrator_of_the_platform():
    world = tenant_matrix.make_world("Okapi", "HOME")
    caller = Caller(UserFactory(tenant=None, role_code=RoleCode.SUPER_ADMIN, email="root@example.com"))
    for route in named_routes():
        for method in [method for method in route.methods if method != "get"]:
            if route.name in OPEN_TO_THE_ANONYMOUS:
                continue
            address = reverse(route.name, kwargs=address_objects.values(route.kwargs, route.name, world))
            assert caller.call(route, method, address).status_code < 500, f"{method} {route.name}"
