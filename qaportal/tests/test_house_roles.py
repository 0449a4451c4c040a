"""What a role may change is what the table of permissions says: every route that writes, every role."""

import pytest

from accounts.choices import TokenScope
from accounts.permissions import PERMISSIONS, decide, permissions_of
from accounts.policies import can_end_user, can_open_data
from runs.policies import not_yours

from . import tenant_matrix
from .api_documents import guarded_writes
from .callers import Caller, machine, words_of
from .isolation import ROUTES, address_of, make_worlds
from .page_forms import read_pages
from .tenant_rows import OF_CALLING, rows_of
from .write_examples import example
from .write_matrix import DATA, MYSELF, NOTHING_CHANGES, WRITES, permission_of

pytestmark = pytest.mark.xdist_group("house_tenants")  # what all tests need is made once

PAGE_WRITES = [
    (route, method) for route in ROUTES if not route.is_api for method in route.methods if method in {"post", "put"}
]
ALL_WRITES = [*guarded_writes(), *PAGE_WRITES]


@pytest.fixture
def home(db):
    return tenant_matrix.make_world("Okapi", "HOME")


def refused_methods(caller, home):
    """The pairs of route and method that answer nobody."""
    found = set()
    for route, method in PAGE_WRITES:
        if caller.call(route, method, address_of(route, home)).status_code == 405:
            found.add((route, method))
    return found


def test_every_route_that_writes_names_its_permission(home):
    answering = set(ALL_WRITES) - refused_methods(Caller(home.admin), home)
    unknown = sorted(f"{method} {route.name}" for route, method in answering if permission_of(route, method) is None)
    assert not unknown, f"add rows for {unknown} to WRITES in qaportal/tests/write_matrix.py"


def test_the_rows_name_permissions_that_exist():
    assert {row.permission for row in WRITES} <= {MYSELF, NOTHING_CHANGES, DATA, *PERMISSIONS}


def test_every_example_works_for_whoever_may_use_it_and_is_written_down(home):
    """Else the refusals below would prove nothing: a body that works is refused for the role alone."""
    caller, pages, wrong, forgotten = Caller(home.admin), read_pages(home), [], []
    tenant, unused = (home.project.tenant_id,), refused_methods(caller, home)
    for route, method in ALL_WRITES:
        code = permission_of(route, method)
        if (route, method) in unused or code in {None, MYSELF, DATA} or not may(home.admin, code):
            continue
        sent = example(route, method, home, pages)
        address, options = address_of(route, home, sent), sent.options(route)
        answer = caller.call(route, method, address, sent.data, watched=tenant, without=OF_CALLING, **options)
        if not works(route, answer):
            wrong.append(f"{method} {route.name}: {answer.status_code} {words_of(answer)[:300]}")
        elif answer.changed and "accounts.AuditEntry" not in answer.changed:
            forgotten.append(f"{method} {route.name}: {answer.changed}")
    assert not forgotten, "no entry of the audit trail tells of these:\n" + "\n".join(forgotten)
    assert not wrong, (
        "give bodies that change something to EXAMPLES in qaportal/tests/write_examples.py:\n" + "\n".join(wrong)
    )


CHANGE_NOTHING = {"accounts:sign_in_check": "looks at what an identity provider publishes, and tells"}
"""Addresses that only look, although for some roles alone; each with its reason."""


def works(route, answer):
    """Whether the act was done; what only looks may find nothing to look at."""
    if route.name in CHANGE_NOTHING:
        return answer.status_code in {200, 422} and not answer.changed
    return answer.status_code < 400 and bool(answer.changed)


def may(user, code):
    return code == MYSELF or (user.is_staff if code == DATA else code in permissions_of(user.role.code))


def reason_for(user, code, project):
    """Why the user may not: the words of the table, for this permission or one that is asked before it."""
    if code == DATA:
        return {can_open_data(user).reason}
    oneself = {can_end_user(user, user).reason, not_yours().reason}
    lacking = [each for each in PERMISSIONS if not may(user, each)]
    return oneself | {decide(user, each, place).reason for each in lacking for place in (None, project)}


