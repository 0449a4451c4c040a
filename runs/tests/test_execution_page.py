"""The execution page of a release."""

import json
import re

import pytest
from django.urls import reverse

from releases.choices import OverallStatus
from releases.models import Release
from releases.tests.factories import ReleaseFactory, cover, make_folder
from runs.models import Result

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def release(project) -> Release:
    return ReleaseFactory(project=project, version="4.18.0", name="Autumn checkout")


def verdict_url(row, query: str = "") -> str:
    release = row.release
    return reverse("runs:set_verdict", args=[release.project.key, release.tail, row.pk]) + query


def test_the_page_groups_cases_by_folder_with_their_counts(signed_in, tester, release, project):
    cards = make_folder(project, "Card payments")
    challenge = make_folder(project, "3-D Secure challenge", cards)
    cover(release, "passed", "failed", folder=challenge)
    cover(release, "not_started", folder=cards)
    page = signed_in(tester).get(release.get_absolute_url()).content.decode()
    assert "2 cases, 2 executed" in page
    assert "1 case, 0 executed" in page
    assert "1 failed case is in the way" in page
    assert "2 of 3 executed" in page


def test_old_addresses_with_another_tail_still_work(signed_in, tester, release):
    client = signed_in(tester)
    assert client.get(f"/p/PAY/releases/{release.pk}/").status_code == 200
    assert client.get(f"/p/PAY/releases/{release.pk}-old-name/").status_code == 200


def test_the_page_takes_the_same_number_of_queries_for_more_cases(signed_in, tester, release, project, same_queries):
    client = signed_in(tester)
    cover(release, "passed", folder=make_folder(project, "First"), assigned_to=tester, executed_by=tester)

    def grow():
        for number in range(5):
            folder = make_folder(project, f"Folder {number}")
            cover(release, "passed", "failed", folder=folder, assigned_to=tester, executed_by=tester)

    same_queries(lambda: client.get(release.get_absolute_url()), grow)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("status=left", {"not_started", "in_progress"}),
        ("status=passed&status=blocked", {"passed", "blocked"}),
        ("assigned=me", {"passed"}),
        ("assigned=nobody", {"failed", "blocked", "not_started", "in_progress"}),
        ("priority=critical", {"failed"}),
        ("q=TC_UI_0999", set()),
        ("status=nonsense&assigned=77", {"passed", "failed", "blocked", "not_started", "in_progress"}),
    ],
)
def test_cases_are_filtered(signed_in, tester, release, query, shown):
    rows = cover(release, "passed", "failed", "blocked", "not_started", "in_progress")
    rows[0].assigned_to = tester
    rows[1].priority = 4
    for row in rows:
        row.save()
    answer = signed_in(tester).get(f"{release.get_absolute_url()}?{query}")
    found = {row.scope.execution_status for row in answer.context["page"].page.object_list}
    assert found == shown


def test_a_folder_shows_what_lies_in_it_and_below(signed_in, tester, release, project):
    cards = make_folder(project, "Cards")
    cover(release, "passed", folder=make_folder(project, "Below", cards))
    cover(release, "failed", folder=make_folder(project, "Elsewhere"))
    cover(release, "blocked")
    client, address = signed_in(tester), release.get_absolute_url()

    def statuses(query):
        page = client.get(f"{address}?{query}").context["page"].page
        return [row.scope.execution_status for row in page.object_list]

    assert statuses(f"folder={cards.pk}") == ["passed"]
    assert statuses("folder=0") == ["blocked"]
    assert len(statuses("folder=999999")) == 3


