"""What machines may do with their tokens in catalog, releases and runs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.api.permissions import scopes_of
from accounts.models import ApiToken, User
from accounts.permissions import EVERYTHING
from accounts.services.api_tokens import revoke_api_token
from accounts.services.users import update_user
from accounts.tests.administration import bearer, issue, machine
from accounts.tests.factories import ProjectFactory
from catalog.tests.factories import FolderFactory, TestCaseFactory
from qaportal.tests.routes import all_routes
from releases.tests.factories import ReleaseFactory, cover, make_case
from runs.tests.reports import junit, uploaded

SCOPES = ["read", "results:write", "cases:write", "admin"]
IMPORT = "/api/junit/import"


class World:
    """Objects of a project, and calls that change them."""

    def __init__(self, project):
        self.project = project
        self.module = FolderFactory(project=project)
        self.case = TestCaseFactory(project=project, folder=FolderFactory(parent=FolderFactory(parent=self.module)))
        self.release = ReleaseFactory(project=project)
        self.row = cover(self.release, "not_started")[0]
        self.spare = make_case(project)

    @property
    def verdict(self):
        return f"/api/releases/{self.release.pk}/test-case/{self.row.case_id}/execution-status"

    @property
    def scope_row(self):
        return f"/api/releases/{self.release.pk}/test-cases/{self.row.case_id}"

    def act(self, client, name):
        """The answer to one of the calls below."""
        named = {"project_id": self.project.pk}
        return {
            "make a folder": lambda: client.post("/api/modules", named | {"name": "New"}),
            "rename a folder": lambda: client.put(f"/api/modules/{self.module.pk}", {"name": "Renamed"}),
            "change a case": lambda: client.put(f"/api/test-cases/{self.case.pk}", {"title": "New"}),
            "delete a case": lambda: client.delete(f"/api/test-cases/{self.case.pk}"),
            "reserve an id": lambda: client.get("/api/test-cases/generate-test-id", named),
            "widen a scope": lambda: client.post(
                f"/api/releases/{self.release.pk}/test-cases", {"test_case_ids": [self.spare.pk]}
            ),
            "narrow a scope": lambda: client.delete(self.scope_row),
            "plan a case": lambda: client.put(self.scope_row, {"priority": "high"}),
            "set a verdict": lambda: client.patch(self.verdict, {"execution_status": "passed"}),
            "put a verdict": lambda: client.put(self.scope_row, {"execution_status": "passed"}),
            "send a report": lambda: client.post(
                IMPORT, {"project_id": self.project.pk, "file": uploaded(junit("pays"))}, format="multipart"
            ),
            "send a report that makes cases": lambda: client.post(
                IMPORT,
                {"project_id": self.project.pk, "create_test_cases": "true", "file": uploaded(junit("pays"))},
                format="multipart",
            ),
            "start a release": lambda: client.post("/api/releases", named | {"version": "9.9", "name": "New"}),
            "change a release": lambda: client.put(f"/api/releases/{self.release.pk}", {"name": "New"}),
            "change a project": lambda: client.put(f"/api/projects/{self.project.pk}", {"name": "New"}),
        }[name]()


NEEDED = {
    "make a folder": {"cases:write"},
    "rename a folder": {"cases:write"},
    "change a case": {"cases:write"},
    "delete a case": {"cases:write"},
    "reserve an id": {"cases:write"},
    "widen a scope": {"cases:write"},
    "narrow a scope": {"cases:write"},
    "plan a case": {"cases:write"},
    "set a verdict": {"results:write"},
    "put a verdict": {"results:write"},
    "send a report": {"results:write"},
    "start a release": set(),
    "change a release": set(),
    "change a project": set(),
}
"""The scopes that suffice for each call, beside `admin`."""


@pytest.fixture
def world(project):
    return World(project)


def problem(answer):
    """Code and words of a refusal, in whatever style."""
    body = answer.json()
    return body.get("code"), str(body.get("detail") or body.get("error"))


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("call", NEEDED)
def test_a_token_does_what_its_scope_says_and_is_told_which_it_lacks(lead, world, scope, call):
    answer = world.act(machine(lead, scope), call)
    if scope == "admin" or scope in NEEDED[call]:
        assert answer.status_code < 300, answer.content
        return
    assert answer.status_code == 403
    code, words = problem(answer)
    assert code in {"token_lacks_scope", None}
    assert "lacks the scope" in words
    assert next(iter(NEEDED[call]), "admin") in words


@pytest.mark.parametrize(("scopes", "status"), [(["results:write"], 403), (["results:write", "cases:write"], 202)])
def test_a_report_makes_cases_only_with_both_scopes(lead, world, scopes, status):
    assert world.act(machine(lead, *scopes), "send a report that makes cases").status_code == status


@pytest.mark.parametrize("scope", SCOPES)
def test_every_scope_reads(tester, world, scope):
    client = machine(tester, scope)
    named = f"?project_id={world.project.pk}"
    for address in (
        "/api/projects",
        f"/api/modules{named}",
        f"/api/test-cases{named}",
        f"/api/test-cases/{world.case.pk}",
        f"/api/releases{named}",
        f"/api/releases/{world.release.pk}/dashboard",
        world.scope_row,
        "/api/auth/me",
        "/api/permissions",
        "/api/users",
        "/api/v1/tenants",
        "/api/v1/users",
        "/api/v1/roles",
        "/api/tokens",
    ):
        assert client.get(address).status_code == 200, address


def test_the_widest_scope_does_no_more_than_its_owner_may(viewer, developer, world):
    for call in NEEDED:
        if call != "send a report":
            assert world.act(machine(developer, "admin"), call).status_code == 403, call


def test_an_expired_or_revoked_token_and_one_of_a_suspended_person_is_nobodys(admin, tester, world):
    token, secret = issue(tester, "admin")
    revoked, revoked_secret = issue(tester, "admin")
    revoke_api_token(actor=tester, token=revoked)
    _other, other_secret = issue(tester, "admin")
    assert world.act(bearer(secret), "change a case").status_code == 200
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    update = "change a case"
    for gone in (secret, revoked_secret, "qap_" + "x" * 43, "qap_"):
        for answer in (world.act(bearer(gone), update), bearer(gone).get(f"/api/test-cases/{world.case.pk}")):
            assert (answer.status_code, problem(answer)[0]) == (401, "token_invalid")
            assert answer["WWW-Authenticate"] == 'Bearer realm="QA Portal"'
    update_user(actor=admin, user=tester, status="suspended")
    assert world.act(bearer(other_secret), update).status_code == 401


def test_a_token_of_one_project_sees_that_one_alone(lead, tenant, world):
    other = World(ProjectFactory(tenant=tenant))
    client = machine(lead, "admin", project=world.project)
    for call in NEEDED:
        if not call.startswith(("delete", "narrow")):
            assert world.act(client, call).status_code < 300, call
            assert other.act(client, call).status_code == 404, call
    for theirs, mine in (
        (f"/api/test-cases/{other.case.pk}", f"/api/test-cases/{world.case.pk}"),
        (f"/api/modules/{other.module.pk}", f"/api/modules/{world.module.pk}"),
        (f"/api/releases/{other.release.pk}", f"/api/releases/{world.release.pk}"),
        (f"/api/projects/{other.project.pk}", f"/api/projects/{world.project.pk}"),
        (f"/api/permissions?project_id={other.project.pk}", f"/api/permissions?project_id={world.project.pk}"),
    ):
        assert (client.get(theirs).status_code, client.get(mine).status_code) == (404, 200)
    assert [row["id"] for row in client.get("/api/projects").json()["data"]] == [str(world.project.pk)]


def test_without_a_project_named_a_token_means_its_own(lead, tenant, world):
    World(ProjectFactory(tenant=tenant))
    User.objects.filter(pk=lead.pk).update(default_project=ProjectFactory(tenant=tenant))
    client = machine(lead, "cases:write", project=world.project)
    assert {row["id"] for row in client.get("/api/modules").json()} == {world.module.pk}
    assert client.post("/api/modules", {"name": "New"}).status_code == 201


def test_a_token_of_one_project_leaves_the_company_alone(admin, project, tester):
    client = machine(admin, "admin", project=project)
    for address in ("/api/users", "/api/v1/users", "/api/v1/tenants", "/api/v1/roles", f"/api/v1/users/{tester.pk}"):
        answer = client.get(address)
        assert answer.status_code == 403
        assert "This token is for one project alone." in answer.content.decode()
    assert client.delete(f"/api/users/{tester.pk}").status_code == 403
    assert client.post("/api/projects", {"name": "New"}).status_code == 403


def test_a_view_that_says_nothing_takes_no_writing_but_of_the_widest_scope():
    told = {}
    for route in all_routes():
        view = getattr(route.callback, "cls", None)
        if route.is_api and view is not None:
            told.setdefault(view.__name__, getattr(view, "token_scopes", EVERYTHING))
    assert told["PersonViewSet"] == told["ProjectViewSet"] == told["ApiTokenViewSet"] == EVERYTHING
    assert scopes_of(object()) == EVERYTHING


def test_people_with_an_access_token_or_a_session_have_no_scopes(api, signed_in, lead, world):
    assert world.act(api(lead), "change a case").status_code == 200
    browser = signed_in(lead)
    answer = browser.put(f"/api/test-cases/{world.case.pk}", {"title": "Newer"}, content_type="application/json")
    assert answer.status_code == 200
