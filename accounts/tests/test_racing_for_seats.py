"""Many administrators at once: no seat is given twice, no address is taken twice, somebody stays administrator."""

import threading
from collections import Counter

import pytest
from django.db import connection

from accounts.models import Invitation, User
from accounts.services.invitations import invite
from accounts.services.users import update_user
from qaportal.kit.errors import PortalError

from .factories import PASSWORD, UserFactory, role

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 20


@pytest.fixture
def all_at_once():
    """`all_at_once(act)`: call `act(number)` in twenty threads that start together; answers what came out."""

    def run(act, many=MANY):
        start, outcomes = threading.Barrier(many), [None] * many

        def work(number):
            try:
                start.wait()
                outcomes[number] = act(number)
            except PortalError as refusal:
                outcomes[number] = refusal.code
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=[number]) for number in range(many)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes

    return run


def body(tenant, number, **fields):
    return {
        "email": f"new{number}@example.com",
        "password": PASSWORD,
        "first_name": "New",
        "last_name": "Person",
        "status": "active",
        "auth_provider": "local",
        "tenant_id": tenant.pk,
        "role_id": role("tester").pk,
    } | fields


def posted(client, address, given):
    response = client.post(address, given)
    if response.status_code == 201:
        return 201
    told = response.json()
    return told["details"][0]["code"] if "details" in told else told["error"]["code"]


def limit(tenant, most):
    tenant.max_users = most
    tenant.save()


def test_twenty_invitations_take_the_seats_that_are_free(all_at_once, admin, tenant):
    limit(tenant, 6)
    tester = role("tester")

    def act(number):
        return bool(invite(actor=admin, tenant=tenant, email=f"new{number}@example.com", role=tester))

    assert Counter(all_at_once(act)) == {True: 5, "seats_taken": 15}
    assert Invitation.objects.open().count() == 5


def test_twenty_calls_take_the_seats_that_are_free(all_at_once, api, admin, tenant):
    limit(tenant, 6)
    clients, bodies = [api(admin) for _ in range(MANY)], [body(tenant, number) for number in range(MANY)]
    outcomes = all_at_once(lambda number: posted(clients[number], "/api/v1/users", bodies[number]))
    assert Counter(outcomes) == {201: 5, "seats_taken": 15}
    assert User.objects.living().filter(tenant=tenant).count() == 6


def test_people_and_invitations_share_the_seats(all_at_once, api, admin, tenant):
    limit(tenant, 4)
    client, tester = api(admin), role("tester")

    def act(number):
        if number % 2:
            return bool(invite(actor=admin, tenant=tenant, email=f"new{number}@example.com", role=tester))
        return posted(client, "/api/v1/users", body(tenant, number)) == 201 or "seats_taken"

    assert Counter(all_at_once(act)) == {True: 3, "seats_taken": 17}


def test_one_address_is_given_once_and_refused_in_the_same_words(all_at_once, api, admin, stranger):
    clients = [(api(admin), admin.tenant), (api(stranger), stranger.tenant)]
    bodies = [body(tenant, 0, email="Same@example.com") for _client, tenant in clients]
    outcomes = all_at_once(lambda number: posted(clients[number % 2][0], "/api/v1/users", bodies[number % 2]))
    assert Counter(outcomes) == {201: 1, "email_unusable": MANY - 1}


def test_one_administrator_stays_when_all_step_down(all_at_once, admin, tenant):
    admins = [admin, *(UserFactory(tenant=tenant, role_code="tenant_admin") for _ in range(4))]
    tester = role("tester")
    outcomes = all_at_once(lambda number: bool(update_user(actor=admins[number], user=admins[number], role=tester)), 5)
    assert Counter(outcomes) == {True: 4, "last_administrator": 1}
