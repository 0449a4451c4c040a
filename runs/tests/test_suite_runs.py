"""Suite runs: opened once, joined by their own id, finished by whoever reports them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tests.administration import machine
from releases.models import Release
from releases.tests.factories import ReleaseFactory
from runs.models import TestRun
from runs.services.configurations import create_configuration
from runs.tests.factories import make_run, record, reported

pytestmark = pytest.mark.django_db
SUITES = "/api/v1/reports/suite-runs"


@pytest.fixture
def client(api, tester):
    return api(tester)


def opened(client, project, **body):
    answer = client.post(SUITES, {"project_id": project.pk, "name": "Nightly", **body})
    assert answer.status_code in {200, 201}, answer.content
    return answer


def test_a_run_that_is_opened_stands_among_the_runs(client, project):
    answer = opened(client, project, build="4.18.0", browser="firefox", metadata={"shard": 2})
    assert answer.status_code == 201
    run = TestRun.objects.get(pk=answer.json()["id"])
    assert (run.kind, run.status, run.build, run.number) == ("automated", "active", "4.18.0", 1)
    assert run.metadata == {"shard": 2, "browser": "firefox"}
    assert [each["id"] for each in client.get(f"{SUITES}?project_id={project.pk}").json()] == [str(run.pk)]
    assert AuditEntry.objects.filter(action="run.created", target_id=str(run.pk)).exists()


def test_shards_with_the_same_external_id_join_one_run(client, project):
    first = opened(client, project, external_id="pipeline-1")
    second = opened(client, project, external_id="pipeline-1", name="Another name")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert TestRun.objects.count() == 1
    assert len(client.get(f"{SUITES}?project_id={project.pk}&external_id=pipeline-1").json()) == 1


def test_the_same_key_opens_one_run(client, project):
    body = {"project_id": project.pk, "name": "Nightly"}
    answers = [client.post(SUITES, body, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert TestRun.objects.count() == 1


@pytest.mark.parametrize(
    ("word", "status", "told"),
    [
        ("completed", "completed", "completed"),
        ("COMPLETED", "completed", "completed"),
        ("aborted", "cancelled", "aborted"),
        ("Cancelled", "cancelled", "aborted"),
        ("running", "active", "running"),
    ],
)
def test_a_run_ends_in_any_spelling(client, project, word, status, told):
    address = f"{SUITES}/{opened(client, project).json()['id']}"
    answer = client.patch(address, {"status": word})
    assert (answer.status_code, answer.json()["status"]) == (200, told)
    assert TestRun.objects.get().status == status
    assert (answer.json()["finished_at"] is None) == (status == "active")


def test_a_time_of_the_end_alone_completes_the_run(client, project):
    started = timezone.now() - timedelta(hours=2)
    address = f"{SUITES}/{opened(client, project, started_at=started.isoformat()).json()['id']}"
    end = started + timedelta(hours=1)
    client.patch(address, {"finished_at": end.isoformat()})
    run = TestRun.objects.get()
    assert (run.status, run.finished_at) == ("completed", end)


@pytest.mark.parametrize("moment", ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])
def test_a_clock_that_is_wrong_neither_fails_nor_ends_a_run_before_its_start(client, project, moment):
    run_id = opened(client, project, started_at="2099-01-01T00:00:00Z").json()["id"]
    assert client.patch(f"{SUITES}/{run_id}", {"status": "completed", "finished_at": moment}).status_code == 200
    run = TestRun.objects.get()
    assert run.started_at <= run.finished_at <= timezone.now()


def test_what_a_client_adds_keeps_what_it_told_before(client, project):
    address = f"{SUITES}/{opened(client, project, metadata={'a': 1}).json()['id']}"
    answer = client.patch(address, {"metadata": {"b": 2}, "ci_job": "https://ci.example/7"})
    assert answer.json()["metadata"] == {"a": 1, "b": 2, "ci_job": "https://ci.example/7"}


def test_a_run_belongs_to_the_release_that_is_named_by_its_version(client, project):
    release = ReleaseFactory(project=project, version="4.18.0")
    opened(client, project, release_id="4.18.0")
    assert TestRun.objects.get().release == release
    Release.objects.filter(pk=release.pk).update(overall_status="released")
    answer = client.post(SUITES, {"project_id": project.pk, "name": "Late", "release_id": "4.18.0"})
    assert (answer.status_code, answer.json()["code"]) == (409, "release_closed")


def test_a_run_says_which_configuration_it_is_executed_in(client, project, other_project, lead):
    firefox = create_configuration(actor=lead, project=project, name="Firefox on Windows")
    foreign = create_configuration(actor=None, project=other_project, name="Safari")
    made = opened(client, project, configuration_id="firefox on windows").json()
    address = f"{SUITES}/{made['id']}"
    assert (made["configuration_id"], TestRun.objects.get().configuration) == (str(firefox.pk), firefox)
    assert client.patch(address, {"build": "4.18.0"}).json()["configuration_id"] == str(firefox.pk)
    assert client.patch(address, {"configuration_id": None}).json()["configuration_id"] is None
    assert client.patch(address, {"configuration_id": firefox.pk}).json()["configuration_id"] == str(firefox.pk)
    for given in ("Safari", foreign.pk, "9" * 30):
        refused = client.post(SUITES, {"project_id": project.pk, "name": "Nightly", "configuration_id": given})
        assert (refused.status_code, list(refused.json()["fields"])) == (400, ["configuration_id"])
    assert TestRun.objects.count() == 1


def test_a_cancelled_run_is_joined_by_nobody(client, project):
    run_id = opened(client, project, external_id="pipeline-1").json()["id"]
    client.patch(f"{SUITES}/{run_id}", {"status": "aborted"})
    answer = client.post(SUITES, {"project_id": project.pk, "name": "Nightly", "external_id": "pipeline-1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "run_cancelled")


def test_an_interrupted_run_says_why(client, project):
    run = make_run(project, status="interrupted")
    told = client.get(f"{SUITES}/{run.pk}").json()
    assert told["status"] == "aborted"
    assert "too long" in told["reason"]


def test_the_run_of_verdicts_set_by_hand_is_no_suite_run(client, project):
    run = make_run(project, is_implicit=True)
    assert client.get(f"{SUITES}/{run.pk}").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 301}, "name"),
        ({"name": "Nightly", "status": "sleeping"}, "status"),
        ({"name": "Nightly", "started_at": "yesterday"}, "started_at"),
        ({"name": "Nightly", "started_at": "10000-01-01T00:00:00Z"}, "started_at"),
        ({"name": "Nightly", "metadata": []}, "metadata"),
        ({"name": "Nightly", "metadata": {"x": "y" * 70_000}}, "metadata"),
        ({"name": "Nightly", "anything": "y" * 70_000}, "metadata"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_name(client, project, body, field):
    answer = client.post(SUITES, {"project_id": project.pk, **body})
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert not TestRun.objects.exists()


def test_the_list_asks_the_database_the_same_however_many_runs_there_are(client, project, same_queries):
    def load():
        assert client.get(f"{SUITES}?project_id={project.pk}").status_code == 200

    def grow():
        record(make_run(project), reported("pays"))

    same_queries(load, grow)


@pytest.mark.parametrize("scopes", [("read",), ("cases:write",)])
def test_a_token_without_the_scope_opens_nothing(tester, project, scopes):
    answer = machine(tester, *scopes).post(SUITES, {"project_id": project.pk, "name": "Nightly"})
    assert (answer.status_code, answer.json()["code"]) == (403, "token_lacks_scope")


def test_a_viewer_reads_why_he_may_not_report(api, viewer, project):
    answer = api(viewer).post(SUITES, {"project_id": project.pk, "name": "Nightly"})
    assert answer.status_code == 403
    assert "may not" in answer.json()["detail"]
