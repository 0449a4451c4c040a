"""The pages of duplicates: the list of pairs, two cases side by side, and what is like what somebody types."""

import json

import pytest
from django.contrib.messages import get_messages

from catalog.models import SimilarPair, TestCase, TestCaseLink
from catalog.services.duplicates import dismiss_pair, scan_project
from catalog.services.merges import merge_cases
from catalog.tests.factories import FolderFactory, TestCaseFactory
from catalog.tests.pages import HTMX, text, url
from qaportal.kit.concurrency import etag

STEPS = ["Open the basket of a customer", "Pay with a card that expired last year", "Look at the words that are shown"]


@pytest.fixture
def folder(project):
    return FolderFactory(project=project, name="Cards")


@pytest.fixture
def pair(project, folder):
    cases = [
        TestCaseFactory(project=project, folder=folder, title="Expired card is refused", steps=STEPS),
        TestCaseFactory(project=project, title="Expired card is declined", steps=STEPS, description="With words"),
    ]
    scan_project(project_id=project.pk)
    return cases


@pytest.fixture
def reader(signed_in, tester):
    return signed_in(tester)


def test_the_list_shows_pairs_with_score_reasons_and_what_can_be_done(reader, project, pair):
    shown = text(reader.get(url("duplicate_list", project)))
    for word in (*[case.test_id for case in pair], "Same steps", "Similar title", "Compare", "Link", "Dismiss"):
        assert word in shown


def test_who_may_only_read_sees_the_pairs_and_no_buttons(signed_in, viewer, project, pair):
    shown = text(signed_in(viewer).get(url("duplicate_list", project)))
    assert "Compare" in shown
    assert "/dismiss/" not in shown
    compared = text(signed_in(viewer).get(url("case_compare", project, *[case.test_id for case in pair])))
    assert "Merge into" not in compared


def test_the_list_is_filtered_by_folder_and_score(reader, project, pair, folder):
    other = FolderFactory(project=project, name="Elsewhere")
    for query, is_shown in (
        ({"folder": folder.pk}, True),
        ({"folder": other.pk}, False),
        ({"folder": FolderFactory().pk}, True),
        ({"least": 90}, False),
        ({"least": 70}, True),
        ({"least": "x"}, True),
    ):
        assert (pair[0].test_id in text(reader.get(url("duplicate_list", project), query))) is is_shown, query


def test_the_list_needs_a_constant_number_of_queries(reader, project, pair, same_queries):
    def more():
        for _number in range(10):
            TestCaseFactory(project=project, title="Expired card is refused", steps=STEPS)
        scan_project(project_id=project.pk)

    same_queries(lambda: reader.get(url("duplicate_list", project)), more)


def test_a_pair_is_dismissed_and_brought_back(reader, project, pair):
    found = SimilarPair.objects.get()
    answer = reader.post(url("duplicate_dismiss", project, found.pk), headers=HTMX)
    assert pair[0].test_id not in text(answer).partition("</table>")[0].partition("<table")[2]
    said = json.loads(answer["HX-Trigger"])["portal:toast"]
    assert all(each.test_id in said["text"] for each in pair)
    assert said["undo"]["url"] == url("duplicate_bring_back", project, found.pk)
    assert pair[0].test_id in text(reader.get(url("duplicate_list", project) + "?show=dismissed"))
    answer = reader.post(url("duplicate_bring_back", project, found.pk) + "?show=dismissed")
    assert answer.status_code == 302
    assert SimilarPair.objects.open().exists()


def test_a_pair_is_linked_as_the_same_test(reader, project, pair):
    reader.post(url("duplicate_link", project, SimilarPair.objects.get().pk))
    assert TestCaseLink.objects.get().type == "SAME_TEST_DIFFERENT_SOURCE"
    assert "No duplicates" not in text(reader.get(url("duplicate_list", project) + "?show=dismissed"))
    assert not SimilarPair.objects.open().exists()


def test_pairs_of_other_projects_are_not_there(reader, project, pair):
    foreign = SimilarPair.objects.get()
    mine = [TestCaseFactory(title="Expired card is refused", steps=STEPS, project=None or TestCaseFactory().project)]
    mine.append(TestCaseFactory(title="Expired card is refused", steps=STEPS, project=mine[0].project))
    scan_project(project_id=mine[0].project_id)
    strange = SimilarPair.objects.exclude(pk=foreign.pk).get()
    for name in ("duplicate_dismiss", "duplicate_bring_back", "duplicate_link"):
        assert reader.post(url(name, project, strange.pk)).status_code == 404
    assert reader.get(url("case_compare", project, pair[0].test_id, mine[0].test_id)).status_code == 404


def test_a_search_is_asked_for_and_the_list_tells_of_it(reader, project, pair, run_jobs):
    shown = text(reader.post(url("duplicate_scan", project), headers=HTMX))
    assert "Waiting for a worker" in shown
    run_jobs()
    assert "Looked" in text(reader.get(url("duplicate_list", project), headers=HTMX))


