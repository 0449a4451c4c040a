"""The pages of reviews: in the case, of a project, and from the list of cases."""

import pytest
from django.urls import reverse

from catalog.models import CaseReview
from catalog.services.cases import create_case, update_case
from catalog.services.reviews import approve_review, request_review
from qaportal.kit.concurrency import etag

from .pages import HTMX, text, url


@pytest.fixture
def case(project, tester):
    return create_case(actor=tester, project=project, title="Pay by card", state="draft")


@pytest.fixture
def review(project, case, tester, lead):
    (made,) = request_review(
        actor=tester, project=project, case_ids=[case.pk], reviewers=[lead], note="Is the <b>limit</b> right?"
    )
    case.refresh_from_db()
    return made


def tab(case):
    return f"{case.get_absolute_url()}?tab=reviews"


# -- asking ----------------------------------------------------------------------------------------------------------
def test_a_case_is_put_into_review_on_its_page(project, case, tester, lead, signed_in):
    client = signed_in(tester)
    shown = text(client.get(tab(case)))
    assert "Ask for a review" in shown
    assert "Ines Valko" in shown
    assert "Tomas Reyl</span></label>" not in shown
    address = url("review_request", project, case.test_id) + "?tab=reviews"
    response = client.post(address, {"reviewers": [lead.pk], "note": "Look"}, follow=True)
    assert "Asked for a review" in text(response)
    assert CaseReview.objects.get().note == "Look"
    case.refresh_from_db()
    assert case.state == "in_review"


@pytest.mark.parametrize("people", [[], ["viewer"], ["stranger"]])
def test_who_cannot_be_asked_is_told_at_the_form(project, case, tester, lead, viewer, stranger, signed_in, people):
    chosen = [{"viewer": viewer, "stranger": stranger}[name].pk for name in people]
    address = url("review_request", project, case.test_id) + "?tab=reviews"
    response = signed_in(tester).post(address, {"reviewers": chosen})
    assert response.status_code == 422
    assert "q-field-error" in text(response)
    assert not CaseReview.objects.exists()


def test_picked_cases_go_into_review_together(project, case, tester, lead, signed_in):
    other = create_case(actor=tester, project=project, title="Pay by wallet", state="draft")
    client, picked = signed_in(tester), {"ids": [case.pk, other.pk]}
    response = client.post(url("case_review", project), picked, headers=HTMX)
    assert "Ines Valko" in text(response)
    assert response["HX-Retarget"] == "#change"
    assert not CaseReview.objects.exists()
    values = {"ids": f"{case.pk},{other.pk}", "step": "ask", "reviewers": [lead.pk], "note": ""}
    response = client.post(url("case_review", project), values, headers=HTMX)
    assert "2 cases go into review" in response["HX-Trigger"]
    assert CaseReview.objects.waiting_for(lead).count() == 2


def test_the_form_for_picked_cases_works_without_script(project, case, tester, lead, signed_in):
    client = signed_in(tester)
    assert "Ask for a review" in text(client.post(url("case_review", project), {"ids": [case.pk]}))
    response = client.post(url("case_review", project), {"ids": [case.pk], "step": "ask"})
    assert response.status_code == 422
    assert "Choose at least one." in text(response)
    values = {"ids": [case.pk], "step": "ask", "reviewers": [lead.pk]}
    assert "1 case goes into review" in text(client.post(url("case_review", project), values, follow=True))


def test_everything_that_fits_a_filter_goes_into_review(project, case, tester, lead, signed_in):
    create_case(actor=tester, project=project, title="Refund", state="draft")
    values = {"everything": "1", "step": "ask", "reviewers": [lead.pk]}
    signed_in(tester).post(url("case_review", project) + "?search=card", values, headers=HTMX)
    assert [review.case for review in CaseReview.objects.all()] == [case]


def test_nothing_picked_is_told(project, tester, lead, signed_in):
    response = signed_in(tester).post(url("case_review", project), {}, headers=HTMX)
    assert response.status_code == 422
    assert "Select at least one case." in text(response)


# -- deciding --------------------------------------------------------------------------------------------------------
def test_the_reviewer_approves_on_the_page_of_the_case(project, case, review, lead, signed_in):
    client = signed_in(lead)
    shown = text(client.get(tab(case)))
    assert "Is the &lt;b&gt;limit&lt;/b&gt; right?" in shown
    assert "Approve" in shown
    address = url("review_decide", project, case.test_id) + "?tab=reviews"
    values = {"decision": "approve", "etag": etag(case), "comment": "Fine"}
    response = client.post(address, values, follow=True)
    assert f"{case.test_id} is approved" in text(response)
    case.refresh_from_db()
    assert case.state == "active"


def test_the_drawer_comes_back_by_itself(project, case, review, lead, signed_in):
    address = url("review_decide", project, case.test_id) + "?tab=reviews"
    values = {"decision": "return", "etag": etag(case), "comment": "Step 2 is empty"}
    response = signed_in(lead).post(address, values, headers={**HTMX, "HX-Target": "section#drawer"})
    assert response.status_code == 200
    assert 'id="drawer"' in text(response)
    assert "Step 2 is empty" in text(response)
    assert "is returned" in response["HX-Trigger"]


