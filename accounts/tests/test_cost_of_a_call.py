"""What it costs to know who calls the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, User

from .administration import machine
from .factories import role


def statements_of(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [
        query["sql"] for query in captured.captured_queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))
    ]


@pytest.fixture
def callers(api, signed_in, tester, project):
    Membership.objects.create(user=tester, project=project, role=role("viewer"))
    return {"access token": api(tester), "API token": machine(tester, "read")}


@pytest.mark.parametrize("kind", ["access token", "API token"])
def test_user_company_role_and_permissions_cost_at_most_two_statements(callers, project, kind):
    client = callers[kind]
    assert len(statements_of(client, "/api/auth/me")) <= 2
    assert len(statements_of(client, "/api/auth/me")) <= 1
    assert len(statements_of(client, "/api/permissions")) <= 1
    assert (
        len(statements_of(client, f"/api/permissions?project_id={project.pk}")) <= 3
    )  # the project, and his role in it


@pytest.mark.parametrize("kind", ["access token", "API token"])
def test_one_statement_loads_person_role_and_company(callers, kind):
    callers[kind].get("/api/auth/me")
    (statement,) = statements_of(callers[kind], "/api/auth/me")
    for table in (User._meta.db_table, "accounts_role", "accounts_tenant"):
        assert f'"{table}"' in statement


def test_a_wrong_token_costs_one_statement(tester):
    from .administration import bearer

    with CaptureQueriesContext(connection) as captured:
        assert bearer("qap_" + "x" * 43).get("/api/auth/me").status_code == 401
        assert bearer("not.a.token").get("/api/auth/me").status_code == 401
    assert len(captured) <= 1
