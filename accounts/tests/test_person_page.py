import pytest
from django.contrib.messages import get_messages

from accounts.models import ApiToken, AuditEntry, Membership, Role, User
from accounts.services.api_tokens import create_api_token
from accounts.services.people import set_project_role
from accounts.services.users import delete_user, update_user
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, InvalidInput

from .factories import ProjectFactory, TenantFactory, UserFactory, role


def page(person: User, *parts: str) -> str:
    return "/".join(["/administration/people", str(person.pk), *parts, ""])


def told(response) -> list[str]:
    return [str(each) for each in get_messages(response.wsgi_request)]


def values(person: User, **changed) -> dict:
    kept = {name: getattr(person, name) for name in ("first_name", "last_name", "email")}
    return kept | {"role": person.role_id, "if_match": etag(person)} | changed


def test_the_page_shows_who_somebody_is(signed_in, admin, tester):
    content = signed_in(admin).get(page(tester)).content.decode()
    for words in (tester.email, "Tomas Reyl", "Suspend", "Sign out everywhere", "Make a link", "Roles in projects"):
        assert words in content


def test_somebody_of_another_company_does_not_exist(signed_in, admin, stranger):
    client = signed_in(admin)
    assert client.get(page(stranger)).status_code == 404
    for act in ("status", "sign-out", "reset-link", "delete", "restore", "projects"):
        assert client.post(page(stranger, act), {"status": "suspended"}).status_code == 404


def test_readers_see_the_facts_and_why_they_change_nothing(signed_in, lead, tester):
    content = signed_in(lead).get(page(tester)).content.decode()
    assert "Your role, Quality manager, may not manage people." in content
    assert "Suspend" not in content
    assert signed_in(lead).post(page(tester), values(tester, first_name="X")).status_code == 422
    assert signed_in(lead).post(page(tester, "delete")).status_code == 403


def test_names_address_and_role_are_saved(signed_in, admin, tester):
    response = signed_in(admin).post(
        page(tester), values(tester, first_name="Thomas", email="new@example.com", role=role("viewer").pk)
    )
    assert response.url == page(tester)
    tester.refresh_from_db()
    assert (tester.first_name, tester.email, tester.role.code) == ("Thomas", "new@example.com", "viewer")
    assert not tester.is_email_verified


def test_a_taken_address_is_refused_beside_it_and_what_was_typed_stays(signed_in, admin, tester, stranger):
    response = signed_in(admin).post(page(tester), values(tester, email=stranger.email, first_name="Typed"))
    content = response.content.decode()
    assert response.status_code == 422
    assert "This address cannot be used." in content
    assert 'value="Typed"' in content
    assert stranger.full_name not in content


def test_two_people_who_edit_at_once_do_not_overwrite_each_other(signed_in, admin, tester):
    seen = values(tester)
    update_user(actor=admin, user=tester, first_name="First")
    response = signed_in(admin).post(page(tester), seen | {"first_name": "Second"})
    assert response.status_code == 422
    assert "Somebody changed this in the meantime." in response.content.decode()


def test_roles_above_the_own_and_of_other_companies_are_not_offered(signed_in, admin, tester):
    foreign = Role.objects.create(tenant=TenantFactory(), name="Theirs", code="tester", scope="module")
    client = signed_in(admin)
    content = client.get(page(tester)).content.decode()
    assert "Platform administrator" not in content
    assert "Theirs" not in content
    for wanted in (foreign, role("super_admin")):
        assert client.post(page(tester), values(tester, role=wanted.pk)).status_code == 422


def test_the_last_administrator_keeps_his_role(signed_in, admin):
    response = signed_in(admin).post(page(admin), values(admin, role=role("tester").pk))
    assert response.status_code == 422
    assert "The company needs at least one active administrator." in response.content.decode()


def test_suspending_ends_sessions_and_tokens_and_reactivating_lets_in_again(signed_in, admin, tester):
    create_api_token(actor=tester, name="Build", scopes=["read"])
    theirs, client = signed_in(tester), signed_in(admin)
    assert told(client.post(page(tester, "status"), {"status": "suspended"})) == ["Tomas Reyl is suspended"]
    assert theirs.get("/projects/").status_code == 302
    assert not ApiToken.objects.usable().exists()
    assert "Reactivate" in client.get(page(tester)).content.decode()
    client.post(page(tester, "status"), {"status": "active"})
    tester.refresh_from_db()
    assert tester.may_sign_in


def test_nobody_suspends_or_deletes_himself(signed_in, admin):
    client = signed_in(admin)
    content = client.get(page(admin)).content.decode()
    assert "This is you. Somebody else has to do it." in content
    for act in ("status", "delete"):
        response = client.post(page(admin, act), {"status": "suspended"})
        assert response.status_code == 422
        assert "This is you." in response.content.decode()
    with pytest.raises(Denied):
        delete_user(actor=admin, user=admin)


@pytest.mark.parametrize("status", ["", "deleted", "odd"])
def test_only_known_statuses_are_set(signed_in, admin, tester, status):
    assert signed_in(admin).post(page(tester, "status"), {"status": status}).status_code == 422
    tester.refresh_from_db()
    assert tester.status == "active"


def test_somebody_is_signed_out_everywhere(signed_in, admin, tester):
    theirs = signed_in(tester)
    signed_in(admin).post(page(tester, "sign-out"))
    assert theirs.get("/projects/").status_code == 302


