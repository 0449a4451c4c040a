"""Linked cases on the page of a case and in its drawer."""

import pytest

from catalog.models import TestCaseLink
from catalog.services.links import link_two_cases
from catalog.tests.factories import CaseActivityFactory, TestCaseFactory
from catalog.tests.pages import HTMX, text

LINKS = {**HTMX, "HX-Target": "links"}


@pytest.fixture
def cases(project):
    return [TestCaseFactory(project=project, test_id=f"TC_UI_{n}", title=f"Case {n}") for n in (114, 115, 116)]


def test_a_case_shows_how_others_belong_to_it(signed_in, viewer, tester, cases):
    link_two_cases(actor=tester, case=cases[0], other=cases[1], type="DEPENDS_ON")
    link_two_cases(actor=tester, case=cases[2], other=cases[0], type="SAME_TEST_DIFFERENT_SOURCE")
    CaseActivityFactory(case=cases[1], last_status="failed")
    client = signed_in(viewer)
    for address in (cases[0].get_absolute_url(), f"{cases[0].get_absolute_url()}?full=1"):
        page = text(client.get(address))
        shown = page[page.index("Linked cases") :]
        assert shown.index("Depends on") < shown.index("Case 115") < shown.index("Same test, other source")
        assert "Failed" in shown
        assert "/remove/" not in shown
    assert "Is needed by" in text(client.get(cases[1].get_absolute_url()))


@pytest.mark.parametrize(
    ("kind", "ends"),
    [("DEPENDS_ON", (0, 1)), ("needed_by", (1, 0)), ("SAME_TEST_DIFFERENT_SOURCE", (0, 1))],
)
def test_a_case_is_linked_and_unlinked_in_place(signed_in, tester, cases, kind, ends):
    client, address = signed_in(tester), cases[0].get_absolute_url()
    part = client.post(f"{address}links/", {"kind": kind, "other": " tc_ui_115 "}, headers=LINKS)
    assert part.status_code == 200
    assert "Steps" not in text(part)
    assert "Case 115" in text(part)
    link = TestCaseLink.objects.get()
    assert (link.case_a, link.case_b) == tuple(cases[each] for each in ends)
    removed = client.post(f"{address}links/{link.pk}/remove/", headers=LINKS)
    assert "Case 115" not in text(removed)
    assert client.post(f"{address}links/{link.pk}/remove/", headers=LINKS).status_code == 404


def test_without_script_the_page_is_loaded_again(signed_in, tester, cases):
    address = cases[0].get_absolute_url()
    answer = signed_in(tester).post(f"{address}links/?full=1", {"kind": "DEPENDS_ON", "other": "TC_UI_115"})
    assert answer.url == f"{address}?full=1"


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ("TC_UI_999", "There is no case TC_UI_999"),
        ("", "name the other case by its id"),
        ("TC_UI_114", "cannot be linked to itself"),
        ("TC_UI_116", "already"),
    ],
)
def test_what_is_refused_stands_beside_the_form(signed_in, tester, cases, other, words):
    link_two_cases(actor=tester, case=cases[2], other=cases[0], type="DEPENDS_ON")
    address = f"{cases[0].get_absolute_url()}links/"
    answer = signed_in(tester).post(address, {"kind": "DEPENDS_ON", "other": other}, headers=LINKS)
    assert answer.status_code == 422
    assert words in text(answer)
    whole = signed_in(tester).post(address, {"kind": "DEPENDS_ON", "other": other})
    assert whole.status_code == 422
    assert words in text(whole)
    assert TestCaseLink.objects.count() == 1


def test_readers_and_strangers_link_nothing(signed_in, viewer, tester, stranger, cases):
    link = link_two_cases(actor=tester, case=cases[0], other=cases[1], type="DEPENDS_ON")
    address, body = cases[0].get_absolute_url(), {"kind": "DEPENDS_ON", "other": "TC_UI_116"}
    assert "may not write test cases" in text(signed_in(viewer).post(f"{address}links/", body))
    assert signed_in(viewer).post(f"{address}links/{link.pk}/remove/").status_code == 422
    assert signed_in(stranger).post(f"{address}links/", body).status_code == 404
    assert signed_in(tester).post(f"{cases[2].get_absolute_url()}links/{link.pk}/remove/").status_code == 404
    assert TestCaseLink.objects.living().count() == 1


def test_the_page_costs_the_same_for_more_links(project, signed_in, tester, cases, same_queries):
    client = signed_in(tester)
    link_two_cases(actor=tester, case=cases[0], other=cases[1], type="DEPENDS_ON")

    def grow():
        for _number in range(5):
            other = TestCaseFactory(project=project)
            CaseActivityFactory(case=other, last_status="passed")
            link_two_cases(actor=tester, case=other, other=cases[0], type="DEPENDS_ON")

    same_queries(lambda: client.get(cases[0].get_absolute_url()), grow)
