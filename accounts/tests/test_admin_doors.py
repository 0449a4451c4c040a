"""Who gets into the data administration."""

import pytest

from accounts.choices import RoleCode
from accounts.models import User
from accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
START = "/admin/"


@pytest.fixture
def platform_admin(db) -> User:
    return UserFactory(tenant=None, role_code=RoleCode.SUPER_ADMIN, email="root@example.com")


def test_administrators_of_the_company_and_of_the_platform_get_in(signed_in, admin, platform_admin):
    for person in (admin, platform_admin):
        page = signed_in(person).get(START)
        assert page.status_code == 200
        assert "Data" in page.content.decode()
