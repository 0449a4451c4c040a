"""Every endpoint of cases, projects, milestones, runs, issues and search keeps what its document promises."""

import csv
from pathlib import Path

import pytest
from django.urls import resolve
from rest_framework.test import APIClient

from accounts.services.tokens import open_family

from .contracts import ALL, CONTRACTS
from .contracts.contract import INVALID, Contract, Download, unlike, wrong_refusal
from .isolation import MARKER

pytestmark = pytest.mark.xdist_group("house_tenants")  # what all tests need is made once

LIST = Path(__file__).resolve().parent.parent.parent / "docs" / "endpoints.csv"
ALONE = ("/api/search", "/api/get-attachment-url")


def rows() -> list[tuple[str, str]]:
    """The endpoints that this test is about."""
    with LIST.open(newline="") as listed:
        return [
            (row["method"], row["path"])
            for row in csv.DictReader(listed)
            if row["app"] in {"runs", "issues"}
            or (row["app"] == "catalog" and not row["path"].startswith("/api/step-catalog"))
            or (row["app"] == "accounts" and row["path"].startswith("/api/projects"))
            or row["path"] in ALONE
            or row["path"].startswith("/api/milestones")
        ]


def client_of(user=None) -> APIClient:
    client = APIClient()
    if user is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {open_family(user=user).access}")
    return client


class Call:
    """Sends the call of a contract about the objects of a world."""

    def __init__(self, contract: Contract, world) -> None:
        self.contract, self.world = contract, world
        self.style = contract.style or resolve(contract.address(world)).func.cls.style

    def send(self, client: APIClient, *, body=None, query=None):
        """The answer; what is given counts instead of what the document shows."""
        query = self.contract.query(self.world) if query is None else query
        address = self.contract.address(self.world)
        if query:
            address += "?" + "&".join(f"{name}={_quoted(value)}" for name, value in query.items())
        if body is None and self.contract.body:
            body = self.contract.body(self.world)
        asks = {"HTTP_ACCEPT": f"application/json; style={self.contract.style}"} if self.contract.style else {}
        return getattr(client, self.contract.method.lower())(address, body, format=self.contract.form, **asks)


def _quoted(value) -> str:
    from urllib.parse import quote

    return quote(str(value))


def test_every_endpoint_has_a_contract():
    """Write one into `contracts/` for a row that is missing here."""
    assert [row for row in rows() if row not in CONTRACTS] == []
    assert [key for key in CONTRACTS if key not in rows()] == []


@pytest.mark.parametrize("contract", ALL, ids=str)
def test_the_endpoint_keeps_its_contract(contract, worlds):
    home, foreign = worlds
    call, client = Call(contract, home), client_of(home.admin)
    found = [f"anonymous: {each}" for each in wrong_refusal(call.style, call.send(client_of()), 401)]
    found += [f"foreign: {each}" for each in answered_to_strangers(contract, client, foreign)]
    if contract.wrong:
        changed, blamed = contract.wrong
        answer = call.send(client, body={**contract.body(home), **changed})
        found += [f"unusable: {each}" for each in wrong_refusal(call.style, answer, INVALID[call.style], blamed)]
    found += [f"works: {each}" for each in unlike_document(contract, call.send(client), home)]
    assert not found, "\n".join(found)


def unlike_document(contract, answer, world):
    """What the answer to the documented call has that the document does not say."""
    if answer.status_code != contract.status:
        return [f"answered by {answer.status_code}: {answer.content[:400]!r}"]
    if contract.answer is None:
        return [] if answer.content == b"" else [f"a body: {answer.content[:100]!r}"]
    if isinstance(contract.answer, Download):
        told = answer["Content-Type"], b"".join(answer.streaming_content)
        is_right = told[0].startswith(contract.answer.content_type) and told[1].startswith(contract.answer.start)
        return [] if is_right else [f"{told[0]} {told[1][:200]!r}"]
    body, sent = answer.json(), contract.body(world) if contract.body else {}
    found = list(unlike(contract.answer, body))
    return found + [f"{name}: {body[name]!r} of {sent[name]!r}" for name in contract.echoed if body[name] != sent[name]]


def answered_to_strangers(contract, client, foreign):
    """What is wrong with the answer to the same call about objects of another tenant, which are not there for it."""
    call = Call(contract, foreign)
    if contract.names_project:
        named = {contract.names_project: foreign.project.pk}
        body = {**contract.body(foreign), **named} if contract.body else None
        answer = call.send(client, body=body, query=None if contract.body else {**contract.query(foreign), **named})
    elif contract.path == "/api/projects":
        answer = client.get(contract.path)  # nothing is named: nothing foreign is listed
    else:
        answer = call.send(client)
    shown = b"" if answer.streaming else answer.content
    if MARKER.encode() in shown:
        yield f"shows something foreign: {shown[:200]!r}"
    if contract.path != "/api/projects" and contract.foreign == 200:
        yield from [] if answer.json() == {"data": []} else [f"{answer.content[:200]!r}"]
    elif contract.path != "/api/projects":
        yield from wrong_refusal(call.style, answer, contract.foreign)
