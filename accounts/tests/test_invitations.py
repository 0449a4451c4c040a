"""Somebody is invited, gets a link, and chooses a password with it."""

from datetime import timedelta

import pytest
from django.core import signing
from django.utils import timezone

from accounts.models import AuditEntry, Invitation, User
from accounts.services import invitations
from accounts.services.invitations import (
    LIFETIME,
    SALT,
    accept_invitation,
    find_by_link,
    invite,
    resend_invitation,
    revoke_invitation,
)
from accounts.services.tenants import update_tenant
from accounts.services.users import add_user, delete_user
from qaportal.kit.errors import Denied, InvalidInput, NotVisible, RuleViolation

from .administration import custom_role, super_admin
from .factories import PASSWORD, role

ADDRESS = "new@example.com"


@pytest.fixture
def invitation(admin, tenant) -> Invitation:
    return invite(actor=admin, tenant=tenant, email=ADDRESS, role=role("tester"), first_name="Nina")


def link_of(invitation):
    return signing.dumps([invitation.pk, invitation.nonce], salt=SALT)


def accept(link, **fields):
    return accept_invitation(link=link, **{"password": PASSWORD, "first_name": "", "last_name": "New"} | fields)


def expire(invitation):
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def test_an_invited_person_joins_with_the_role_of_the_invitation(invitation, tenant):
    person = accept(link_of(invitation))
    assert (person.email, person.tenant, person.role.code) == (ADDRESS, tenant, "tester")
    assert (person.full_name, person.is_email_verified) == ("Nina New", True)
    invitation.refresh_from_db()
    assert invitation.accepted_by == person
    assert AuditEntry.objects.get(action="invitation.accepted").actor == person


def test_a_link_works_once(invitation):
    accept(link_of(invitation))
    with pytest.raises(NotVisible):
        accept(link_of(invitation))


@pytest.mark.parametrize("password", ["short", "password123"])
def test_a_weak_password_is_refused_and_the_link_works_on(invitation, password):
    with pytest.raises(InvalidInput) as refusal:
        accept(link_of(invitation), password=password)
    assert list(refusal.value.fields) == ["password"]
    assert accept(link_of(invitation)).pk


@pytest.mark.parametrize(
    "link",
    ["", "x", "a:b:c", signing.dumps([1, "x"], salt="other"), "\u0000", "x" * 5_000],
    ids=["empty", "short", "no signature", "other purpose", "NUL", "long"],
)
def test_made_up_links_do_not_exist(db, link):
    with pytest.raises(NotVisible):
        find_by_link(link)


def test_a_link_of_another_shape_does_not_exist(invitation):
    for given in (7, [invitation.pk], [invitation.pk, None], {"pk": 1}):
        with pytest.raises(NotVisible):
            find_by_link(signing.dumps(given, salt=SALT))


def test_a_link_ends_after_a_week(invitation):
    assert abs(invitation.expires_at - timezone.now() - LIFETIME) < timedelta(minutes=1)
    link = link_of(invitation)
    expire(invitation)
    with pytest.raises(NotVisible):
        find_by_link(link)


def test_sending_it_again_ends_the_link_before_and_starts_the_week_anew(admin, invitation):
    old = link_of(invitation)
    expire(invitation)
    again = resend_invitation(actor=admin, invitation=invitation)
    with pytest.raises(NotVisible):
        find_by_link(old)
    assert find_by_link(link_of(again)) == invitation


def test_taking_it_back_ends_the_link_and_frees_the_seat(admin, tenant, invitation):
    tenant.max_users = 2
    tenant.save()
    with pytest.raises(RuleViolation, match="seats and all are taken"):
        invite(actor=admin, tenant=tenant, email="other@example.com", role=role("tester"))
    revoke_invitation(actor=admin, invitation=invitation)
    with pytest.raises(NotVisible):
        find_by_link(link_of(invitation))
    invite(actor=admin, tenant=tenant, email="other@example.com", role=role("tester"))


def test_what_is_over_is_neither_sent_again_nor_taken_back(admin, invitation):
    accept(link_of(invitation))
    for act in (resend_invitation, revoke_invitation):
        with pytest.raises(RuleViolation, match="used or taken back"):
            act(actor=admin, invitation=invitation)


def test_accepting_takes_no_second_seat(admin, tenant, invitation):
    tenant.max_users = 2
    tenant.save()
    assert accept(link_of(invitation)).pk


def test_an_expired_invitation_holds_no_seat_and_takes_one_when_sent_again(admin, tenant, invitation):
    expire(invitation)
    tenant.max_users = 2
    tenant.save()
    other = invite(actor=admin, tenant=tenant, email="other@example.com", role=role("tester"))
    with pytest.raises(RuleViolation):
        resend_invitation(actor=admin, invitation=invitation)
    revoke_invitation(actor=admin, invitation=other)
    resend_invitation(actor=admin, invitation=invitation)


