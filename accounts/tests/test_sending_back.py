"""What GET answers, PUT takes, and nothing is changed by it: of every object, whatever it holds."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AuditEntry, User
from accounts.permissions import PERMISSIONS
from qaportal.tests.routes import named_routes

from .administration import custom_role, super_admin
from .factories import UserFactory

LETTERS = st.characters(exclude_characters="\x00", exclude_categories=["Cs"])
"""What the database keeps."""


def words(most: int, least: int = 0) -> st.SearchStrategy[str]:
    """Texts as services store them: without spaces around them."""
    return st.text(LETTERS, max_size=most).map(str.strip).filter(lambda text: len(text) >= least)


JSON = st.dictionaries(
    words(10).filter(lambda name: name not in {"requireSecondFactor", "membersOnly"}),
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | words(20) | st.lists(words(5), max_size=2),
    max_size=4,
)
LIMIT = st.none() | st.integers(0, 2**31 - 1)
TENANT = {
    "name": words(100), "slug": words(100), "status": st.sampled_from(["active", "suspended"]),
    "settings": st.none() | JSON, "subscription_tier": st.none() | words(50), "max_users": LIMIT, "max_modules": LIMIT,
}  # fmt: skip
USER = {
    "first_name": words(100), "last_name": words(100), "email": words(60).map("x{}x@tessarin.example".format),
    "status": st.sampled_from(["active", "suspended"]), "auth_provider": st.sampled_from(["local", "oidc"]),
}  # fmt: skip
ROLE = {
    "name": words(100, least=1), "description": words(300), "scope": st.sampled_from(["platform", "tenant", "module"]),
    "permissions": st.none() | st.lists(st.sampled_from(sorted(PERMISSIONS)), unique=True),
}  # fmt: skip
PROJECT = {
    "name": words(200, least=1), "description": words(300), "icon": words(200), "color": words(32), "settings": JSON,
}  # fmt: skip

OBJECTS = {
    "tenant": ("/api/v1/tenants/{}", TENANT, lambda world: world.other_tenant),
    "tenant of an administrator": ("/api/v1/tenants/{}", TENANT | {"status": st.just("active")}, lambda w: w.tenant),
    "person": ("/api/v1/users/{}", USER, lambda world: world.person),
    "platform administrator": ("/api/v1/users/{}", USER | {"status": st.just("active")}, lambda world: world.root),
    "person with a role of two values": ("/api/users/{}", USER, lambda world: world.person),
    "administrator with a role of two values": (
        "/api/users/{}", USER | {"status": st.just("active")}, lambda world: world.admin
    ),
    "role": ("/api/v1/roles/{}", ROLE, lambda world: world.role),
    "project": ("/api/projects/{}", PROJECT, lambda world: world.project),
}  # fmt: skip
BY_PLATFORM = {"tenant", "platform administrator"}


class World:
    """Objects of each kind, and who changes them."""

    def __init__(self, tenant, other_tenant, project, admin):
        self.tenant, self.other_tenant, self.project, self.admin = tenant, other_tenant, project, admin
        self.root = super_admin()
        self.role = custom_role(tenant, "tester")
        self.person = UserFactory(tenant=tenant, role=self.role)


@pytest.fixture
def world(tenant, other_tenant, project, admin) -> World:
    return World(tenant, other_tenant, project, admin)


def told(answer) -> dict:
    body = answer.json()
    return body["data"] if "success" in body else body


@pytest.mark.parametrize("kind", OBJECTS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_get_answers_put_takes(api, world, kind, data):
    address, fields, find = OBJECTS[kind]
    row = find(world)
    client = api(world.root if kind in BY_PLATFORM else world.admin)
    stored = data.draw(st.fixed_dictionaries(fields))
    type(row).objects.filter(pk=row.pk).update(**stored)
    place = address.format(row.pk)
    before = client.get(place)
    assert before.status_code == 200, before.json()
    entries = AuditEntry.objects.exclude(action__startswith="user.sign").count()
    answer = client.put(place, told(before))
    assert answer.status_code == 200, (told(before), answer.json())
    times = {"updated_at", "updatedAt", "updated_by", "updatedBy"}
    after = told(client.get(place))
    assert {name: after[name] for name in after.keys() - times} == {
        name: value for name, value in told(before).items() if name not in times
    }
    changed = AuditEntry.objects.exclude(action__startswith="user.sign").count() - entries
    assert changed == 0 or kind == "role"  # permissions that the table no longer gives are forgotten


def test_what_is_sent_back_frees_nobody_from_a_rule(api, world):
    User.objects.filter(pk=world.person.pk).update(first_name="")
    place = f"/api/v1/users/{world.person.pk}"
    client = api(world.admin)
    body = told(client.get(place))
    assert client.put(place, body | {"last_name": ""}).status_code == 400
    assert client.put(place, body | {"first_name": "Nina"}).status_code == 200
    assert client.put(place, body).status_code == 400


def test_every_resource_that_is_put_is_tried():
    put = {route.name for route in named_routes() if route.is_api and "put" in route.methods}
    own = {name for name in put if name in {"project-detail", "user-detail"} or name.startswith("v1-")}
    assert own == {"project-detail", "user-detail", "v1-tenant-detail", "v1-user-detail", "v1-role-detail"}
