"""Administrators add, change, delete and restore people."""

import pytest
from allauth.account.models import EmailAddress

from accounts.models import AuditEntry, User
from accounts.services.roles import update_role
from accounts.services.users import add_user, delete_user, restore_user, sign_out_everywhere, update_user
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, InvalidInput, NotVisible, RuleViolation, VersionConflict

from .administration import custom_role, super_admin
from .factories import PASSWORD, UserFactory, role


def add(actor, **fields):
    given = {"email": "new@example.com", "password": PASSWORD, "tenant": actor.tenant, "role": role("tester")}
    return add_user(actor=actor, **given | fields)


def test_an_administrator_adds_a_person(admin):
    person = add(admin, first_name="Nina", status="suspended")
    assert (person.tenant, person.role.code, person.status) == (admin.tenant, "tester", "suspended")
    assert person.check_password(PASSWORD)
    assert EmailAddress.objects.get(user=person).email == "new@example.com"
    assert AuditEntry.objects.get(action="user.created").target_id == str(person.pk)


def test_somebody_who_is_to_be_deleted_is_hidden_at_once(admin):
    person = add(admin, status="deleted")
    assert person not in User.objects.visible_to(admin)
    assert person in User.objects.deleted_visible_to(admin)
    assert add(admin).pk != person.pk


@pytest.mark.parametrize("password", ["short", "password123", ""])
def test_a_weak_password_is_refused_by_name(admin, password):
    with pytest.raises(InvalidInput) as refusal:
        add(admin, password=password)
    assert list(refusal.value.fields) == ["password"]


@pytest.mark.parametrize("fixture", ["lead", "tester", "developer", "viewer"])
def test_nobody_else_adds_people(request, fixture):
    with pytest.raises(Denied, match="may not manage people"):
        add(request.getfixturevalue(fixture))


def test_nobody_is_added_to_another_company(admin, other_tenant):
    with pytest.raises(Denied):
        add(admin, tenant=other_tenant)
    with pytest.raises(Denied):
        add(admin, tenant=None, role=role("super_admin"))


def test_a_role_of_another_company_does_not_exist(admin, other_tenant):
    with pytest.raises(InvalidInput) as refusal:
        add(admin, role=custom_role(other_tenant))
    assert list(refusal.value.fields) == ["role_id"]


@pytest.mark.parametrize("whose", ["tester", "stranger"])
def test_a_taken_address_is_refused_in_the_same_words_whoever_has_it(request, admin, whose):
    taken = request.getfixturevalue(whose).email
    with pytest.raises(RuleViolation) as refusal:
        add(admin, email=taken.upper())
    assert (refusal.value.message, refusal.value.code) == ("This address cannot be used.", "email_unusable")


def test_an_address_is_free_again_when_its_person_is_deleted(admin, tester):
    delete_user(actor=admin, user=tester)
    person = add(admin, email=tester.email)
    with pytest.raises(RuleViolation, match="cannot be used"):
        restore_user(actor=admin, user=tester)
    delete_user(actor=admin, user=person)
    assert restore_user(actor=admin, user=tester).may_sign_in


def test_a_deleted_person_is_gone_and_stays_in_what_he_did(admin, tester):
    AuditEntry.objects.create(action="case.created", actor=tester)
    delete_user(actor=admin, user=tester)
    assert tester not in User.objects.visible_to(admin)
    assert AuditEntry.objects.get(action="case.created").actor.full_name == "Tomas Reyl"
    with pytest.raises(NotVisible):
        update_user(actor=admin, user=tester, first_name="New")
    with pytest.raises(NotVisible):
        delete_user(actor=admin, user=tester)


def test_a_restored_person_has_his_role_and_signs_in_with_his_password(admin, tester):
    delete_user(actor=admin, user=tester)
    restored = restore_user(actor=admin, user=tester)
    assert (restored.role.code, restored.status, restored.check_password(PASSWORD)) == ("tester", "active", True)
    assert EmailAddress.objects.get(user=tester).verified


def test_a_change_of_several_things_is_one_entry(admin, tester):
    update_user(actor=admin, user=tester, first_name=" Tim ", role=role("viewer"), email="tim@example.com")
    changes = AuditEntry.objects.get(action="user.updated").changes
    assert set(changes) == {"first_name", "role", "email"}
    tester.refresh_from_db()
    assert (tester.first_name, tester.role.code) == ("Tim", "viewer")


def test_a_new_address_is_not_confirmed_and_another_case_of_it_is(admin, tester):
    update_user(actor=admin, user=tester, email=tester.email.upper())
    tester.refresh_from_db()
    assert tester.is_email_verified
    update_user(actor=admin, user=tester, email="other@example.com")
    tester.refresh_from_db()
    assert (tester.is_email_verified, tester.email_verified_at) == (False, None)
    assert [address.email for address in tester.emailaddress_set.all()] == ["other@example.com"]


def test_company_and_way_of_signing_in_never_change(admin, tester, other_tenant):
    root = super_admin()
    update_user(actor=admin, user=tester, tenant=tester.tenant, auth_provider="local")
    for field in ({"tenant": other_tenant}, {"tenant": None}, {"auth_provider": "saml"}):
        with pytest.raises(RuleViolation):
            update_user(actor=root, user=tester, **field)


@pytest.mark.parametrize("fixture", ["lead", "tester", "stranger"])
def test_others_change_nobody(request, viewer, fixture):
    actor = request.getfixturevalue(fixture)
    for act in (
        lambda: update_user(actor=actor, user=viewer, first_name="New"),
        lambda: delete_user(actor=actor, user=viewer),
        lambda: restore_user(actor=actor, user=viewer),
        lambda: sign_out_everywhere(actor=actor, user=viewer),
    ):
        with pytest.raises(Denied):
            act()


def test_a_change_on_top_of_a_newer_one_is_refused(admin, tester):
    seen = etag(tester)
    update_user(actor=admin, user=tester, if_match=seen, first_name="Tim")
    for act in (update_user, delete_user):
        with pytest.raises(VersionConflict):
            act(actor=admin, user=tester, if_match=seen)


def test_the_last_administrator_stays_one(admin, tenant):
    with pytest.raises(RuleViolation, match="at least one active administrator"):
        update_user(actor=admin, user=admin, role=role("tester"))
    second = UserFactory(tenant=tenant, role_code="tenant_admin", status="suspended")
    with pytest.raises(RuleViolation):  # a suspended one does not count
        update_user(actor=admin, user=admin, role=role("tester"))
    update_user(actor=admin, user=second, status="active")
    assert update_user(actor=admin, user=admin, role=role("tester")).role.code == "tester"


def test_a_role_that_manages_nobody_makes_no_administrator(admin, tenant):
    UserFactory(tenant=tenant, role=custom_role(tenant, "tenant_admin", permissions=["tenant.manage"]))
    with pytest.raises(RuleViolation, match="at least one active administrator"):
        update_user(actor=admin, user=admin, role=role("tester"))


def test_a_role_keeps_what_the_last_administrator_needs(admin, tenant):
    own = custom_role(tenant, "tenant_admin")
    admin.role = own
    admin.save()
    with pytest.raises(RuleViolation, match="at least one active administrator"):
        update_role(actor=admin, role=own, permissions=["tenant.manage", "role.manage"])


def test_the_platforms_administrator_may_leave_a_company_without_one(admin):
    delete_user(actor=super_admin(), user=admin)
