"""Ids of another tenant in the bodies of requests, in nested objects and lists too, are like ids of nothing."""

import pytest

from .address_objects import BODY_IDS, BODY_WORDS
from .api_documents import fields_of_body, guarded_writes, takes_json
from .callers import Caller
from .isolation import (
    IS_ID,
    MARKER,
    address_of,
    crossing_keys,
    findings_in_bodies,
    ids_in_body,
    random_like,
)
from .page_forms import read_pages
from .routes import own_routes
from .write_examples import example

pytestmark = pytest.mark.xdist_group("house_tenants")  # what all tests need is made once

READING = [(route, method) for route, method in guarded_writes() if fields_of_body(route, method)]


@pytest.mark.parametrize(("route", "method"), READING, ids=str)
def test_every_id_in_a_body_is_known(route, method):
    unknown = {
        str(field)
        for field in fields_of_body(route, method)
        if IS_ID.search(field.key) and field.key not in BODY_IDS and field.key not in BODY_WORDS
    }
    assert not unknown, f"add {unknown} of {method} {route.name} to BODY_IDS in qaportal/tests/address_objects.py"


@pytest.mark.parametrize("role", ["tester", "tenant_admin"])
def test_foreign_ids_in_a_body_are_like_ids_of_nothing(role, worlds):
    home, foreign = worlds
    assert findings_in_bodies(Caller(home.people[role]), home, foreign, READING, read_pages(home)) == []


def test_the_walk_through_the_bodies_finds_nested_ids():
    """Else the test above would prove nothing."""
    found = {f"{method} {route.name} {field}" for route, method in READING for field in ids_in_body(route, method)}
    assert "post release-test-cases test_case_ids" in found
    assert "post feature-list sub_module_id" in found


FORM_IDS = {
    "user": "user_id", "folder": "folder_id", "parent": "parent_id", "release": "release_id", "run": "run_id",
    "owner": "owner_id", "qa_lead": "qa_lead_id", "assigned_to": "assigned_to", "role": "role_id",
    "default_role": "role_id", "project": "project_id", "tenant": "tenant_id",
}  # fmt: skip
"""Fields of pages that name an object, and the key of a body that names the same kind."""


def test_foreign_ids_in_a_form_are_like_ids_of_nothing(worlds):
    home, foreign = worlds
    caller, pages, found = Caller(home.admin), read_pages(home), []
    watched = (foreign.project.tenant_id,)
    for route in (route for route in own_routes() if not route.is_api and "post" in route.methods):
        data = example(route, "post", home, pages).data
        named = {name: BODY_IDS[FORM_IDS[name]](foreign) for name in FORM_IDS.keys() & data.keys()}
        case = foreign.objects["case"]
        named |= {name: value for name, value in {"ids": case.pk, "case": case.test_id}.items() if name in data}
        for name, value in named.items():
            answers = []
            for given in (value, random_like(value)):
                sent = example(route, "post", home, pages).data | {name: given}
                answers.append(caller.call(route, "post", address_of(route, home), sent, watched=watched))
            answer, random = answers
            if answer.status_code != random.status_code or answer.get("Location") != random.get("Location"):
                found.append(f"{route.name} {name}: {answer.status_code} and {random.status_code}")
            if MARKER.encode() in answer.body or answer.changed:
                found.append(f"{route.name} {name} shows or changes something foreign: {answer.changed}")
    assert found == []


def test_nothing_that_a_body_makes_points_into_another_project(worlds):
    """All that the bodies of the matrix make at home, at once, and nothing of it crosses."""
    home, foreign = worlds
    caller, pages = Caller(home.admin), read_pages(home)
    for route, method in READING:
        if method != "post" or not takes_json(route, method):
            continue
        sent = example(route, method, home, pages)
        for field in ids_in_body(route, method):
            value = BODY_IDS[field.key](foreign)
            caller.act(route, method, address_of(route, home), {**sent.data, field.key: value})
        caller.act(route, method, address_of(route, home), sent.data)
    assert crossing_keys() == []
