"""The sidebar of the administration, and how it is reached."""

import pytest
from django.urls import reverse

from accounts.models import Role, User

from .factories import UserFactory

OWN = "/account/"


@pytest.fixture
def platform(db) -> User:
    return UserFactory(tenant=None, role_code="super_admin")


def part(response, start: str, end: str) -> str:
    return response.content.decode().partition(start)[2].partition(end)[0]


def sidebar(response) -> str:
    return part(response, 'id="sidebar"', "</nav>")


def menu(response) -> str:
    return part(response, "q-menu-head", "</details>")


def test_everybody_finds_what_is_open_to_his_role(signed_in, viewer, admin, platform):
    reader, manager, operator = (sidebar(signed_in(each).get(OWN)) for each in (viewer, admin, platform))
    for place in ("/administration/people/", "/administration/roles/", "/account/tokens/"):
        assert place in reader
    for place in ("/administration/invitations/", "/administration/tokens/", "/administration/company/"):
        assert place not in reader
        assert place in manager
    assert "/administration/companies/" not in manager
    assert "/administration/companies/" in operator
    assert "/administration/company/" not in operator


def test_the_menu_of_the_person_holds_his_own_pages_and_one_way_into_the_rest(signed_in, admin, viewer):
    content = menu(signed_in(admin).get(OWN))
    assert "/account/tokens/" in content
    assert content.count("/administration/") == 1
    assert "Administration" in content
    assert "/administration/people/" in menu(signed_in(viewer).get(OWN))


@pytest.mark.parametrize(
    ("place", "marked"),
    [
        ("/administration/people/", "/administration/people/"),
        ("/administration/invitations/new/", "/administration/invitations/"),
        ("/administration/roles/permissions/", "/administration/roles/"),
        ("/administration/tokens/", "/administration/tokens/"),
        ("/account/tokens/new/", "/account/tokens/"),
        ("/administration/company/", "/administration/company/"),
    ],
)
def test_the_place_that_is_open_is_marked_once(signed_in, admin, place, marked):
    content = sidebar(signed_in(admin).get(place))
    assert f'href="{marked}" aria-current="page"' in content
    assert content.count('aria-current="page"') == 1


def test_the_palette_leads_into_the_administration(signed_in, admin):
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    content = signed_in(admin).get("/palette/", {"q": "invit"}, headers=headers).content.decode()
    assert "/administration/invitations/" in content


def test_dangerous_acts_ask_again_who_one_is(signed_in, admin, platform, tester, tenant):
    role = Role.objects.create(tenant=tenant, name="Reader", code="viewer", scope="module")
    people, roles = f"/administration/people/{tester.pk}/", f"/administration/roles/{role.pk}/"
    manager, operator = signed_in(admin, ago=3_600), signed_in(platform, ago=3_600)
    forms = [manager.get(address) for address in ("/account/tokens/new/", "/administration/roles/new/", roles)]
    assert {answer.status_code for answer in forms} == {200}, "to look at a form nobody is asked"
    answers = [manager.post("/account/tokens/new/", {"name": "Build"}), manager.post(roles, {"name": "X"})]
    answers += [manager.post(f"{people}delete/"), manager.post(f"{roles}delete/")]
    answers += [operator.post(f"/administration/companies/{tenant.pk}/delete/")]
    assert {answer.url.partition("?")[0] for answer in answers} == {reverse("account_reauthenticate")}
    assert tester.tenant.users.living().filter(pk=tester.pk).exists()
    assert Role.objects.filter(pk=role.pk, name="Reader").exists()
    assert manager.get(people).status_code == 200
    assert signed_in(tester, ago=3_600).get(roles).status_code == 200, "to read it nobody is asked"
