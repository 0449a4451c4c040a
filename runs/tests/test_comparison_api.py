"""The comparison of two suite runs over the API."""

import uuid

import pytest

from accounts.tests.factories import ProjectFactory, TenantFactory
from runs.tests.factories import make_run, record, reported

pytestmark = pytest.mark.django_db


def address(run) -> str:
    return f"/api/v1/reports/suite-runs/{run.pk}/compare"


def test_a_run_is_compared_with_the_one_before_it(signed_in, viewer, project):
    before, run = make_run(project), make_run(project)
    record(before, reported("pays"), reported("mends", "failed"))
    record(run, reported("pays", "failed", error_message="gone"), reported("mends"))
    answer = signed_in(viewer).get(address(run)).json()
    assert answer["compared_with"] == str(before.pk)
    assert {test["name"]: test["change"] for test in answer["tests"]} == {"pays": "new_failure", "mends": "fixed"}
    only = signed_in(viewer).get(address(run), {"change": "fixed", "with": str(before.pk)}).json()
    assert [test["name"] for test in only["tests"]] == ["mends"]


def test_a_first_run_has_nothing_to_be_compared_with(signed_in, viewer, project):
    assert signed_in(viewer).get(address(make_run(project))).json()["compared_with"] is None


def test_wrong_words_and_foreign_runs_are_refused(signed_in, viewer, project):
    run, client = make_run(project), signed_in(viewer)
    foreign = make_run(ProjectFactory(tenant=TenantFactory()))
    assert client.get(address(run), {"with": str(run.pk), "change": "worse"}).status_code == 400
    assert client.get(address(run), {"with": str(foreign.pk)}).status_code == 404
    assert client.get(address(run), {"with": str(uuid.uuid4())}).status_code == 404
    assert client.get(address(foreign)).status_code == 404
