"""The matrix of tenants finds what it looks for: one guard of the portal is taken away at a time, and it tells."""

from functools import wraps

import pytest
from django.apps import apps
from django.urls import reverse

from . import isolation
from .address_objects import BODY_IDS
from .api_documents import guarded_writes, with_value
from .callers import Caller
from .isolation import ROUTES, address_of, all_findings, ids_in_body
from .page_forms import Pages
from .shared_findings import known_to_all_processes
from .write_examples import example

pytestmark = pytest.mark.xdist_group("house_inputs")  # what all tests need is made once

GUARD = "visible_to"
GUARDED = sorted(
    (model for model in apps.get_models() if hasattr(model._default_manager.all(), GUARD)),
    key=lambda model: model._meta.label,
)
NOT_ALONE = {
    "accounts.IdentityProvider": "found within a company, which has a guard of its own",
    "accounts.Membership": "counted for roles, which have a guard of their own",
    "accounts.RequestRecord": "read beside entries of the audit trail, which have a guard of their own",
    "accounts.TenantDomain": "found within a company, which has a guard of its own",
    "files.StoredFile": "pages name the project too, which has a guard of its own",
    "releases.ReleaseCase": "found within a release, which has a guard of its own",
    "runs.RetentionSweep": "read for a project, which has a guard of its own",
    "runs.TestStability": "pages name the project too, which has a guard of its own",
    "issues.IssueLink": "found within an issue, which has a guard of its own",
    "catalog.CaseReview": "found in a project, which has a guard of its own",
    "catalog.CopyJob": "pages name the project too, which has a guard of its own",
    "catalog.CustomField": "pages name the project too, which has a guard of its own",
    "catalog.Template": "pages name the project too, which has a guard of its own",
    "catalog.DuplicateScan": "read for a project, which has a guard of its own",
    "catalog.FolderCount": "counted for a project, which has a guard of its own",
    "catalog.SimilarPair": "pages name the project too, which has a guard of its own",
    "catalog.SavedView": "found for the list of a project, which has a guard of its own",
    "catalog.SharedSteps": "pages name the project too, which has a guard of its own",
    "catalog.SharedStepsVersion": "found for shared steps, which have a guard of their own",
    "catalog.TestCaseLink": "found for a case, which has a guard of its own",
    "catalog.TestCaseVersion": "found for a case, which has a guard of its own",
}
"""Models whose guard stands behind another one: taking it away alone opens nothing. Each with its reason."""
NEVER_ASKED = {
    "catalog.TemplateField": "read as those of a template, which has a guard of its own",
    "catalog.CaseImportRow": "read as those of an import, which has a guard of its own",
    "catalog.CaseOrigin": "read as those of a project that is imported into, which has a guard of its own",
    "catalog.ColumnMapping": "read as those of a project that is imported into, which has a guard of its own",
    "catalog.CaseActivity": "joined to cases, which have a guard of their own",
    "catalog.WorkflowState": "read as those of a project, which has a guard of its own",
    "catalog.CopiedCase": "read as those of a copy or of a case, which have guards of their own",
    "catalog.FolderRemoval": "read by the service that restores a folder, which has a guard of its own",
    "catalog.CaseFingerprint": "read by the job that compares the cases of a project, and shown nowhere",
    "catalog.TestCaseStory": "read as those of a case, which has a guard of its own",
    "catalog.TitleWord": "read as those of a project that is searched, which has a guard of its own",
    "catalog.TestStep": "read as those of a case, which has a guard of its own",
    "runs.RunCluster": "read as those of a run or a cause, which have guards of their own",
    "runs.Checkpoint": "read as those of a result, which has a guard of its own",
    "runs.LogEntry": "read as those of a result, which has a guard of its own",
    "runs.RetentionTerms": "read as those of a project, which has a guard of its own",
    "runs.RunnerEntry": "read by the service that takes entries in, for one test",
    "runs.RunnerPresence": "read as those of a test, whose run has a guard of its own",
    "runs.StepResult": "read as those of a result, which has a guard of its own",
}
"""Models whose guard no address asks, each with its reason; the data administration has a matrix of its own."""


def queryset_of(model):
    return type(model._default_manager.all())


def taken_away(self, user):
    """What `visible_to` answers when somebody forgot it."""
    return self.living() if hasattr(self, "living") else self


