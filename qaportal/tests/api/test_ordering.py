import pytest
from django.http import QueryDict

from accounts.models import Tenant
from accounts.tests.factories import TenantFactory
from qaportal.kit.api.ordering import ordered
from qaportal.kit.errors import InvalidInput

FIELDS = {"name": "name", "max_users": "max_users", "created_at": "created_at"}


class Asked:
    def __init__(self, query):
        self.query_params = QueryDict(query)


def order_of(query):
    return ordered(Asked(query), Tenant.objects.all(), FIELDS, ("-pk",)).query.order_by


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ("-pk",)),
        ("orderBy[]=&orderBy[]=", ("-pk",)),
        ("orderBy[]=name&orderBy[]=asc", ("name", "pk")),
        ("orderBy%5B%5D=name&orderBy%5B%5D=DESC", ("-name", "-pk")),
        ("orderBy=name&orderBy=desc", ("-name", "-pk")),
        ("orderBy[]=name", ("name", "pk")),
        ("orderBy[]=name&orderBy[]=max_users&orderBy[]=desc", ("name", "-max_users", "-pk")),
        ("orderBy[]=createdAt&orderBy[]=desc", ("-created_at", "-pk")),
        ("orderBy[]=name&orderBy[]=asc&orderBy[]=name&orderBy[]=asc", ("name", "pk")),
    ],
)
def test_pairs_of_name_and_direction_become_an_order(query, expected):
    assert order_of(query) == expected


@pytest.mark.parametrize(
    "query",
    [
        "orderBy[]=password&orderBy[]=asc",
        "orderBy[]=users__password",
        "orderBy[]=-name",
        "orderBy[]=name&orderBy[]=sideways",
        "orderBy[]=asc",
        "orderBy[]=name&orderBy[]=asc&orderBy[]=desc",
        "&".join(["orderBy[]=name&orderBy[]=asc"] * 6),
    ],
)
def test_anything_else_is_refused_naming_the_parameter(query):
    with pytest.raises(InvalidInput) as refusal:
        order_of(query)
    assert list(refusal.value.fields) == ["orderBy"]


@pytest.mark.django_db
def test_equal_rows_follow_their_keys():
    rows = [TenantFactory(name=name) for name in ("Two", "One", "Two")]
    found = ordered(Asked("orderBy[]=name&orderBy[]=desc"), Tenant.objects.all(), FIELDS)
    assert [tenant.pk for tenant in found] == [rows[2].pk, rows[0].pk, rows[1].pk]