def test_an_address_is_invited_once_until_the_invitation_expired(admin, tenant, invitation):
    with pytest.raises(RuleViolation) as refusal:
        invite(actor=admin, tenant=tenant, email=ADDRESS.upper(), role=role("tester"))
    assert refusal.value.code == "already_invited"
    expire(invitation)
    assert invite(actor=admin, tenant=tenant, email=ADDRESS, role=role("viewer")).is_open


def test_making_room_for_a_new_invitation_stands_in_the_trail(admin, tenant, invitation):
    expire(invitation)
    invite(actor=admin, tenant=tenant, email=ADDRESS, role=role("viewer"))
    entry = AuditEntry.objects.get(action="invitation.revoked")
    assert (entry.actor, entry.target_id, entry.facts) == (admin, str(invitation.pk), {"reason": "expired"})


def test_the_password_is_hashed_before_anything_is_locked(invitation, monkeypatch):
    steps = []
    for name in ("hashed", "locked_tenant"):
        kept = getattr(invitations, name)

        def step(*given, name=name, kept=kept, **named):
            steps.append(name)
            return kept(*given, **named)

        monkeypatch.setattr(invitations, name, step)
    assert accept(link_of(invitation)).check_password(PASSWORD)
    assert steps == ["hashed", "locked_tenant"]


def test_an_invitation_that_ends_while_the_password_is_hashed_lets_nobody_in(admin, invitation, monkeypatch):
    kept = invitations.hashed

    def slow(password):
        revoke_invitation(actor=admin, invitation=invitation)
        return kept(password)

    monkeypatch.setattr(invitations, "hashed", slow)
    with pytest.raises(NotVisible):
        accept(link_of(invitation))
    assert not User.objects.filter(email=ADDRESS).exists()


@pytest.mark.parametrize("whose", ["tester", "stranger"])
def test_a_taken_address_is_refused_in_the_same_words_whoever_has_it(request, admin, tenant, whose):
    with pytest.raises(RuleViolation) as refusal:
        invite(actor=admin, tenant=tenant, email=request.getfixturevalue(whose).email, role=role("tester"))
    assert (refusal.value.message, refusal.value.code) == ("This address cannot be used.", "email_unusable")


def test_an_address_that_was_taken_meanwhile_is_refused_and_the_seat_is_kept(admin, invitation, stranger):
    add_user(actor=stranger, email=ADDRESS, password=PASSWORD, tenant=stranger.tenant, role=role("tester"))
    with pytest.raises(RuleViolation, match="cannot be used"):
        accept(link_of(invitation))
    assert Invitation.objects.open().count() == 1


def test_two_companies_may_invite_the_same_address(admin, stranger, invitation):
    other = invite(actor=stranger, tenant=stranger.tenant, email=ADDRESS, role=role("tester"))
    accept(link_of(other))
    with pytest.raises(RuleViolation):
        accept(link_of(invitation))


@pytest.mark.parametrize("status", ["suspended", "deleted"])
def test_the_link_of_a_company_that_may_not_work_does_not_exist(tenant, invitation, status):
    update_tenant(actor=super_admin(), tenant=tenant, status=status)
    with pytest.raises(NotVisible):
        find_by_link(link_of(invitation))


@pytest.mark.parametrize("fixture", ["lead", "tester", "viewer", "stranger"])
def test_others_invite_nobody(request, tenant, invitation, fixture):
    actor = request.getfixturevalue(fixture)
    for act in (
        lambda: invite(actor=actor, tenant=tenant, email="x@example.com", role=role("viewer")),
        lambda: resend_invitation(actor=actor, invitation=invitation),
        lambda: revoke_invitation(actor=actor, invitation=invitation),
    ):
        with pytest.raises(Denied):
            act()


def test_a_role_of_another_company_does_not_exist(admin, tenant, other_tenant):
    with pytest.raises(InvalidInput):
        invite(actor=admin, tenant=tenant, email=ADDRESS, role=custom_role(other_tenant))


def test_a_deleted_person_is_invited_anew(admin, tenant, tester):
    delete_user(actor=admin, user=tester)
    person = accept(link_of(invite(actor=admin, tenant=tenant, email=tester.email, role=role("viewer"))))
    assert person.pk != tester.pk
    assert User.objects.living().get(email=tester.email) == person


def test_no_link_stands_in_the_trail_or_in_a_job(invitation):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(args::text, ' ') FROM procrastinate_jobs")
        jobs = cursor.fetchone()[0]
    written = str([vars(entry) for entry in AuditEntry.objects.all()]) + jobs
    assert invitation.nonce not in written
    assert f'"invitation_id": {invitation.pk}' in jobs
