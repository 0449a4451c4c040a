"""What is not believed: answers to another sign-in, and tokens that the provider did not make for this portal."""

import base64
import hashlib
import json
import time
from contextlib import suppress

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.sign_in import oidc

from .openid import parameters_of

ISSUER, CLIENT, NONCE = "https://id.example.com", "portal", "a-nonce"
KEYS = {name: rsa.generate_private_key(public_exponent=65537, key_size=2048) for name in ("own", "forged")}


# -- answers to another sign-in --------------------------------------------------------------------------------------
@pytest.fixture
def back(client, openid, company_provider):
    """The address on which the provider answers a sign-in that was begun in the client."""
    openid.add_person("nora", email="nora@tessarin.example", email_verified=True)
    there = client.get(reverse("openid_connect_login", args=[company_provider.pk])).url
    return openid.sign_in(there, "nora").removeprefix("http://testserver")


def is_refused(response):
    assert response.status_code in {403, 502}
    assert "You are not signed in" in response.content.decode()
    return not User.objects.exists()


def test_an_answer_is_taken_once(client, back):
    assert client.get(back).status_code == 302
    client.logout()
    assert client.get(back).status_code == 403


def test_an_answer_to_another_browser_is_refused(back, db):
    assert is_refused(Client().get(back))


@pytest.mark.parametrize(
    "query", ["", "?code=abc", "?state=abc&code=abc", "?error=server_error", "?state[]=1&code=%00"]
)
def test_an_answer_without_its_question_is_refused(client, back, query):
    assert is_refused(client.get(back.partition("?")[0] + query))


def test_whoever_cancels_at_the_provider_is_told_so(client, openid, company_provider):
    there = client.get(reverse("openid_connect_login", args=[company_provider.pk])).url
    state = there.split("state=")[1].split("&")[0]
    address = f"{reverse('openid_connect_callback', args=[company_provider.pk])}?error=access_denied&state={state}"
    response = client.get(address)
    assert "You did not sign in at Tessarin ID" in response.content.decode()


def change_state(client, change):
    session = client.session
    states = session["socialaccount_states"]
    for state in states.values():
        change(state[0])
    session["socialaccount_states"] = states
    session.save()


def test_a_token_that_repeats_another_nonce_is_refused(client, back):
    change_state(client, lambda state: state["data"].update(nonce="another"))
    assert is_refused(client.get(back))


def test_a_code_that_was_stolen_is_worth_nothing_without_the_verifier(client, company_provider, monkeypatch):
    sent = {}

    def exchange(**given):
        sent.update(given)
        raise oidc.ProviderError("enough seen")

    monkeypatch.setattr(oidc, "exchange_code", exchange)
    there = parameters_of(client.get(reverse("openid_connect_login", args=[company_provider.pk])).url)
    callback = reverse("openid_connect_callback", args=[company_provider.pk])
    client.get(callback, {"state": there["state"], "code": "abc"})
    digest = hashlib.sha256(sent["verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == there["code_challenge"]
    assert (sent["code"], sent["redirect_uri"]) == ("abc", f"http://testserver{callback}")


def test_a_wrong_secret_is_told_without_the_secret(client, back, company_provider, caplog):
    company_provider.client_secret = "canary-of-a-secret"
    company_provider.save()
    page = client.get(back)
    assert "Client id and client secret may be wrong" in page.content.decode()
    assert is_refused(page)
    assert "canary" not in caplog.text + page.content.decode()


# -- tokens ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def believe(monkeypatch):
    """`believe(token)`: what the portal reads in a token, when the provider publishes its own key."""
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEYS["own"].public_key()))
    published = {"keys": [public | {"kid": "one", "use": "sig", "alg": "RS256"}]}
    monkeypatch.setattr(oidc, "fetch_json", lambda _url, **_more: published)
    discovery = oidc.Discovery(ISSUER, {"jwks_uri": f"{ISSUER}/keys"})

    def read(token):
        return oidc.verified_claims(discovery=discovery, id_token=token, client_id=CLIENT, nonce=NONCE)

    return read


def claims(**changes):
    now = int(time.time())
    usual = {"iss": ISSUER, "aud": CLIENT, "sub": "nora", "exp": now + 300, "iat": now, "nonce": NONCE}
    return {name: value for name, value in (usual | changes).items() if value is not None}


def signed(content, *, key="own", algorithm="RS256", kid="one"):
    return jwt.encode(content, KEYS[key], algorithm, headers={"kid": kid} if kid else {})


