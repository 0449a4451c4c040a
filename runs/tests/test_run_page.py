"""The page of one run."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.tests.factories import TestCaseFactory
from releases.tests.factories import ReleaseFactory
from runs.choices import ResultSource, RunStatus
from runs.models import RunCase
from runs.tests.factories import make_run, record, reported

pytestmark = pytest.mark.django_db
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def run(project):
    run = make_run(project, name="Nightly", branch="main", build="b1907f3", environment="staging-eu")
    record(
        run,
        reported("pays", duration_ms=1_000),
        reported("refunds", "failed", error_message="expected 201, got 409", duration_ms=96_000),
        reported("settles", "error", error_message="no connection"),
        reported("exports", "skipped"),
        reported("retries", "failed", attempt=1, attempts=2, error_message="too slow"),
        reported("retries", attempt=2, attempts=2, is_flaky=True, duration_ms=5),
    )
    return run


@pytest.fixture
def read(signed_in, viewer, run):
    client = signed_in(viewer)

    def get(query: str = "", **options):
        return client.get(f"/p/PAY/runs/{run.number}/?{query}", **options)

    return get


def test_named(run, name):
    return RunCase.objects.get(run=run, name=name)


test_named.__test__ = False


def names_on(response) -> list[str]:
    return [row.record.name for row in response.context["page_obj"].object_list]


def test_the_head_says_what_ran_where_and_how_it_ended(read, run, project):
    run.release = ReleaseFactory(project=project, version="4.18.0")
    run.status = RunStatus.COMPLETED
    run.save(update_fields=["release", "status"])
    content = read().content.decode()
    for words in ("Nightly", "Failed", "main", "b1907f3", "staging-eu", "4.18.0", "took 1 m 37 s"):
        assert words in content
    assert "2 passed, 2 failed, 1 skipped" in content
    assert "passed on retry" in content


def test_the_page_opens_at_the_failures_when_there_are_any(read, run):
    assert names_on(read()) == ["refunds", "settles"]
    RunCase.objects.filter(run=run).update(status="passed")
    type(run).objects.filter(pk=run.pk).update(count_failed=0, count_error=0)
    assert len(names_on(read())) == 5


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tab=all", ["pays", "refunds", "settles", "exports", "retries"]),
        ("tab=all&status=failed", ["refunds", "settles"]),
        ("status=skipped", ["exports"]),
        ("tab=all&status=passed&status=skipped", ["pays", "exports", "retries"]),
        ("flaky=1", ["retries"]),
        ("q=409", ["refunds"]),
        ("tab=all&q=CHECKOUT", ["pays", "refunds", "settles", "exports", "retries"]),
        ("tab=unmatched&q=pays", ["pays"]),
        ("tab=all&sort=name", ["exports", "pays", "refunds", "retries", "settles"]),
        ("tab=all&sort=status", ["settles", "refunds", "exports", "pays", "retries"]),
        ("tab=all&sort=-duration", ["refunds", "pays", "retries", "settles", "exports"]),
        ("tab=all&sort=case", ["pays", "refunds", "settles", "exports", "retries"]),
        ("tab=zzz&sort=zzz&page=99999999999999999999&test=zzz", ["refunds", "settles"]),
        ("status=zzz", ["pays", "refunds", "settles", "exports", "retries"]),
    ],
)
def test_tabs_filters_and_order_choose_the_results(read, query, expected):
    assert names_on(read(query)) == expected


def test_tests_can_be_found_by_the_id_of_their_case(read, run, project):
    case = TestCaseFactory(project=project, test_id="TC_UI_114")
    RunCase.objects.filter(run=run, name="pays").update(case=case)
    assert names_on(read("tab=all&q=tc_ui_1")) == ["pays"]


def test_the_drawer_shows_the_failure_of_the_chosen_attempt(read, run):
    test = test_named(run, "retries")
    last = read(f"tab=all&test={test.pk}").content.decode()
    assert "Attempt 1" in last
    assert "too slow" not in last
    assert "too slow" in read(f"tab=all&test={test.pk}&attempt=1").content.decode()


def test_texts_of_a_report_are_shown_as_text(project, read, run):
    hostile = '<script>alert(1)</script> <img src=x onerror="alert(1)" hx-get="/x"> \x1b[31mred\x1b[0m'
    record(
        run,
        reported(
            "<b>bold</b>",
            "failed",
            class_name="<i>class</i>",
            suite_path=("<u>suite</u>",),
            error_message=hostile,
            stack_trace=hostile,
            output=hostile,
            metadata={"properties": {"<p>": "<q>"}, "attachments": ["<a>"]},
        ),
    )
    content = read(f"tab=all&test={test_named(run, '<b>bold</b>').pk}").content.decode()
    for tag in ("<script>alert", "<img src", "<b>bold", "<i>class", "<u>suite", "<p>", "<q>"):
        assert tag not in content
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in content
    assert "\x1b" not in content
    assert "red" in content


def test_the_drawer_leads_to_its_neighbours_across_the_border_of_a_page(read, run):
    for number in range(60):
        record(run, reported(f"extra {number:02d}"))
    response = read("tab=all&per_page=25&sort=name")
    last_of_page = list(response.context["page_obj"].object_list)[-1].record
    content = read(f"tab=all&per_page=25&sort=name&test={last_of_page.pk}").content.decode()
    assert 'data-key="j"' in content
    assert "page=2" in content.split('data-key="j"')[0].rsplit("<a", 1)[1]


def test_the_history_of_a_case_reaches_across_runs(read, run, project):
    case = TestCaseFactory(project=project, automation_key="checkout.pays")
    RunCase.objects.filter(run=run, name="pays").update(case=case)
    for number in range(20):
        earlier = make_run(project, name=f"Night {number}")
        record(earlier, reported("pays", "failed", executed_at=timezone.now() - timedelta(days=number + 1)))
    response = read(f"tab=all&test={test_named(run, 'pays').pk}&view=history")
    history = response.context["drawer"].history
    assert history.paginator.count == 21
    assert [each.run.name for each in history][:2] == ["Nightly", "Night 0"]
    second = read(f"tab=all&test={test_named(run, 'pays').pk}&view=history&before=2").context["drawer"].history
    assert second.number == 2


def test_a_test_without_a_case_has_a_history_too(read, run, project):
    earlier = make_run(project, name="Yesterday")
    record(earlier, reported("pays", "failed", executed_at=timezone.now() - timedelta(days=1)))
    history = read(f"tab=all&test={test_named(run, 'pays').pk}&view=history").context["drawer"].history
    assert [each.run.name for each in history] == ["Nightly", "Yesterday"]


def test_the_head_compares_with_the_run_of_the_same_name_before(read, run, project):
    before = make_run(project, name="Nightly", started_at=run.started_at - timedelta(days=1))
    record(before, reported("refunds", "failed"), reported("pays", "failed"), reported("settles"))
    make_run(project, name="Another suite", started_at=run.started_at - timedelta(hours=1))
    compared = read().content.decode()
    assert f"Against {before.number}:" in compared
    assert "1 new failure" in compared
    assert "1 fixed, 1 still failing" in compared


def test_details_tell_facts_and_offer_the_raw_reports(read, run):
    run.metadata = {"framework": "pytest"}
    run.external_id = "build-77"
    run.save(update_fields=["metadata", "external_id"])
    content = read("tab=details").content.decode()
    for words in ("Framework", "pytest", "build-77", str(run.pk), "No report"):
        assert words in content


def test_a_verdict_given_by_hand_shows_who_gave_it_and_his_note(read, run, project, tester):
    case = TestCaseFactory(project=project)
    result = reported("by hand", "blocked", automation_key="", case_id=case.pk, notes="The card terminal is broken")
    record(run, result, actor=tester, source=ResultSource.MANUAL)
    content = read(f"tab=all&test={test_named(run, 'by hand').pk}").content.decode()
    assert "The card terminal is broken" in content
    assert tester.full_name in content


def test_htmx_gets_list_and_drawer_alone(read):
    assert read("tab=all", headers=PARTIAL).content.decode().strip().startswith('<div class="q-panes"')


@pytest.mark.parametrize("query", ["tab=failures", "tab=all", "tab=unmatched", "tab=details", "tab=all&test={test}"])
def test_the_page_takes_the_same_number_of_queries_whatever_its_length(read, run, project, same_queries, query):
    case = TestCaseFactory(project=project, automation_key="checkout.pays")
    RunCase.objects.filter(run=run, name="pays").update(case=case)
    query = query.format(test=test_named(run, "pays").pk)
    rounds = iter(range(10))

    def grow():
        serial = next(rounds)
        for number in range(10):
            key = f"checkout.{serial}.{number}"
            TestCaseFactory(project=project, automation_key=key)
            record(run, reported(f"t{serial} {number}", "failed", automation_key=key), reported(f"u{serial} {number}"))
            record(make_run(project), reported("pays"))

    grow()
    same_queries(lambda: read(query), grow)


def test_a_run_of_another_tenant_a_deleted_one_and_none_are_the_same_404(
    signed_in, viewer, stranger, run, project, other_project
):
    foreign = make_run(other_project)
    deleted = make_run(project, deleted_at=timezone.now())
    assert signed_in(stranger).get(f"/p/PAY/runs/{run.number}/").status_code == 404
    client = signed_in(viewer)
    assert client.get(f"/p/RIV/runs/{foreign.number}/").status_code == 404
    for number in (deleted.number, 999_999, 2**63):
        assert client.get(f"/p/PAY/runs/{number}/").status_code == 404


def test_a_test_of_another_run_does_not_open_here(read, project, other_project):
    foreign = make_run(other_project)
    record(foreign, reported("secret of the rival"))
    test = RunCase.objects.get(run=foreign)
    response = read(f"tab=all&test={test.pk}")
    assert response.status_code == 200
    assert "secret of the rival" not in response.content.decode()
