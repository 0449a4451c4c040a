import pytest
from django.contrib.messages import get_messages

from accounts.models import Role
from accounts.permission_grid import NOUNS
from accounts.permissions import PERMISSIONS, permissions_of
from accounts.services.people import set_project_role
from accounts.services.roles import create_role
from qaportal.kit.concurrency import etag

from .factories import TenantFactory, UserFactory, role

PAGE, GRID, NEW = "/administration/roles/", "/administration/roles/permissions/", "/administration/roles/new/"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
READING = ["case.view", "release.view"]


@pytest.fixture
def custom(admin, tenant) -> Role:
    return create_role(
        actor=admin, tenant=tenant, name="Reader of cases", code="tester", scope="module", permissions=READING
    )


def address(of: Role, *parts: str) -> str:
    return "/".join([PAGE.rstrip("/"), str(of.pk), *parts, ""])


def told(response) -> list[str]:
    return [str(each) for each in get_messages(response.wsgi_request)]


def ticked(content: str) -> set[str]:
    return {code for code in PERMISSIONS if f'value="{code}" checked' in content}


def test_every_noun_of_a_permission_has_a_name():
    assert {code.partition(".")[0] for code in PERMISSIONS} <= set(NOUNS)


def test_the_list_shows_roles_with_how_many_people_have_them(signed_in, admin, tester, custom, project):
    set_project_role(actor=admin, project=project, user=tester, role=custom)
    content = signed_in(admin).get(PAGE).content.decode()
    assert "Reader of cases" in content
    assert "1 person has the role Tester" in content
    assert "Platform administrator" not in content


def test_the_grid_has_every_role_as_a_column_and_marks_one_for_phones(signed_in, viewer, custom):
    response = signed_in(viewer).get(GRID, {"role": custom.pk})
    content = response.content.decode()
    assert "Reader of cases" in content
    assert "Read test cases" in content
    assert "Add companies" not in content
    assert content.count('<th scope="col" class="is-chosen">') == 1
    assert signed_in(viewer).get(GRID, {"role": "x"}).status_code == 200


def test_readers_see_what_a_role_may_and_why_they_cannot_change_it(signed_in, viewer, custom):
    content = signed_in(viewer).get(address(custom)).content.decode()
    assert "Your role, Viewer, may not create and change roles." in content
    assert 'type="checkbox"' not in content
    assert signed_in(viewer).post(address(custom), {"name": "X", "code": "tester"}).status_code == 403
    assert signed_in(viewer).get(NEW).status_code == 403


def test_what_comes_with_the_portal_is_shown_and_stays(signed_in, admin):
    built_in = role("tenant_admin")
    content = signed_in(admin).get(address(built_in)).content.decode()
    assert "stays as it is" in content
    assert "Manage people" in content
    assert signed_in(admin).post(address(built_in), {"name": "X", "code": "tester"}).status_code == 403


def test_a_role_is_made_of_what_is_ticked(signed_in, admin, tenant):
    body = {"name": "Release manager", "code": "quality_manager", "permissions": ["release.view", "release.edit"]}
    response = signed_in(admin).post(NEW, body)
    assert told(response) == ["The role Release manager is made. Give it on the page of a person"]
    made = Role.objects.get(name="Release manager")
    assert (made.tenant, made.code, made.scope) == (tenant, "quality_manager", "tenant")
    assert made.granted == {"release.view", "release.edit"}


def test_the_form_offers_what_the_base_has_and_greys_out_the_rest(signed_in, admin):
    content = signed_in(admin).get(NEW, {"code": "viewer"}).content.decode()
    assert ticked(content) == permissions_of("viewer")
    assert "A role based on Viewer cannot have this." in content
    assert 'value="case.edit"' not in content


def test_another_base_reloads_the_grid_alone(signed_in, admin, custom):
    client = signed_in(admin)
    made = client.get(NEW, {"code": "developer"}, headers=HTMX).content.decode()
    assert made.strip().startswith('<div class="q-permissions" id="grid"')
    assert ticked(made) == permissions_of("developer")
    assert ticked(client.get(address(custom), {"code": "viewer"}, headers=HTMX).content.decode()) == set(READING)


def test_without_script_a_button_shows_another_base_and_saves_nothing(signed_in, admin):
    body = {"name": "Half typed", "code": "viewer", "show": "1", "permissions": ["case.edit"]}
    content = signed_in(admin).post(NEW, body).content.decode()
    assert 'value="Half typed"' in content
    assert ticked(content) == permissions_of("viewer")
    assert not Role.objects.filter(is_built_in=False).exists()


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"name": "\x00"},
        {"code": "super_admin"},
        {"code": "odd"},
        {"permissions": ["case.fly"]},
    ],
)
def test_what_cannot_be_used_is_refused_and_makes_nothing(signed_in, admin, body):
    response = signed_in(admin).post(NEW, {"name": "Good", "code": "tester", "permissions": READING} | body)
    assert response.status_code == 422
    assert not Role.objects.filter(is_built_in=False).exists()


