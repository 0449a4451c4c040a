"""Every endpoint that the portal promises is there, described, guarded, and answers in its style."""

import csv
import re
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve
from jsonschema.exceptions import best_match
from openapi_schema_validator import OAS30Validator

from operations.views import openapi_document

from . import address_objects
from .callers import Caller
from .routes import OPEN_TO_THE_ANONYMOUS, named_routes

pytestmark = pytest.mark.xdist_group("house_inputs")  # what all tests need is made once

LIST = Path(__file__).resolve().parent.parent.parent / "docs" / "endpoints.csv"
with LIST.open(newline="") as listed:
    ENDPOINTS = [(row["method"], row["path"], row["style"]) for row in csv.DictReader(listed)]
STYLES = {"plain", "camel", "envelope", "envelope-camel"}
STYLED = [endpoint for endpoint in ENDPOINTS if endpoint[2] in STYLES]


def found(path: str):
    """An address of the path, its parts filled with something of their form, and what answers there."""
    for value in ("1", "018f0000-0000-7000-8000-000000000000"):
        address = re.sub(r"\{\w+\}", value, path)
        try:
            match = resolve(address)
        except Resolver404:
            continue
        if match.url_name:
            return address, match
    return pytest.fail(f"{path} is not routed")


@pytest.mark.parametrize(("method", "path", "style"), ENDPOINTS)
def test_the_endpoint_is_routed_and_speaks_its_style(method, path, style):
    _address, match = found(path)
    view = getattr(match.func, "cls", None)
    actions = getattr(match.func, "actions", None)
    if actions is not None:
        assert method.lower() in actions, f"{method} {path}"
    elif view is not None:
        assert hasattr(view, method.lower()), f"{method} {path}"
    if style in STYLES:
        assert view.style == style


@pytest.mark.parametrize(("method", "path", "style"), STYLED)
def test_the_endpoint_is_described(method, path, style):
    bare = re.sub(r"\{\w+\}", "{}", path)
    described = {
        re.sub(r"\{\w+\}", "{}", known): operations for known, operations in openapi_document()["paths"].items()
    }
    assert bare in described
    operation = described[bare].get(method.lower())
    assert operation, f"{method} {path}"
    assert operation.get("description"), f"{method} {path} says nothing about itself"


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path", "style"), ENDPOINTS)
def test_the_endpoint_refuses_the_anonymous_in_its_style(api, method, path, style):
    address, match = found(path)
    if match.view_name in OPEN_TO_THE_ANONYMOUS:
        return
    response = api().generic(method, address)
    if style not in STYLES:
        assert response.status_code in {302, 401}
        return
    assert response.status_code == 401
    key = {"plain": "detail", "camel": "error"}.get(style, "success")
    assert key in response.json()


def test_the_list_of_endpoints_is_in_order():
    assert len(set(ENDPOINTS)) == len(ENDPOINTS)
    assert {style for _method, _path, style in ENDPOINTS} <= STYLES | {"-"}


READABLE = [
    route
    for route in named_routes()
    if route.is_api and "get" in route.methods and hasattr(getattr(route.callback, "cls", None), "style")
]


@pytest.mark.django_db
@pytest.mark.parametrize("route", READABLE, ids=str)
def test_what_the_api_answers_is_what_its_document_says(route, home):
    """Lists, pages of them and single objects, made by the matrix of the tenancy tests."""
    from django.urls import reverse

    address = reverse(route.name, kwargs=address_objects.values(route.kwargs, route.name, home))
    caller = Caller(home.admin)
    bare = re.sub(r"\{\w+\}", "{}", re.sub(r"\(\?P<\w+>[^)]*\)|<[^>]+>", "{}", f"/{route.pattern}"))
    bare = re.sub(r"[\\^$?]", "", bare).rstrip("/")
    document = openapi_document()
    described = {re.sub(r"\{\w+\}", "{}", known): known for known in document["paths"]}
    operation = document["paths"][described[bare]]["get"]
    for query in ({}, {"page": "1"}):
        response = caller.call(route, "get", address, query)
        if response.status_code == 400:
            continue  # an address that needs more than its parts
        assert response.status_code == 200, response.body
        content = operation["responses"]["200"]["content"]
        if "application/json" not in content:
            continue  # a file
        schema = content["application/json"]["schema"]
        validator = OAS30Validator({**schema, "components": document["components"]})
        wrong = best_match(validator.iter_errors(response.json()))
        assert wrong is None, f"{wrong.json_path}: {wrong.message[:500]}"
