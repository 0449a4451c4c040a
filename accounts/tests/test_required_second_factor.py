"""A company that asks everybody for a second factor."""

import pytest

from accounts.models import AuditEntry
from accounts.services.tenants import set_second_factor_required
from accounts.services.tokens import open_family
from qaportal.kit.errors import Denied

from .factories import PASSWORD, app_of, code_of

SETUP = "/account/second-factors/"


@pytest.fixture
def required(admin, tenant):
    return set_second_factor_required(actor=admin, tenant=tenant, required=True)


def test_nothing_opens_before_a_second_factor_is_set_up(signed_in, tester, required, project):
    browser = signed_in(tester)
    for path in ("/", "/projects/", "/p/PAY/", "/account/", "/account/sessions/", "/palette/"):
        response = browser.get(path)
        assert (response.status_code, response.get("Location")) == (302, SETUP), path
    assert browser.post("/projects/", {"name": "New"}).url == SETUP
    page = browser.get(SETUP).content.decode()
    assert "Set one up to go on" in page


def test_a_fragment_leads_the_whole_page_away(signed_in, tester, required, project):
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    response = signed_in(tester).get("/p/PAY/cases/", headers=headers)
    assert response["HX-Redirect"] == SETUP
    assert response.content == b""


def test_the_api_says_so_to_a_session_in_its_style(signed_in, tester, required, project):
    browser = signed_in(tester)
    plain = browser.get("/api/auth/me")
    assert (plain.status_code, plain.json()["code"]) == (403, "second_factor_missing")
    camel = browser.get("/api/projects")
    assert camel.status_code == 403
    assert "second factor" in camel.json()["error"]["message"]


@pytest.mark.parametrize(("path", "key"), [("/api/auth/login", "username"), ("/api/v1/auth/login", "email")])
def test_the_api_hands_out_no_tokens(api, tester, required, path, key):
    response = api().post(path, {key: tester.email, "password": PASSWORD})
    assert response.status_code == 403
    assert "second_factor_missing" in response.content.decode()


def test_everything_opens_once_it_is_set_up(signed_in, api, tester, required, project):
    secret = app_of(tester)
    assert signed_in(tester).get("/projects/").status_code == 200
    assert signed_in(tester).get("/api/auth/me").status_code == 200
    body = {"username": tester.email, "password": PASSWORD, "otp": code_of(secret)}
    assert api().post("/api/auth/login", body).status_code == 200


def test_whoever_comes_by_the_identity_provider_is_not_asked(signed_in, tester, required, project):
    browser = signed_in(tester, way="socialaccount")
    assert browser.get("/projects/").status_code == 200
    assert browser.get("/api/auth/me").status_code == 200


def test_signing_out_and_choosing_a_theme_are_always_possible(signed_in, tester, required):
    browser = signed_in(tester)
    assert browser.post("/theme/", {"theme": "dark"}).status_code == 302
    assert browser.post("/account/logout/").url == "/account/login/"


def test_asking_for_it_ends_the_api_sign_ins_of_people_without_one(api, admin, tester, developer, stranger, tenant):
    secret = app_of(developer)
    callers = {user: api(user) for user in (tester, developer, stranger)}
    set_second_factor_required(actor=admin, tenant=tenant, required=True)
    states = {user: caller.get("/api/auth/me").status_code for user, caller in callers.items()}
    assert states == {tester: 401, developer: 200, stranger: 200}
    assert secret
    entry = AuditEntry.objects.get(action="tenant.updated")
    assert entry.changes == {"requireSecondFactor": [False, True]}
    assert AuditEntry.objects.get(action="tenant.signed_out_without_second_factor").facts == {"count": 1}


def test_other_companies_are_not_asked(signed_in, stranger, required):
    assert signed_in(stranger).get("/projects/").status_code == 200


def test_removing_the_last_factor_shuts_the_door_again(signed_in, tester, required, project):
    from allauth.mfa.models import Authenticator

    app_of(tester)
    pair = open_family(user=tester)
    browser = signed_in(tester)
    factor = Authenticator.objects.get(user=tester, type="totp")
    browser.post(f"{SETUP}{factor.pk}/remove/")
    assert browser.get("/projects/").url == SETUP
    assert browser.get("/api/auth/me", headers={"Authorization": f"Bearer {pair.access}"}).status_code == 401


def test_only_an_administrator_of_the_company_decides_it(lead, stranger, tenant):
    for actor in (lead, stranger):
        with pytest.raises(Denied):
            set_second_factor_required(actor=actor, tenant=tenant, required=True)


def test_it_costs_a_request_no_query_of_its_own(signed_in, tester, required, project):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    app_of(tester)
    browser = signed_in(tester)
    with CaptureQueriesContext(connection) as queries:
        browser.get("/projects/")
    assert not [query for query in queries if query["sql"].startswith('SELECT 1 AS "a" FROM "mfa_authenticator"')]