def test_a_return_without_a_reason_is_refused_beside_the_form(project, case, review, lead, signed_in):
    address = url("review_decide", project, case.test_id) + "?tab=reviews"
    response = signed_in(lead).post(address, {"decision": "return", "etag": etag(case), "comment": " "})
    assert response.status_code == 422
    assert "Say what has to change." in text(response)


def test_what_changed_meanwhile_is_told_and_not_approved(project, case, review, tester, lead, signed_in):
    seen = etag(case)
    update_case(actor=tester, case=case, title="Pay by debit card")
    client = signed_in(lead)
    assert "changed since the request" in text(client.get(tab(case)))
    address = url("review_decide", project, case.test_id) + "?tab=reviews"
    response = client.post(address, {"decision": "approve", "etag": seen, "comment": "My words"})
    assert response.status_code == 422
    assert "Somebody changed this in the meantime" in text(response)
    assert "My words" in text(response)
    assert CaseReview.objects.get().is_open


def test_only_the_reviewer_sees_the_buttons(project, case, review, tester, viewer, admin, signed_in):
    for user in (tester, viewer, admin):
        assert 'value="approve"' not in text(signed_in(user).get(tab(case)))
    address = url("review_decide", project, case.test_id)
    response = signed_in(tester).post(address, {"decision": "approve"})
    assert response.status_code == 422
    assert "No review of this case waits for you." in text(response)
    assert signed_in(viewer).post(address, {"decision": "approve"}).status_code == 403


def test_who_asked_withdraws(project, case, review, tester, signed_in):
    address = url("review_withdraw", project, case.test_id, review.pk) + "?tab=reviews"
    assert "The review is withdrawn" in text(signed_in(tester).post(address, follow=True))
    case.refresh_from_db()
    assert case.state == "draft"


def test_foreign_reviews_and_those_of_other_cases_are_the_same_404(
    project, case, review, tester, lead, signed_in, stranger
):
    other = create_case(actor=tester, project=project, title="Other")
    values = {"decision": "approve"}
    for pk, test_id in ((review.pk, other.test_id), (999_999, case.test_id)):
        assert signed_in(lead).post(url("review_withdraw", project, test_id, pk)).status_code == 404
    for name, args in (("review_decide", [case.test_id]), ("review_request", [case.test_id])):
        assert signed_in(stranger).post(url(name, project, *args), values).status_code == 404
    assert signed_in(stranger).get(url("review_list", project)).status_code == 404


def test_the_case_says_what_was_decided(project, case, review, lead, tester, signed_in):
    approve_review(actor=lead, review=review, comment="Tried it")
    shown = text(signed_in(tester).get(tab(case)))
    for words in ("History", "Tried it", "Approved", "version 2"):
        assert words in shown


# -- the list --------------------------------------------------------------------------------------------------------
def test_everybody_finds_his_own_work_first(project, case, review, tester, lead, signed_in):
    address = url("review_list", project)
    assert "Pay by card" in text(signed_in(lead).get(address))
    assert "Nothing waits for you" in text(signed_in(tester).get(address))
    assert "Pay by card" in text(signed_in(tester).get(f"{address}?view=asked"))
    assert "Pay by card" in text(signed_in(tester).get(f"{address}?view=all"))


def test_reviews_are_found_by_words_and_by_how_far_they_are(project, case, review, lead, signed_in):
    client, address = signed_in(lead), url("review_list", project)
    for query, is_found in (("search=card", True), ("search=valko", True), ("search=xyz", False)):
        assert ("Pay by card" in text(client.get(f"{address}?view=all&{query}"))) is is_found
    assert "Pay by card" not in text(client.get(f"{address}?view=all&status=approved"))
    assert "Pay by card" in text(client.get(f"{address}?view=all&status=requested&sort=created_at", headers=HTMX))


def test_the_sidebar_counts_what_waits_for_the_reader(project, case, review, tester, lead, signed_in):
    page = reverse("catalog:case_list", args=[project.key])
    mark = 'Reviews<span class="q-nav-n">1</span>'
    assert mark in text(signed_in(lead).get(page))
    assert mark not in text(signed_in(tester).get(page))


def test_the_list_asks_the_same_whatever_its_length(project, case, review, tester, lead, signed_in, same_queries):
    client = signed_in(lead)

    def grow():
        for number in range(10):
            more = create_case(actor=tester, project=project, title=f"Case {number}")
            request_review(actor=tester, project=project, case_ids=[more.pk], reviewers=[lead])

    same_queries(lambda: client.get(url("review_list", project)), grow)


def test_the_tab_asks_the_same_whatever_its_length(project, case, review, tester, lead, signed_in, same_queries):
    client = signed_in(tester)

    def grow():
        for _number in range(5):
            open_one = CaseReview.objects.open().get()
            approve_review(actor=lead, review=open_one)
            request_review(actor=tester, project=project, case_ids=[case.pk], reviewers=[lead])

    same_queries(lambda: client.get(tab(case)), grow)
