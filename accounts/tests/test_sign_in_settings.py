"""The page on which an administrator decides how people of the company sign in."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.urls import reverse

from accounts.models import AuditEntry, IdentityProvider, TenantDomain
from accounts.services import domains, identity_providers, passwords
from qaportal.kit.errors import Denied, RuleViolation

from .administration import custom_role
from .factories import PASSWORD, UserFactory, role

PAGE = "/administration/sign-in/"
SECRET = "canary-of-a-secret"


@pytest.fixture
def browser(signed_in, admin):
    return signed_in(admin)


@pytest.fixture
def form(openid, settings, tenant):
    settings.OUTBOUND_ALLOW = ["127.0.0.1"]
    return {
        "name": "Tessarin ID",
        "issuer": openid.issuer,
        "client_id": "portal",
        "client_secret": SECRET,
        "default_role": role("tester").pk,
        "creates_users": "on",
        "is_enabled": "on",
    }


@pytest.fixture
def provider(browser, form, tenant):
    assert browser.post(PAGE, form).url == PAGE
    return IdentityProvider.objects.get(tenant=tenant)


def link(provider, user):
    return SocialAccount.objects.create(user=user, provider=str(provider.pk), uid=f"sub-{user.pk}")


# -- the provider ----------------------------------------------------------------------------------------------------
def test_a_provider_is_connected(browser, provider, tenant):
    assert (provider.name, provider.client_secret, provider.is_only_way) == ("Tessarin ID", SECRET, False)
    page = browser.get(PAGE).content.decode()
    assert f"/account/company/{provider.pk}/back/" in page
    assert AuditEntry.objects.get(action="identity_provider.created").tenant == tenant


def test_the_secret_is_written_only(browser, provider, form, caplog):
    assert SECRET not in browser.get(PAGE).content.decode()
    assert SECRET not in browser.post(PAGE, form | {"name": ""}).content.decode()
    assert "A secret is set" in browser.get(PAGE).content.decode()
    written = caplog.text + str([vars(entry) for entry in AuditEntry.objects.all()])
    assert SECRET not in written
    browser.post(PAGE, form | {"client_secret": "", "name": "Other"})
    provider.refresh_from_db()
    assert (provider.name, provider.client_secret) == ("Other", SECRET)


def test_the_secret_is_encrypted_in_the_database(provider):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT client_secret FROM accounts_identityprovider")
        assert SECRET not in cursor.fetchone()[0]


def test_a_secret_is_never_sent_to_another_issuer(browser, provider, form, admin):
    link(provider, admin)
    browser.post(PAGE, form | {"client_secret": "", "issuer": "https://evil.example.com"})
    provider.refresh_from_db()
    assert provider.client_secret == ""
    assert not SocialAccount.objects.exists()
    assert "None is set" in browser.get(PAGE).content.decode()
    changes = AuditEntry.objects.get(action="identity_provider.updated").changes
    assert changes["client_secret"] == ["***", None]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"issuer": "http://id.example.com"}, "issuer"),
        ({"issuer": "https://user:pass@id.example.com"}, "issuer"),
        ({"issuer": "https://id.example.com/?a=1"}, "issuer"),
        ({"issuer": "https://10.0.0.1"}, "issuer"),
        ({"issuer": "https://169.254.169.254"}, "issuer"),
        ({"issuer": "javascript:alert(1)"}, "issuer"),
        ({"issuer": ""}, "issuer"),
        ({"name": "x" * 101}, "name"),
        ({"client_id": "a\x00b"}, "client_id"),
        ({"default_role": "0"}, "default_role"),
    ],
)
def test_what_cannot_be_used_is_refused_beside_its_field(browser, form, change, field):
    response = browser.post(PAGE, form | change)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not IdentityProvider.objects.exists()


def test_nobody_new_becomes_more_than_the_administrator_is(browser, form):
    assert browser.post(PAGE, form | {"default_role": role("super_admin").pk}).status_code == 422
    foreign = role("tester").__class__.objects.create(
        tenant=UserFactory().tenant, name="Foreign", code="tester", scope="module"
    )
    assert browser.post(PAGE, form | {"default_role": foreign.pk}).status_code == 422


def test_checking_tells_what_is_fine_and_what_is_wrong(browser, form, openid):
    fine = browser.post(f"{PAGE}check/", form).content.decode()
    assert "answers and names itself as it should" in fine
    wrong = browser.post(f"{PAGE}check/", form | {"issuer": "http://localhost:9"}).content.decode()
    assert "could not be reached" in wrong
    fragment = {"HX-Request": "true", "HX-Request-Type": "partial"}
    part = browser.post(f"{PAGE}check/", form | {"issuer": f"{openid.issuer}/nothing"}, headers=fragment)
    assert "answered with status 404" in part.content.decode()
    assert "<html" not in part.content.decode()
    assert not IdentityProvider.objects.exists()


def test_disconnecting_forgets_who_came_by_it(browser, provider, admin):
    link(provider, admin)
    assert browser.post(f"{PAGE}remove/").url == PAGE
    assert not SocialAccount.objects.exists()
    assert browser.post(f"{PAGE}remove/").status_code == 404


@pytest.mark.parametrize("fixture", ["lead", "tester", "viewer"])
def test_others_of_the_company_do_not_reach_the_page(request, signed_in, form, fixture):
    client = signed_in(request.getfixturevalue(fixture))
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, form).status_code == 403
    assert not IdentityProvider.objects.exists()


@pytest.fixture
def lesser(tenant):
    """Somebody who may decide how people sign in, and not all that an administrator may."""
    return UserFactory(tenant=tenant, role=custom_role(tenant, "tenant_admin", permissions=["sign_in.manage"]))


def test_whoever_may_less_than_an_administrator_does_not_choose_who_comes_in(signed_in, lesser, tenant, admin, form):
    claim, client = domains.add_domain(actor=admin, tenant=tenant, domain="tessarin.example"), signed_in(lesser)
    for address, body in (
        (PAGE, form),
        (f"{PAGE}domains/", {"domain": "other.example"}),
        (f"{PAGE}domains/{claim.pk}/remove/", {}),
    ):
        answer = client.post(address, body)
        assert answer.status_code in {403, 422}, address
        assert "it takes a role that may do all that they may" in answer.content.decode(), address
    assert not IdentityProvider.objects.exists()
    assert TenantDomain.objects.get() == claim


def test_he_neither_changes_nor_disconnects_the_provider_that_is_there(signed_in, lesser, provider, form):
    client = signed_in(lesser)
    assert client.post(PAGE, form | {"issuer": "https://evil.example"}).status_code == 422
    response = client.post(f"{PAGE}remove/")
    assert response.status_code == 422
    assert "it takes a role that may do all that they may" in response.content.decode()
    assert IdentityProvider.objects.get().issuer == form["issuer"]


def test_his_page_tells_him_why_and_still_changes_the_second_factor(signed_in, lesser, provider, tenant):
    client = signed_in(lesser)
    page = client.get(PAGE).content.decode()
    assert page.count("it takes a role that may do all that they may") == 4, "two buttons, each with title and words"
    assert provider.issuer in page
    assert 'name="client_id"' not in page
    client.post(f"{PAGE}second-factor/", {"required": "on"})
    tenant.refresh_from_db()
    assert tenant.requires_second_factor


def test_a_custom_role_that_may_all_of_it_connects_a_provider(signed_in, tenant, form):
    equal = UserFactory(tenant=tenant, role=custom_role(tenant, "tenant_admin", name="Owner"))
    assert signed_in(equal).post(PAGE, form).url == PAGE
    assert IdentityProvider.objects.get().tenant == tenant


def test_the_page_asks_to_confirm_who_one_is(signed_in, admin, form):
    stale = signed_in(admin, ago=3600)
    assert stale.get(PAGE).url.startswith("/account/reauthenticate/")
    assert stale.post(PAGE, form).url.startswith("/account/reauthenticate/")
    assert not IdentityProvider.objects.exists()


def test_an_administrator_of_the_platform_names_the_company(signed_in, tenant, form):
    platform = signed_in(UserFactory(tenant=None, role_code="super_admin"))
    led = platform.get(PAGE, follow=True)
    assert led.redirect_chain == [("/administration/companies/", 302)]
    assert "Choose the company: its page leads to its sign-in settings" in led.content.decode()
    assert f"{PAGE}?tenant={tenant.pk}" in platform.get(f"/administration/companies/{tenant.pk}/").content.decode()
    assert platform.get(f"{PAGE}?tenant=0").status_code == 404
    assert platform.post(PAGE, form).status_code == 404
    assert platform.post(f"{PAGE}?tenant={tenant.pk}", form).url == f"{PAGE}?tenant={tenant.pk}"
    assert IdentityProvider.objects.get().tenant == tenant


# -- the only way ----------------------------------------------------------------------------------------------------
@pytest.fixture
def only_way(browser, provider, form, admin):
    link(provider, admin)
    browser.post(PAGE, form | {"is_only_way": "on"})
    provider.refresh_from_db()
    assert provider.closes_passwords
    return provider


def test_nobody_locks_his_company_out(browser, provider, form, lead):
    link(provider, lead)
    response = browser.post(PAGE, form | {"is_only_way": "on"})
    assert "Sign in through the provider yourself first" in response.content.decode()
    provider.refresh_from_db()
    assert not provider.is_only_way


def test_the_page_refuses_a_right_password_and_says_where_to_go(only_way, client, tester, admin, stranger):
    for person in (tester, admin):
        response = client.post("/account/login/", {"login": person.email, "password": PASSWORD})
        assert "Tessarin ID alone" in response.content.decode()
        assert client.get("/projects/").status_code == 302
    wrong = client.post("/account/login/", {"login": tester.email, "password": "wrong password"})
    assert "Tessarin ID" not in wrong.content.decode()
    assert client.post("/account/login/", {"login": stranger.email, "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize(("path", "key"), [("/api/auth/login", "username"), ("/api/v1/auth/login", "email")])
def test_the_api_refuses_a_right_password_too(only_way, api, tester, path, key):
    response = api().post(path, {key: tester.email, "password": PASSWORD})
    assert response.status_code == 403
    assert "identity_provider_only" in response.content.decode()
    entry = AuditEntry.objects.get(action="user.sign_in_failed")
    assert entry.facts == {"way": "api", "reason": "identity_provider_only"}
    wrong = api().post(path, {key: tester.email, "password": "wrong password"})
    assert wrong.status_code == 401


def test_api_sign_ins_by_password_end_with_it(browser, provider, form, admin, tester, api):
    script = api(tester)
    link(provider, admin)
    browser.post(PAGE, form | {"is_only_way": "on"})
    assert script.get("/api/auth/me").status_code == 401


def test_no_mail_offers_a_new_password(only_way, client, tester, stranger, admin, run_jobs):
    for person in (tester, stranger):
        client.post(reverse("account_reset_password"), {"email": person.email})
    run_jobs()
    assert [message.to for message in mail.outbox] == [[stranger.email]]
    with pytest.raises(RuleViolation):
        passwords.issue_reset_link(actor=admin, user=tester)


@pytest.mark.parametrize("change", [{"is_enabled": ""}, {"issuer": "https://other.example.com"}])
def test_passwords_work_again_when_the_provider_is_closed_or_another(only_way, browser, form, client, tester, change):
    browser.post(PAGE, form | {"is_only_way": "on"} | change)
    assert client.post("/account/login/", {"login": tester.email, "password": PASSWORD}).status_code == 302


# -- mail domains ----------------------------------------------------------------------------------------------------
def test_a_domain_is_claimed_and_confirmed_by_the_platform(browser, signed_in, tenant):
    assert browser.post(f"{PAGE}domains/", {"domain": " @Tessarin.Example "}).url == PAGE
    claim = TenantDomain.objects.get()
    assert (claim.domain, claim.verified_at) == ("tessarin.example", None)
    assert browser.post(f"{PAGE}domains/{claim.pk}/confirm/").status_code == 403
    claim.refresh_from_db()
    assert claim.verified_at is None
    platform = signed_in(UserFactory(tenant=None, role_code="super_admin"))
    platform.post(f"{PAGE}domains/{claim.pk}/confirm/?tenant={tenant.pk}")
    claim.refresh_from_db()
    assert claim.verified_at
    actions = set(AuditEntry.objects.filter(action__startswith="domain.").values_list("action", flat=True))
    assert actions == {"domain.added", "domain.verified"}


@pytest.mark.parametrize(
    "domain", ["", "tessarin", "a b.example", "-a.example", "x" * 300 + ".example", "a\x00.example", "1.2.3.4"]
)
def test_what_is_no_domain_is_refused(browser, domain):
    assert browser.post(f"{PAGE}domains/", {"domain": domain}).status_code == 422
    assert not TenantDomain.objects.exists()


def test_a_domain_is_confirmed_for_one_company_alone(admin, stranger, tenant, other_tenant):
    platform = UserFactory(tenant=None, role_code="super_admin")
    mine = domains.add_domain(actor=admin, tenant=tenant, domain="shared.example")
    theirs = domains.add_domain(actor=stranger, tenant=other_tenant, domain="shared.example")
    domains.verify_domain(actor=platform, domain=mine)
    with pytest.raises(RuleViolation):
        domains.verify_domain(actor=platform, domain=theirs)
    domains.remove_domain(actor=admin, domain=mine)
    assert domains.verify_domain(actor=platform, domain=theirs).verified_at


def test_nobody_touches_the_domains_of_another_company(browser, stranger, other_tenant, admin):
    theirs = domains.add_domain(actor=stranger, tenant=other_tenant, domain="rival.example")
    assert browser.post(f"{PAGE}domains/{theirs.pk}/remove/").status_code == 404
    with pytest.raises(Denied):
        domains.remove_domain(actor=admin, domain=theirs)
    with pytest.raises(Denied):
        identity_providers.remove_identity_provider(actor=admin, tenant=other_tenant)


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("identity_providers.remove_identity_provider", "remove/"),
        ("tenants.set_second_factor_required", "second-factor/"),
        ("domains.remove_domain", "domains/{}/remove/"),
        ("domains.verify_domain", "domains/{}/confirm/"),
    ],
)
def test_a_refusal_stands_on_the_page_beside_what_was_wanted(provider, tenant, signed_in, monkeypatch, service, path):
    def refuse(**named):
        raise RuleViolation("Not while the tests run.", "refused")

    claim = TenantDomain.objects.create(tenant=tenant, domain="tessarin.example")
    monkeypatch.setattr(f"accounts.services.{service}", refuse)
    platform = signed_in(UserFactory(tenant=None, role_code="super_admin"))
    response = platform.post(f"{PAGE}{path.format(claim.pk)}?tenant={tenant.pk}")
    assert response.status_code == 422
    assert response.content.decode().count("Not while the tests run.") == 1
    assert "<h1" in response.content.decode()


def test_the_rule_of_the_second_factor_is_changed_on_the_page(browser, tenant, admin):
    browser.post(f"{PAGE}second-factor/", {"required": "on"})
    tenant.refresh_from_db()
    assert tenant.requires_second_factor
    assert browser.get(PAGE).url == "/account/second-factors/", "it holds for the administrator himself"
