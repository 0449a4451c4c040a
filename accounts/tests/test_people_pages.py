import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.urls import reverse

from accounts.models import AuditEntry, Role, User
from accounts.services.users import delete_user

from .factories import UserFactory, role

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
PAGE = "/administration/people/"


@pytest.fixture
def platform(db) -> User:
    return UserFactory(tenant=None, role_code="super_admin", first_name="Rike", last_name="Solm")


def rows(response) -> str:
    return response.content.decode().partition("<tbody")[2].partition("</tbody>")[0]


def test_the_page_lists_everybody_of_the_company_and_nobody_else(signed_in, admin, lead, tester, stranger):
    content = rows(signed_in(admin).get(PAGE))
    assert all(person.email in content for person in (admin, lead, tester))
    assert stranger.email not in content


def test_people_are_found_by_part_of_their_name_or_address_whatever_the_accents(signed_in, admin, tenant, tester):
    UserFactory(tenant=tenant, first_name="José", last_name="Núñez", email="jn@example.com")
    client = signed_in(admin)
    for words in ("nunez", "José N", "JN@EXAMPLE"):
        content = rows(client.get(PAGE, {"q": words}))
        assert "José Núñez" in content
        assert tester.email not in content
    assert "Nobody fits these filters" in client.get(PAGE, {"q": "%"}).content.decode()


def test_people_are_filtered_by_role_and_by_status(signed_in, admin, lead, tester):
    User.objects.filter(pk=tester.pk).update(status="suspended")
    client = signed_in(admin)
    assert lead.email in rows(client.get(PAGE, {"role": lead.role_id}))
    assert tester.email not in rows(client.get(PAGE, {"role": lead.role_id}))
    suspended = rows(client.get(PAGE, {"status": "suspended"}))
    assert (tester.email in suspended, lead.email in suspended) == (True, False)
    assert lead.email in rows(client.get(PAGE, {"role": "99999", "status": "odd", "sort": "password"}))


def test_sorting_by_the_last_sign_in_puts_those_who_never_did_last(signed_in, admin, lead, tester):
    User.objects.filter(pk=tester.pk).update(last_login="2026-01-01T00:00Z")
    User.objects.filter(pk__in=[admin.pk, lead.pk]).update(last_login=None)
    for order in ("last_login", "-last_login"):
        content = rows(signed_in(admin).get(PAGE, {"sort": order, "q": "example.com"}))
        assert content.index(tester.email) < content.index(lead.email)


def test_deleted_people_are_listed_for_managers_alone(signed_in, admin, lead, tester):
    delete_user(actor=admin, user=tester)
    client = signed_in(admin)
    assert tester.email not in rows(client.get(PAGE))
    assert tester.email in rows(client.get(PAGE, {"status": "deleted"}))
    assert tester.email not in signed_in(lead).get(PAGE, {"status": "deleted"}).content.decode()


def test_readers_see_people_without_controls_and_without_their_sign_ins(signed_in, viewer, tester):
    content = signed_in(viewer).get(PAGE).content.decode()
    assert tester.email in content
    assert "Last sign-in" not in content
    assert 'name="ids"' not in content
    assert "Your role, Viewer, may not manage people." in content


def test_whose_role_may_not_see_people_is_told_so(signed_in, viewer, tenant):
    viewer.role = Role.objects.create(tenant=tenant, name="Blind", code="viewer", scope="module", permissions=[])
    viewer.save()
    response = signed_in(viewer).get(PAGE)
    assert response.status_code == 403
    assert "may not see the people of the company" in response.content.decode()


def test_the_head_says_how_many_seats_are_taken(signed_in, admin, tenant, lead):
    tenant.max_users = 25
    tenant.save()
    assert "2 of 25 seats taken" in signed_in(admin).get(PAGE).content.decode()


def test_the_platform_administrator_sees_all_companies_and_filters_by_one(signed_in, platform, tester, stranger):
    client = signed_in(platform)
    content = rows(client.get(PAGE))
    assert tester.tenant.name in content
    assert stranger.email in content
    assert stranger.email not in rows(client.get(PAGE, {"company": tester.tenant_id}))


