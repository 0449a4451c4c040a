"""What a Newman report tells of requests whose tests did not pass."""

import io
import json
from typing import Any

import pytest

from runs.importers.bounds import DEFAULT_LIMITS, ReportRejected
from runs.importers.detection import open_report
from runs.importers.http_exchange import LONGEST_BODY, Exchange, address_of


def report(body: Any, *, content_type: str = "application/json", size: int | None = None) -> list:
    """The tests of a report with one failing assertion, to whose request this was answered."""
    raw = body.encode() if isinstance(body, str) else body
    data = list(raw) if isinstance(raw, bytes) else raw
    response = {
        "status": "Internal Server Error",
        "code": 500,
        "header": [{"key": "Content-Type", "value": content_type}],
        "stream": {"type": "Buffer", "data": data},
        "responseSize": len(raw) if size is None and isinstance(raw, bytes) else size,
    }
    url = {
        "protocol": "https",
        "host": ["shop", "example"],
        "path": ["pay"],
        "query": [{"key": "access_token", "value": "s3cret"}, {"key": "page", "value": "2"}],
    }
    execution = {
        "item": {"id": "1", "name": "pay"},
        "request": {"method": "POST", "url": url},
        "response": response,
        "assertions": [{"assertion": "is paid", "error": {"message": "expected 500 to equal 200"}}],
    }
    document = {"collection": {"info": {"name": "Shop"}}, "run": {"executions": [execution, execution]}}
    opened = open_report(io.BytesIO(json.dumps(document).encode()), "newman.json")
    return list(opened.results)


HEAD = "POST https://shop.example/pay?access_token=***&page=2\n500 Internal Server Error, "


def test_secrets_in_a_body_are_masked_by_their_names():
    first, second = report('{"error": "declined", "user": {"password": "s3cret", "commit_hash": "abc"}}')
    assert first.stdout == second.stdout
    assert first.stdout.startswith(f"{HEAD}application/json\n\n")
    told = json.loads(first.stdout.partition("\n\n")[2])
    assert told == {"error": "declined", "user": {"password": "***", "commit_hash": "abc"}}


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("<error><apiKey>s3cret</apiKey><text>no</text></error>", "<error><apiKey>***</apiKey><text>no</text></error>"),
        ("state=failed&client_secret=s3cret&step=2", "state=failed&client_secret=***&step=2"),
        ('{"token": "s3c\\"ret", "left": 1, "open', '{"token": "***", "left": 1, "open'),
        ("<auth token='s3cret' id=\"7\"/>", "<auth token='***' id=\"7\"/>"),
        ("Set-Cookie: sid=s3cret\nX-Id: 7", "Set-Cookie: ***\nX-Id: 7"),
        ("no such order", "no such order"),
        (b"\x89PNG\x00\x01", "[6 bytes that are no text]"),
        ("", ""),
    ],
)
def test_bodies_of_any_kind_are_shown_as_far_as_they_are_text(body, shown):
    assert report(body, content_type="text/x")[0].stdout == f"{HEAD}text/x\n\n{shown}".strip()


def test_a_large_body_is_cut_and_makes_no_test_too_large():
    first, second = report("a" * 1_200_000)
    assert first.status == second.status == "failed"
    assert len(first.stdout) <= DEFAULT_LIMITS.output_characters + 100
    assert "characters left out" in first.stdout
    assert f"{1_200_000 - LONGEST_BODY:,} bytes left out" in first.stdout


@pytest.mark.parametrize("body", [["x", 1], [300], [-1], [[1, 2], 3], {"a": 1}, 7, None, [1.5]])
def test_a_body_that_is_not_written_as_bytes_is_no_body(body):
    assert report(body, size=0)[0].stdout == f"{HEAD}application/json"


def test_an_address_shows_no_password():
    assert str(Exchange("GET", "https://me:s3cret@shop.example/?otp=1")) == "GET https://shop.example/?otp=***"
    assert str(Exchange("GET", "http://[broken/?token=1")) == "GET http://[broken/?token=***"


def test_an_execution_is_not_kept_beyond_the_size_of_a_test():
    """Members that nobody looks at are passed over; those that are share the room of one test."""
    member = "x" * 60_000
    unknown = {f"extra{number}": member for number in range(DEFAULT_LIMITS.record_characters // len(member) + 1)}
    assertions = [{"assertion": "is paid"}]

    def tests(execution):
        document = {"run": {"executions": [execution]}, "collection": {}}
        return list(open_report(io.BytesIO(json.dumps(document).encode()), "newman.json").results)

    assert len(tests(unknown | {"assertions": assertions})) == 1
    with pytest.raises(ReportRejected) as refusal:
        tests({"response": unknown, "assertions": assertions})
    assert refusal.value.code == "too_large_test"


def test_a_body_that_is_nested_deep_is_not_blown_up():
    body = "[" * 400 + ",".join(["0"] * 20_000) + "]" * 400
    assert len(str(Exchange("GET", "", body=body.encode()))) < 10 * len(body)


def test_half_a_character_in_an_address_is_no_fault():
    query = [("a\ud83d", "b\ud83d")]
    address = address_of("https", "shop.example", "", "pay", query)
    assert str(Exchange("GET", address)) == "GET https://shop.example/pay?a%3F=b%3F"
