"""Confirming who one is before a dangerous act."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.views import View

from accounts.sign_in.reauthentication import freshly_authenticated

from .factories import PASSWORD, app_of, code_of, recovery_code_of

AGAIN, DANGEROUS = "/account/reauthenticate/", "/account/second-factors/"
LONG_AGO = 15 * 60 + 1


@pytest.fixture
def stale(signed_in, tester):
    return signed_in(tester, ago=LONG_AGO)


def test_a_sign_in_of_the_last_15_minutes_is_fresh(signed_in, tester):
    assert signed_in(tester, ago=LONG_AGO - 60).get(DANGEROUS).status_code == 200


def test_an_older_one_asks_for_the_password(stale):
    asked = stale.get(DANGEROUS)
    assert asked.url == f"{AGAIN}?next=%2Faccount%2Fsecond-factors%2F"
    page = stale.get(asked.url).content.decode()
    assert "Nothing has been changed yet" in page
    assert stale.post(AGAIN, {"password": "wrong password", "next": DANGEROUS}).status_code == 200
    assert stale.get(DANGEROUS).status_code == 302
    assert stale.post(AGAIN, {"password": PASSWORD, "next": DANGEROUS}).url == DANGEROUS
    assert stale.get(DANGEROUS).status_code == 200


@pytest.mark.parametrize("code", [code_of, None])
def test_a_code_of_the_second_factor_will_do(stale, tester, code):
    secret = app_of(tester)
    given = code_of(secret) if code else recovery_code_of(tester)
    assert "/account/reauthenticate/code/" in stale.get(AGAIN).content.decode()
    assert stale.post(f"{AGAIN}code/", {"code": "000000"}).status_code == 200
    assert stale.get(DANGEROUS).status_code == 302
    assert stale.post(f"{AGAIN}code/", {"code": given, "next": DANGEROUS}).url == DANGEROUS
    assert stale.get(DANGEROUS).status_code == 200


def test_wrong_codes_here_are_counted_too(stale, tester):
    app_of(tester)
    for _ in range(9):
        stale.post(f"{AGAIN}code/", {"code": "000000"}, REMOTE_ADDR="203.0.113.7")
    locked = stale.post(f"{AGAIN}code/", {"code": "000000"}, REMOTE_ADDR="203.0.113.7")
    assert locked.status_code == 429


def test_wrong_passwords_here_are_counted_too(stale):
    for _ in range(9):
        stale.post(AGAIN, {"password": "wrong password"}, REMOTE_ADDR="203.0.113.7")
    assert stale.post(AGAIN, {"password": "wrong password"}, REMOTE_ADDR="203.0.113.7").status_code == 429


def test_what_was_sent_is_not_done_and_leads_back_to_where_it_came_from(stale, tester):
    app_of(tester)
    response = stale.post(
        "/account/second-factors/recovery-codes/", headers={"Referer": "http://testserver/account/second-factors/?a=1"}
    )
    assert response.url == f"{AGAIN}?next=%2Faccount%2Fsecond-factors%2F%3Fa%3D1"
    again = stale.post(AGAIN, {"password": PASSWORD, "next": "/account/second-factors/?a=1"})
    assert again.url == "/account/second-factors/?a=1"
    assert "recovery_codes" not in str(dict(stale.session))


@pytest.mark.parametrize("referer", ["", "https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_way_back_stays_on_the_host(stale, referer):
    response = stale.post("/account/second-factors/1/remove/", headers={"Referer": referer})
    assert response.url == f"{AGAIN}?next=%2Faccount%2F"
    evil = stale.post(AGAIN, {"password": PASSWORD, "next": "https://evil.example/"})
    assert "evil" not in evil.url


def test_htmx_is_told_by_a_header(stale):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/account/second-factors/"}
    response = stale.post("/account/second-factors/1/remove/", headers=headers)
    assert (response.status_code, response.content) == (200, b"")
    assert response["HX-Redirect"] == f"{AGAIN}?next=%2Faccount%2Fsecond-factors%2F"


def test_a_password_is_set_only_by_somebody_who_proved_lately_who_he_is(stale, tester):
    tester.set_unusable_password()
    tester.save()
    assert stale.get("/account/password/set/").status_code == 302


@freshly_authenticated
class ClassPage(View):
    """A page of a class."""

    def get(self, request):
        """Answer."""
        return HttpResponse("reached")


def test_it_decorates_classes_too(tester, stale, signed_in):
    def reach(client):
        request = RequestFactory().get("/page/?a=1")
        request.user, request.session = tester, client.session
        return ClassPage.as_view()(request)

    assert reach(stale).url == f"{AGAIN}?next=%2Fpage%2F%3Fa%3D1"
    assert reach(signed_in(tester)).content == b"reached"
