"""What a body names beyond the fields of the route changes nothing: no owner, role, state, date or number."""

import pytest
from django.apps import apps
from django.db import connection

from accounts.models import Role
from qaportal.kit.api.spelling import camel, snake
from qaportal.kit.inserting import insert_all
from runs.models import StepResult

from .api_documents import fields_of_body, guarded_writes, takes_json
from .callers import Caller, taken_back
from .isolation import ROUTES, address_of
from .page_forms import Pages, read_pages
from .routes import named_routes
from .tenant_rows import written, written_since
from .write_examples import example

pytestmark = pytest.mark.xdist_group("house_inputs")  # what all tests need is made once

DAY = "2001-02-03"
MOMENT = f"{DAY}T04:05:06Z"
NUMBER = 987_654_321_777


def hostile(foreign):
    """Names that no caller may decide about, each with a value that stands nowhere else."""
    tenant, person = foreign.project.tenant_id, foreign.admin.pk
    role = Role.objects.built_in("super_admin").pk
    return {
        "tenant_id": tenant, "tenant": tenant, "role_id": role, "role": role, "status": "suspended",
        "id": NUMBER, "pk": NUMBER, "user_id": person, "user": person,
        "is_staff": True, "is_superuser": True, "is_active": False, "is_built_in": True, "is_email_verified": True,
        "must_verify_email": True, "created_by": person, "created_by_id": person, "updated_by": person,
        "updated_by_id": person, "created_at": MOMENT, "updated_at": MOMENT, "deleted_at": MOMENT,
        "email_verified_at": MOMENT, "verified_at": MOMENT, "accepted_at": MOMENT, "revoked_at": MOMENT,
        "last_login": MOMENT, "version": NUMBER, "sign_in_epoch": 77_777, "auth_provider": "hostile",
        "token_hash": "hostile", "password": "hostile", "nonce": "hostile", "number": 77_777, "source": "hostile",
    }  # fmt: skip


PROJECT = ("project_id", "project")


def standing(foreign, only=None):
    """How many rows of each table, or of the tables `only`, hold the hostile value in each column that is named so."""
    values, parts, parameters = hostile(foreign) | {"project_id": foreign.project.pk}, [], []
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        columns = [field.column for field in meta.concrete_fields if field.column in values]
        if meta.app_label in {"sessions", "procrastinate", "axes"} or not meta.managed:
            continue
        if only is not None and meta.db_table not in only:
            continue
        for column in columns:
            value = values[column]
            parts.append(
                f"SELECT '{meta.label}.{column}', count(*) FROM \"{meta.db_table}\" WHERE {column}::text LIKE %s"
            )
            parameters.append(f"{DAY}%" if value == MOMENT else str(value).lower())
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), parameters)
        return dict(cursor.fetchall())


def documented(route, method):
    """The names that the route's document, or the form of the page, lets a caller decide about."""
    return {snake(field.path[0]) for field in fields_of_body(route, method) if field.path}


def more(route, method, given, names):
    """The names that are nobody's to give here, in both spellings."""
    allowed = documented(route, method) | {snake(name) for name in given}
    values = {name: value for name, value in names.items() if name not in allowed}
    return values | {camel(name): value for name, value in values.items()}


def left_by(caller, route, method, home, sent, data, foreign):
    """The status of the answer, and how often hostile values stand in the tables that the call wrote."""
    with taken_back():
        known = written()
        answer = caller.act(route, method, address_of(route, home, sent), data, **sent.options(route))
        touched = written_since(known)
        return answer.status_code, standing(foreign, touched) if touched else {}


@pytest.mark.parametrize("role", ["tester", "tenant_admin"])
@pytest.mark.parametrize("kind", ["pages", "API"])
def test_what_is_nobodys_to_give_changes_nothing(kind, role, worlds):
    home, foreign = worlds
    caller, pages, found, worked = Caller(home.people[role]), Pages() if kind == "API" else read_pages(home), [], 0
    untouched = standing(foreign)
    for route, method in guarded_writes() if kind == "API" else PAGE_WRITES:
        if method == "delete":
            continue
        sent = example(route, method, home, pages)
        plain, expected = left_by(caller, route, method, home, sent, sent.data, foreign)
        for names in (hostile(foreign), dict.fromkeys(PROJECT, foreign.project.pk)):
            sent = example(route, method, home, pages)
            data = sent.data | more(route, method, sent.data, names)
            status, after = left_by(caller, route, method, home, sent, data, foreign)
            if unlike := sorted(column for column in after if after[column] != (untouched | expected)[column]):
                found.append(f"{role}: {method} {route.name} sets {unlike}")
            if PROJECT[0] not in names and status != plain:
                found.append(f"{role}: {method} {route.name}: {status} instead of {plain}")
            worked += status < 400 and (kind == "pages" or takes_json(route, method))
    assert not found, "\n".join(found)
    assert worked > 10


PAGE_WRITES = [(route, "post") for route in ROUTES if not route.is_api and "post" in route.methods]


def test_the_columns_are_found(worlds):
    """Else the test above would prove nothing."""
    _home, foreign = worlds
    found = standing(foreign)
    assert {"accounts.User.tenant_id", "accounts.User.status", "accounts.ApiToken.revoked_at"} <= set(found)
    assert found["accounts.User.tenant_id"] >= 5
    type(foreign.admin).objects.filter(pk=foreign.admin.pk).update(status="suspended", created_at=MOMENT)
    assert standing(foreign)["accounts.User.status"] == found["accounts.User.status"] + 1
    assert standing(foreign)["accounts.User.created_at"] == found["accounts.User.created_at"] + 1


def test_every_route_that_writes_is_tried():
    tried = {route.name for route, _method in [*guarded_writes(), *PAGE_WRITES]}
    assert (
        {"project-list", "accounts:account", "catalog:case_create"} <= tried <= {each.name for each in named_routes()}
    )


def test_what_was_written_is_known_whatever_way_it_came(worlds):
    """Else the test above would look at too little: rows of a partition that are copied count as well."""
    home, _foreign = worlds
    result, known = home.objects["result"], written()
    step = StepResult(project=home.project, result=result, step_number=77, status="passed")
    insert_all([step])
    assert written_since(known) == {"runs_stepresult"}
    known = written()
    StepResult.objects.filter(pk=step.pk).update(notes="changed")
    assert written_since(known) == {"runs_stepresult"}
    assert written_since(written()) == frozenset()
