"""Companies, projects, invitations, tokens and the audit trail in the data administration."""

import pytest

from accounts.choices import RoleCode
from accounts.models import ApiToken, AuditEntry, IdentityProvider, Invitation, Project, RequestRecord, Tenant, User
from accounts.services.api_tokens import create_api_token
from accounts.services.invitations import invite
from accounts.services.projects import delete_project, restore_project
from accounts.services.tenants import update_tenant
from accounts.tests.admin_forms import acted, address, errors_of, saved, told
from accounts.tests.factories import ProjectFactory, UserFactory, role
from qaportal.kit.errors import Denied, RuleViolation

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform_admin(db) -> User:
    return UserFactory(tenant=None, role_code=RoleCode.SUPER_ADMIN, email="root@example.com", first_name="Root")


@pytest.fixture
def root(signed_in, platform_admin):
    return signed_in(platform_admin)


@pytest.fixture
def reader(signed_in, admin):
    return signed_in(admin)


def deleted(reader, row):
    state = reader.get(address(row, "delete")).context["if_match"]
    return reader.post(address(row, "delete"), {"post": "yes", "if_match": state})


# -- companies -------------------------------------------------------------------------------------------------------
def test_the_platform_adds_changes_deletes_and_restores_companies(root):
    form = {"name": "Nordwind", "slug": "nordwind", "status": "active", "max_users": 3, "requires_second_factor": "on"}
    assert told(root, saved(root, address(Tenant, "add"), **form)) == "Nordwind is added."
    company = Tenant.objects.get(slug="nordwind")
    assert (company.max_users, company.settings) == (3, {"requireSecondFactor": True})
    saved(root, address(company, "change"), name="Nordwind AG", max_users=5)
    company.refresh_from_db()
    assert (company.name, company.max_users, company.requires_second_factor) == ("Nordwind AG", 5, True)
    assert told(root, deleted(root, company)) == "Nordwind AG is deleted."
    assert "Nordwind AG" not in root.get(address(Tenant, "changelist")).content.decode()
    assert acted(root, "restore_chosen", company, query="?state=deleted") == "Done for 1 row."
    assert Tenant.objects.living().filter(pk=company.pk, status="active").exists()
    told_by_trail = AuditEntry.objects.about(company).order_by("pk").values_list("action", flat=True)
    assert [each for each in told_by_trail if "signed_out" not in each] == [
        "tenant.created",
        "tenant.updated",
        "tenant.deleted",
        "tenant.restored",
    ]


def test_a_taken_slug_is_said_beside_its_field(root, tenant):
    answer = saved(root, address(Tenant, "add"), name="Another", slug=tenant.slug, status="active")
    assert errors_of(answer) == "This slug is taken."


def test_suspending_a_company_ends_its_sessions_at_once(root, tester, signed_in, tenant):
    session = signed_in(tester)
    saved(root, address(tenant, "change"), status="suspended")
    assert session.get("/projects/").status_code == 302
    tester.refresh_from_db()
    assert tester.sign_in_epoch == 1


def test_a_company_changes_its_name_and_rules_and_nothing_that_the_platform_decides(reader, tenant):
    tenant.settings = {"theme": "dark"}
    tenant.max_users = 20
    tenant.save()
    page = address(tenant, "change")
    saved(reader, page, name="Tessarin SE", requires_second_factor="on", max_users=999, slug="mine", status="suspended")
    tenant.refresh_from_db()
    assert (tenant.name, tenant.max_users, tenant.slug, tenant.status) == ("Tessarin SE", 20, "tessarin", "active")
    assert tenant.settings == {"theme": "dark", "requireSecondFactor": True}
    Tenant.objects.filter(pk=tenant.pk).update(settings={})  # or the reader would have to set one up first
    assert reader.get(address(Tenant, "add")).status_code == 403
    assert reader.get(address(tenant, "delete")).status_code == 403
    assert "restore_chosen" not in reader.get(address(Tenant, "changelist")).content.decode()


