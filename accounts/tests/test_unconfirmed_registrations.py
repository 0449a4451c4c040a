"""A registration that nobody confirms holds neither seat nor address for ever, and only its password confirms it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.choices import RoleCode
from accounts.jobs import remove_unconfirmed_registrations
from accounts.models import AuditEntry, IdentityProvider, TenantDomain, User
from accounts.services import registration
from accounts.services.invitations import invite
from accounts.services.registration import register, remove_unconfirmed, verification_token, verification_url
from accounts.services.seats import seats_taken

from .factories import PASSWORD, UserFactory, role

ADDRESS = "nina@tessarin.example"


@pytest.fixture
def domain(tenant, admin) -> TenantDomain:
    return TenantDomain.objects.create(tenant=tenant, domain="tessarin.example", verified_at=timezone.now())


def registered(email=ADDRESS, *, hours_ago=0.0) -> User:
    person = register(email=email, password=PASSWORD)
    moment = timezone.now() - timedelta(hours=hours_ago)
    User.objects.filter(pk=person.pk).update(created_at=moment, updated_at=moment)
    return person


def living() -> set[str]:
    return set(User.objects.living().filter(email__endswith="@tessarin.example").values_list("email", flat=True))


# -- registrations that nobody confirms ------------------------------------------------------------------------------
def test_after_three_days_seat_and_address_are_free_again(domain, admin, tenant):
    person = registered(hours_ago=73)
    assert seats_taken(tenant=tenant) == 2
    remove_unconfirmed_registrations(0)
    assert seats_taken(tenant=tenant) == 1
    invite(actor=admin, tenant=tenant, email=ADDRESS, role=role("viewer"))
    entry = AuditEntry.objects.get(action="user.registration_expired")
    assert (entry.target_id, entry.tenant, entry.actor) == (str(person.pk), tenant, None)


def test_whoever_registers_again_gets_an_account_of_his_own(domain):
    former = registered(hours_ago=80)
    remove_unconfirmed()
    assert register(email=ADDRESS, password="another one 42").pk != former.pk
    with pytest.raises(registration.InvalidInput):
        registration.verify_email(token=verification_token(former))


def test_young_confirmed_and_known_people_stay(domain, admin):
    registered("young@tessarin.example", hours_ago=71)
    confirmed = registered("confirmed@tessarin.example", hours_ago=80)
    registration.verify_email(token=verification_token(confirmed))
    User.objects.filter(pk=confirmed.pk).update(updated_at=timezone.now() - timedelta(days=9))
    chief = registered("chief@tessarin.example", hours_ago=80)
    User.objects.filter(pk=chief.pk).update(role=role(RoleCode.TENANT_ADMIN))
    UserFactory(tenant=admin.tenant, email="added@tessarin.example", is_email_verified=False)
    User.objects.update(updated_at=timezone.now() - timedelta(hours=71))
    assert remove_unconfirmed() == 0
    User.objects.update(updated_at=timezone.now() - timedelta(hours=73))
    assert remove_unconfirmed() == 1
    assert living() == {"confirmed@tessarin.example", "chief@tessarin.example", "added@tessarin.example"}


def test_all_of_them_go_whatever_their_number_and_each_once(domain, monkeypatch):
    monkeypatch.setattr(registration, "CHUNK", 2)
    for number in range(5):
        registered(f"n{number}@tessarin.example", hours_ago=100)
    assert [remove_unconfirmed(), remove_unconfirmed()] == [5, 0]
    assert living() == set()
    assert AuditEntry.objects.filter(action="user.registration_expired").count() == 5


def test_one_that_is_confirmed_at_the_last_moment_stays(domain, monkeypatch):
    person = registered(hours_ago=100)
    removed = registration._removed

    def confirmed_meanwhile(key, until):
        registration.verify_email(token=verification_token(person))
        return removed(key, until)

    monkeypatch.setattr(registration, "_removed", confirmed_meanwhile)
    assert remove_unconfirmed() == 0
    assert living() == {ADDRESS}


def test_it_runs_every_night():
    from procrastinate.contrib.django import app

    periodic = {entry.task.name: entry.cron for entry in app.periodic_registry.periodic_tasks.values()}
    assert periodic["accounts.jobs.remove_unconfirmed_registrations"] == "47 3 * * *"


# -- confirming with the password ------------------------------------------------------------------------------------
@pytest.fixture
def newcomer(domain) -> User:
    return registered()


@pytest.fixture
def link(newcomer) -> str:
    return verification_url(newcomer).removeprefix(settings.ORIGIN)


def is_confirmed(person: User) -> bool:
    person.refresh_from_db()
    return person.is_email_verified and not person.must_verify_email


def test_the_password_of_the_registration_confirms_and_lets_in(client, newcomer, link):
    assert 'type="password"' in client.get(link).content.decode()
    assert client.post(link, {"password": PASSWORD}).url == reverse("home")
    assert is_confirmed(newcomer)
    assert client.get(reverse("accounts:account")).status_code == 200


@pytest.mark.parametrize("body", [{}, {"password": ""}, {"password": "not the one 42"}, {"password": "x" * 1_001}])
def test_whoever_did_not_register_confirms_nothing_by_the_link(client, newcomer, link, body):
    answer = client.post(link, body)
    assert answer.status_code == 422
    assert not is_confirmed(newcomer)
    assert client.get(reverse("accounts:account")).status_code == 302


def test_wrong_passwords_count_like_those_at_the_sign_in(client, newcomer, link):
    answers = [client.post(link, {"password": f"wrong {number} xx"}).status_code for number in range(11)]
    assert answers[0] == 422
    assert answers[-1] == 429
    assert client.post(link, {"password": PASSWORD}).status_code == 429
    assert not is_confirmed(newcomer)
    assert AuditEntry.objects.filter(action="user.sign_in_failed", target_id=str(newcomer.pk)).exists()


def test_whoever_is_signed_in_stays_so_when_another_address_is_confirmed(signed_in, viewer, newcomer, link):
    browser = signed_in(viewer)
    assert browser.post(link, {"password": PASSWORD}).url == reverse("home")
    assert is_confirmed(newcomer)
    assert viewer.email in browser.get(reverse("accounts:account")).content.decode()


def test_where_the_provider_is_the_only_way_nothing_is_confirmed(client, newcomer, link, tenant):
    IdentityProvider.objects.create(
        tenant=tenant, name="ID", issuer="https://id.example", client_id="x", default_role=role("tester"),
        is_only_way=True,
    )  # fmt: skip
    answer = client.post(link, {"password": PASSWORD})
    assert answer.status_code == 422
    assert "Your company signs in with ID alone." in answer.content.decode()
    assert not is_confirmed(newcomer)


def test_the_password_stands_in_no_answer(client, newcomer, link):
    assert "not the one 42" not in client.post(link, {"password": "not the one 42"}).content.decode()


def test_somebody_whose_address_was_taken_takes_it_back_by_a_new_password(client, newcomer, link):
    from accounts.services.passwords import reset_password, reset_url

    _origin, _slash, token = reset_url(newcomer).rstrip("/").rpartition("/")
    reset_password(token=token, password="my own one 42")
    assert client.post(link, {"password": PASSWORD}).status_code == 422
    assert client.post(link, {"password": "my own one 42"}).status_code == 302
    assert is_confirmed(newcomer)
