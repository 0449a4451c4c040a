import pytest
from django.urls import reverse

from accounts.choices import RoleCode
from accounts.models import AuditEntry, Membership, Role
from accounts.services.people import remove_project_role, set_project_role
from qaportal.kit.errors import Denied, NotVisible

from .factories import ProjectFactory, TenantFactory, UserFactory, role


@pytest.fixture
def page(project):
    return reverse("accounts:member_list", args=[project.key])


@pytest.fixture
def change(project):
    return lambda user: reverse("accounts:member_change", args=[project.key, user.pk])


def test_a_role_in_the_project_replaces_the_one_in_the_company(lead, tester, project):
    set_project_role(actor=lead, project=project, user=tester, role=role("viewer"))
    tester = type(tester).objects.get(pk=tester.pk)
    assert tester.role_in(project).code == "viewer"
    assert tester.role.code == "tester"
    assert tester.role_in(ProjectFactory(tenant=project.tenant)).code == "tester"


def test_taking_the_role_away_gives_the_companys_back(lead, tester, project):
    membership = set_project_role(actor=lead, project=project, user=tester, role=role("viewer"))
    remove_project_role(actor=lead, membership=membership)
    assert type(tester).objects.get(pk=tester.pk).role_in(project).code == "tester"
    actions = AuditEntry.objects.in_project(project).order_by("pk").values_list("action", "changes")
    assert list(actions) == [
        ("member.added", {"role": [None, "viewer"]}),
        ("member.removed", {"role": ["viewer", None]}),
    ]


@pytest.mark.parametrize("code", ["tenant_admin", "super_admin"])
def test_nobody_is_made_an_administrator_of_one_project(admin, tester, project, code):
    with pytest.raises(Denied):
        set_project_role(actor=admin, project=project, user=tester, role=role(code))


def test_nobody_gives_a_role_above_his_own(tenant, tester, project):
    deputy = UserFactory(tenant=tenant, role_code=RoleCode.VIEWER)
    Membership.objects.create(user=deputy, project=project, role=role("quality_manager"))
    set_project_role(actor=deputy, project=project, user=tester, role=role("quality_manager"))
    with pytest.raises(Denied, match="above your own"):
        set_project_role(actor=deputy, project=project, user=tester, role=role("tenant_admin"))


def test_a_role_lowered_in_the_project_does_not_lift_itself(lead, project):
    Membership.objects.create(user=lead, project=project, role=role("tester"))
    with pytest.raises(Denied):
        set_project_role(actor=lead, project=project, user=lead, role=role("quality_manager"))


def test_administrators_and_higher_roles_are_left_alone(tenant, admin, lead, project):
    with pytest.raises(Denied, match="same role in every project"):
        set_project_role(actor=lead, project=project, user=admin, role=role("viewer"))


@pytest.mark.parametrize("fixture", ["tester", "developer", "viewer"])
def test_others_may_not_change_members(request, project, lead, fixture):
    with pytest.raises(Denied):
        set_project_role(actor=request.getfixturevalue(fixture), project=project, user=lead, role=role("viewer"))


def test_people_of_another_company_do_not_exist(lead, stranger, project):
    with pytest.raises(NotVisible):
        set_project_role(actor=lead, project=project, user=stranger, role=role("viewer"))


def test_the_page_lists_everybody_with_the_role_that_counts(signed_in, lead, tester, viewer, stranger, page, project):
    set_project_role(actor=lead, project=project, user=viewer, role=role("developer"))
    content = signed_in(lead).get(page).content.decode()
    for person in (lead, tester, viewer):
        assert person.email in content
    assert stranger.email not in content
    assert content.count("In this project") == 1
    assert content.count("In the company") >= 2


def test_readers_see_roles_without_controls(signed_in, viewer, tester, page):
    content = signed_in(viewer).get(page).content.decode()
    assert tester.email in content
    assert '<select class="form-select form-select-sm"' not in content
    assert "Give a role in this project" not in content


def test_a_role_is_given_on_the_page(signed_in, lead, tester, page, project):
    response = signed_in(lead).post(page, {"user": tester.pk, "role": role("viewer").pk})
    assert response.url == page
    assert Membership.objects.get(user=tester, project=project).role.code == "viewer"


def test_a_fragment_comes_back_to_htmx_with_a_message(signed_in, lead, tester, page):
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    response = signed_in(lead).post(page, {"user": tester.pk, "role": role("viewer").pk}, headers=headers)
    content = response.content.decode()
    assert response.status_code == 200
    assert "<html" not in content
    assert content.strip().startswith('<div class="q-sections" id="members"')
    assert "portal:toast" in response["HX-Trigger"]
    assert "HX-Request-Type" in response["Vary"]


def test_what_the_form_does_not_offer_is_refused_beside_it(signed_in, lead, stranger, tester, page):
    for body in (
        {"user": stranger.pk, "role": role("viewer").pk},
        {"user": tester.pk, "role": role("tenant_admin").pk},
    ):
        response = signed_in(lead).post(page, body)
        assert response.status_code == 422
        assert "Select a valid choice" in response.content.decode()
    assert not Membership.objects.exists()


def test_roles_are_changed_and_taken_away_in_place(signed_in, lead, tester, change, page, project):
    client = signed_in(lead)
    client.post(change(tester), {"role": role("developer").pk})
    assert Membership.objects.get(user=tester).role.code == "developer"
    client.post(change(tester), {})
    assert not Membership.objects.exists()


def test_a_refused_change_shows_its_reason_in_the_row(signed_in, lead, admin, change):
    response = signed_in(lead).post(change(admin), {"role": role("viewer").pk})
    assert response.status_code == 422
    assert "An administrator has the same role in every project." in response.content.decode()
    unknown = signed_in(lead).post(change(lead), {"role": 99_999})
    assert "There is no such role." in unknown.content.decode()


def test_custom_roles_of_another_company_cannot_be_given(signed_in, lead, tester, change):
    foreign = Role.objects.create(tenant=TenantFactory(), name="Theirs", code="tester", scope="module")
    assert signed_in(lead).post(change(tester), {"role": foreign.pk}).status_code == 422


def test_a_closed_project_lists_its_members_and_administrators_alone(signed_in, admin, tester, viewer, page, project):
    project.settings = {"membersOnly": True}
    project.save()
    Membership.objects.create(user=viewer, project=project, role=role("viewer"))
    content = signed_in(admin).get(page).content.decode()
    people = content.partition("<tbody>")[2]
    assert viewer.email in people
    assert admin.email in people
    assert tester.email not in people
    assert signed_in(tester).get(page).status_code == 404


def test_the_page_costs_the_same_for_more_people(signed_in, lead, tenant, page, same_queries):
    client = signed_in(lead)
    same_queries(lambda: client.get(page), lambda: [UserFactory(tenant=tenant) for _ in range(10)])