def test_an_old_state_of_a_company_is_refused(root, reader, admin, tenant):
    old = reader.get(address(tenant, "change")).context["adminform"].form["if_match"].value()
    update_tenant(actor=admin, tenant=tenant, name="Quicker")
    answer = saved(reader, address(tenant, "change"), name="Slower", if_match=old)
    assert "Somebody changed this in the meantime" in errors_of(answer)
    assert Tenant.objects.get(pk=tenant.pk).name == "Quicker"


def test_seats_hold(root, tenant, tester):
    tenant.max_users = 1
    tenant.save()
    form = {"email": "one@tessarin.example", "role": role(RoleCode.TESTER).pk, "tenant": tenant.pk}
    answer = saved(root, address(User, "add"), **form, first_password="correct horse 43")
    assert "The company has 1 seats and all are taken." in errors_of(answer)


def test_the_platform_sees_every_company_and_says_which_row_is_whose(root, tester, stranger):
    page = root.get(address(User, "changelist")).content.decode()
    assert tester.email in page
    assert stranger.email in page
    assert ">Rival</a>" in page or ">Rival</td>" in page
    only = root.get(address(User, "changelist"), {"tenant__id__exact": stranger.tenant_id}).content.decode()
    assert tester.email not in only


def test_a_platform_administrator_is_added_without_a_company(root):
    form = {"email": "second@example.com", "role": role(RoleCode.SUPER_ADMIN).pk, "first_password": "correct horse 43"}
    assert saved(root, address(User, "add"), **form).status_code == 302
    assert User.objects.get(email="second@example.com").is_super_admin
    wrong = {"email": "third@example.com", "role": role(RoleCode.TESTER).pk, "first_password": "correct horse 43"}
    assert "There is no such role." in errors_of(saved(root, address(User, "add"), **wrong))


# -- projects --------------------------------------------------------------------------------------------------------
def test_a_project_is_started_changed_deleted_and_restored(reader, admin):
    form = {"key": "WEB", "name": "Web shop", "description": "", "members_only": "on"}
    assert saved(reader, address(Project, "add"), **form).status_code == 302
    project = Project.objects.get(key="WEB")
    assert (project.tenant, project.members_only) == (admin.tenant, True)
    saved(reader, address(project, "change"), name="Shop", members_only=None, key="NEW")
    project.refresh_from_db()
    assert (project.name, project.members_only, project.key) == ("Shop", False, "WEB")
    assert told(reader, deleted(reader, project)) == "WEB Shop is deleted."
    assert not Project.objects.visible_to(admin).filter(pk=project.pk).exists()
    assert acted(reader, "restore_chosen", project, query="?state=deleted") == "Done for 1 row."
    assert Project.objects.visible_to(admin).filter(pk=project.pk).exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"key": "web shop"}, "2 to 12 capital letters and digits"),
        ({"key": "PAY"}, "This key is taken."),
        ({"name": ""}, "This field is required."),
    ],
)
def test_an_unusable_project_is_refused(reader, project, changed, words):
    answer = saved(reader, address(Project, "add"), **{"key": "WEB", "name": "Web", "description": "", **changed})
    assert words in errors_of(answer)
    assert Project.objects.count() == 1


def test_a_project_belongs_to_a_company(root):
    answer = root.get(address(Project, "add"))
    assert answer.status_code == 403
    assert "A project belongs to a company" in answer.content.decode()


def test_a_deleted_project_comes_back_unless_its_key_was_given_anew(admin, lead, project):
    delete_project(actor=admin, project=project)
    with pytest.raises(Denied):
        restore_project(actor=lead, project=project)
    another = ProjectFactory(tenant=project.tenant, key=project.key)
    with pytest.raises(RuleViolation, match="Another project has the key PAY"):
        restore_project(actor=admin, project=project)
    delete_project(actor=admin, project=another)
    assert restore_project(actor=admin, project=project).deleted_at is None
    assert restore_project(actor=admin, project=project).deleted_at is None, "twice is once"
    assert AuditEntry.objects.filter(action="project.restored").count() == 1


def test_strangers_restore_no_project(admin, stranger, project):
    delete_project(actor=admin, project=project)
    with pytest.raises(Denied):
        restore_project(actor=stranger, project=project)


