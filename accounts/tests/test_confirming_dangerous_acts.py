"""Whoever signed in long ago confirms who he is before a dangerous act; nothing is done until then."""

import pytest
from django.urls import reverse

from accounts.models import ApiToken, Invitation, Project, Role, Tenant
from qaportal.kit.concurrency import etag

from .admin_forms import shown
from .administration import super_admin
from .factories import PASSWORD, ProjectFactory, UserFactory
from .factories import role as built_in


@pytest.fixture
def own_role(tenant):
    return Role.objects.create(tenant=tenant, name="Reader", code="viewer", scope="module")


def acts(tester, own_role):
    person, role = [tester.pk], [own_role.pk]
    return [
        (reverse("accounts:token_create"), {"name": "Nightly", "scopes": ["read"], "lifetime": "30"}),
        (reverse("accounts:role_create"), {"name": "New", "code": "viewer"}),
        (reverse("accounts:role_detail", args=role), {"name": "Changed", "code": "viewer"}),
        (reverse("accounts:role_delete", args=role), {}),
        (reverse("accounts:person_delete", args=person), {}),
        (reverse("accounts:person_reset_link", args=person), {}),
        (reverse("accounts:person_factors", args=person), {}),
        (reverse("accounts:person_detail", args=person), {"email": "other@example.com", "role": tester.role_id}),
        (reverse("accounts:person_status", args=person), {"status": "suspended"}),
        (reverse("accounts:person_restore", args=person), {}),
        (reverse("accounts:person_list"), {"ids": person, "status": "suspended"}),
        (reverse("accounts:company"), {"name": "Another name"}),
        (reverse("accounts:invitation_create"), {"addresses": "a@example.com", "role": built_in("tenant_admin").pk}),
        (reverse("admin:accounts_user_change", args=person), {"email": "other@example.com", "role": tester.role_id}),
        (reverse("admin:accounts_user_changelist"), {"action": "suspend_chosen", "_selected_action": person}),
        (reverse("admin:accounts_tenant_change", args=[tester.tenant_id]), {"name": "Another name"}),
        (reverse("admin:accounts_invitation_add"), {"email": "a@example.com", "role": built_in("tenant_admin").pk}),
        (reverse("admin:accounts_user_delete", args=person), {"post": "yes"}),
        (reverse("admin:accounts_role_change", args=role), {"name": "Changed"}),
    ]


def test_a_sign_in_of_an_hour_ago_is_asked_and_nothing_is_done(admin, tester, own_role, signed_in):
    browser = signed_in(admin, ago=3600)
    for address, form in acts(tester, own_role):
        answer = browser.post(address, form)
        assert answer.status_code == 302, address
        assert answer.url.startswith(reverse("account_reauthenticate")), address
    assert not ApiToken.objects.exists()
    assert list(Role.objects.filter(is_built_in=False).values_list("name", flat=True)) == ["Reader"]
    tester.refresh_from_db()
    assert (tester.status, tester.email == "other@example.com", tester.deleted_at) == ("active", False, None)
    assert not Invitation.objects.exists()
    assert Tenant.objects.get(pk=tester.tenant_id).name == "Tessarin"


@pytest.fixture
def platform(db):
    return UserFactory(tenant=None, role_code="super_admin")


def test_the_platforms_administrator_is_asked_before_he_changes_a_company(platform, tenant, project, signed_in):
    browser = signed_in(platform, ago=3600)
    company = [tenant.pk]
    for address, form in (
        (reverse("accounts:company_detail", args=company), {"name": "Another name", "slug": "tessarin"}),
        (reverse("accounts:company_status", args=company), {"status": "suspended"}),
        (reverse("accounts:company_restore", args=company), {}),
        (reverse("admin:accounts_project_delete", args=[project.pk]), {"post": "yes"}),
    ):
        assert browser.post(address, form).url.startswith(reverse("account_reauthenticate")), address
    tenant.refresh_from_db()
    assert (tenant.name, tenant.status) == ("Tessarin", "active")
    assert Project.objects.living().filter(pk=project.pk).exists()


def test_what_was_typed_stands_in_the_form_after_confirming(admin, tester, signed_in):
    browser, address = signed_in(admin, ago=3600), reverse("accounts:person_detail", args=[tester.pk])
    typed = {"first_name": "Tom", "last_name": "", "email": "tom@example.com", "role": built_in("viewer").pk}
    asked = browser.post(address, typed | {"if_match": etag(tester)})
    back = browser.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": address})
    assert (asked.url.endswith(back.url.replace("/", "%2F")), back.url) == (True, address)
    page = browser.get(address)
    assert "Nothing is done yet" in page.content.decode()
    shown = {name: page.context["form"][name].value() for name in typed}
    assert shown == {name: str(value) for name, value in typed.items()}
    assert "Nothing is done yet" not in browser.get(address).content.decode()
    assert browser.post(address, typed | {"if_match": etag(tester)}).url == address
    tester.refresh_from_db()
    assert (tester.email, tester.role.code) == ("tom@example.com", "viewer")


