import pytest
from django.urls import reverse

from catalog.tests.factories import FolderFactory, TestCaseFactory


def text(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def case(project):
    return TestCaseFactory(project=project, title="Walrus <i>swims</i>", description="cold water", steps=["Feed it"])


@pytest.mark.parametrize("words", ["walrus", "feed", "walrsu", 'id:"TC_UI_77"', "tag:zoo"])
def test_the_page_finds_by_words_steps_ids_and_tags(project, signed_in, tester, words):
    TestCaseFactory(project=project, title="Walrus swims", test_id="TC_UI_77", tags=["zoo"], steps=["Feed it"])
    for url in (reverse("reporting:search"), reverse("reporting:project_search", args=[project.key])):
        page = text(signed_in(tester).get(url, {"q": words}))
        assert "TC_UI_77" in page
        assert "Test cases <span" in page


def test_found_words_are_marked_and_the_rest_is_escaped(case, signed_in, tester):
    page = text(signed_in(tester).get(reverse("reporting:search"), {"q": "walrus water"}))
    assert "<mark>Walrus</mark> &lt;i&gt;swims&lt;/i&gt;" in page
    assert "cold <mark>water</mark>" in page


def test_a_type_is_shown_page_by_page(project, signed_in, tester):
    for number in range(30):
        FolderFactory(project=project, name=f"Walrus {number:02}")
    url, client = reverse("reporting:search"), signed_in(tester)
    assert "All 30" in text(client.get(url, {"q": "walrus"}))
    assert "1–25 of 30" in text(client.get(url, {"q": "walrus", "type": "folders"}))
    assert "26–30 of 30" in text(client.get(url, {"q": "walrus", "type": "folders", "page": 2}))


@pytest.mark.parametrize("page", ["x", "-1", "9" * 5_000, "0", "²"])
def test_any_page_number_shows_something(case, signed_in, tester, page):
    query = {"q": "walrus", "type": "repository_cases", "page": page}
    assert signed_in(tester).get(reverse("reporting:search"), query).status_code == 200


def test_others_find_nothing(case, signed_in, stranger):
    page = text(signed_in(stranger).get(reverse("reporting:search"), {"q": "walrus"}))
    assert "Nothing found" in page
    assert "swims" not in page


def test_without_words_the_page_says_what_can_be_asked(signed_in, tester):
    assert "folder:&quot;Payments/Cards&quot;" in text(signed_in(tester).get(reverse("reporting:search")))


def test_the_palette_finds_in_texts_and_leads_to_the_page(case, project, signed_in, tester):
    page = text(signed_in(tester).get(reverse("palette"), {"q": "water", "project": project.key}))
    assert case.test_id in page
    assert f"/p/{project.key}/search/?q=water" in page


def test_the_cases_page_shows_the_best_first_with_marks(project, signed_in, tester):
    TestCaseFactory(project=project, title="Something", test_id="TC_UI_001", description="a walrus")
    TestCaseFactory(project=project, title="A walrus", test_id="TC_UI_900")
    url, client = reverse("catalog:case_list", args=[project.key]), signed_in(tester)
    best = text(client.get(url, {"search": "walrus"}))
    assert best.index("TC_UI_900") < best.index("TC_UI_001")
    assert "A <mark>walrus</mark>" in best
    assert "Best first" in best
    by_id = text(client.get(url, {"search": "walrus", "sort": "id"}))
    assert by_id.index("TC_UI_001") < by_id.index("TC_UI_900")
    assert "Sort by relevance" in by_id


def test_long_lists_are_counted_no_further_than_need_be(project, signed_in, tester, monkeypatch):
    for name in ("catalog.case_rows.MOST_COUNTED", "qaportal.kit.search.MOST_COUNTED"):
        monkeypatch.setattr(name, 3)
    for _each in range(5):
        TestCaseFactory(project=project, title="Walrus")
    url, client = reverse("catalog:case_list", args=[project.key]), signed_in(tester)
    assert "1–5 of 3+" in text(client.get(url, {"search": "walrus"}))
    assert "1–5 of 3+" in text(client.get(url, {"priority": "medium"}))
    assert "1–5 of 5" in text(client.get(url))