def test_the_menu_of_the_cases_counts_the_pairs(reader, project, pair):
    assert url("duplicate_count", project) in text(reader.get(url("case_list", project)))
    assert "1" in text(reader.get(url("duplicate_count", project)))
    dismiss_pair(actor=None, pair=SimilarPair.objects.get())
    assert text(reader.get(url("duplicate_count", project))) == ""


def test_two_cases_stand_side_by_side_and_empty_fields_are_filled(reader, project, pair):
    shown = text(reader.get(url("case_compare", project, pair[0].test_id, pair[1].test_id)))
    assert 'value="description" checked' in shown
    assert 'value="title"' in shown
    assert 'value="title" checked' not in shown


def test_comparing_needs_a_constant_number_of_queries(reader, project, pair, same_queries):
    def more():
        for _number in range(10):
            TestCaseFactory(project=project, title="Expired card is refused", steps=STEPS)

    same_queries(lambda: reader.get(url("case_compare", project, pair[0].test_id, pair[1].test_id)), more)


def merge(reader, project, pair, **values):
    seen = {"etag": etag(pair[0]), "other_etag": etag(pair[1])}
    return reader.post(url("case_compare", project, pair[0].test_id, pair[1].test_id), {**seen, **values})


def test_the_page_merges_and_goes_to_the_case_that_stays(reader, project, pair):
    answer = merge(reader, project, pair, take=["title"])
    assert answer.url == pair[0].get_absolute_url()
    assert TestCase.objects.living().in_project(project).get().title == "Expired card is declined"


def test_the_page_of_the_loser_leads_to_the_winner_with_words(reader, project, pair):
    merge(reader, project, pair)
    answer = reader.get(pair[1].get_absolute_url() + "?full=1")
    assert answer.url == pair[0].get_absolute_url() + "?full=1"
    shown = reader.get(answer.url)
    assert any("was merged into" in str(message) for message in get_messages(shown.wsgi_request)) or (
        "was merged into" in text(shown)
    )


def test_the_page_of_a_loser_whose_winner_was_deleted_is_gone(reader, project, pair):
    merge(reader, project, pair)
    TestCase.objects.filter(pk=pair[0].pk).update(deleted_at=project.created_at)
    assert reader.get(pair[1].get_absolute_url()).status_code == 404


def test_strangers_are_not_led_anywhere(signed_in, stranger, project, pair, admin):
    merge_cases(actor=admin, winner=pair[0], loser=pair[1])
    assert signed_in(stranger).get(pair[1].get_absolute_url()).status_code == 404


@pytest.mark.parametrize("values", [{"etag": '"1-99"'}, {"take": ["test_id"]}])
def test_a_refused_merge_shows_its_words_and_changes_nothing(reader, project, pair, values):
    answer = merge(reader, project, pair, **values)
    assert answer.status_code == 422
    assert TestCase.objects.living().in_project(project).count() == 2


def test_who_may_only_read_merges_nothing(signed_in, viewer, project, pair):
    assert merge(signed_in(viewer), project, pair).status_code in {403, 422}
    assert TestCase.objects.living().in_project(project).count() == 2


def test_a_case_is_not_compared_with_itself(reader, project, pair):
    assert reader.get(url("case_compare", project, pair[0].test_id, pair[0].test_id)).status_code == 404


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ({"title": "Expired card is refused"}, True),
        ({"title": "expired card is ref"}, True),
        ({"title": "Expired card was refused"}, True),
        ({"title": "Éxpired card is refusde"}, True),
        ({"title": "Expired"}, False),
        ({"title": "Something else altogether"}, False),
        ({"title": "'& | ! :* \\ <script>"}, False),
        ({"title": ""}, False),
        ({"automation_key": "cards.expired"}, True),
    ],
)
def test_similar_cases_are_shown_while_somebody_types(reader, project, pair, typed, is_found):
    TestCase.objects.filter(pk=pair[0].pk).update(automation_key="cards.expired")
    shown = text(reader.get(url("case_similar", project), typed, headers=HTMX))
    assert (pair[0].test_id in shown) is is_found


def test_the_case_that_is_written_and_those_of_others_are_left_out(reader, project, pair):
    TestCaseFactory(title="Expired card is refused", test_id="TC_UI_4242")
    TestCaseFactory(project=project, title="Expired card is refused", test_id="TC_UI_4343", is_archived=True)
    query = {"title": "Expired card is refused", "besides": pair[0].test_id}
    shown = text(reader.get(url("case_similar", project), query))
    assert [each in shown for each in (pair[0].test_id, pair[1].test_id, "TC_UI_4242", "TC_UI_4343")] == [
        False,
        True,
        False,
        False,
    ]


def test_similar_cases_need_a_constant_number_of_queries_and_show_five(reader, project, pair, same_queries):
    def ask():
        return reader.get(url("case_similar", project), {"title": "Expired card is refused"})

    def more():
        for _number in range(10):
            TestCaseFactory(project=project, title="Expired card is refused", steps=STEPS)

    more()
    same_queries(ask, more)
    assert text(ask()).count("<li") == 5
