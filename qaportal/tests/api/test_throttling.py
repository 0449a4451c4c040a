"""How often the API may be called: by person, by address, by what is called; counted once for every process."""

import threading

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client, RequestFactory
from rest_framework.test import APIClient

from accounts.services.tokens import open_family
from accounts.tests.factories import PASSWORD, UserFactory
from qaportal.kit import limits
from qaportal.kit.api.throttling import RateLimitMixin, RateThrottle
from qaportal.kit.models import RateCounter
from qaportal.kit.requests import client_network
from qaportal.tests.routes import all_routes

pytestmark = pytest.mark.urls("qaportal.tests.api.styled_urls")
NOON = 1_764_072_000
HOUR, MINUTE = NOON + 3_600, NOON + 60
ADDRESS = "/api/plain/projects"


@pytest.fixture
def at(monkeypatch):
    """`at(seconds)`: let the clock of the limits stand so long after noon."""

    def move(seconds):
        monkeypatch.setattr(limits, "CLOCK", f"{NOON + seconds}::bigint")

    move(0)
    return move


@pytest.fixture
def allow(settings, at):
    """`allow(user="3/h")`: switch these limits on, at noon."""

    def switch(**rates):
        settings.API_RATE_LIMITS = rates

    return switch


def told(response):
    names = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
    return tuple(int(response[name]) for name in names)


def test_every_answer_tells_the_limit_what_remains_and_when_it_begins_anew(api, admin, allow):
    allow(user="1000/h", burst="50/min")
    client = api(admin)
    assert told(client.get(ADDRESS)) == (1000, 999, HOUR)
    assert told(client.get(f"{ADDRESS}/0")) == (1000, 998, HOUR)
    assert told(client.delete(ADDRESS)) == (1000, 997, HOUR)
    assert told(client.post("/api/plain/echo", {})) == (1000, 996, HOUR)
    assert told(client.get("/api/plain/faults/bug")) == (1000, 995, HOUR)
    assert told(client.get(ADDRESS, headers={"Accept": "text/html"})) == (1000, 994, HOUR)
    assert told(client.get("/api/nothing")) == (1000, 993, HOUR)
    assert told(client.get("/api/openapi.json")) == (1000, 992, HOUR)


def test_a_call_too_many_is_refused_and_told_when_to_come_back(api, admin, allow, at):
    allow(user="2/h")
    client = api(admin)
    assert [client.get(ADDRESS).status_code for _ in range(2)] == [200, 200]
    at(600)
    refused = client.get(ADDRESS)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "3000"
    assert told(refused) == (2, 0, HOUR)
    assert refused.json() == {
        "detail": "Too many requests. Try again in 50 minutes.", "code": "throttled", "fields": {},
    }  # fmt: skip
    at(3_599)
    assert client.get(ADDRESS)["Retry-After"] == "1"
    at(3_600)
    assert told(client.get(ADDRESS)) == (2, 1, HOUR + 3_600)


@pytest.mark.parametrize("style", ["plain", "camel", "envelope", "envelope-camel"])
def test_the_refusal_speaks_the_style_of_the_view(api, admin, allow, at, style):
    allow(user="1/h")
    at(3_550)
    client, words = api(admin), "Too many requests. Try again in 50 seconds."
    client.get(ADDRESS)
    body = client.get(f"/api/{style}/projects").json()
    if style == "plain":
        assert body == {"detail": words, "code": "throttled", "fields": {}}
    elif style == "camel":
        assert body == {"error": {"code": "RATE_LIMITED", "message": words}}
    else:
        assert body == {"success": False, "error": {"code": "throttled", "message": words}}


def test_a_burst_is_refused_until_the_minute_is_over(api, admin, allow, at):
    allow(user="1000/h", burst="2/min")
    client = api(admin)
    at(15)
    assert [client.get(ADDRESS).status_code for _ in range(3)] == [200, 200, 429]
    refused = client.get(ADDRESS)
    assert (refused["Retry-After"], told(refused)) == ("45", (2, 0, MINUTE))
    at(60)
    assert client.get(ADDRESS).status_code == 200


def test_when_both_windows_refuse_the_longer_wait_is_told(api, admin, allow):
    allow(user="1/h", burst="1/min")
    client = api(admin)
    client.get(ADDRESS)
    assert client.get(ADDRESS)["Retry-After"] == "3600"


def test_people_are_counted_apart_and_in_every_way_they_sign_in(api, signed_in, admin, tester, allow):
    allow(user="2/h", anonymous="1/h")
    assert told(api(admin).get(ADDRESS)) == (2, 1, HOUR)
    assert told(signed_in(admin).get(ADDRESS)) == (2, 0, HOUR)
    assert api(admin).get(ADDRESS).status_code == 429
    assert told(api(tester).get(ADDRESS)) == (2, 1, HOUR)


