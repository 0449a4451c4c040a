"""Signing in through the company's identity provider, against a real one on loopback."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from accounts.choices import UserStatus
from accounts.models import AuditEntry, IdentityProvider, TenantDomain, User
from accounts.services.users import delete_user

from .factories import PASSWORD, UserFactory, app_of
from .fixtures import connected_provider
from .openid import parameters_of

FORM = "/account/company/"
NEW = {"email": "nora@tessarin.example", "email_verified": True, "given_name": "Nora", "family_name": "New"}


def start_of(provider):
    return reverse("openid_connect_login", args=[provider.pk])


@pytest.fixture
def arrive(client, openid, company_provider):
    """`arrive("sub", **claims)`: sign in at the provider as this person; answers what the portal says to it."""

    def come(subject="nora", *, browser=None, provider=company_provider, **claims):
        openid.add_person(subject, **(claims or NEW))
        browser = browser or client
        back = openid.sign_in(browser.get(start_of(provider)).url, subject)
        return browser.get(back.removeprefix("http://testserver"))

    return come


def reason_of(response):
    assert response.status_code in {403, 502}
    page = response.content.decode()
    assert "You are not signed in" in page
    return page


# -- the way there ---------------------------------------------------------------------------------------------------
def test_the_mail_domain_leads_to_the_provider_by_a_page_of_the_portal(client, company_provider):
    page = client.post(FORM, {"login": "Anybody@Tessarin.Example", "password": "ignored"})
    assert page.status_code == 200
    assert f'content="0; url={start_of(company_provider)}"' in page.content.decode()
    assert "form-action 'self'" in page["Content-Security-Policy"]


def test_unknown_domains_and_unconfirmed_ones_are_answered_alike(client, company_provider, other_tenant):
    TenantDomain.objects.create(tenant=other_tenant, domain="rival.example")
    answers = [client.post(FORM, {"login": f"a@{domain}"}) for domain in ("rival.example", "nowhere.example")]
    assert {answer.status_code for answer in answers} == {422}
    assert all("No company signs in with addresses of this domain" in answer.content.decode() for answer in answers)


@pytest.mark.parametrize("change", [{"is_enabled": False}, {"tenant__status": UserStatus.SUSPENDED}])
def test_a_closed_provider_leads_nowhere(client, company_provider, change):
    for name, value in change.items():
        target = company_provider.tenant if name.startswith("tenant__") else company_provider
        setattr(target, name.removeprefix("tenant__"), value)
        target.save()
    assert client.post(FORM, {"login": "a@tessarin.example"}).status_code == 422
    assert client.get(start_of(company_provider)).status_code == 404


def test_the_address_carries_state_nonce_and_pkce_and_the_configured_origin(client, company_provider, openid, settings):
    settings.ORIGIN = "https://qa.example.com"
    there = client.get(start_of(company_provider), headers={"Host": "localhost"}).url
    assert there.startswith(f"{openid.issuer}/oauth2/authorize?")
    given = parameters_of(there)
    assert given["redirect_uri"] == f"https://qa.example.com{start_of(company_provider)}back/"
    assert given["client_id"] == company_provider.client_id
    assert (given["code_challenge_method"], given["scope"]) == ("S256", "openid profile email")
    assert all(len(given[name]) >= 16 for name in ("state", "nonce", "code_challenge"))


def test_a_provider_that_is_down_is_told_in_words(client, company_provider, settings):
    company_provider.issuer = "http://localhost:9"
    company_provider.save()
    assert "could not be reached" in reason_of(client.get(start_of(company_provider)))


def test_a_provider_in_the_inner_network_is_not_called(client, company_provider, settings):
    settings.OUTBOUND_ALLOW = []
    assert "private or local address" in reason_of(client.get(start_of(company_provider)))


# -- who is let in ---------------------------------------------------------------------------------------------------
def test_somebody_new_is_added_with_the_default_role(arrive, client, tenant, project):
    response = arrive()
    assert response.url == reverse("home")
    assert client.get("/projects/").status_code == 200
    person = User.objects.get(email=NEW["email"])
    assert (person.tenant, person.role.code, person.full_name) == (tenant, "tester", "Nora New")
    assert (person.auth_provider, person.is_email_verified, person.has_usable_password()) == ("oidc", True, False)
    assert AuditEntry.objects.get(action="user.signed_in").facts == {"way": "identity_provider"}
    assert AuditEntry.objects.get(action="user.linked").actor == person


def test_a_role_of_the_company_can_be_the_default(arrive, company_provider, tenant):
    from accounts.models import Role

    own = Role.objects.create(tenant=tenant, name="Guest", code="viewer", scope="module", permissions=["case.view"])
    IdentityProvider.objects.update(default_role=own)
    arrive()
    assert User.objects.get(email=NEW["email"]).role == own


def test_where_nobody_is_to_be_added_strangers_are_refused(arrive, company_provider):
    IdentityProvider.objects.update(creates_users=False)
    assert "is not one of the people" in reason_of(arrive())
    assert not User.objects.filter(email=NEW["email"]).exists()
    entry = AuditEntry.objects.get(action="user.sign_in_refused")
    assert entry.facts["reason"] == "person_unknown"


def test_somebody_known_is_found_by_address_once_and_by_subject_from_then_on(arrive, tenant, client):
    known = UserFactory(tenant=tenant, email="ines@tessarin.example")
    arrive("ines", email="INES@tessarin.example", email_verified=True)
    client.logout()
    arrive("ines", email="married@elsewhere.example", email_verified=False)
    assert client.get("/account/").context["user"] == known
    assert SocialAccount.objects.get().user == known
    assert User.objects.count() == 1


def test_the_address_of_the_tenant_does_not_reach_people_of_another(arrive, other_tenant):
    UserFactory(tenant=other_tenant, email="nora@tessarin.example")
    assert "is not one of the people" in reason_of(arrive())
    assert not SocialAccount.objects.exists()


def test_a_provider_reaches_no_administrator_of_the_platform(arrive, db):
    UserFactory(tenant=None, role_code="super_admin", email="nora@tessarin.example")
    assert "is not one of the people" in reason_of(arrive())


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"email": "nora@tessarin.example"}, "confirmed"),
        ({"email": "nora@tessarin.example", "email_verified": False}, "confirmed"),
        ({"email": "nora@tessarin.example", "email_verified": "false"}, "confirmed"),
        ({"name": "Nora"}, "confirmed"),
        ({"email": "nora@elsewhere.example", "email_verified": True}, "do not belong to your company"),
        ({"email": "nora@sub.tessarin.example", "email_verified": True}, "do not belong to your company"),
        ({"email": "nora@tessarin.example.evil.example", "email_verified": True}, "do not belong to your company"),
        ({"email": ["a"], "email_verified": True}, "confirmed"),
        ({"email": "nora nora@tessarin.example", "email_verified": True}, "confirmed"),
        ({"email": "nora\x00@tessarin.example", "email_verified": True}, "confirmed"),
        ({"email": "n" * 300 + "@tessarin.example", "email_verified": True}, "confirmed"),
        ({"email": {"$ne": ""}, "email_verified": True}, "confirmed"),
    ],
)
def test_addresses_that_prove_nothing_are_refused_in_words(arrive, claims, words):
    assert words in reason_of(arrive(**claims))
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["x" * 10_000, "Nora\x00", 5, ["Nora"], None, "<b>Nora</b>"])
def test_names_that_cannot_be_kept_do_no_harm(arrive, client, name):
    assert arrive(email=NEW["email"], email_verified=True, name=name, given_name=name).status_code == 302
    page = client.get("/account/")
    assert page.status_code == 200
    assert "<b>Nora" not in page.content.decode()


def test_a_domain_that_is_no_longer_confirmed_lets_nobody_new_in(arrive, company_provider):
    TenantDomain.objects.update(verified_at=None)
    assert "do not belong to your company" in reason_of(arrive())


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_suspended_person_is_refused(arrive, client, tenant, when):
    person = UserFactory(tenant=tenant, email="nora@tessarin.example")
    if when == "after":
        arrive()
        client.logout()
    person.status = UserStatus.SUSPENDED
    person.save()
    assert "closed" in reason_of(arrive())
    assert client.get("/projects/").status_code == 302


def test_a_suspended_company_is_refused_on_the_way_back(client, openid, company_provider, tenant):
    openid.add_person("nora", **NEW)
    back = openid.sign_in(client.get(start_of(company_provider)).url, "nora")
    tenant.status = "suspended"
    tenant.save()
    assert client.get(back.removeprefix("http://testserver")).status_code == 404


def test_arriving_does_not_bring_a_deleted_person_back(arrive, client, admin, tenant):
    arrive()
    delete_user(actor=admin, user=User.objects.get(email=NEW["email"]))
    assert "Your account here is closed" in reason_of(arrive())
    SocialAccount.objects.all().delete()
    assert "Your account here is closed" in reason_of(arrive())


def test_a_person_who_was_added_anew_arrives_as_the_new_one(arrive, client, admin, tenant):
    arrive()
    old = User.objects.get(email=NEW["email"])
    delete_user(actor=admin, user=old)
    new = UserFactory(tenant=tenant, email=NEW["email"])
    assert arrive().status_code == 302
    assert SocialAccount.objects.get().user == new
    entry = AuditEntry.objects.get(action="user.unlinked")
    assert (entry.actor, entry.target_id, entry.tenant) == (None, str(old.pk), tenant)


def test_a_password_that_a_stranger_set_before_is_forgotten(arrive, client, api, tenant):
    person = UserFactory(tenant=tenant, email="nora@tessarin.example", is_email_verified=False)
    script = api(person)
    arrive()
    person.refresh_from_db()
    assert (person.has_usable_password(), person.is_email_verified) == (False, True)
    assert script.get("/api/auth/me").status_code == 401
    assert client.get("/projects/").status_code == 200


def test_a_seat_that_is_missing_is_told(arrive, tenant, monkeypatch):
    from accounts.services import identity_providers
    from qaportal.kit.errors import RuleViolation

    def full(**_fields):
        raise RuleViolation("The company has no seat left.", "no_seat_left")

    monkeypatch.setattr(identity_providers, "create_user", full)
    assert "no seat left" in reason_of(arrive())


def test_two_companies_with_one_provider_stay_apart(arrive, openid, company_provider, other_tenant):
    theirs = connected_provider(openid, other_tenant, "rival.example")
    arrive()
    assert "do not belong to your company" in reason_of(arrive(provider=theirs, browser=Client()))
    assert User.objects.get(email=NEW["email"]).tenant == company_provider.tenant


# -- the second factor -----------------------------------------------------------------------------------------------
def test_the_second_factor_is_not_asked_here_again(arrive, client, tenant):
    app_of(UserFactory(tenant=tenant, email="nora@tessarin.example"))
    assert arrive().url == reverse("home")
    assert client.get("/projects/").status_code == 200


def test_having_come_by_the_provider_does_not_soften_the_password(arrive, client, tenant):
    person = UserFactory(tenant=tenant, email="nora@tessarin.example")
    app_of(person)
    arrive()
    client.logout()
    response = client.post("/account/login/", {"login": person.email, "password": PASSWORD})
    assert response.url == reverse("mfa_authenticate")


# -- where to --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("wanted", "where"), [("/projects/", "/projects/"), ("https://evil.example/", "/"), ("//evil.example", "/")]
)
def test_the_page_that_was_asked_for_opens_and_none_of_another_site(client, openid, company_provider, wanted, where):
    openid.add_person("nora", **NEW)
    there = client.get(start_of(company_provider), {"next": wanted}).url
    back = openid.sign_in(there, "nora")
    assert client.get(back.removeprefix("http://testserver")).url == where


def test_the_page_between_carries_the_way_on(client, company_provider):
    page = client.post(FORM, {"login": "a@tessarin.example", "next": "/projects/"}).content.decode()
    assert f"{start_of(company_provider)}?next=%2Fprojects%2F" in page
