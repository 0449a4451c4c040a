"""Bodies that are far too large or far too deep get a clear verdict by field on every endpoint, and leave nothing."""

import json

import pytest
from django.urls import resolve

from catalog.models import TestCase

from .bad_values import blames
from .callers import Caller
from .contracts import CONTRACTS
from .routes import named_routes
from .tenant_rows import OF_CALLING

pytestmark = pytest.mark.xdist_group("house_tenants")  # what all tests need is made once

SCRIPT = "<script>alert(document.domain)</script>"
FIVE_MEGABYTES = "# Heading\n" + SCRIPT * (5 * 1024 * 1024 // len(SCRIPT))
DEEP = 2_000
WRITES = [contract for contract in CONTRACTS.values() if contract.body and contract.form == "json"]
ROUTES = {route.name: route for route in named_routes()}


def answered(contract, world, body=None, raw=None):
    """The answer to the body, with the tables of the tenant that the call changed."""
    address = contract.address(world)
    route = ROUTES[resolve(address).view_name]
    query = "&".join(f"{name}={value}" for name, value in contract.query(world).items())
    sent = {"raw": raw} if raw is not None else {"data": body, "format": "json"}
    caller = Caller(world.admin)
    return caller.call(
        route,
        contract.method.lower(),
        f"{address}?{query}",
        watched=(world.project.tenant_id,),
        without=OF_CALLING,
        **sent,
    )


def texts_of(body, path=()):
    """Where texts stand in the body."""
    for name, value in body.items():
        if isinstance(value, dict):
            yield from texts_of(value, (*path, name))
        elif isinstance(value, str):
            yield (*path, name)


def with_text(body, path, text):
    name, *rest = path
    return {**body, name: with_text(body[name], rest, text) if rest else text}


@pytest.mark.parametrize("contract", WRITES, ids=str)
def test_five_megabytes_in_a_text_are_refused_by_its_name(contract, home):
    body, found = contract.body(home), []
    for path in texts_of(body):
        answer = answered(contract, home, with_text(body, path, FIVE_MEGABYTES))
        if answer.status_code not in {400, 422} or not blames(answer, ".".join(path)) or answer.changed:
            found.append(f"{path}: {answer.status_code} {answer.body[:200]!r} {answer.changed}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("contract", WRITES, ids=str)
def test_two_thousand_levels_are_refused_wherever_they_stand(contract, home):
    body, found = contract.body(home), []
    for name in body:
        for opened, closed in (("[", "]"), ('{"a":', "}")):
            deep = opened * DEEP + "1" + closed * DEEP
            raw = json.dumps({**body, name: "DEEP"}).replace('"DEEP"', deep)
            answer = answered(contract, home, raw=raw.encode())
            if answer.status_code not in {400, 422} or answer.changed or b"deep" not in answer.body:
                found.append(f"{name}: {answer.status_code} {answer.body[:200]!r} {answer.changed}")
    assert not found, "\n".join(found)


CASES = [
    contract for contract in WRITES if contract.path.rsplit("/{")[0] in {"/api/test-cases", "/api/repository-cases"}
]


@pytest.mark.parametrize("contract", CASES, ids=str)
@pytest.mark.parametrize(
    ("sent", "blamed"),
    [
        ({"steps": [{"action": "Pay"}] * 10_000}, "steps"),
        ({"steps": [{"action": SCRIPT * 10_000}]}, "steps[0].action"),
        ({"tags": ["smoke", "one, two"]}, "tags"),
        ({"tags": ",".join(map(str, range(10_000)))}, "tags"),
        ({"tags": [["nested"]]}, "tags"),
    ],
)
def test_steps_and_tags_that_cannot_be_are_refused_by_name(contract, home, sent, blamed):
    answer = answered(contract, home, {**contract.body(home), **sent})
    assert answer.status_code in {400, 422}
    assert blames(answer, blamed), answer.body
    assert answer.changed == []


@pytest.mark.parametrize("contract", [each for each in CASES if "repository" not in each.path], ids=str)
@pytest.mark.parametrize(
    ("sent", "blamed"),
    [
        ({"steps_to_reproduce": "\n".join(f"{each}. Pay" for each in range(1, 10_001))}, "steps_to_reproduce"),
        ({"scenario_examples": '{"columns": ["a"], "rows": ' + "[" * 500 + "]" * 500 + "}"}, "scenario_examples"),
        ({"scenario_examples": "[" * DEEP}, "scenario_examples"),
    ],
)
def test_texts_that_hold_too_much_are_refused_by_name(contract, home, sent, blamed):
    answer = answered(contract, home, {**contract.body(home), **sent})
    assert (answer.status_code, blames(answer, blamed)) == (400, True), answer.body[:300]
    assert answer.changed == []


@pytest.mark.parametrize("contract", CASES, ids=str)
def test_scripts_in_every_text_are_kept_as_texts_and_shown_as_such(contract, home, signed_in, client):
    body, choices = contract.body(home), {"testType", "automationStatus", "test_type", "automation_status", "tag"}
    steps = [{"action": SCRIPT, "expected": SCRIPT}]
    named = choices | {"projectId", "folderId"}
    words = {name: SCRIPT[:50] for name, value in body.items() if isinstance(value, str) and name not in named}
    address = contract.address(home)
    api = Caller(home.admin).script
    answer = getattr(api, contract.method.lower())(address, {**body, **words, "steps": steps}, format="json")
    assert answer.status_code == contract.status, answer.content
    assert answer.json()["title"] == SCRIPT[:50]
    case = TestCase.objects.get(pk=answer.json()["id"])
    browser, page = signed_in(home.admin), case.get_absolute_url()
    for shown in (
        page,
        f"{page}versions/{case.version}/",
        f"/p/{home.project.key}/cases/",
        f"/search/?q={case.test_id}",
    ):
        found = browser.get(shown)
        assert found.status_code == 200, shown
        assert b"<script>alert" not in found.content, shown
