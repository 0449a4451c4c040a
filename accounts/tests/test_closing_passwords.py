"""The identity provider becomes the only way: what was opened by password ends, and no way by password is left."""

import pytest
from allauth.account.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, IdentityProvider, TokenFamily, User
from accounts.services.api_sign_ins import sign_in_by_api
from accounts.services.api_tokens import create_api_token
from accounts.services.identity_providers import save_identity_provider
from accounts.services.tenants import set_second_factor_required
from accounts.services.tokens import open_family
from accounts.services.users import sign_out_everywhere, update_user
from accounts.sign_in.adapter import AccountAdapter
from qaportal.kit.errors import Denied

from .factories import PASSWORD, UserFactory, app_of, code_of

LOGIN, PROJECTS = "/account/login/", "/projects/"


@pytest.fixture
def proven(company_provider, admin) -> IdentityProvider:
    """A provider by which the administrator has come in, so that it may become the only way."""
    SocialAccount.objects.create(user=admin, provider=str(company_provider.pk), uid="ada")
    return company_provider


def close_passwords(admin, provider):
    save_identity_provider(actor=admin, tenant=provider.tenant, is_only_way=True)


def by_password(person):
    browser = Client()
    assert browser.post(LOGIN, {"login": person.email, "password": PASSWORD}).status_code == 302
    return browser


def by_provider(openid, provider, person):
    browser = Client()
    openid.add_person("nora", email=person.email, email_verified=True)
    there = browser.get(reverse("openid_connect_login", args=[provider.pk])).url
    browser.get(openid.sign_in(there, "nora").removeprefix("http://testserver"))
    return browser


def is_in(browser):
    return browser.get(PROJECTS).status_code == 200


def test_sessions_and_api_sign_ins_by_password_end_and_others_live_on(
    proven, openid, admin, tester, stranger, tenant, api
):
    nora = UserFactory(tenant=tenant, email="nora@tessarin.example")
    came = by_provider(openid, proven, nora)
    platform = by_password(UserFactory(tenant=None, role_code="super_admin"))
    ended, foreign, script = by_password(tester), by_password(stranger), api(tester)
    close_passwords(admin, proven)
    assert [is_in(browser) for browser in (ended, came, foreign, platform)] == [False, True, True, True]
    assert script.get("/api/auth/me").status_code == 401
    entry = AuditEntry.objects.get(action="tenant.signed_out_of_passwords")
    assert (entry.actor, entry.tenant) == (admin, tenant)
    assert entry.facts == {"reason": "identity_provider_only", "sessions": 1, "api_sign_ins": 1}


def test_saving_it_again_ends_nothing_more(proven, admin, tester):
    close_passwords(admin, proven)
    open_family(user=tester)
    save_identity_provider(actor=admin, tenant=proven.tenant, name="Another name")
    assert TokenFamily.objects.get().ended_at is None
    assert AuditEntry.objects.filter(action="tenant.signed_out_of_passwords").count() == 1


def test_whoever_closes_passwords_from_a_session_by_password_signs_in_anew(proven, admin):
    browser = by_password(admin)
    form = {
        "name": proven.name,
        "issuer": proven.issuer,
        "client_id": proven.client_id,
        "default_role": proven.default_role_id,
        "is_enabled": "on",
        "is_only_way": "on",
    }
    answer = browser.post("/administration/sign-in/", form, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("accounts:company_sign_in")
    assert "sign in with your company" in answer.content.decode()
    assert not is_in(browser)


def test_a_sign_in_that_waits_for_its_second_factor_is_refused_too(proven, admin, tester):
    secret, browser = app_of(tester), by_password(tester)
    close_passwords(admin, proven)
    answer = browser.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert answer.status_code == 403
    assert "Tessarin ID alone" in answer.content.decode()
    assert not is_in(browser)
    entry = AuditEntry.objects.get(action="user.sign_in_failed")
    assert (entry.target_id, entry.facts) == (str(tester.pk), {"way": "page", "reason": "identity_provider_only"})


def test_no_form_is_needed_to_be_refused(proven, admin, tester, rf):
    from allauth.core.exceptions import ImmediateHttpResponse

    close_passwords(admin, proven)
    request = rf.post(LOGIN)
    request.session, request.user = Client().session, tester
    with pytest.raises(ImmediateHttpResponse):
        get_adapter().login(request, tester)


# -- while somebody signs in
def test_a_session_is_not_opened_by_password_when_that_way_is_closed_between_the_two(
    proven, admin, tester, monkeypatch
):
    stages = AccountAdapter.get_login_stages

    def closing(adapter):
        close_passwords(admin, proven)
        return stages(adapter)

    monkeypatch.setattr(AccountAdapter, "get_login_stages", closing)
    browser = Client()
    answer = browser.post(LOGIN, {"login": tester.email, "password": PASSWORD})
    assert (answer.status_code, is_in(browser)) == (403, False)
    entry = AuditEntry.objects.get(action="user.sign_in_failed")
    assert (entry.target_id, entry.facts["reason"]) == (str(tester.pk), "identity_provider_only")


def test_whoever_has_a_second_factor_is_not_asked_for_it_when_passwords_open_nothing(proven, admin, tester):
    app_of(tester)
    close_passwords(admin, proven)
    answer = Client().post(LOGIN, {"login": tester.email, "password": PASSWORD})
    assert answer.status_code == 403


def _closed(proven, admin, tester):
    close_passwords(admin, proven)


def _required(proven, admin, tester):
    set_second_factor_required(actor=admin, tenant=admin.tenant, required=True)


def _suspended(proven, admin, tester):
    update_user(actor=admin, user=User.objects.get(pk=tester.pk), status="suspended")


def _changed(proven, admin, tester):
    get_adapter().set_password(User.objects.get(pk=tester.pk), "another long password")


def _ended(proven, admin, tester):
    sign_out_everywhere(actor=admin, user=User.objects.get(pk=tester.pk))


@pytest.mark.parametrize("meanwhile", [_closed, _required, _suspended, _changed, _ended])
def test_whoever_proved_himself_before_gets_no_tokens_after(proven, admin, tester, meanwhile):
    proved = User.objects.select_related("tenant", "role").get(pk=tester.pk)
    meanwhile(proven, admin, tester)
    with pytest.raises(Denied):
        sign_in_by_api(user=proved)
    assert not TokenFamily.objects.filter(user=tester, ended_at__isnull=True).exists()


def test_somebody_who_was_suspended_meanwhile_makes_no_token(proven, admin, tester):
    loaded = User.objects.select_related("tenant", "role").get(pk=tester.pk)
    _suspended(proven, admin, tester)
    with pytest.raises(Denied):
        create_api_token(actor=loaded, name="Nightly", scopes=["read"])
    assert not tester.api_tokens.exists()