def test_the_anonymous_are_counted_by_address_whatever_refuses_them(api, admin, allow, client):
    allow(user="1000/h", anonymous="5/h")
    wrong = APIClient(HTTP_AUTHORIZATION="Bearer wrong")
    assert told(api().get(ADDRESS)) == (5, 4, HOUR)
    refused = wrong.get(ADDRESS)
    assert (refused.status_code, refused.json()["code"], told(refused)) == (401, "token_invalid", (5, 3, HOUR))
    assert told(client.get("/api/openapi.json")) == (5, 2, HOUR)
    assert told(api().get("/api/nothing")) == (5, 1, HOUR)
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(admin, backend="accounts.sign_in.backends.ActiveUserBackend")
    answer = forged.post("/api/plain/echo", "{}", "application/json", headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, told(answer)) == (403, (5, 0, HOUR))
    assert [each.get(ADDRESS).status_code for each in (wrong, api())] == [429, 429]
    assert api(admin).get(ADDRESS).status_code == 200
    assert api().get(ADDRESS, REMOTE_ADDR="203.0.113.9").status_code == 401


def test_signing_in_counts_by_address_also_when_it_works(api, admin, allow):
    allow(user="1000/h", anonymous="3/h")
    body = {"username": admin.email, "password": PASSWORD}
    signed_in = api().post("/api/auth/login", body)
    assert (signed_in.status_code, told(signed_in)) == (200, (3, 2, HOUR))
    renewed = api(admin).post("/api/auth/refresh", {"refresh_token": signed_in.json()["refresh_token"]})
    assert (renewed.status_code, told(renewed)) == (200, (3, 1, HOUR))
    assert told(api().post("/api/v1/auth/login", {})) == (3, 0, HOUR)
    assert api().post("/api/auth/login", body).status_code == 429


def test_taking_results_in_has_limits_of_its_own(api, tester, allow, project):
    allow(user="1/h", ingest="100/h", ingest_burst="3/min", anonymous="7/h")
    client = api(tester)
    assert told(client.post("/api/junit/import", {})) == (100, 99, HOUR)
    assert told(client.get("/api/v1/reports/imports/018f0000-0000-7000-8000-000000000000")) == (100, 98, HOUR)
    assert told(client.get(ADDRESS)) == (1, 0, HOUR)
    assert client.get(ADDRESS).status_code == 429
    assert told(client.post("/api/junit/import", {})) == (100, 97, HOUR)
    assert told(client.post("/api/junit/import", {})) == (3, 0, MINUTE)
    assert told(api().post("/api/junit/import", {})) == (7, 6, HOUR)


def test_limits_that_are_off_cost_no_query_and_tell_nothing(api, admin, allow, django_assert_num_queries):
    client = api(admin)
    allow(user="off", burst="OFF")
    answer = client.get(ADDRESS)
    assert not [name for name in answer.headers if name.startswith("X-RateLimit")]
    assert not RateCounter.objects.exists()
    allow(user="off", burst="9/min")
    assert told(client.get(ADDRESS)) == (9, 8, MINUTE)


def test_counting_is_one_statement_and_the_first_rows_are_the_last(api, admin, allow, django_assert_num_queries):
    client = api(admin)
    client.get(ADDRESS)
    allow(user="1000/h", burst="50/min")
    request = RequestFactory().get("/")
    request.user = admin
    with django_assert_num_queries(1):
        RateThrottle().allow_request(request, None)
    for _ in range(3):
        client.get(ADDRESS)
    assert sorted(RateCounter.objects.values_list("count", flat=True)) == [4, 4]


def test_a_network_of_version_6_is_one_client(allow):
    def network(address):
        return client_network(RequestFactory().get("/", REMOTE_ADDR=address))

    assert network("2001:db8:1:2::5") == network("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert network("203.0.113.9") == "203.0.113.9"


@pytest.mark.django_db(transaction=True)
def test_calls_at_the_same_time_are_all_counted(tenant, allow):
    allow(user="20/h", burst="50/min")
    token = open_family(user=UserFactory(tenant=tenant, role_code="tenant_admin")).access
    start, answers = threading.Barrier(6), []

    def call():
        client = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")
        start.wait()
        answers.extend(client.get(ADDRESS).status_code for _ in range(5))
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] * 20 + [429] * 10
    assert sorted(RateCounter.objects.values_list("count", flat=True)) == [30, 30]


@pytest.mark.urls("qaportal.urls")
def test_no_view_of_the_api_forgets_the_limits():
    views = {route.callback.cls for route in all_routes() if hasattr(route.callback, "cls")}
    assert [view.__name__ for view in views if not issubclass(view, RateLimitMixin)] == []
    assert [view.__name__ for view in views if view.throttle_classes != [RateThrottle]] == []
    assert all(view.throttle_scope in {None, "ingest"} for view in views if hasattr(view, "throttle_scope"))


def test_an_anonymous_person_is_no_person(allow, db):
    allow(user="1/h", anonymous="1/h")
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    throttle = RateThrottle()
    assert throttle.allow_request(request, None)
    assert throttle.allow_request(request, None), "asked twice, counted once"
