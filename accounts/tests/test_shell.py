import pytest
from django.urls import reverse

from qaportal.kit import navigation

from .factories import ProjectFactory

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def members(project):
    return reverse("accounts:member_list", args=[project.key])


def sidebar(response) -> str:
    return response.content.decode().partition('id="sidebar"')[2].partition("</nav>")[0]


def test_the_sidebar_shows_the_place_that_is_open(signed_in, tester, members):
    content = sidebar(signed_in(tester).get(members))
    assert f'href="{members}" aria-current="page"' in content
    assert content.count('aria-current="page"') == 1


def test_entries_that_somebody_may_not_open_are_not_shown(signed_in, tester, members, monkeypatch):
    entry = navigation.Entry("x", "Secret place", "lock", "accounts:member_list", 1, 1, allowed=lambda *_: False)
    monkeypatch.setitem(navigation._entries, "x", entry)
    assert "Secret place" not in signed_in(tester).get(members).content.decode()


def test_the_switcher_holds_the_projects_that_are_open(signed_in, tester, members, other_project):
    content = signed_in(tester).get(members).content.decode()
    assert "Payments platform" in content
    assert other_project.name not in content


def test_the_shell_costs_the_same_for_more_projects(signed_in, tester, tenant, members, same_queries):
    client = signed_in(tester)
    count = same_queries(lambda: client.get(members), lambda: [ProjectFactory(tenant=tenant) for _ in range(10)])
    assert count <= 14, "session, person, project, switcher, entries with counts, and the page itself"


@pytest.mark.parametrize("words", ["PAY", "pay", "Payments pl", "Memb", "members"])
def test_the_palette_finds_projects_and_pages_by_the_start_of_their_name(signed_in, tester, project, words):
    response = signed_in(tester).get(reverse("palette"), {"q": words, "project": "PAY"}, headers=HTMX)
    content = response.content.decode()
    assert "<html" not in content
    assert ("Members" if words.lower().startswith("memb") else "Payments platform") in content


def test_the_palette_is_a_page_too(signed_in, tester, project):
    content = signed_in(tester).get(reverse("palette"), {"q": "Pay"}).content.decode()
    assert "<html" in content
    assert "Payments platform" in content


def test_the_palette_finds_nothing_foreign(signed_in, tester, project, other_project):
    response = signed_in(tester).get(reverse("palette"), {"q": "Rival", "project": other_project.key}, headers=HTMX)
    assert other_project.name not in response.content.decode().replace("“Rival”", "")


def test_what_is_searched_for_is_shown_escaped(signed_in, tester):
    content = signed_in(tester).get(reverse("palette"), {"q": "<img src=x>"}).content.decode()
    assert "<img" not in content


def test_wildcards_are_plain_letters(signed_in, tester, project):
    content = signed_in(tester).get(reverse("palette"), {"q": "%"}, headers=HTMX).content.decode()
    assert "Payments platform" not in content