@pytest.mark.parametrize("role", tenant_matrix.ROLES)
def test_a_role_changes_what_its_permissions_say_and_nothing_else(role, home):
    user, pages, wrong = home.people[role], read_pages(home), []
    caller, tenant = Caller(user), (home.project.tenant_id,)
    for route, method in ALL_WRITES:
        code = permission_of(route, method)
        if code in {None, MYSELF} or (code == DATA and user.is_staff):
            continue
        sent = example(route, method, home, pages)
        address, options = address_of(route, home, sent), sent.options(route)
        answer = caller.call(route, method, address, sent.data, watched=tenant, without=OF_CALLING, **options)
        where = (
            f"{role}: {method} {route.name} ({code}): {answer.status_code} {words_of(answer)[:200]} {answer.changed}"
        )
        if answer.status_code == 405:
            continue
        if code != NOTHING_CHANGES and may(user, code):
            wrong += [] if works(route, answer) else [where]
            continue
        if answer.changed:
            wrong.append(f"{where} changes {answer.changed}")
        if code != NOTHING_CHANGES:
            wrong += problems_of_refusal(answer, route, reason_for(user, code, home.project), where)
    assert not wrong, "\n".join(wrong)


def problems_of_refusal(answer, route, reasons, where):
    """The API says 403 with the reason; so does a page, or it shows the reason where the act was tried."""
    if answer.status_code == 404:
        return []
    is_told = answer.status_code == 403 or (not route.is_api and answer.status_code in {302, 422})
    says_why = any(reason in words_of(answer) for reason in reasons)
    return [] if is_told and says_why else [f"{where} is not refused with a reason"]


def test_a_token_that_reads_changes_nothing(home):
    caller, pages, wrong = machine(home.admin, TokenScope.READ), read_pages(home), []
    tenant = (home.project.tenant_id,)
    for route, method in guarded_writes():
        sent = example(route, method, home, pages)
        address, options = address_of(route, home, sent), sent.options(route)
        answer = caller.call(route, method, address, sent.data, watched=tenant, without=OF_CALLING, **options)
        is_free = permission_of(route, method) in {MYSELF, NOTHING_CHANGES}
        is_refused = answer.status_code in {401, 403, 404} or is_free
        if not is_refused or answer.changed:
            wrong.append(f"{method} {route.name}: {answer.status_code}, changes {answer.changed}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("scope", TokenScope.values)
def test_reading_with_a_token_works_and_changes_nothing(scope, home):
    caller, wrong = machine(home.admin, scope), []
    for route in (route for route in ROUTES if route.is_api and "get" in route.methods):
        answer = caller.call(
            route, "get", address_of(route, home), watched=(home.project.tenant_id,), without=OF_CALLING
        )
        is_fine = answer.status_code in {200, 302} or (answer.status_code == 403 and route.name in WRITING_READS)
        if not is_fine or (answer.changed and scope == TokenScope.READ):
            wrong.append(f"{route.name}: {answer.status_code}, changes {answer.changed}")
    assert not wrong, "\n".join(wrong)


WRITING_READS = {"test-case-generate-test-id": "reserves the id that it answers"}
"""The only addresses where reading keeps something, each with its reason."""


def test_a_token_of_one_scope_does_what_its_scope_says(home):
    """A token never does more than the scope, and never more than its owner."""
    pages, wrong, tenant = read_pages(home), [], (home.project.tenant_id,)
    callers = {scope: machine(home.admin, scope) for scope in (TokenScope.RESULTS_WRITE, TokenScope.CASES_WRITE)}
    for route, method in guarded_writes():
        code = permission_of(route, method)
        for scope, caller in callers.items():
            if code in {None, MYSELF, NOTHING_CHANGES, DATA} or scope in PERMISSIONS[code].scopes:
                continue
            sent = example(route, method, home, pages)
            address, options = address_of(route, home, sent), sent.options(route)
            answer = caller.call(route, method, address, sent.data, watched=tenant, without=OF_CALLING, **options)
            if answer.status_code not in {403, 404} or answer.changed:
                wrong.append(f"{scope}: {method} {route.name}: {answer.status_code}, changes {answer.changed}")
    assert not wrong, "\n".join(wrong)


def test_an_administrator_changes_nothing_in_another_company(db):
    """The same acts, as the administrator of the other company: not one of them reaches over."""
    home, foreign = make_worlds()
    caller, pages = Caller(home.admin), read_pages(foreign)
    before = rows_of(foreign.project.tenant_id)
    for route, method in ALL_WRITES:
        sent = example(route, method, foreign, pages)
        caller.act(route, method, address_of(route, home, sent), sent.data, **sent.options(route))
    assert rows_of(foreign.project.tenant_id) == before