# -- invitations, tokens, identity providers -------------------------------------------------------------------------
def test_people_are_invited_again_and_no_longer(reader, admin):
    form = {"email": "guest@tessarin.example", "role": role(RoleCode.TESTER).pk}
    assert saved(reader, address(Invitation, "add"), **form).status_code == 302
    assert "invited already" in errors_of(saved(reader, address(Invitation, "add"), **form))
    invitation = Invitation.objects.get()
    assert invitation.tenant == admin.tenant
    assert acted(reader, "resend_chosen", invitation) == "Done for 1 row."
    assert Invitation.objects.get().nonce != invitation.nonce, "the old link ends"
    assert acted(reader, "revoke_chosen", invitation) == "Done for 1 row."
    assert "used or taken back" in acted(reader, "resend_chosen", invitation)
    page = reader.get(address(invitation, "change")).content.decode()
    assert "resend_chosen" not in page
    assert 'name="_save"' not in page
    assert invitation.nonce not in page


def test_invitations_of_another_company_cannot_be_reached(reader, stranger):
    foreign = invite(actor=stranger, tenant=stranger.tenant, email="a@rival.example", role=role(RoleCode.TESTER))
    acted(reader, "revoke_chosen", foreign)
    foreign.refresh_from_db()
    assert foreign.revoked_at is None


def test_tokens_are_seen_without_their_secret_and_revoked(reader, tester):
    token, secret = create_api_token(actor=tester, name="CI", scopes=["read"])
    page = reader.get(address(token, "change")).content.decode()
    assert token.prefix in page
    assert secret not in page
    assert token.token_hash not in page
    assert acted(reader, "revoke_chosen", token) == "Done for 1 row."
    assert not ApiToken.objects.usable().exists()
    assert AuditEntry.objects.filter(action="api_token.revoked").exists()
    assert reader.post(address(token, "change"), {"name": "x"}).status_code == 403


def test_an_identity_provider_is_read_without_its_secret(reader, tenant):
    provider = IdentityProvider.objects.create(
        tenant=tenant,
        name="Directory",
        issuer="https://id.tessarin.example",
        client_id="portal",
        client_secret="very secret words",
        default_role=role(RoleCode.TESTER),
    )
    page = reader.get(address(provider, "change")).content.decode()
    assert "id.tessarin.example" in page
    assert "very secret words" not in page
    assert "client_secret" not in page
    assert reader.post(address(provider, "change"), {"name": "x"}).status_code == 403


# -- the trail -------------------------------------------------------------------------------------------------------
def test_the_trail_and_the_requests_are_read_and_found_by_the_number_of_the_request(reader, tenant, admin):
    entry = AuditEntry.objects.create(
        tenant=tenant, actor=admin, action="user.updated", correlation_id="abc-1", changes={"first_name": ["A", "B"]}
    )
    record = RequestRecord.objects.create(
        tenant=tenant,
        user=admin,
        correlation_id="abc-1",
        method="PATCH",
        path="/api/v1/users/1",
        status=200,
        request_body={"firstName": "B"},
        duration_ms=3,
    )
    for row, words in ((entry, "first_name"), (record, "firstName")):
        listed = reader.get(address(type(row), "changelist"), {"q": "abc-1"}).content.decode()
        assert f"/{row.pk}/change/" in listed
        assert f"/{row.pk}/change/" not in reader.get(address(type(row), "changelist"), {"q": "abc"}).content.decode()
        page = reader.get(address(row, "change")).content.decode()
        assert words in page
        assert 'name="_save"' not in page
        assert reader.post(address(row, "change"), {"action": "x"}).status_code == 403


def test_long_lists_are_counted_so_far_and_no_further(reader, tenant, monkeypatch, django_assert_max_num_queries):
    from qaportal.kit.admin import lists

    monkeypatch.setattr(lists, "COUNTED", 100)
    AuditEntry.objects.bulk_create(AuditEntry(tenant=tenant, action=f"test.n{number}") for number in range(150))
    with django_assert_max_num_queries(12):
        page = reader.get(address(AuditEntry, "changelist")).content.decode()
    assert "More than" in page
    assert "test.n149" in page
    assert reader.get(address(AuditEntry, "changelist"), {"p": "2"}).status_code == 200
    assert reader.get(address(AuditEntry, "changelist"), {"p": "99"}).status_code == 302