def test_a_verdict_is_set_in_place_and_the_row_comes_back(signed_in, tester, release, project):
    row = cover(release, "not_started", folder=make_folder(project, "Cards"))[0]
    headers = PARTIAL | {"HX-Target": f"tbody#row-{row.pk}"}
    answer = signed_in(tester).post(verdict_url(row), {"status": "passed"}, headers=headers)
    row.refresh_from_db()
    text = answer.content.decode()
    assert (answer.status_code, row.execution_status, row.executed_by) == (200, "passed", tester)
    assert f'id="row-{row.pk}"' in text
    assert "1 case, 1 executed" in text
    told = json.loads(answer["HX-Trigger"])
    assert told["portal:toast"]["text"] == f"{row.case.test_id} is now passed"
    assert told["portal:toast"]["undo"]["values"]["status"] == "not_started"
    assert {"release-changed", f"verdict-{row.pk}"} <= set(told)
    assert Release.objects.get().overall_status == OverallStatus.IN_PROGRESS


def test_undo_gives_the_former_verdict_as_a_further_attempt(signed_in, tester, release):
    row = cover(release, "not_started")[0]
    client = signed_in(tester)
    client.post(verdict_url(row), {"status": "failed", "comments": "Spinner never ends"}, headers=PARTIAL)
    answer = client.post(verdict_url(row), {"status": "passed", "comments": ""}, headers=PARTIAL)
    undo = json.loads(answer["HX-Trigger"])["portal:toast"]["undo"]
    assert client.post(undo["url"], undo["values"], headers=PARTIAL).status_code == 200
    row.refresh_from_db()
    assert (row.execution_status, row.comments) == ("failed", "Spinner never ends")
    assert Result.objects.filter(case=row.case).count() == 3


def test_note_and_issues_are_kept_with_the_verdict(signed_in, tester, release):
    row = cover(release, "not_started")[0]
    values = {"status": "failed", "comments": "No receipt", "bug_ids": "PAY-7, PAY-9 PAY-7"}
    answer = signed_in(tester).post(
        verdict_url(row, "?case=x"), values, headers=PARTIAL | {"HX-Target": "section#drawer"}
    )
    row.refresh_from_db()
    assert (row.comments, row.bug_ids) == ("No receipt", ["PAY-7", "PAY-9"])
    assert 'id="drawer"' in answer.content.decode()
    assert 'hx-swap-oob="true"' in answer.content.decode()


def test_a_verdict_in_place_leaves_the_note_as_it_is(signed_in, tester, release):
    row = cover(release, "failed", comments="No receipt", bug_ids=["PAY-7"])[0]
    signed_in(tester).post(verdict_url(row), {"status": "passed"}, headers=PARTIAL)
    row.refresh_from_db()
    assert (row.comments, row.bug_ids) == ("No receipt", ["PAY-7"])


def test_without_script_the_page_comes_back_with_its_filters(signed_in, tester, release):
    row = cover(release, "not_started")[0]
    answer = signed_in(tester).post(verdict_url(row, "?status=left&page=2"), {"status": "blocked"})
    assert answer.url == f"{release.get_absolute_url()}?status=left&page=2"


def test_a_refusal_stands_under_the_row(signed_in, tester, release):
    row = cover(release, "not_started")[0]
    Release.objects.update(overall_status=OverallStatus.CANCELLED)
    answer = signed_in(tester).post(verdict_url(row), {"status": "passed"}, headers=PARTIAL)
    row.refresh_from_db()
    assert answer.status_code == 422
    assert "This release is closed" in answer.content.decode()
    assert row.execution_status == "not_started"


def test_an_unknown_status_is_refused(signed_in, tester, release):
    row = cover(release, "not_started")[0]
    assert signed_in(tester).post(verdict_url(row), {"status": "great"}, headers=PARTIAL).status_code == 422


def test_an_issue_id_that_does_not_fit_is_refused_in_words(signed_in, tester, release):
    row = cover(release, "not_started")[0]
    answer = signed_in(tester).post(verdict_url(row), {"status": "failed", "bug_ids": "x" * 61}, headers=PARTIAL)
    assert answer.status_code == 422
    assert "60 characters" in answer.content.decode()