def test_a_link_for_a_new_password_is_shown_once(signed_in, admin, tester):
    response = signed_in(admin).post(page(tester, "reset-link"))
    assert "/account/password/reset/key/" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert signed_in(admin).get(page(tester, "reset-link")).status_code == 405


def test_whoever_may_not_sign_in_gets_no_link(signed_in, admin, tester):
    User.objects.filter(pk=tester.pk).update(status="suspended")
    response = signed_in(admin).post(page(tester, "reset-link"))
    assert response.status_code == 422
    assert "/reset/key/" not in response.content.decode()


def test_somebody_is_deleted_and_restored(signed_in, admin, tester):
    client = signed_in(admin)
    assert told(client.post(page(tester, "delete"))) == ["Tomas Reyl is deleted. The seat is free"]
    content = client.get(page(tester)).content.decode()
    assert "was deleted" in content
    assert "Make a link" not in content
    assert told(client.post(page(tester, "restore"))) == ["Tomas Reyl is back"]
    tester.refresh_from_db()
    assert tester.deleted_at is None


def test_restoring_needs_a_free_seat(signed_in, admin, tester, tenant):
    delete_user(actor=admin, user=tester)
    tenant.max_users = 1
    tenant.save()
    response = signed_in(admin).post(page(tester, "restore"))
    assert response.status_code == 422
    assert "all are taken" in response.content.decode()


def test_a_role_in_a_project_is_given_changed_and_taken_away(signed_in, admin, tester, project):
    client = signed_in(admin)
    given = client.post(page(tester, "projects"), {"project": project.pk, "role": role("developer").pk})
    assert given.url == page(tester)
    client.post(page(tester, "projects", str(project.pk)), {"role": role("viewer").pk})
    assert Membership.objects.get(user=tester).role.code == "viewer"
    client.post(page(tester, "projects", str(project.pk)), {})
    assert not Membership.objects.exists()


def test_htmx_gets_the_roles_in_projects_alone_with_a_message(signed_in, admin, tester, project):
    set_project_role(actor=admin, project=project, user=tester, role=role("viewer"))
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    address, client = page(tester, "projects", str(project.pk)), signed_in(admin)
    for body in ({"role": role("developer").pk}, {}):
        response = client.post(address, body, headers=headers)
        assert response.status_code == 200
        assert response.content.decode().strip().startswith('<section class="q-sec q-line-t" id="projects"')
        assert "portal:toast" in response["HX-Trigger"]


def test_a_refused_role_shows_its_reason_in_the_row(signed_in, admin, tester, project):
    set_project_role(actor=admin, project=project, user=tester, role=role("viewer"))
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    response = signed_in(admin).post(
        page(tester, "projects", str(project.pk)), {"role": role("tenant_admin").pk}, headers=headers
    )
    content = response.content.decode()
    assert response.status_code == 422
    assert content.strip().startswith('<section class="q-sec q-line-t" id="projects"')
    assert "Administrators are made for the whole company, not for one project." in content


def test_projects_of_another_company_are_not_offered(signed_in, admin, tester, other_project):
    response = signed_in(admin).post(page(tester, "projects"), {"project": other_project.pk, "role": role("viewer").pk})
    assert response.status_code == 422
    assert signed_in(admin).post(page(tester, "projects", str(other_project.pk)), {}).status_code == 404


def test_a_role_of_another_company_is_no_role_in_a_project(tester, project):
    platform = UserFactory(tenant=None, role_code="super_admin")
    foreign = Role.objects.create(tenant=TenantFactory(), name="Theirs", code="tester", scope="module")
    with pytest.raises(InvalidInput):
        set_project_role(actor=platform, project=project, user=tester, role=foreign)


def test_tokens_are_listed_and_revoked_from_the_page(signed_in, admin, tester):
    token, _secret = create_api_token(actor=tester, name="Build", scopes=["read"])
    client = signed_in(admin)
    assert token.prefix in client.get(page(tester)).content.decode()
    response = client.post(f"/account/tokens/{token.pk}/revoke/", {"next": page(tester)})
    assert response.url == page(tester)
    assert not ApiToken.objects.usable().exists()


def test_recent_activity_tells_what_the_person_did_and_what_was_done_to_him(signed_in, admin, tester):
    update_user(actor=admin, user=tester, first_name="Thomas")
    create_api_token(actor=tester, name="Build", scopes=["read"])
    content = signed_in(admin).get(page(tester)).content.decode().partition("Recent activity")[2]
    assert "Changed a person" in content
    assert "Ada Admin" in content
    assert "Made an API token" in content


def test_recent_activity_holds_nothing_that_the_reader_does_not_see(signed_in, viewer, admin, tester):
    update_user(actor=admin, user=tester, first_name="Thomas")
    assert "Changed a person" not in signed_in(viewer).get(page(tester)).content.decode()


def test_the_page_costs_the_same_for_more_projects_tokens_and_entries(signed_in, admin, tester, tenant, same_queries):
    client = signed_in(admin)

    def grow():
        for number in range(5):
            set_project_role(actor=admin, project=ProjectFactory(tenant=tenant), user=tester, role=role("viewer"))
            create_api_token(actor=tester, name=f"Token {number}", scopes=["read"])
        assert AuditEntry.objects.count() >= 10

    grow()
    same_queries(lambda: client.get(page(tester)), grow)
