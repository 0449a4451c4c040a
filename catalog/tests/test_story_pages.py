"""The pages of stories: the list, the epics, one story, its form."""

import pytest
from django.urls import reverse

from catalog.models import Story, TestCaseStory
from catalog.services.stories import create_story, update_story
from catalog.tests.factories import CaseActivityFactory, StoryFactory, TestCaseFactory
from catalog.tests.pages import HTMX, text
from qaportal.kit.concurrency import etag

FACTS = {"story_id": "PAY-312", "title": "Pay by card", "epic_id": "PAY-300", "status": "In progress"}


@pytest.fixture
def case(project):
    return TestCaseFactory(project=project, test_id="TC_UI_114", title="Challenge completes")


@pytest.fixture
def story(project, tester):
    return create_story(actor=tester, project=project, **FACTS)


@pytest.fixture
def covered(story, case):
    CaseActivityFactory(case=case, last_status="failed")
    TestCaseStory.objects.create(project=story.project, story=story, case=case)
    return story


# -- the list
def test_the_list_shows_each_story_with_its_coverage(signed_in, viewer, covered):
    StoryFactory(project=covered.project, title="Refunds")
    page = text(signed_in(viewer).get("/p/PAY/stories/"))
    for words in ("Pay by card", "PAY-300", "In progress", "0 of 1 passed", "No case", "1 of 2 stories have a case"):
        assert words in page


def test_the_list_is_filtered_and_sorted_and_htmx_gets_its_rows(signed_in, tester, covered):
    StoryFactory(project=covered.project, story_id="PAY-99", title="Refunds", epic_id="PAY-1", sprint="Sprint 4")
    client = signed_in(tester)

    def titles(query, **headers):
        page = text(client.get(f"/p/PAY/stories/?{query}", headers=headers))
        return [title for title in ("Pay by card", "Refunds") if f">{title}<" in page]

    for query in ("search=card", "status=In+progress", "epic_id=PAY-300", "coverage=failing"):
        assert titles(query) == ["Pay by card"], query
    for query in ("sprint=Sprint+4", "coverage=uncovered", "coverage=uncovered&coverage=passed"):
        assert titles(query) == ["Refunds"], query
    assert titles("status=Nonsense") == []
    rows = text(client.get("/p/PAY/stories/?sort=story_id", headers=HTMX))
    assert "<html" not in rows
    assert rows.index("Refunds") < rows.index("Pay by card")
    assert "No story fits these filters" in text(client.get("/p/PAY/stories/?search=nothing"))


def test_an_empty_list_says_what_to_do_next(signed_in, tester, viewer, project):
    assert "name its id in a case" in text(signed_in(tester).get("/p/PAY/stories/"))
    assert "Testers write them" in text(signed_in(viewer).get("/p/PAY/stories/"))


# -- epics
def test_epics_tell_how_far_they_and_their_stories_are(signed_in, viewer, covered):
    StoryFactory(
        project=covered.project, epic_id="PAY-300", title="Refunds", cases=[TestCaseFactory(project=covered.project)]
    )
    StoryFactory(project=covered.project, title="Loose one")
    page = text(signed_in(viewer).get("/p/PAY/stories/epics/"))
    assert page.index("2 of 2 stories covered") < page.index("Refunds") < page.index("In no epic")
    assert "0 of 1 story covered" in page
    assert "0 of 2 passed" in page
    found = text(signed_in(viewer).get("/p/PAY/stories/epics/?search=300", headers=HTMX))
    assert "Pay by card" in found
    assert "Loose one" not in found
    assert "No epic has an id like that" in text(signed_in(viewer).get("/p/PAY/stories/epics/?search=zzz"))


def test_an_epic_with_many_stories_shows_the_first_of_them(signed_in, viewer, project):
    for number in range(30):
        StoryFactory(project=project, epic_id="PAY-1", title=f"Part {number}")
    assert "5 more stories" in text(signed_in(viewer).get("/p/PAY/stories/epics/"))


# -- one story
def test_a_story_shows_its_facts_and_the_cases_with_their_last_results(signed_in, viewer, covered):
    page = text(signed_in(viewer).get(covered.get_absolute_url()))
    for words in ("Pay by card", "PAY-312", "PAY-300", "Challenge completes", "Failed", "0 of 1 passed"):
        assert words in page
    assert "Link cases" not in page
    assert "may not write stories" in page
    assert "Challenge completes" not in text(signed_in(viewer).get(f"{covered.get_absolute_url()}?status=passed"))
    old = reverse("catalog:story_detail", args=["PAY", f"{covered.pk}-another-name"])
    assert signed_in(viewer).get(old).status_code == 200


