"""Causes, rules and quarantine by API."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from accounts.tests.factories import ProjectFactory
from runs.choices import RuleState
from runs.models import FailureCluster, FailureRule, Quarantine, Result, RunCase
from runs.tests.factories import make_run, record, reported

pytestmark = pytest.mark.django_db
RULE = {"name": "Gateway", "cause": "environment", "pattern": "no connection", "ticket": "PAY-1"}


@pytest.fixture
def run(project):
    run = make_run(project)
    record(run, reported("pays", "failed", error_message="no connection to the gateway"), reported("refunds"))
    return run


def test_causes_are_listed_with_their_counters_and_runs(api, viewer, project, run):
    cluster = FailureCluster.objects.get()
    (told,) = api(viewer).get("/api/v1/failure-clusters").json()
    assert (told["id"], told["occurrences"], told["title"]) == (str(cluster.pk), 1, "no connection to the gateway")
    assert (told["first_run_id"], told["last_run_id"]) == (str(run.pk), str(run.pk))
    assert api(viewer).get(f"/api/v1/failure-clusters/{cluster.pk}").json()["fingerprint"] == str(cluster.fingerprint)
    (seen,) = api(viewer).get(f"/api/v1/failure-clusters/{cluster.pk}/runs").json()
    assert (seen["run_number"], seen["tests"]) == (run.number, 1)
    assert api(viewer).get("/api/v1/failure-clusters?q=nothing").json() == []
    assert len(api(viewer).get(f"/api/v1/failure-clusters?fingerprint={cluster.fingerprint}").json()) == 1


def test_the_list_of_causes_costs_the_same_for_any_number(api, viewer, project, run, same_queries):
    def more():
        record(
            make_run(project),
            *[reported(str(n), "failed", error_message=f"cause {'abcdefghijkl'[n] * 9}") for n in range(10)],
        )

    same_queries(lambda: api(viewer).get("/api/v1/failure-clusters"), more)


def test_a_rule_is_added_changed_marked_as_fixed_and_deleted(api, lead, project, run):
    client = api(lead)
    made = client.post("/api/v1/failure-rules", RULE | {"owner_id": lead.pk}, format="json")
    assert made.status_code == 201
    told = made.json()
    assert (told["cause"], told["owner_id"], told["state"]) == ("environment", str(lead.pk), "active")
    address = f"/api/v1/failure-rules/{told['id']}"
    changed = client.patch(
        address, {"pattern": "gateway", "state": "fixed"}, format="json", headers={"If-Match": made["ETag"]}
    )
    assert (changed.status_code, changed.json()["state"]) == (200, "fixed")
    rule = FailureRule.objects.get()
    assert (rule.pattern, rule.ticket, rule.state) == ("gateway", "PAY-1", RuleState.FIXED)
    stale = client.patch(address, {"name": "Older"}, format="json", headers={"If-Match": made["ETag"]})
    assert stale.status_code in {409, 412}
    assert len(client.get("/api/v1/failure-rules?state=fixed").json()) == 1
    assert client.get("/api/v1/failure-rules?cause=test").json() == []
    assert client.delete(address).status_code == 204
    assert not FailureRule.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"cause": "weather"}, "cause"),
        ({"pattern": "**"}, "pattern"),
        ({"pattern": ""}, "pattern"),
        ({"name": " "}, "name"),
        ({"owner_id": 987654321}, "owner_id"),
        ({"fingerprint": "zzz"}, "fingerprint"),
        ({"expires_on": "soon"}, "expires_on"),
        ({"name": {"a": 1}}, "name"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_its_field(api, lead, project, change, field):
    answer = api(lead).post("/api/v1/failure-rules", RULE | change, format="json")
    assert answer.status_code in {400, 422}
    assert field in answer.content.decode()
    assert not FailureRule.objects.exists()


def test_a_test_is_put_into_quarantine_and_taken_out(api, lead, project, run):
    test = RunCase.objects.get(name="pays")
    until = date.today() + timedelta(days=7)
    body = {"run_test_id": test.pk, "reason": "Shakes", "expires_on": str(until)}
    made = api(lead).post("/api/v1/quarantine", body, format="json")
    assert made.status_code == 201
    told = made.json()
    assert (told["name"], told["reason"], told["expires_on"]) == ("pays", "Shakes", str(until))
    assert api(lead).post("/api/v1/quarantine", body, format="json").status_code == 409
    assert len(api(lead).get("/api/v1/quarantine?in_force=true").json()) == 1
    assert api(lead).get("/api/v1/quarantine?in_force=false").json() == []
    assert api(lead).delete(f"/api/v1/quarantine/{told['id']}").status_code == 204
    assert Quarantine.objects.get().lifted_at is not None
    assert api(lead).get("/api/v1/quarantine").json() == []


def test_a_test_in_quarantine_may_be_named_by_one_of_its_results(api, lead, stranger, project, run):
    result = Result.objects.filter(run_case__name="pays").first()
    body = {"reason": "Shakes", "expires_on": str(date.today())}
    refused = {"run_test_id": {}, "result_id": {"result_id": str(uuid4())}}
    for field, named in refused.items():
        answer = api(lead).post("/api/v1/quarantine", body | named, format="json")
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    body |= {"result_id": str(result.pk)}
    other = ProjectFactory(tenant=stranger.tenant)
    foreign = api(stranger).post(f"/api/v1/quarantine?project_id={other.pk}", body, format="json")
    assert (foreign.status_code, Quarantine.objects.count()) == (400, 0)
    assert api(lead).post("/api/v1/quarantine", body, format="json").json()["name"] == "pays"


def test_a_day_too_far_away_is_named(api, lead, project, run):
    body = {"run_test_id": RunCase.objects.get(name="pays").pk, "reason": "Shakes", "expires_on": "2099-01-01"}
    answer = api(lead).post("/api/v1/quarantine", body, format="json")
    assert answer.status_code in {400, 422}
    assert "expires_on" in answer.content.decode()


def test_readers_read_and_change_nothing(api, viewer, project, run):
    client = api(viewer)
    assert client.post("/api/v1/failure-rules", RULE, format="json").status_code == 403
    body = {"run_test_id": RunCase.objects.get(name="pays").pk, "reason": "Shakes", "expires_on": str(date.today())}
    assert client.post("/api/v1/quarantine", body, format="json").status_code == 403


def test_what_belongs_to_others_is_not_there(api, lead, stranger, project, run):
    rule = FailureRule.objects.create(project=project, name="a", cause="test", pattern="abc")
    held = Quarantine.objects.create(project=project, test_key=run.pk, name="a", expires_on=date.today())
    cluster = FailureCluster.objects.get()
    foreign = api(stranger)
    for address in (f"failure-clusters/{cluster.pk}", f"failure-rules/{rule.pk}", f"quarantine/{held.pk}"):
        assert foreign.get(f"/api/v1/{address}").status_code == 404
        assert foreign.delete(f"/api/v1/{address}").status_code in {404, 405}
    body = {"run_test_id": RunCase.objects.get(name="pays").pk, "reason": "Shakes", "expires_on": str(date.today())}
    other = ProjectFactory(tenant=stranger.tenant)
    answer = foreign.post(f"/api/v1/quarantine?project_id={other.pk}", body, format="json")
    assert answer.status_code in {400, 403, 422}
    assert Quarantine.objects.count() == 1