def calls_of(route, home):
    """What to call the route with, to see which guards it asks: its page, and ids of the own world in its body."""
    address = address_of(route, home)
    if "get" in route.methods:
        yield "get", address, None, {}
    if not route.is_api and "post" in route.methods:
        yield "post", address, None, {}
    for method in (method for known, method in guarded_writes() if known == route):
        sent = example(route, method, home, Pages())
        yield method, address, sent.data, sent.options(route)
        for field in ids_in_body(route, method):
            sent = example(route, method, home, Pages())
            yield method, address, with_value(sent.data, field.path, BODY_IDS[field.key](home)), sent.options(route)


def routes_that_ask(model, home, monkeypatch):
    """The routes that call the guard of the model, those of the API with an object in their address first."""
    known = known_to_all_processes("guards", lambda: asked_by_routes(home, monkeypatch))
    names = known[model._meta.label]
    return sorted((route for route in ROUTES if route.name in names), key=lambda route: names.index(route.name))


def asked_by_routes(home, monkeypatch):
    """The names of the routes that ask the guard of each model."""
    found = {model._meta.label: [] for model in GUARDED}
    asked, caller = set(), Caller(home.admin)
    with monkeypatch.context() as patch:
        for each in GUARDED:
            patch.setattr(queryset_of(each), GUARD, noted(getattr(queryset_of(each), GUARD), each, asked))
        for route in sorted(ROUTES, key=lambda route: (not route.is_api, not route.kwargs, route.name)):
            asked.clear()
            for method, address, data, options in calls_of(route, home):
                caller.call(route, method, address, data, **options)
            for label in asked:
                found[label].append(route.name)
    return found


def noted(original, model, asked):
    @wraps(original)
    def wrapper(self, user):
        asked.add(self.model._meta.label)
        return original(self, user)

    return wrapper


@pytest.mark.parametrize("model", GUARDED, ids=lambda model: model._meta.label)
def test_the_matrix_tells_when_a_guard_is_missing(model, worlds, monkeypatch):
    home, foreign = worlds
    routes = routes_that_ask(model, home, monkeypatch)
    label = model._meta.label
    if label in NEVER_ASKED:
        assert routes == [], f"{[route.name for route in routes]} ask the guard of {label}: take it out of NEVER_ASKED"
        return
    assert routes, f"nothing asks the guard of {label}: say in NEVER_ASKED what keeps its rows apart"
    caller = Caller(home.admin)
    monkeypatch.setattr(queryset_of(model), GUARD, taken_away)
    telling = (route.name for route in routes if all_findings(caller, home, foreign, Pages(), [route]))
    first = next(telling, None)
    if label in NOT_ALONE:
        assert first is None, f"{first} tells that the guard of {label} is missing: it stands alone"
    else:
        assert first, f"none of {[route.name for route in routes]} tells that {label} has no guard"
        monkeypatch.undo()
        route = next(route for route in routes if route.name == first)
        assert all_findings(caller, home, foreign, Pages(), [route]) == []


def test_the_lists_of_guards_that_tell_nothing_alone_hold_no_others():
    assert set(NOT_ALONE) | set(NEVER_ASKED) <= {model._meta.label for model in GUARDED}
    assert not set(NOT_ALONE) & set(NEVER_ASKED)


def test_the_matrix_tells_of_writes_and_of_words(worlds, monkeypatch):
    """The other ways to fail: an answer that differs only in its words, and a change that nobody sees."""
    home, foreign = worlds
    caller = Caller(home.admin)
    route = next(route for route in ROUTES if route.name == "project-detail")
    original = Caller.act

    def talking(self, route, method, address, data=None, **options):
        answer = original(self, route, method, address, data, **options)
        if address.startswith(reverse(route.name, kwargs={"pk": foreign.project.pk})):
            answer.body += b"Ask the administrator of this project."
        return answer

    def writing(self, route, method, address, data=None, **options):
        answer = original(self, route, method, address, data, **options)
        if method != "get":
            type(foreign.project).objects.filter(pk=foreign.project.pk).update(name="Changed")
        return answer

    for act, words in ((talking, "is told from nothing"), (writing, "changes ['accounts.Project']")):
        monkeypatch.setattr(Caller, "act", act)
        found = isolation.findings_in_paths(caller, home, foreign, [route])
        assert any(words in each for each in found), found