def test_a_token_of_the_provider_for_this_portal_is_believed(believe):
    assert believe(signed(claims()))["sub"] == "nora"
    assert believe(signed(claims(aud=[CLIENT])))["sub"] == "nora"
    assert believe(signed(claims(aud=[CLIENT, "other"], azp=CLIENT)))["sub"] == "nora"
    assert believe(signed(claims(), kid=None))["sub"] == "nora"


@pytest.mark.parametrize(
    "token",
    [
        signed(claims(), key="forged"),
        signed(claims(), kid="two"),
        jwt.encode(claims(), "", "none"),
        jwt.encode(claims(), "x" * 40, "HS256", headers={"kid": "one"}),
        signed(claims(iss="https://evil.example")),
        signed(claims(aud="other")),
        signed(claims(aud=[CLIENT, "other"])),
        signed(claims(azp="other")),
        signed(claims(exp=int(time.time()) - 120)),
        signed(claims(exp=None)),
        signed(claims(sub=None)),
        signed(claims(nonce="another")),
        signed(claims(nonce=None)),
        signed(claims(nonce=["a-nonce"])),
        "not.a.token",
        "",
    ],
)
def test_any_other_token_is_not(believe, token):
    with pytest.raises(oidc.ProviderError):
        believe(token)


@pytest.mark.parametrize("name", ["exp", "iat", "nbf", "auth_time"])
@pytest.mark.parametrize("moment", [10**400, "x", [], -(10**400)], ids=["huge", "text", "list", "long ago"])
def test_no_time_in_a_token_breaks_the_portal(believe, name, moment):
    with suppress(oidc.ProviderError):
        assert believe(signed(claims(**{name: moment})))["sub"] == "nora"


def test_an_answer_that_is_nested_too_deep_is_no_answer_of_a_provider(monkeypatch):
    deep = requests.Response()
    deep.status_code, deep._content = 200, b"[" * 200_000
    monkeypatch.setattr(requests.Session, "get", lambda *given, **more: deep)
    with pytest.raises(oidc.ProviderError):
        oidc.fetch_json(f"{ISSUER}/.well-known/openid-configuration")
    assert not oidc.check_provider(ISSUER)[0].is_good


def test_what_is_told_beside_the_token_is_of_the_same_person(monkeypatch):
    monkeypatch.setattr(oidc, "fetch_json", lambda _url, **_more: {"sub": "somebody else", "email_verified": True})
    discovery = oidc.Discovery(ISSUER, {"userinfo_endpoint": f"{ISSUER}/me"})
    with pytest.raises(oidc.ProviderError):
        oidc.user_information(discovery=discovery, access_token="x", subject="nora")


def test_texts_that_cannot_be_stored_are_left_out():
    said = {"sub": "nora", "email": "a\ud800@b.example", "given_name": "\ud800", "family_name": "New"}
    found = oidc.identity_in(said)
    assert (found.email, found.first_name, found.last_name) == ("", "", "New")


# -- what a provider publishes -----------------------------------------------------------------------------------------
GOOD = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
}


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"issuer": [ISSUER]},
        {"authorization_endpoint": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "http://id.example.com/authorize"},
        {"token_endpoint": "http://169.254.169.254/latest"},
        {"token_endpoint": ["https://id.example.com"]},
        {"jwks_uri": "file:///etc/passwd"},
        {"userinfo_endpoint": "http://id.example.com/me"},
        {"userinfo_endpoint": ["https://id.example.com/me"]},
        {"userinfo_endpoint": "http://127.0.0.1/me"},
        {"end_session_endpoint": "http://id.example.com/bye"},
    ],
)
def test_a_provider_that_publishes_what_cannot_be_used_is_refused(monkeypatch, change):
    monkeypatch.setattr(oidc, "fetch_json", lambda _url, **_more: GOOD | change)
    with pytest.raises(oidc.ProviderError):
        oidc.discover(ISSUER)


@pytest.mark.parametrize("offered", [f"{ISSUER}/me", None, ""])
def test_an_endpoint_that_is_not_needed_may_be_missing(monkeypatch, offered):
    monkeypatch.setattr(oidc, "fetch_json", lambda _url, **_more: GOOD | {"userinfo_endpoint": offered})
    assert oidc.discover(ISSUER).endpoint("userinfo_endpoint") == (offered or "")


@pytest.mark.parametrize("issuer", [ISSUER, f"{ISSUER}/"])
def test_a_slash_at_the_end_of_the_issuer_does_not_matter(monkeypatch, issuer):
    asked = []
    monkeypatch.setattr(oidc, "fetch_json", lambda url, **_more: asked.append(url) or GOOD)
    assert oidc.discover(issuer).issuer == ISSUER
    assert asked == [f"{ISSUER}/.well-known/openid-configuration"]