def test_cases_are_found_linked_and_unlinked(signed_in, tester, story, case):
    client, address = signed_in(tester), story.get_absolute_url()
    assert "Challenge completes" not in text(client.get(address))
    found = text(client.get(f"{address}?find=challenge", headers={**HTMX, "HX-Target": "link-cases"}))
    assert "Challenge completes" in found
    assert "Cases that cover it" not in found
    linked = client.post(f"{address}link/", {"ids": [case.pk]}, follow=True)
    assert "1 case linked" in text(linked)
    assert "No other case holds these words" in text(client.get(f"{address}?find=challenge"))
    assert "1 case unlinked" in text(client.post(f"{address}unlink/", {"ids": [case.pk]}, follow=True))
    assert "Pick at least one case" in text(client.post(f"{address}link/", follow=True))
    assert client.post(f"{address}link/", {"ids": [TestCaseFactory().pk]}).status_code == 404


def test_a_story_is_written_changed_and_deleted(signed_in, tester, project):
    client = signed_in(tester)
    client.post("/p/PAY/stories/new/", {**FACTS, "description": "By card", "release_name": "4.18.0"})
    story = Story.objects.get()
    assert (story.title, story.release, story.created_by) == ("Pay by card", "4.18.0", tester)
    taken = client.post("/p/PAY/stories/new/", FACTS)
    assert taken.status_code == 422
    assert "Another story has this id" in text(taken)
    form = client.get(f"{story.get_absolute_url()}edit/")
    assert "By card" in text(form)
    answer = client.post(f"{story.get_absolute_url()}edit/", {"title": "Pay", "if_match": etag(story)})
    assert answer.url == story.get_absolute_url()
    story.refresh_from_db()
    assert (story.title, story.status) == ("Pay", "")
    assert "is deleted" in text(client.post(f"{story.get_absolute_url()}delete/", follow=True))
    assert client.get(story.get_absolute_url()).status_code == 404


def test_what_somebody_saved_meanwhile_is_not_overwritten(signed_in, tester, lead, story):
    seen = etag(story)
    update_story(actor=lead, story=story, title="Newest")
    answer = signed_in(tester).post(f"{story.get_absolute_url()}edit/", {"title": "Mine", "if_match": seen})
    assert answer.status_code == 422
    assert "Somebody changed this in the meantime" in text(answer)
    assert Story.objects.get().title == "Newest"


def test_readers_are_refused_with_the_reason_and_strangers_see_nothing(signed_in, viewer, stranger, story, case):
    address = story.get_absolute_url()
    client = signed_in(viewer)
    for tail, data in (("link/", {"ids": [case.pk]}), ("unlink/", {"ids": [case.pk]}), ("delete/", {})):
        answer = client.post(f"{address}{tail}", data, follow=True)
        assert "may not" in text(answer), tail
    assert client.get(f"{address}edit/").status_code == 403
    assert client.get("/p/PAY/stories/new/").status_code == 403
    assert signed_in(stranger).get(address).status_code == 404
    assert Story.objects.living().count() == 1


@pytest.mark.parametrize("tail", ["", "epics/", "matrix/", "story", "find"])
def test_pages_cost_the_same_for_more_rows(signed_in, tester, covered, same_queries, tail):
    project, client = covered.project, signed_in(tester)
    own = f"{covered.get_absolute_url()}{'?find=Case' if tail == 'find' else ''}"
    address = own if tail in ("story", "find") else f"/p/PAY/stories/{tail}"
    TestCaseFactory(project=project)

    def grow():
        for number in range(5):
            cases = [TestCaseFactory(project=project) for _case in range(2)]
            CaseActivityFactory(case=cases[0], last_status="passed", recent_outcomes=["passed"])
            StoryFactory(project=project, epic_id=f"PAY-{number % 3}", cases=cases)
            TestCaseStory.objects.create(project=project, story=covered, case=cases[0])

    same_queries(lambda: client.get(address), grow)


def test_the_palette_finds_stories(signed_in, tester, story):
    client = signed_in(tester)
    for words, label in {"pay-31": "Pay by card", "card": "Pay by card", "new sto": "New story"}.items():
        assert label in text(client.get(f"/palette/?q={words}&project=PAY")), words
