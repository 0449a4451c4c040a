"""People and roles in the data administration: the rules of the services hold, refusals are shown where they happen."""

import pytest
from django.contrib.admin.models import LogEntry

from accounts.choices import RoleCode, UserStatus
from accounts.models import AuditEntry, Membership, Role, User
from accounts.services.tokens import open_family
from accounts.services.users import update_user
from accounts.tests.admin_forms import acted, address, errors_of, saved, told
from accounts.tests.factories import UserFactory, role

pytestmark = pytest.mark.django_db
NEW = {"email": "new@tessarin.example", "first_name": "New", "last_name": "Person"}


@pytest.fixture
def reader(signed_in, admin):
    return signed_in(admin)


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_a_person_is_added_to_ones_own_company_and_the_trail_tells_it(reader, admin):
    answer = saved(
        reader, address(User, "add"), **NEW, role=role(RoleCode.TESTER).pk, first_password="correct horse 43"
    )
    assert told(reader, answer) == "New Person is added."
    person = User.objects.get(email=NEW["email"])
    assert (person.tenant, person.role.code, person.status) == (admin.tenant, RoleCode.TESTER, UserStatus.ACTIVE)
    assert person.check_password("correct horse 43")
    entry = AuditEntry.objects.get(action="user.created", target_id=str(person.pk))
    assert entry.actor == admin
    assert not LogEntry.objects.exists()