def test_a_viewer_sees_no_buttons_and_is_refused_in_words(signed_in, viewer, release):
    row = cover(release, "not_started")[0]
    client = signed_in(viewer)
    assert "q-set" not in client.get(release.get_absolute_url()).content.decode()
    answer = client.post(verdict_url(row), {"status": "passed"}, headers=PARTIAL)
    assert answer.status_code == 422
    assert "may not record results" in answer.content.decode()


def test_an_open_case_shows_its_steps_and_its_neighbours(signed_in, tester, release):
    first, second, third = cover(release, "not_started", "not_started", "not_started")
    second.case.steps.create(project=release.project, position=1, action="Type the code", expected="It is accepted")
    second.case.preconditions = "A card with a challenge"
    second.case.save()
    answer = signed_in(tester).get(f"{release.get_absolute_url()}?case={second.case.test_id}")
    page = answer.content.decode()
    assert "Type the code" in page
    assert "It is accepted" in page
    assert "A card with a challenge" in page
    neighbours = answer.context["page"].neighbours
    assert (neighbours["previous"].case, neighbours["next"].case) == (first.case, third.case)


def test_enter_in_a_field_of_the_drawer_sets_no_result(signed_in, tester, release):
    (row,) = cover(release, "not_started")
    page = signed_in(tester).get(f"{release.get_absolute_url()}?case={row.case.test_id}").content.decode()
    form = page[page.index('<form class="q-drawer-foot"') :]
    default_button = re.search(r"<button[^>]*>", form).group()
    assert " disabled" in default_button


def test_a_case_is_given_to_a_person_in_the_drawer(signed_in, tester, lead, release):
    row = cover(release, "not_started")[0]
    address = reverse("runs:assign_case", args=["PAY", release.tail, row.pk])
    client = signed_in(tester)
    headers = PARTIAL | {"HX-Target": "section#drawer"}
    assert client.post(address, {"assigned_to": lead.pk}, headers=headers).status_code == 200
    row.refresh_from_db()
    assert row.assigned_to == lead
    assert client.post(address, {"assigned_to": ""}).status_code == 302
    row.refresh_from_db()
    assert row.assigned_to is None


@pytest.mark.parametrize(
    ("target", "inside", "outside"),
    [
        ("div#panes", 'id="panes"', 'id="summary"'),
        ("div#summary", 'id="readiness"', 'id="panes"'),
        ("nav#modules", 'id="modules"', 'id="rows"'),
        ("section#drawer", 'id="drawer"', 'id="modules"'),
    ],
)
def test_htmx_gets_the_part_it_replaces(signed_in, tester, release, target, inside, outside):
    row = cover(release, "passed")[0]
    address = f"{release.get_absolute_url()}?case={row.case.test_id}"
    page = signed_in(tester).get(address, headers=PARTIAL | {"HX-Target": target}).content.decode()
    assert inside in page
    assert outside not in page
    assert "<html" not in page


def test_a_release_of_another_tenant_is_not_there(signed_in, stranger, tester, release, other_project):
    row = cover(release, "not_started")[0]
    foreign = cover(ReleaseFactory(project=other_project), "not_started")[0]
    assert signed_in(stranger).get(release.get_absolute_url()).status_code == 404
    assert signed_in(stranger).post(verdict_url(row), {"status": "passed"}).status_code == 404
    mixed = reverse("runs:set_verdict", args=["PAY", release.tail, foreign.pk])
    assert signed_in(tester).post(mixed, {"status": "passed"}).status_code == 404
    assert signed_in(tester).get(f"{release.get_absolute_url()}?case={foreign.case.test_id}").status_code == 200


def test_unusable_values_in_the_address_are_left_out(signed_in, tester, release):
    cover(release, "passed")
    query = "?folder=99999999999999999999&open=x.7&page=minus&case=%00&q=%00&priority=%00&assigned=99999999999999999999"
    assert signed_in(tester).get(release.get_absolute_url() + query).status_code == 200
