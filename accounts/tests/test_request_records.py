import io
import json
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import HttpResponse, JsonResponse, QueryDict, StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.audit import request_records
from accounts.audit.request_records import LONGEST_BODY, RequestRecordMiddleware
from accounts.models import AuditEntry, RequestRecord

from .factories import PASSWORD


def test_a_write_to_the_api_is_written_down(api, admin):
    body = {"name": "New", "key": "NEW"}
    answer = api(admin).post(
        "/api/projects", body, REMOTE_ADDR="203.0.113.9", HTTP_USER_AGENT="robot/1", HTTP_X_REQUEST_ID="call-1"
    )
    record = RequestRecord.objects.get()
    assert (record.tenant, record.user, record.correlation_id) == (admin.tenant, admin, answer["X-Correlation-ID"])
    assert (record.method, record.path, record.status) == ("POST", "/api/projects", 201)
    assert (record.request_body, record.response_body) == (body, answer.json())
    assert (record.ip_address, record.user_agent) == ("203.0.113.9", "robot/1")
    assert 0 <= record.duration_ms < 60_000
    entry = AuditEntry.objects.get(action="project.created")
    assert (entry.correlation_id, entry.facts) == (record.correlation_id, {"client_request_id": "call-1"})


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("put", "/api/projects/{pk}", 200),
        ("delete", "/api/projects/{pk}", 204),
        ("put", "/api/projects/987654321", 404),
        ("post", "/api/projects", 422),
        ("post", "/api/no-such-address", 404),
        ("patch", "/api/auth/me", 405),
    ],
)
def test_every_write_is_written_down_refused_or_not(api, admin, project, method, path, status):
    address = path.format(pk=project.pk)
    assert getattr(api(admin), method)(address, {"description": "More"}).status_code == status
    record = RequestRecord.objects.get()
    assert (record.method, record.path, record.status, record.user) == (method.upper(), address, status, admin)


def test_what_somebody_unknown_sends_is_written_down_unread(api, db):
    api().post("/api/projects", {"name": "x"})
    record = RequestRecord.objects.get()
    assert (record.status, record.user, record.tenant, record.request_body) == (401, None, None, None)
    assert record.response_body["error"]["code"] == "UNAUTHORIZED"


def test_reading_is_not_written_down(api, signed_in, admin, project):
    api(admin).get("/api/projects")
    signed_in(admin).get(reverse("accounts:account"))
    signed_in(admin).post(reverse("accounts:choose_project", args=[project.key]))
    assert not RequestRecord.objects.exists()


def test_signing_in_and_out_on_the_page_is_written_down(tester):
    client = Client()
    form = urlencode({"login": tester.email, "password": PASSWORD})
    client.post(reverse("account_login"), form, content_type="application/x-www-form-urlencoded")
    client.post(reverse("account_logout"))
    signed_in, signed_out = RequestRecord.objects.order_by("pk")
    assert (signed_in.user, signed_in.tenant, signed_in.status) == (tester, tester.tenant, 302)
    assert signed_in.request_body == {"login": tester.email, "password": "***"}
    assert (signed_out.user, signed_out.path, signed_out.request_body) == (tester, "/account/logout/", None)


def test_secrets_are_masked_in_both_bodies(api, tester):
    pair = api().post("/api/auth/login", {"username": tester.email, "password": PASSWORD}).json()
    api().post("/api/auth/refresh", {"refresh_token": pair["refresh_token"]})
    first, second = RequestRecord.objects.order_by("pk")
    assert first.request_body == {"username": tester.email, "password": "***"}
    assert {first.response_body["access_token"], first.response_body["refresh_token"]} == {"***"}
    assert second.request_body == {"refresh_token": "***"}
    assert first.response_body["expires_in"] == 900


def test_a_link_to_choose_a_password_is_masked_in_the_path(client, tester):
    from accounts.services.passwords import reset_url

    path = reset_url(tester).removeprefix("http://127.0.0.1:8000")
    landing = client.get(path).url
    client.post(path, {"password1": "x"})
    client.post(landing, {"password1": "something better 42", "password2": "something better 42"})
    client.post(f"{path}more/of/it", {"password1": "x"})
    assert {record.path for record in RequestRecord.objects.all()} == {
        "/account/password/reset/key/***/",
        "/account/password/reset/key/***/more/of/it",
    }
    assert AuditEntry.objects.filter(action="user.password_changed").exists()


def test_long_bodies_leave_their_names(api, admin):
    api(admin).post("/api/projects", {"name": "Long", "key": "LONG", "description": "x" * LONGEST_BODY})
    record = RequestRecord.objects.get()
    assert record.request_body == {"truncated": True, "keys": ["name", "key", "description"]}
    assert record.response_body["truncated"] is True
    assert "description" in record.response_body["keys"]


def test_of_a_form_with_files_names_are_kept(api, admin, project):
    report = io.BytesIO(b"<testsuites/>")
    report.name = "qap_0123456789abcdef.xml"
    form = {"file": report, "project_id": project.pk, "run_name": "a canary"}
    api(admin).post("/api/junit/import", form, format="multipart")
    record = RequestRecord.objects.get()
    assert record.request_body == {"fields": ["project_id", "run_name"], "files": {"file": "***.xml"}}


