"""A custom role may lack even a permission to read: pages say so, lists and ids hold nothing."""

import pytest
from django.urls import reverse

from accounts.models import Membership, Role
from accounts.tests.factories import ProjectFactory
from catalog.models import TestCase
from catalog.tests.factories import TestCaseFactory
from releases.models import Release
from releases.tests.factories import ReleaseFactory


@pytest.fixture
def release_reader(tenant) -> Role:
    """Reads releases and nothing else."""
    return Role.objects.create(
        tenant=tenant, name="Release reader", code="viewer", scope="module", permissions=["release.view"]
    )


@pytest.fixture
def case(project):
    return TestCaseFactory(project=project)


def test_a_role_without_a_permission_to_read_sees_no_such_objects(viewer, release_reader, case, project):
    ReleaseFactory(project=project)
    viewer.role = release_reader
    assert not TestCase.objects.visible_to(viewer).exists()
    assert Release.objects.visible_to(viewer).exists()


def test_a_membership_takes_reading_away_in_its_project_alone(tester, release_reader, case, project):
    elsewhere = TestCaseFactory(project=ProjectFactory(tenant=project.tenant))
    Membership.objects.create(user=tester, project=project, role=release_reader)
    assert list(TestCase.objects.visible_to(tester)) == [elsewhere]


def test_a_membership_gives_reading_back_in_its_project_alone(viewer, release_reader, case, project):
    TestCaseFactory(project=ProjectFactory(tenant=project.tenant))
    viewer.role = release_reader
    Membership.objects.create(user=viewer, project=project, role=Role.objects.built_in("viewer"))
    assert list(TestCase.objects.visible_to(viewer)) == [case]


def test_the_page_says_what_the_role_lacks(viewer, release_reader, case, project, signed_in, api):
    viewer.role = release_reader
    viewer.save()
    answer = signed_in(viewer).get(reverse("catalog:case_list", args=[project.key]))
    assert answer.status_code == 403
    assert "Your role, Release reader, may not read test cases." in answer.content.decode()
    assert signed_in(viewer).get(reverse("releases:list", args=[project.key])).status_code == 200
    assert api(viewer).get(f"/api/test-cases/{case.pk}").status_code == 404
    assert api(viewer).get("/api/test-cases").json() == []


def test_somebody_who_may_not_see_people_sees_himself(viewer, release_reader, admin):
    viewer.role = release_reader
    assert list(type(viewer).objects.visible_to(viewer)) == [viewer]