def test_without_a_password_a_link_is_mailed(reader, run_jobs, mailoutbox):
    saved(reader, address(User, "add"), **NEW, role=role(RoleCode.TESTER).pk)
    assert not User.objects.get(email=NEW["email"]).has_usable_password()
    run_jobs()
    assert [mail.to for mail in mailoutbox] == [[NEW["email"]]]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"first_password": "password"}, "too common"),
        ({"email": "STRANGER@rival.example"}, "This address cannot be used."),
        ({"email": "no address"}, "valid email address"),
        ({"role": 987_654}, "valid choice"),
        ({"first_name": "a\x00b"}, "Null characters"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_is_written(reader, other_tenant, changed, words):
    UserFactory(tenant=other_tenant, email="stranger@rival.example")
    before, trail = User.objects.count(), actions()
    form = {**NEW, "role": role(RoleCode.TESTER).pk, "first_password": "correct horse 43", **changed}
    assert words in errors_of(saved(reader, address(User, "add"), **form))
    assert (User.objects.count(), actions()) == (before, trail)


def test_what_the_form_does_not_ask_is_not_taken(reader, other_tenant, tester):
    saved(
        reader,
        address(tester, "change"),
        first_name="Tom",
        tenant=other_tenant.pk,
        is_staff="1",
        is_email_verified="",
        first_password="correct horse 43",
        password="x",
        sign_in_epoch="9",
    )
    person = User.objects.get(pk=tester.pk)
    assert (person.first_name, person.tenant_id, person.password) == ("Tom", tester.tenant_id, tester.password)
    assert (person.is_email_verified, person.sign_in_epoch) == (True, 0)


def test_no_form_offers_a_role_above_ones_own(reader, tester):
    page = reader.get(address(tester, "change")).content.decode()
    assert f'value="{role(RoleCode.SUPER_ADMIN).pk}"' not in page
    answer = saved(reader, address(tester, "change"), role=role(RoleCode.SUPER_ADMIN).pk)
    assert "valid choice" in errors_of(answer)


def test_the_last_administrator_stays(reader, admin):
    answer = saved(reader, address(admin, "change"), role=role(RoleCode.TESTER).pk)
    assert "at least one active administrator" in errors_of(answer)
    assert "This is you. Somebody else has to do it." in told(reader, _deleted(reader, admin))
    assert "This is you. Somebody else has to do it." in acted(reader, "suspend_chosen", admin)
    assert User.objects.get(pk=admin.pk).role.code == RoleCode.TENANT_ADMIN
    assert User.objects.get(pk=admin.pk).is_active


def _deleted(reader, person, if_match: str | None = None):
    page = reader.get(address(person, "delete"))
    return reader.post(address(person, "delete"), {"post": "yes", "if_match": if_match or page.context["if_match"]})


def test_whoever_comes_second_is_refused(reader, admin, tester):
    page = reader.get(address(tester, "change")).context["adminform"].form
    old = page["if_match"].value()
    deletion = reader.get(address(tester, "delete")).context["if_match"]
    update_user(actor=admin, user=tester, last_name="Quicker")
    answer = saved(reader, address(tester, "change"), first_name="Slow", if_match=old)
    assert "Somebody changed this in the meantime" in errors_of(answer)
    assert "Somebody changed this in the meantime" in told(reader, _deleted(reader, tester, deletion))
    person = User.objects.get(pk=tester.pk)
    assert (person.first_name, person.last_name, person.deleted_at) == ("Tomas", "Quicker", None)


def test_a_form_without_its_state_is_refused(reader, tester):
    answer = saved(reader, address(tester, "change"), first_name="Blind", if_match=None)
    assert "Somebody changed this in the meantime" in errors_of(answer)
    answer = reader.post(address(tester, "delete"), {"post": "yes"})
    assert "Somebody changed this in the meantime" in told(reader, answer)
    assert User.objects.living().filter(pk=tester.pk, first_name="Tomas").exists()


def test_suspending_signs_out_at_once_and_can_be_taken_back(reader, signed_in, tester):
    session, family = signed_in(tester), open_family(user=tester)
    assert acted(reader, "suspend_chosen", tester) == "Done for 1 row."
    assert session.get("/projects/").status_code == 302
    assert not tester.token_families.filter(ended_at__isnull=True).exists(), family
    assert acted(reader, "reactivate_chosen", tester) == "Done for 1 row."
    assert User.objects.get(pk=tester.pk).is_active


def test_people_are_signed_out_everywhere(reader, signed_in, tester, lead):
    sessions = [signed_in(tester), signed_in(lead)]
    assert acted(reader, "sign_chosen_out", tester, lead) == "Done for 2 rows."
    assert [session.get("/projects/").status_code for session in sessions] == [302, 302]


def test_a_deleted_person_is_hidden_read_and_brought_back(reader, tester, viewer):
    assert told(reader, _deleted(reader, tester)) == "Tomas Reyl is deleted."
    listed = reader.get(address(User, "changelist")).content.decode()
    assert tester.email not in listed
    assert tester.email in reader.get(address(User, "changelist"), {"state": "deleted"}).content.decode()
    page = reader.get(address(tester, "change")).content.decode()
    assert "restore_chosen" in page
    assert 'name="_save"' not in page
    assert reader.post(address(tester, "change"), {"first_name": "x"}).status_code == 403
    assert reader.get(address(tester, "delete")).status_code == 403
    assert acted(reader, "restore_chosen", tester, query="?state=deleted") == "Done for 1 row."
    assert User.objects.living().filter(pk=tester.pk).exists()


def test_several_people_are_deleted_after_a_question_and_each_refusal_is_told(reader, admin, tester, viewer):
    form = {"action": "delete_chosen", "_selected_action": [admin.pk, tester.pk, viewer.pk]}
    question = reader.post(address(User, "changelist"), form)
    assert question.status_code == 200
    assert User.objects.deleted().count() == 0
    said = acted(reader, "delete_chosen", admin, tester, viewer, confirmed="yes")
    assert "Ada Admin: This is you. Somebody else has to do it." in said
    assert "Done for 2 rows." in said
    assert set(User.objects.deleted()) == {tester, viewer}


def test_the_history_is_the_audit_trail(reader, tester):
    saved(reader, address(tester, "change"), first_name="Tom")
    page = reader.get(address(tester, "history")).content.decode()
    assert "user.updated" in page
    assert "first_name: Tomas → Tom" in page


def test_the_start_page_tells_what_one_did_last(reader, tester, lead, signed_in):
    saved(reader, address(tester, "change"), first_name="Thomasina")
    page = reader.get("/admin/").content.decode()
    assert "Thomasina" in page
    assert "user.updated" in page


def test_a_custom_role_is_made_changed_and_deleted(reader, admin):
    form = {
        "name": "Release manager",
        "code": "quality_manager",
        "scope": "tenant",
        "description": "",
        "everything": None,
    }
    answer = saved(reader, address(Role, "add"), **form, permissions=["release.view", "release.edit"])
    assert told(reader, answer) == "Release manager is added."
    made = Role.objects.get(name="Release manager")
    assert (made.tenant, made.permissions) == (admin.tenant, ["release.edit", "release.view"])
    saved(reader, address(made, "change"), everything="on")
    assert Role.objects.get(pk=made.pk).permissions is None
    answer = reader.post(
        address(made, "delete"), {"post": "yes", "if_match": reader.get(address(made, "delete")).context["if_match"]}
    )
    assert told(reader, answer) == "Release manager is deleted."
    assert not Role.objects.filter(pk=made.pk).exists()


def test_a_role_gets_no_more_than_its_base(reader):
    form = {"name": "Too much", "code": "viewer", "scope": "module", "description": "", "everything": None}
    answer = saved(reader, address(Role, "add"), **form, permissions=["case.view", "case.edit"])
    assert "Roles of this base cannot have case.edit." in errors_of(answer)
    assert not Role.objects.filter(name="Too much").exists()


def test_roles_that_come_with_the_portal_are_only_read(reader):
    tester_role = role(RoleCode.TESTER)
    assert 'name="_save"' not in reader.get(address(tester_role, "change")).content.decode()
    answer = reader.post(address(tester_role, "change"), {"name": "Mine"})
    assert answer.status_code == 403
    assert "comes with the portal" in answer.content.decode()


def test_a_role_in_a_project_is_given_changed_and_taken_away(reader, project, tester):
    form = {"user": tester.pk, "project": project.pk, "role": role(RoleCode.VIEWER).pk}
    assert saved(reader, address(Membership, "add"), **form).status_code == 302
    membership = Membership.objects.get(user=tester, project=project)
    saved(reader, address(membership, "change"), role=role(RoleCode.DEVELOPER).pk)
    assert Membership.objects.get(pk=membership.pk).role.code == RoleCode.DEVELOPER
    if_match = reader.get(address(membership, "delete")).context["if_match"]
    reader.post(address(membership, "delete"), {"post": "yes", "if_match": if_match})
    assert not Membership.objects.exists()
    assert [each for each in actions() if each.startswith("member.")] == [
        "member.added",
        "member.updated",
        "member.removed",
    ]


def test_an_old_state_of_a_role_in_a_project_is_refused(reader, project, tester, admin):
    from accounts.services.people import set_project_role

    membership = set_project_role(actor=admin, project=project, user=tester, role=role(RoleCode.VIEWER))
    old = reader.get(address(membership, "change")).context["adminform"].form["if_match"].value()
    set_project_role(actor=admin, project=project, user=tester, role=role(RoleCode.DEVELOPER))
    answer = saved(reader, address(membership, "change"), role=role(RoleCode.TESTER).pk, if_match=old)
    assert "Somebody changed this in the meantime" in errors_of(answer)
    answer = reader.post(address(membership, "delete"), {"post": "yes", "if_match": old})
    assert "Somebody changed this in the meantime" in told(reader, answer)
    assert Membership.objects.get().role.code == RoleCode.DEVELOPER


def test_administrators_get_no_role_in_a_project(reader, project, tenant):
    second = UserFactory(tenant=tenant, role_code=RoleCode.TENANT_ADMIN)
    form = {"user": second.pk, "project": project.pk, "role": role(RoleCode.VIEWER).pk}
    answer = saved(reader, address(Membership, "add"), **form)
    assert "An administrator has the same role in every project." in errors_of(answer)