def test_a_taken_name_is_refused_beside_it(signed_in, admin, custom):
    response = signed_in(admin).post(NEW, {"name": "reader of CASES", "code": "tester", "permissions": READING})
    assert response.status_code == 422
    assert "This name is taken." in response.content.decode()


def test_a_changed_role_counts_at_once(signed_in, admin, tester, custom, project):
    tester.role = custom
    tester.save()
    body = {"name": "Writer", "code": "tester", "permissions": [*READING, "case.edit"], "if_match": etag(custom)}
    assert signed_in(admin).post(address(custom), body).url == address(custom)
    custom.refresh_from_db()
    assert custom.name == "Writer"
    assert "case.edit" in Role.objects.get(pk=custom.pk).granted
    stale = signed_in(admin).post(address(custom), body)
    assert stale.status_code == 422
    assert "Somebody changed this in the meantime." in stale.content.decode()


def test_a_role_with_more_than_ones_own_is_not_made(signed_in, tenant):
    weak = Role.objects.create(
        tenant=tenant, name="Weak", code="tenant_admin", scope="tenant", permissions=["role.manage", "role.view"]
    )
    client = signed_in(UserFactory(tenant=tenant, role=weak))
    assert "Your own role may not do this." in client.get(NEW).content.decode()
    response = client.post(NEW, {"name": "Strong", "code": "tester", "permissions": READING})
    assert response.status_code == 422
    assert "You cannot give a role above your own." in response.content.decode()


def test_a_role_is_deleted_when_nobody_has_it(signed_in, admin, tester, custom):
    tester.role = custom
    tester.save()
    client = signed_in(admin)
    response = client.post(address(custom, "delete"))
    assert response.status_code == 422
    assert "Somebody has this role. Give them another one first." in response.content.decode()
    tester.role = role("viewer")
    tester.save()
    assert client.post(address(custom, "delete")).url == PAGE
    assert not Role.objects.filter(pk=custom.pk).exists()


def test_roles_of_another_company_do_not_exist(signed_in, stranger, custom):
    client = signed_in(stranger)
    assert "Reader of cases" not in client.get(PAGE).content.decode()
    assert "Reader of cases" not in client.get(GRID).content.decode()
    assert client.get(address(custom)).status_code == 404
    assert client.post(address(custom), {"name": "X", "code": "tester"}).status_code == 404
    assert client.post(address(custom, "delete")).status_code == 404


def test_the_platform_administrator_makes_roles_for_one_company_or_for_all(signed_in, tenant):
    client = signed_in(UserFactory(tenant=None, role_code="super_admin"))
    client.post(NEW, {"name": "For one", "code": "tester", "permissions": READING, "company": tenant.pk})
    client.post(NEW, {"name": "For all", "code": "tester", "permissions": READING})
    assert dict(Role.objects.filter(is_built_in=False).values_list("name", "tenant")) == {
        "For one": tenant.pk,
        "For all": None,
    }
    assert "Platform administrator" in client.get(GRID).content.decode()


def test_the_platform_administrator_looks_at_the_roles_of_one_company(signed_in, custom, other_tenant):
    Role.objects.create(tenant=other_tenant, name="Theirs", code="viewer", scope="module")
    client = signed_in(UserFactory(tenant=None, role_code="super_admin"))
    assert "Theirs" in client.get(PAGE).content.decode()
    assert "Theirs" not in client.get(GRID).content.decode()
    for page in (PAGE, GRID):
        content = client.get(page, {"company": custom.tenant_id}).content.decode()
        assert ("Reader of cases" in content, "Theirs" in content) == (True, False)
        assert client.get(page, {"company": "x"}).status_code == 200


def test_custom_roles_are_offered_to_members_as_far_as_one_may_give_them(
    signed_in, lead, admin, tenant, project, tester
):
    fitting = create_role(
        actor=admin, tenant=tenant, name="Fitting", code="tester", scope="module", permissions=READING
    )
    strong = create_role(actor=admin, tenant=tenant, name="Strong", code="tenant_admin", scope="tenant")
    weak_lead = Role.objects.create(
        tenant=tenant, name="Lead", code="quality_manager", scope="tenant", permissions=["member.manage", "member.view"]
    )
    Role.objects.create(tenant=TenantFactory(), name="Theirs", code="viewer", scope="module")
    page = f"/p/{project.key}/members/"
    content = signed_in(lead).get(page).content.decode()
    assert "Fitting" in content
    assert strong.name not in content
    assert "Theirs" not in content
    lead.role = weak_lead
    lead.save()
    assert "Fitting" not in signed_in(lead).get(page).content.decode()
    response = signed_in(lead).post(page, {"user": tester.pk, "role": fitting.pk})
    assert response.status_code == 422


def test_the_lists_cost_the_same_for_more_roles(signed_in, admin, tenant, same_queries):
    client = signed_in(admin)

    def grow():
        known = Role.objects.count()
        for number in range(5):
            create_role(actor=admin, tenant=tenant, name=f"Role {known + number}", code="tester", scope="module")

    same_queries(lambda: client.get(PAGE), grow)
    same_queries(lambda: client.get(GRID), grow)
