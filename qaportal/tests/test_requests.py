import logging

import pytest
from django.db import DataError
from django.http import HttpResponse
from django.test import RequestFactory

from accounts.models import AuditEntry
from qaportal.kit.errors import Denied, InvalidInput, NotVisible, RuleViolation, Unavailable
from qaportal.kit.requests import (
    RequestIdFilter,
    RequestIdMiddleware,
    client_address,
    current_request_id,
    set_request_id,
)


@pytest.mark.parametrize("address", ["/livez", "/account/login/", "/api/auth/me", "/nothing", "/static/nothing.css"])
def test_every_answer_carries_the_number_of_its_request(client, db, address):
    named = client.get(address, headers={"X-Request-ID": "build-42/a:b"})
    assert (named["X-Request-ID"], len(named["X-Correlation-ID"])) == ("build-42/a:b", 32)
    made = client.get(address)
    assert made["X-Request-ID"] == made["X-Correlation-ID"] != named["X-Correlation-ID"]


@pytest.mark.parametrize("given", ["", "x" * 101, "a b", "a\tb", "<script>", "ü", "a;b"])
def test_an_unusable_number_is_replaced(client, given):
    answer = client.get("/livez", headers={"X-Request-ID": given})
    assert answer["X-Request-ID"] == answer["X-Correlation-ID"]


def test_the_number_stands_in_the_audit_trail_and_in_the_log(api, admin):
    answer = api(admin).post("/api/projects", {"name": "Cards"}, headers={"X-Request-ID": "build-42"})
    entry = AuditEntry.objects.get(action="project.created")
    assert (entry.correlation_id, entry.facts) == (answer["X-Correlation-ID"], {"client_request_id": "build-42"})
    set_request_id("job-7")
    record = logging.LogRecord("x", logging.INFO, "x", 1, "x", None, None)
    RequestIdFilter().filter(record)
    assert record.request_id == current_request_id() == "job-7"
    set_request_id("-")


def test_the_log_names_both_ids_of_a_request(rf):
    seen = logging.LogRecord("x", logging.INFO, "x", 1, "x", None, None)

    def answer(_request):
        RequestIdFilter().filter(seen)
        return HttpResponse()

    answered = RequestIdMiddleware(answer)(rf.get("/", headers={"X-Request-ID": "build-42"}))
    assert seen.request_id == f"{answered['X-Correlation-ID']} build-42"


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (Denied("Your role may not."), 403, "Your role may not."),
        (RuleViolation("It is closed.", "closed"), 422, "It is closed."),
        (InvalidInput("Too early."), 422, "Too early."),
        (Unavailable("Not now."), 503, "Not now."),
        (NotVisible(), 404, "There is nothing here"),
        (DataError("numeric value out of range"), 400, "could not read this request"),
    ],
)
def test_refusals_that_no_view_showed_get_a_page(signed_in, tester, monkeypatch, error, status, words):
    def refuse(*_args, **_kwargs):
        raise error

    monkeypatch.setattr("accounts.models.Project.objects.visible_to", refuse)
    response = signed_in(tester).get("/projects/")
    assert response.status_code == status
    assert words in response.content.decode()


@pytest.mark.parametrize(
    "address", ["/p/%00/members/", "/palette/?q=%00&project=%00", "/p/PAY/members/99999999999999999999/"]
)
def test_null_characters_and_huge_numbers_in_an_address_are_no_fault(signed_in, admin, project, address):
    assert signed_in(admin).get(address).status_code < 500


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "nonsense", "127.0.0.1"),
        (1, "2001:DB8::0005", "2001:db8::5"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_the_clients_address_is_what_the_trusted_proxies_say(settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == expected


def test_pages_are_guarded_by_headers(client, db):
    response = client.get("/account/login/")
    policy = [part.strip() for part in response["Content-Security-Policy"].split(";")]
    assert {"script-src 'self'", "style-src 'self'", "object-src 'none'", "frame-ancestors 'none'"} <= set(policy)
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


def test_pages_are_compressed_and_stored_files_are_not(client, db):
    response = client.get("/account/login/", headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response["Vary"]
