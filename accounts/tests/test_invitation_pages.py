from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from accounts.models import AuditEntry, Invitation, Role
from accounts.services.invitations import invite, issue_invitation_link
from qaportal.kit.errors import RuleViolation

from .factories import TenantFactory, UserFactory, role

PAGE, FORM = "/administration/invitations/", "/administration/invitations/new/"


@pytest.fixture
def invitation(admin, tenant) -> Invitation:
    return invite(actor=admin, tenant=tenant, email="petra@example.com", role=role("tester"))


def expire(invitation: Invitation) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - timedelta(days=1))


def told(response) -> list[str]:
    return [str(each) for each in get_messages(response.wsgi_request)]


def act(invitation: Invitation, name: str) -> str:
    return f"{PAGE}{invitation.pk}/{name}/"


def test_several_addresses_are_invited_at_once(signed_in, admin, tenant):
    written = "a@example.com, b@example.com\r\nLena Marsk <Lena@example.com>;\n\n a@EXAMPLE.com c@example.com"
    response = signed_in(admin).post(FORM, {"addresses": written, "role": role("viewer").pk})
    assert response.url == PAGE
    assert told(response) == ["4 invitations are on their way"]
    made = Invitation.objects.order_by("pk")
    assert [each.email for each in made] == ["a@example.com", "b@example.com", "Lena@example.com", "c@example.com"]
    assert (made[2].first_name, made[2].last_name) == ("Lena", "Marsk")
    assert {(each.role.code, each.tenant) for each in made} == {("viewer", tenant)}


def test_who_cannot_be_invited_stays_in_the_form_with_the_reason(signed_in, admin, tester, stranger):
    written = f"good@example.com\nnonsense\n{tester.email}\nStan <{stranger.email}>"
    response = signed_in(admin).post(FORM, {"addresses": written, "role": role("viewer").pk})
    content = response.content.decode()
    assert response.status_code == 422
    assert [each.email for each in Invitation.objects.all()] == ["good@example.com"]
    for words in ("Invited; the link is on its way.", "This is no e-mail address.", "This address cannot be used."):
        assert words in content
    area = content.partition("<textarea")[2].partition("</textarea>")[0]
    assert f"nonsense\n{tester.email}\nStan &lt;{stranger.email}&gt;" in area
    assert "good@example.com" not in area


def test_without_a_free_seat_nothing_that_was_typed_is_lost(signed_in, admin, tenant):
    tenant.max_users = 2
    tenant.save()
    response = signed_in(admin).post(FORM, {"addresses": "a@example.com b@example.com", "role": role("viewer").pk})
    content = response.content.decode()
    assert Invitation.objects.count() == 1
    assert "all are taken" in content
    assert "b@example.com</textarea>" in content


@pytest.mark.parametrize("addresses", ["", " \n,", "\x00", "x" * 50_000, "\n".join(f"p{n}@e.com" for n in range(101))])
def test_addresses_that_cannot_be_read_invite_nobody(signed_in, admin, addresses):
    response = signed_in(admin).post(FORM, {"addresses": addresses, "role": role("viewer").pk})
    assert response.status_code == 422
    assert not Invitation.objects.exists()


def test_only_roles_that_one_may_give_are_offered(signed_in, admin):
    foreign = Role.objects.create(tenant=TenantFactory(), name="Theirs", code="tester", scope="module")
    client = signed_in(admin)
    content = client.get(FORM).content.decode()
    assert "Theirs" not in content
    assert "Platform administrator" not in content
    for wanted in (foreign, role("super_admin")):
        answer = client.post(FORM, {"addresses": "a@example.com", "role": wanted.pk})
        assert answer.status_code == 422
    assert not Invitation.objects.exists()


def test_the_platform_administrator_chooses_the_company(signed_in, tenant):
    client = signed_in(UserFactory(tenant=None, role_code="super_admin"))
    assert client.post(FORM, {"addresses": "a@example.com", "role": role("viewer").pk}).status_code == 422
    client.post(FORM, {"addresses": "a@example.com", "role": role("tenant_admin").pk, "company": tenant.pk})
    assert Invitation.objects.get().tenant == tenant
    assert "Tessarin" in client.get(PAGE).content.decode()


def test_the_list_tells_what_became_of_each(signed_in, admin, invitation, tenant):
    other = invite(actor=admin, tenant=tenant, email="old@example.com", role=role("viewer"))
    expire(other)
    client = signed_in(admin)
    content = client.get(PAGE).content.decode()
    assert "petra@example.com" in content
    assert "Expired" in content
    waiting = client.get(PAGE, {"state": "open"}).content.decode()
    assert ("petra@example.com" in waiting, "old@example.com" in waiting) == (True, False)
    found = client.get(PAGE, {"q": "OLD@"}).content.decode()
    assert ("petra@example.com" in found, "old@example.com" in found) == (False, True)


def test_an_invitation_is_sent_again(signed_in, admin, invitation):
    expire(invitation)
    before = invitation.nonce
    assert told(signed_in(admin).post(act(invitation, "resend"))) == ["A new link for petra@example.com is on its way"]
    invitation.refresh_from_db()
    assert invitation.is_open
    assert invitation.nonce != before


def test_an_invitation_is_taken_back_once(signed_in, admin, invitation):
    client = signed_in(admin)
    client.post(act(invitation, "revoke"))
    invitation.refresh_from_db()
    assert invitation.state == "revoked"
    again = client.post(act(invitation, "revoke"))
    assert again.status_code == 422
    assert "petra@example.com: This invitation was used or taken back." in again.content.decode()


def test_the_link_is_shown_for_handing_over_and_kept_by_no_cache(signed_in, admin, invitation):
    response = signed_in(admin).post(act(invitation, "link"))
    assert "/invitation/" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert "/invitation/" not in str(AuditEntry.objects.filter(action="invitation.link_issued").values())


def test_no_link_is_made_of_an_invitation_that_expired(signed_in, admin, invitation):
    expire(invitation)
    with pytest.raises(RuleViolation, match="Send it again first"):
        issue_invitation_link(actor=admin, invitation=invitation)
    assert signed_in(admin).post(act(invitation, "link")).status_code == 422


def test_invitations_of_another_company_do_not_exist(signed_in, stranger, invitation):
    client = signed_in(stranger)
    assert "petra@example.com" not in client.get(PAGE).content.decode()
    for name in ("resend", "revoke", "link"):
        assert client.post(act(invitation, name)).status_code == 404


def test_whoever_may_not_manage_people_is_told_so(signed_in, lead, invitation):
    for response in (
        signed_in(lead).get(PAGE),
        signed_in(lead).post(FORM),
        signed_in(lead).post(act(invitation, "link")),
    ):
        assert response.status_code == 403
        assert "Your role, Quality manager, may not manage people." in response.content.decode()


def test_the_list_costs_the_same_for_more_invitations(signed_in, admin, tenant, same_queries):
    client = signed_in(admin)

    def grow():
        for number in range(10):
            email = f"p{number}-{Invitation.objects.count()}@example.com"
            invite(actor=admin, tenant=tenant, email=email, role=role("viewer"))

    grow()
    same_queries(lambda: client.get(PAGE), grow)
