"""The tables move forward from the first release and back, whatever stands in them."""

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts import audit
from accounts.choices import RoleCode, UserStatus
from accounts.models import ApiToken, Membership, Role, User
from accounts.services.seals import seal_entries

from .factories import UserFactory
from .trail import let_it_be_emptied

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def first_release():
    """Bring accounts to the tables of the first release; afterwards they are as they were."""

    def go_back() -> None:
        call_command("migrate", "accounts", "0001", verbosity=0)

    yield go_back
    call_command("migrate", verbosity=0)
    let_it_be_emptied()


def asked(statement: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def files_of(*tables: str) -> list[tuple]:
    """The files in which the tables are kept: a table that is written anew gets another one."""
    return asked("SELECT relname, relfilenode FROM pg_class WHERE relname = ANY(%s) ORDER BY relname", list(tables))


def gone(email: str, tenant) -> User:
    person = UserFactory(email=email, tenant=tenant, status=UserStatus.DELETED, deleted_at=timezone.now())
    EmailAddress.objects.filter(user=person).delete()
    return person


def test_people_and_trail_survive_the_way_back_and_forward_and_no_filled_table_is_written_anew(tenant, first_release):
    person = UserFactory(tenant=tenant)
    audit.record("user.updated", actor=person, target=person, tenant=tenant)
    seal_entries()
    first_release()
    before = files_of("accounts_auditentry", "accounts_user")
    call_command("migrate", verbosity=0)
    assert files_of("accounts_auditentry", "accounts_user") == before
    assert User.objects.get(pk=person.pk).email == person.email
    assert seal_entries() == 1
    call_command("verify_audit")


def test_going_back_takes_addresses_that_somebody_has_by_now_and_replaces_roles_of_all_companies(
    tenant, project, first_release
):
    """One way back for both: it takes most of the time."""
    first, again = gone("vera@tessarin.example", tenant), gone("Vera@tessarin.example", tenant)
    older, newer = gone("olga@tessarin.example", tenant), gone("olga@tessarin.example", tenant)
    alone = gone("alone@tessarin.example", tenant)
    holder = UserFactory(email="vera@tessarin.example", tenant=tenant)
    shared = Role.objects.create(name="Careful", code=RoleCode.VIEWER, scope="module", permissions=["case.view"])
    own = Role.objects.create(name="Own", code=RoleCode.VIEWER, scope="module", permissions=[], tenant=tenant)
    person, other = UserFactory(tenant=tenant, role=shared), UserFactory(tenant=tenant, role=own)
    Membership.objects.create(user=person, project=project, role=shared)
    ApiToken.objects.create(user=person, name="Nightly", prefix="qap_", token_hash="0", scopes=["read"])
    UserFactory(tenant=tenant, role_code=RoleCode.VIEWER)
    base = Role.objects.built_in(RoleCode.VIEWER).pk
    first_release()
    kept = dict(asked("SELECT id, email FROM accounts_user"))
    assert kept[holder.pk] == "vera@tessarin.example"
    assert kept[newer.pk] == "olga@tessarin.example"
    assert kept[alone.pk] == "alone@tessarin.example"
    for loser in (first, again, older):
        assert kept[loser.pk] == f"deleted-{loser.pk}@deleted.invalid"
    assert dict(asked("SELECT id, role_id FROM accounts_user WHERE id IN (%s, %s)", person.pk, other.pk)) == {
        person.pk: base,
        other.pk: own.pk,
    }
    assert asked("SELECT role_id FROM accounts_membership WHERE user_id = %s", person.pk) == [(base,)]
    assert asked("SELECT count(*) FROM accounts_role WHERE id = %s", shared.pk) == [(0,)]
