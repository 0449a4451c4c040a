"""The session cookie at the API: JSON from our own pages or from no page passes, all else needs a CSRF token."""

import json

import pytest
from django.conf import settings
from django.test import Client

BODY = json.dumps({"name": "Cards"})


@pytest.fixture
def post(admin):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin, backend="accounts.sign_in.backends.ActiveUserBackend")

    def send(content_type="application/json", body=BODY, **headers):
        return client.post("/api/projects", body, content_type=content_type, headers=headers)

    return send


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://testserver"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_json_of_our_own_pages_or_of_no_page_passes(post, headers):
    assert post(**headers).status_code == 201
    assert post("application/json; charset=utf-8", **headers).status_code in {201, 409}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "http://evil.example/testserver"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_json_of_another_site_is_refused(post, headers):
    response = post(**headers)
    assert response.status_code == 403
    assert response.json()["error"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_a_form_of_another_site_can_send_is_refused(post, content_type):
    assert post(content_type).status_code == 403


def test_everything_passes_with_a_token_of_the_page(admin):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin, backend="accounts.sign_in.backends.ActiveUserBackend")
    client.get("/projects/")
    token = client.cookies[settings.CSRF_COOKIE_NAME].value
    headers = {"X-CSRFToken": token, "Sec-Fetch-Site": "same-site", "Origin": "http://testserver"}
    response = client.post("/api/projects", BODY, content_type="application/json", headers=headers)
    assert response.status_code == 201


def test_the_session_reads_and_signs_out(admin, project):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin, backend="accounts.sign_in.backends.ActiveUserBackend")
    assert client.get("/api/projects").status_code == 200
    assert client.post("/api/v1/auth/logout", "{}", content_type="application/json").json()["success"] is True
    assert client.get("/api/projects").status_code == 401


def test_other_sites_are_given_no_permission_to_read(api, admin):
    response = api(admin).get("/api/projects", headers={"Origin": "https://evil.example"})
    assert not response.has_header("Access-Control-Allow-Origin")
