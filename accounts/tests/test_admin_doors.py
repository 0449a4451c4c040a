"""Who gets into the data administration, and by which door."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import NoReverseMatch, reverse

from accounts.choices import RoleCode, RoleScope, UserStatus
from accounts.models import Role, Tenant, User
from accounts.models.tenancy import SECOND_FACTOR_SETTING
from accounts.services.users import update_user
from accounts.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
START = "/admin/"


@pytest.fixture
def platform_admin(db) -> User:
    return UserFactory(tenant=None, role_code=RoleCode.SUPER_ADMIN, email="root@example.com")


def test_administrators_of_the_company_and_of_the_platform_get_in(signed_in, admin, platform_admin):
    for person in (admin, platform_admin):
        page = signed_in(person).get(START)
        assert page.status_code == 200
        assert "Data of the portal" in page.content.decode()


@pytest.mark.parametrize("name", ["lead", "tester", "developer", "viewer"])
def test_everybody_else_is_refused_in_words(signed_in, request, name):
    browser = signed_in(request.getfixturevalue(name))
    for address in (START, "/admin/accounts/user/", "/admin/jsi18n/", "/admin/autocomplete/"):
        answer = browser.get(address)
        assert answer.status_code == 403
        assert "Only administrators open the data of the portal." in answer.content.decode()


def test_the_anonymous_sign_in_on_the_page_of_the_portal(client):
    answer = client.get("/admin/accounts/user/?q=ada")
    assert answer.status_code == 302
    assert answer.url == f"{reverse('account_login')}?next=/admin/accounts/user/%3Fq%3Dada"


def test_there_is_no_second_door(client, admin):
    answer = client.post("/admin/login/", {"username": admin.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session
    for name in ("logout", "password_change", "password_change_done", "view_on_site", "app_list"):
        with pytest.raises(NoReverseMatch):
            reverse(f"admin:{name}")


def test_whoever_is_signed_in_is_led_inside(signed_in, admin):
    answer = signed_in(admin).get("/admin/login/")
    assert (answer.status_code, answer.url) == (302, START)


def test_a_suspended_administrator_is_out_at_once(signed_in, admin, platform_admin, tenant):
    second = UserFactory(tenant=tenant, role_code=RoleCode.TENANT_ADMIN)
    browser = signed_in(second)
    assert browser.get(START).status_code == 200
    update_user(actor=platform_admin, user=second, status=UserStatus.SUSPENDED)
    assert browser.get(START).status_code == 302


def test_administrators_of_a_suspended_company_are_out(signed_in, admin, tenant):
    browser = signed_in(admin)
    Tenant.objects.filter(pk=tenant.pk).update(status="suspended")
    assert browser.get(START).status_code == 302


def test_what_django_asks_of_a_person_follows_from_the_role(admin, platform_admin, tester):
    assert (admin.is_staff, platform_admin.is_staff, tester.is_staff) == (True, True, False)
    assert (admin.has_perm("user.manage"), admin.has_perm("tenant.create")) == (True, False)
    assert platform_admin.has_perm("tenant.create")
    assert not admin.has_perm("accounts.change_user")
    assert (admin.has_module_perms("runs"), tester.has_module_perms("runs")) == (True, False)
    with pytest.raises(AttributeError):
        tester.is_staff = True
    assert not AnonymousUser().is_staff


def test_a_role_with_fewer_permissions_sees_fewer_tables(signed_in, admin, tenant):
    admin.role = Role.objects.create(
        tenant=tenant,
        name="People only",
        code=RoleCode.TENANT_ADMIN,
        scope=RoleScope.TENANT,
        permissions=["user.view", "user.manage"],
    )
    admin.save()
    browser = signed_in(admin)
    page = browser.get(START).content.decode()
    assert reverse("admin:accounts_user_changelist") in page
    assert reverse("admin:accounts_auditentry_changelist") not in page
    assert browser.get(reverse("admin:accounts_auditentry_changelist")).status_code == 403
    assert browser.get(reverse("admin:accounts_role_add")).status_code == 403


def test_the_menu_leads_there_for_those_who_may(signed_in, admin, tester):
    link = f'href="{START}"'
    assert link in signed_in(admin).get("/projects/").content.decode()
    assert link not in signed_in(tester).get("/projects/").content.decode()


def test_an_administrator_without_a_required_second_factor_sets_one_up_first(signed_in, admin, tenant):
    tenant.settings = {SECOND_FACTOR_SETTING: True}
    tenant.save()
    browser = signed_in(admin)
    for address in (START, "/admin/accounts/user/", f"/admin/accounts/user/{admin.pk}/change/", "/admin/login/"):
        answer = browser.get(address, follow=True)
        assert not answer.redirect_chain[-1][0].startswith(START)
        assert "Data of the portal" not in answer.content.decode()