def test_htmx_gets_the_list_alone(signed_in, admin):
    response = signed_in(admin).get(PAGE, headers=HTMX)
    assert "<html" not in response.content.decode()
    assert "HX-Request-Type" in response["Vary"]


def test_several_people_are_suspended_and_reactivated_at_once(signed_in, admin, lead, tester):
    client, ids = signed_in(admin), [lead.pk, tester.pk]
    response = client.post(f"{PAGE}?q=e", {"ids": ids, "status": "suspended"})
    assert response.url == f"{PAGE}?q=e"
    assert [str(each) for each in get_messages(response.wsgi_request)] == ["2 people suspended"]
    assert set(User.objects.filter(pk__in=ids).values_list("status", flat=True)) == {"suspended"}
    assert AuditEntry.objects.filter(action="user.updated", actor=admin).count() == 2
    client.post(PAGE, {"ids": ids, "status": "active"})
    assert set(User.objects.filter(pk__in=ids).values_list("status", flat=True)) == {"active"}


def test_one_who_cannot_be_suspended_keeps_all_others_as_they_are(signed_in, admin, tester):
    response = signed_in(admin).post(PAGE, {"ids": [tester.pk, admin.pk], "status": "suspended"})
    assert response.status_code == 422
    assert "Nobody was changed. Ada Admin: This is you. Somebody else has to do it." in response.content.decode()
    tester.refresh_from_db()
    assert tester.status == "active"


@pytest.mark.parametrize("picked", [[], ["x"], [2**70], [987_654_321]])
def test_picks_that_cannot_be_read_change_nobody(signed_in, admin, picked):
    response = signed_in(admin).post(PAGE, {"ids": picked, "status": "suspended"})
    assert response.status_code == 422
    assert "Nobody was changed" in response.content.decode()


def test_people_of_another_company_cannot_be_picked(signed_in, admin, stranger):
    response = signed_in(admin).post(PAGE, {"ids": [stranger.pk], "status": "suspended"})
    assert response.status_code == 422
    assert stranger.email not in response.content.decode()
    stranger.refresh_from_db()
    assert stranger.status == "active"


def test_whoever_may_not_manage_people_suspends_nobody(signed_in, lead, tester):
    response = signed_in(lead).post(PAGE, {"ids": [tester.pk], "status": "suspended"})
    assert response.status_code == 403
    tester.refresh_from_db()
    assert tester.status == "active"


def test_the_list_costs_the_same_for_more_people(signed_in, admin, platform, tenant, same_queries):
    client = signed_in(admin)
    count = same_queries(lambda: client.get(PAGE), lambda: [UserFactory(tenant=tenant) for _ in range(10)])
    assert count <= 14
    client = signed_in(platform)
    same_queries(lambda: client.get(PAGE), lambda: [UserFactory(role=role("viewer")) for _ in range(10)])


def test_the_palette_finds_people_by_their_name(signed_in, admin, tester, stranger):
    def found(words):
        return signed_in(admin).get(reverse("palette"), {"q": words}, headers=HTMX).content.decode()

    assert reverse("accounts:person_detail", args=[tester.pk]) in found("reyl")
    assert stranger.email not in found("stran")


# -- in a company of many --------------------------------------------------------------------------------------------
def plan_of(found, *closed: str) -> str:
    """How the database finds the rows in a table that is too large to be read whole, with these ways closed."""
    with connection.cursor() as cursor:
        for way in ("seqscan", *closed):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    return found.explain()


def test_the_list_stands_in_an_index_by_name(admin):
    found = User.objects.manageable_by(admin).living().for_list().order_by("first_name", "last_name", "pk")
    assert "user_of_tenant_by_name" in plan_of(found[:50], "sort")


@pytest.mark.parametrize("words", ["family77", "given77 family", "person9123@"])
def test_words_are_found_by_an_index(admin, words):
    found = User.objects.matching(words).order_by()
    assert "user_by_words" in plan_of(found, "indexscan")
