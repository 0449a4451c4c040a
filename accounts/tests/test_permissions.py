import pytest

from accounts.choices import ROLE_RANK, ROLE_SCOPE, RoleCode
from accounts.permissions import PERMISSIONS, decide
from accounts.services.projects import create_project
from qaportal.kit.errors import Denied

from .administration import super_admin
from .factories import ProjectFactory, UserFactory


def test_every_role_has_a_rank_and_a_scope():
    assert set(ROLE_RANK) == set(ROLE_SCOPE) == set(RoleCode)


def test_codes_name_an_object_and_an_act():
    for code, permission in PERMISSIONS.items():
        assert code.count(".") == 1
        assert str(permission.act)
        assert permission.roles <= set(RoleCode)


def test_administrators_may_everything_and_readers_change_nothing():
    for code, permission in PERMISSIONS.items():
        assert RoleCode.SUPER_ADMIN in permission.roles
        assert permission.is_of_platform or RoleCode.TENANT_ADMIN in permission.roles
        assert (RoleCode.VIEWER in permission.roles) == code.endswith(".view") or code == "audit.view"


def test_nobody_of_lower_rank_may_more_than_a_manager():
    for permission in PERMISSIONS.values():
        if RoleCode.TESTER in permission.roles:
            assert RoleCode.QUALITY_MANAGER in permission.roles


def test_a_denial_says_the_role_and_the_act(viewer, project):
    denied = decide(viewer, "case.edit", project)
    assert not denied
    assert denied.reason == "Your role, Viewer, may not write test cases."
    assert denied.code == "role_lacks_permission"


def test_a_stranger_has_no_role(stranger, project):
    assert decide(stranger, "case.view", project).code == "no_role"


def test_a_platform_administrator_has_his_role_everywhere(project):
    assert decide(UserFactory(tenant=None, role_code="super_admin"), "case.edit", project)


def test_answer_and_service_agree_that_the_platform_starts_no_project(api, db):
    root = super_admin()
    told = {row["code"]: row for row in api(root).get("/api/permissions").json()["permissions"]}
    with pytest.raises(Denied) as refusal:
        create_project(actor=root, name="Shop")
    assert (told["project.create"]["allowed"], told["project.create"]["reason"]) == (False, refusal.value.reason)
    assert told["project.delete"]["allowed"]


def test_an_unknown_code_is_a_fault_of_the_program(tester):
    with pytest.raises(KeyError):
        decide(tester, "case.fly")


def test_deciding_for_many_projects_reads_memberships_once(tester, tenant, django_assert_num_queries):
    projects = [ProjectFactory(tenant=tenant) for _ in range(5)]
    tester = type(tester).objects.select_related("role").get(pk=tester.pk)
    with django_assert_num_queries(1):
        assert all(decide(tester, "case.edit", project) for project in projects)