def test_whoever_was_picked_is_picked_still(admin, tester, viewer, signed_in):
    browser, address = signed_in(admin, ago=3600), f"{reverse('accounts:person_list')}?status=active"
    asked = browser.post(address, {"ids": [tester.pk], "status": "suspended"})
    assert asked.url.endswith("%3Fstatus%3Dactive")
    page = browser.get(address).content.decode()
    for person, mark in ((tester, " checked"), (viewer, "")):
        assert f'value="{person.pk}" form="picked" aria-label="Pick {person.full_name}"{mark}>' in page
    assert " checked>" not in browser.get(address).content.decode()


def as_sent(value):
    return sorted(value) if isinstance(value, list) else "on" if value is True else str(value)


def test_what_was_typed_in_the_data_administration_waits_too(admin, tenant, tester, signed_in):
    browser = signed_in(admin, ago=3600)
    role, person = Role.objects.create(tenant=tenant, name="Reader", code="viewer", scope="module"), tester.pk
    for page, changed in (
        (reverse("admin:accounts_user_change", args=[person]), {"email": "tom@example.com", "status": "suspended"}),
        (reverse("admin:accounts_tenant_change", args=[tenant.pk]), {"name": "Other", "requires_second_factor": "on"}),
        (reverse("admin:accounts_role_change", args=[role.pk]), {"permissions": ["run.view", "case.view"]}),
        (reverse("admin:accounts_invitation_add"), {"email": "a@example.com", "role": built_in("viewer").pk}),
    ):
        typed = shown(browser, page) | changed
        typed.pop("everything", None)
        assert browser.post(page, typed).url.startswith(reverse("account_reauthenticate")), page
        form = browser.get(page).context["adminform"].form
        assert {name: as_sent(form[name].value()) for name in typed} == {
            name: as_sent(value) for name, value in typed.items()
        }
        assert "everything" not in form.fields or form["everything"].value() is False
    tester.refresh_from_db()
    assert (tester.status, Role.objects.get(pk=role.pk).permissions) == ("active", None)


def test_no_password_waits_anywhere(admin, signed_in):
    browser, page = signed_in(admin, ago=3600), reverse("admin:accounts_user_add")
    browser.post(page, {"email": "tom@example.com", "first_password": "canary of a password", "_save": "Save"})
    kept = str(dict(browser.session))
    assert "tom%40example.com" in kept
    assert "canary" not in kept
    form = browser.get(page).context["adminform"].form
    assert (form["email"].value(), form["first_password"].value()) == ("tom@example.com", None)


def test_invitations_to_an_administrators_role_wait_in_the_form(admin, signed_in):
    browser, address = signed_in(admin, ago=3600), reverse("accounts:invitation_create")
    typed = {"addresses": "a@example.com, b@example.com", "role": built_in("tenant_admin").pk}
    assert browser.post(address, typed).status_code == 302
    page = browser.get(address).content.decode()
    assert "a@example.com, b@example.com" in page
    assert f'<option value="{typed["role"]}" selected' in page


def test_inviting_to_a_lesser_role_asks_nobody(admin, signed_in):
    form = {"addresses": "a@example.com", "role": built_in("tester").pk}
    answer = signed_in(admin, ago=3600).post(reverse("accounts:invitation_create"), form)
    assert answer.url == reverse("accounts:invitation_list")
    assert Invitation.objects.get().role.code == "tester"


def test_a_form_that_waited_too_long_is_forgotten(admin, signed_in):
    browser, address = signed_in(admin, ago=3600), reverse("accounts:company")
    browser.post(address, {"name": "Another name"})
    session = browser.session
    session["typed_before_confirming"] |= {"at": 0}
    session.save()
    assert "Another name" not in browser.get(address).content.decode()


def test_what_is_typed_without_measure_is_not_kept(admin, signed_in):
    browser, address = signed_in(admin, ago=3600), reverse("accounts:company")
    assert browser.post(address, {"name": "x" * 200_000}).status_code == 302
    assert "typed_before_confirming" not in browser.session


def test_a_company_is_deleted_only_by_somebody_who_proved_lately_who_he_is(signed_in, other_tenant):
    address = reverse("accounts:company_delete", args=[other_tenant.pk])
    answer = signed_in(super_admin(), ago=3600).post(address)
    assert answer.url.startswith(reverse("account_reauthenticate"))
    other_tenant.refresh_from_db()
    assert other_tenant.deleted_at is None


def test_reading_asks_nobody(viewer, own_role, signed_in):
    browser = signed_in(viewer, ago=3600)
    assert browser.get(reverse("accounts:role_detail", args=[own_role.pk])).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("post", "/api/tokens"), ("delete", "/api/v1/users/{person}"), ("put", "/api/v1/roles/{role}"),
     ("delete", "/api/users/{person}"), ("put", "/api/v1/tenants/{tenant}"), ("delete", "/api/projects/{project}")],
)  # fmt: skip
def test_the_api_refuses_an_old_session_in_words(method, path, admin, tester, own_role, signed_in):
    project = ProjectFactory(tenant=admin.tenant)
    address = path.format(person=tester.pk, role=own_role.pk, tenant=admin.tenant_id, project=project.pk)
    old, fresh = signed_in(admin, ago=3600), signed_in(admin)
    answer = getattr(old, method)(address, {}, content_type="application/json")
    assert answer.status_code == 403
    assert "Confirm first that it is you" in answer.content.decode()
    assert old.get("/api/v1/users").status_code == 200
    assert getattr(fresh, method)(address, {}, content_type="application/json").status_code != 403
