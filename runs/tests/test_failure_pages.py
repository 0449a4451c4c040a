"""The pages about failures."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from qaportal.kit.concurrency import etag
from runs.models import FailureCluster, FailureRule, Quarantine, RunCase, TestRun
from runs.tests.factories import make_run, record, reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(project):
    before = make_run(project)
    record(
        before,
        reported("pays"),
        reported("gone"),
        reported("slow", duration_ms=1_000),
        reported("mends", "failed", error_message="Ledger gone away"),
    )
    run = make_run(project)
    record(
        run,
        reported("pays", "failed", error_message="Timeout waiting for the frame <b>"),
        reported("slow", duration_ms=9_000),
        reported("mends"),
        reported("fresh"),
    )
    return run


def test_the_run_groups_its_failures_and_filters_by_cause(signed_in, viewer, project, run):
    page = signed_in(viewer).get(run.get_absolute_url())
    content = page.content.decode()
    assert "New in this run" in content
    assert "1 cause explains 1 failure<" in content
    assert "Timeout waiting for the frame &lt;b&gt;" in content
    cluster = FailureCluster.objects.get(title__startswith="Timeout")
    with CaptureQueriesContext(connection) as queries:
        page = signed_in(viewer).get(run.get_absolute_url(), {"tab": "failures", "cluster": cluster.pk})
    read = [each["sql"] for each in queries if 'FROM "runs_failurecluster"' in each["sql"]]
    assert len(read) == 1, "the filter's chip looks through no causes of the project"
    assert cluster.short in page.content.decode()
    assert [row.record.name for row in page.context["page_obj"].object_list] == ["pays"]
    page = signed_in(viewer).get(run.get_absolute_url(), {"cause": "unsorted"})
    assert [row.record.name for row in page.context["page_obj"].object_list] == ["pays"]


@pytest.mark.parametrize("path", ["", "rules/", "flaky/", "quarantine/"])
def test_each_list_opens_with_rows_and_without(signed_in, viewer, project, path):
    assert signed_in(viewer).get(f"/p/PAY/failures/{path}").status_code == 200
    run = make_run(project)
    record(run, reported("pays", "failed", error_message="Timeout of frame"))
    record(run, reported("pays"))
    assert signed_in(viewer).get(f"/p/PAY/failures/{path}").status_code == 200


def test_a_flaky_test_leads_to_no_run_that_is_gone(signed_in, viewer, project):
    run = make_run(project)
    record(run, reported("pays", "failed", error_message="Timeout of frame"))
    record(run, reported("pays"))
    way = f"{run.get_absolute_url()}?tab=all"
    assert way in signed_in(viewer).get("/p/PAY/failures/flaky/").content.decode()
    TestRun.objects.filter(pk=run.pk).update(deleted_at=timezone.now())
    page = signed_in(viewer).get("/p/PAY/failures/flaky/").content.decode()
    assert "pays" in page
    assert way not in page


def test_the_page_of_a_cause_tells_its_runs(signed_in, viewer, project, run):
    cluster = FailureCluster.objects.get(title__startswith="Ledger")
    content = signed_in(viewer).get(cluster.get_absolute_url()).content.decode()
    assert "Ledger gone away" in content
    assert "Nightly" in content


def test_a_tester_adds_a_rule_marks_it_as_fixed_and_deletes_it(signed_in, tester, project, run):
    client = signed_in(tester)
    values = {"name": "Frames", "cause": "environment", "pattern": "timeout*frame", "ticket": "PAY-7"}
    assert client.post("/p/PAY/failures/rules/new/", {"name": "x", "cause": "test"}).status_code == 422
    assert client.post("/p/PAY/failures/rules/new/", values).status_code == 302
    rule = FailureRule.objects.get()
    assert client.get(rule.get_absolute_url()).status_code == 200
    assert "PAY-7" in client.get("/p/PAY/failures/rules/").content.decode()
    said = client.post(f"/p/PAY/failures/rules/{rule.pk}/state/", {"state": "fixed"}, follow=True).content.decode()
    assert "Frames is marked as fixed. It opens again when its failure comes back." in said
    rule.refresh_from_db()
    assert rule.state == "fixed"
    client.post(f"/p/PAY/failures/rules/{rule.pk}/delete/")
    assert not FailureRule.objects.exists()


def test_a_viewer_may_class_nothing(signed_in, viewer, project):
    assert signed_in(viewer).get("/p/PAY/failures/rules/new/").status_code == 403


def test_a_test_goes_into_quarantine_from_its_run_and_out_again(signed_in, tester, project, run):
    test = RunCase.objects.get(run=run, name="pays")
    address = f"{run.get_absolute_url()}tests/{test.pk}/quarantine/"
    client = signed_in(tester)
    until = client.get(address).context["form"].initial["expires_on"]
    assert client.post(address, {"reason": "", "expires_on": until}).status_code == 422
    assert client.post(address, {"reason": "Shakes", "expires_on": until}).status_code == 302
    held = Quarantine.objects.get()
    assert "Shakes" in client.get("/p/PAY/failures/quarantine/").content.decode()
    client.post(f"/p/PAY/failures/quarantine/{held.pk}/lift/")
    held.refresh_from_db()
    assert held.lifted_at


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ("new_failure", ["pays"]),
        ("fixed", ["mends"]),
        ("added", ["fresh"]),
        ("removed", ["gone"]),
        ("slower", ["slow"]),
        ("flaky", []),
    ],
)
def test_two_runs_are_compared_test_by_test(signed_in, viewer, project, run, change, names):
    page = signed_in(viewer).get(f"{run.get_absolute_url()}compare/", {"change": change})
    assert page.status_code == 200
    assert [row.name for row in page.context["page_obj"].object_list] == names


def test_a_run_is_compared_with_any_other_and_with_none(signed_in, viewer, project, run):
    client = signed_in(viewer)
    assert client.get("/p/PAY/runs/1/compare/").status_code == 200
    assert client.get("/p/PAY/runs/1/compare/", {"with": run.number}).context["before"] == run
    for wrong in ("999", "x", "1e5"):
        assert client.get("/p/PAY/runs/1/compare/", {"with": wrong}).status_code == 404


def test_the_lists_need_a_constant_number_of_queries(signed_in, viewer, project, run, same_queries):
    client = signed_in(viewer)

    def more() -> None:
        other = make_run(project)
        failing = [
            reported(f"t{place}", "failed", error_message=f"Went wrong in way {chr(97 + place)}") for place in range(9)
        ]
        record(other, *failing)

    same_queries(lambda: client.get("/p/PAY/failures/"), more)


@pytest.mark.parametrize("path", ["", "rules/", "flaky/", "quarantine/"])
def test_lists_of_failures_are_searched_and_tell_when_nothing_fits(signed_in, tester, project, run, path):
    client = signed_in(tester)
    assert client.get(f"/p/PAY/failures/{path}?q=x%00&cause=none&page=2&state=").status_code == 200
    assert "Nothing fits these filters" in client.get(f"/p/PAY/failures/{path}?q=nowhere").content.decode()
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    assert "<html" not in client.get(f"/p/PAY/failures/{path}?q=a", headers=headers).content.decode()


def test_a_cause_is_found_by_its_words_and_by_its_fingerprint(signed_in, viewer, project, run):
    client, cluster = signed_in(viewer), FailureCluster.objects.get(title__startswith="Ledger")
    for words in ("ledger GONE", cluster.fingerprint.hex[:8]):
        page = client.get("/p/PAY/failures/", {"q": words})
        assert [each.pk for each in page.context["page_obj"]] == [cluster.pk]


def test_a_rule_begins_with_the_words_of_its_cause_and_is_not_overwritten(signed_in, tester, project, run):
    client, cluster = signed_in(tester), FailureCluster.objects.get(title__startswith="Ledger")
    way = f"/p/PAY/failures/rules/new/?fingerprint={cluster.fingerprint.hex}"
    assert "/failures/rules/new/?fingerprint=" in client.get(f"{run.get_absolute_url()}?tab=failures").content.decode()
    form = client.get(way).context["form"]
    assert form.initial == {"fingerprint": cluster.fingerprint.hex, "name": cluster.title}
    client.post(way, form.initial | {"cause": "product", "expires_on": "2020-01-01"})
    rule = FailureRule.objects.get()
    assert "Expired" in client.get("/p/PAY/failures/rules/?cause=product&state=active").content.decode()
    values = {"name": "Mine", "cause": "test", "pattern": "gone away", "if_match": etag(rule)}
    assert client.post(rule.get_absolute_url(), values).status_code == 302
    assert client.post(rule.get_absolute_url(), values | {"name": "Late"}).status_code == 422
    rule.refresh_from_db()
    assert rule.name == "Mine"
