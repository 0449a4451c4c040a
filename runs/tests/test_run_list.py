"""The list of runs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from releases.tests.factories import ReleaseFactory
from runs.choices import RunStatus
from runs.tests.factories import make_run, record, reported

pytestmark = pytest.mark.django_db
URL = "/p/PAY/runs/"


def names_on(response) -> list[str]:
    return [row.record.name for row in response.context["page_obj"].object_list]


def test_a_run_shows_number_name_outcome_counts_and_time(signed_in, viewer, project):
    run = make_run(project, name="Nightly", branch="main", status=RunStatus.COMPLETED)
    record(run, reported("pays", duration_ms=64_000), reported("refunds", "failed"), reported("logs", is_flaky=True))
    content = signed_in(viewer).get(URL).content.decode()
    for words in (f"/p/PAY/runs/{run.number}/", "Nightly", "Failed", "2 passed, 1 failed", "1 m 04 s", "main"):
        assert words in content


def test_the_newest_run_stands_first_and_every_column_sorts(signed_in, viewer, project):
    now = timezone.now()
    for name, days, failures in (("b old", 3, 2), ("a new", 1, 0), ("c middle", 2, 1)):
        run = make_run(project, name=name, started_at=now - timedelta(days=days))
        record(run, *[reported(f"t{place}", "failed", duration_ms=days) for place in range(failures)])
    client = signed_in(viewer)
    assert names_on(client.get(URL)) == ["a new", "c middle", "b old"]
    assert names_on(client.get(URL, {"sort": "name"})) == ["a new", "b old", "c middle"]
    assert names_on(client.get(URL, {"sort": "-failed"})) == ["b old", "c middle", "a new"]
    for column in ("number", "name", "failed", "flaky", "duration", "started"):
        for sign in ("", "-"):
            assert client.get(URL, {"sort": sign + column}).status_code == 200


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "night"}, ["Nightly"]),
        ({"q": "2"}, ["Smoke"]),
        ({"q": "main"}, ["Nightly"]),
        ({"status": "active"}, ["Smoke"]),
        ({"verdict": "failed"}, ["Nightly"]),
        ({"verdict": "passed"}, ["Smoke"]),
        ({"kind": "manual"}, ["Smoke"]),
        ({"branch": "MAIN"}, ["Nightly"]),
        ({"environment": "staging"}, ["Smoke"]),
        ({"q": "nothing like it"}, []),
    ],
)
def test_filters_narrow_the_list(signed_in, viewer, project, query, expected):
    nightly = make_run(project, name="Nightly", branch="main", status=RunStatus.COMPLETED)
    record(nightly, reported("pays", "failed"))
    make_run(project, name="Smoke", environment="staging", kind="manual")
    assert names_on(signed_in(viewer).get(URL, query)) == expected


def test_the_list_filters_by_release_and_names_it_in_its_chip(signed_in, viewer, project):
    release = ReleaseFactory(project=project, version="4.18.0")
    make_run(project, name="of the release", release=release)
    make_run(project, name="of none")
    response = signed_in(viewer).get(URL, {"release": release.pk})
    assert names_on(response) == ["of the release"]
    assert "Release <b>4.18.0</b>" in response.content.decode()


def test_an_unusable_query_is_not_a_fault(signed_in, viewer, project):
    make_run(project)
    client = signed_in(viewer)
    for query in ("page=9999999999999999999", "sort=nothing", "status=zzz", "release=abc", "q=%00", "per_page=-1"):
        assert client.get(f"{URL}?{query}").status_code == 200


def test_htmx_gets_the_rows_alone(signed_in, viewer, project):
    make_run(project)
    response = signed_in(viewer).get(URL, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert response.content.decode().strip().startswith('<div id="rows"')


def test_the_list_takes_the_same_number_of_queries_whatever_its_length(signed_in, viewer, project, same_queries):
    client = signed_in(viewer)
    release = ReleaseFactory(project=project)

    def grow():
        for _ in range(10):
            record(make_run(project, release=release), reported("pays"))

    grow()
    same_queries(lambda: client.get(URL), grow)


def test_a_viewer_reads_why_he_cannot_upload(signed_in, viewer, tester, project):
    assert "may not upload test reports" in signed_in(viewer).get(URL).content.decode()
    assert 'href="/p/PAY/runs/upload/"' in signed_in(tester).get(URL).content.decode()


def test_a_stranger_sees_no_list_and_the_anonymous_signs_in(signed_in, stranger, client, project):
    assert signed_in(stranger).get(URL).status_code == 404
    assert client.get(URL).status_code == 302


def test_runs_of_other_projects_and_deleted_ones_are_not_listed(signed_in, viewer, project, other_project):
    make_run(other_project, name="foreign")
    make_run(project, name="deleted", deleted_at=timezone.now())
    assert names_on(signed_in(viewer).get(URL)) == []


def test_a_release_that_was_not_executed_by_hand_shows_no_empty_run(signed_in, viewer, project):
    make_run(project, name="By hand in 4.18.0", release=ReleaseFactory(project=project), is_implicit=True)
    assert names_on(signed_in(viewer).get(URL)) == []