def test_a_body_that_is_no_json_is_written_down_as_empty(api, admin):
    answer = api(admin).generic("POST", "/api/projects", '{"name": ', content_type="application/json")
    record = RequestRecord.objects.get()
    assert (answer.status_code, record.status) == (400, 400)
    assert record.request_body in ({}, None)


def run(request, response, **attributes):
    """Send a request through the middleware alone."""
    request.__dict__.update({"resolver_match": None, **attributes})
    return RequestRecordMiddleware(lambda _request: response)(request)


@pytest.mark.django_db
def test_what_no_column_can_hold_is_made_storable(rf):
    request = rf.post("/account/x\x00", HTTP_USER_AGENT="a\x00b", CONTENT_TYPE="application/x-www-form-urlencoded")
    request._post = QueryDict(mutable=True)
    request._post.update({"login": "a\x00b", "note": "half \ud800", "n\x00": "1"})
    run(request, JsonResponse({"big": 1e999, "small": float("nan")}))
    record = RequestRecord.objects.get()
    assert record.request_body == {"login": "***", "note": "half \ufffd", "n\ufffd": "1"}
    assert record.response_body == {"big": "inf", "small": "nan"}
    assert (record.path, record.user_agent) == ("/account/x\ufffd", "a\ufffdb")


class Unreadable:
    def read(self, *size):
        raise AssertionError("the record read a body that no view had read")

    readline = read


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "application/octet-stream"])
def test_a_body_that_no_view_read_is_not_read(rf, kind):
    request = rf.post("/api/x", b"0123456789", content_type=kind)
    request._stream = request.environ["wsgi.input"] = Unreadable()
    run(request, JsonResponse({}, status=401))
    assert RequestRecord.objects.get().request_body is None


@pytest.mark.django_db
def test_a_stream_is_passed_on_unread(rf):
    def rows():
        raise AssertionError("the record read the answer")
        yield

    response = run(rf.post("/api/x"), StreamingHttpResponse(rows(), content_type="application/json"))
    assert response.streaming
    assert RequestRecord.objects.get().response_body is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "kind"), [(b"{", "application/json"), (b"", "application/json"), (b"{}", "text/html")]
)
def test_an_answer_that_is_no_json_is_left_out(rf, content, kind):
    run(rf.post("/api/x"), HttpResponse(content, content_type=kind))
    assert RequestRecord.objects.get().response_body is None


@pytest.mark.django_db
def test_coming_back_from_a_provider_is_written_down_without_its_codes(rf):
    class Match:
        view_name, kwargs = "openid_connect_callback", {"provider_id": "acme"}

    request = rf.get("/account/oidc/acme/login/callback/?code=canary&state=canary", HTTP_USER_AGENT="Browser")
    run(request, HttpResponse(status=302), resolver_match=Match)
    record = RequestRecord.objects.get()
    assert (record.method, record.path, record.status) == ("GET", "/account/oidc/acme/login/callback/", 302)
    assert "canary" not in str(vars(record))


@pytest.mark.django_db
def test_a_record_that_cannot_be_written_is_logged_and_breaks_nothing(api, admin, caplog, monkeypatch):
    monkeypatch.setattr(request_records, "_INSERT", "SELECT no_such_thing(%s)" + ", %s" * 11)
    answer = api(admin).post("/api/projects", {"name": "New", "key": "NEW", "description": "canary"})
    assert answer.status_code == 201
    assert "A request could not be written down" in caplog.text
    assert AuditEntry.objects.filter(action="project.created").exists()
    assert not RequestRecord.objects.exists()


def test_a_record_costs_one_statement(api, admin, project):
    client = api(admin)
    with CaptureQueriesContext(connection) as queries:
        client.put(f"/api/projects/{project.pk}", {"description": "More"})
    own = [query["sql"] for query in queries.captured_queries if "requestrecord" in query["sql"]]
    assert len(own) == 1
    assert "set_config('synchronous_commit', 'off', true)" in own[0]


@pytest.mark.django_db(transaction=True)
def test_only_the_record_waits_for_no_disk(api, admin):
    client = api(admin)
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        client.post("/api/projects", {"name": "New", "key": "NEW"})
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)
    assert RequestRecord.objects.exists()


def test_administrators_see_the_records_of_their_company(api, admin, stranger, tester):
    for person in (admin, stranger):
        api(person).post("/api/projects", {"name": "New", "key": "NEW"})
    assert [record.user for record in RequestRecord.objects.visible_to(admin)] == [admin]
    assert [record.user for record in RequestRecord.objects.visible_to(stranger)] == [stranger]
    assert not RequestRecord.objects.visible_to(tester).exists()


def test_the_same_answer_given_again_is_written_down_again(api, admin):
    client = api(admin)
    answers = [
        client.post("/api/projects", {"name": "New", "key": "NEW"}, HTTP_IDEMPOTENCY_KEY="once") for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    first, second = RequestRecord.objects.order_by("pk")
    assert first.response_body == second.response_body == answers[0].json()


def test_bodies_are_kept_as_they_were_nested(api, admin):
    settings = {"membersOnly": True, "inner": [{"apiKey": "canary", "list": [1, 2.5, None, "x"]}]}
    api(admin).post("/api/projects", {"name": "New", "key": "NEW", "settings": settings})
    body = RequestRecord.objects.get().request_body
    settings["inner"][0]["apiKey"] = "***"
    assert body["settings"] == settings
    assert "canary" not in json.dumps(body)
