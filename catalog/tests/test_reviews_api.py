"""The reviews of a case by the API."""

import pytest

from catalog.models import CaseReview
from catalog.services.cases import create_case
from catalog.services.reviews import request_review


@pytest.fixture
def case(project, tester):
    return create_case(actor=tester, project=project, title="Pay by card", state="draft")


def address(case, more=""):
    return f"/api/test-cases/{case.pk}/reviews{more}"


def test_a_case_is_put_into_review_and_approved(case, tester, lead, api):
    body = {"reviewer_ids": [lead.pk], "note": "Look"}
    response = api(tester).post(address(case), body, format="json")
    assert response.status_code == 201
    assert [(each["reviewer_id"], each["status"], each["version"]) for each in response.json()] == [
        (lead.pk, "requested", 2)
    ]
    tag = api(lead).get(f"/api/test-cases/{case.pk}")["ETag"]
    decision = {"decision": "approve", "comment": "Fine"}
    answer = api(lead).post(address(case, "/decide"), decision, format="json", headers={"If-Match": tag})
    assert (answer.status_code, answer.json()["status"], answer.json()["decided_version"]) == (200, "approved", 2)
    assert api(tester).get(f"/api/test-cases/{case.pk}").json()["state"] == "active"
    assert [each["comment"] for each in api(tester).get(address(case)).json()] == ["Fine"]


def test_another_version_than_the_seen_one_is_not_approved(case, tester, lead, api):
    request_review(actor=tester, project=case.project, case_ids=[case.pk], reviewers=[lead])
    stale = {"If-Match": f'"{case.pk}-1"'}
    response = api(lead).post(address(case, "/decide"), {"decision": "approve"}, format="json", headers=stale)
    assert response.status_code == 409
    assert CaseReview.objects.get().is_open


def test_what_is_wrong_is_named(case, tester, lead, viewer, stranger, api):
    for people in ([], ["x"], [stranger.pk], [999_999], [viewer.pk], [tester.pk]):
        response = api(tester).post(address(case), {"reviewer_ids": people}, format="json")
        assert response.status_code == 400
        assert "reviewer" in str(response.json())
    for body in ({"decision": "maybe"}, {"decision": "return"}):
        request_review(actor=tester, project=case.project, case_ids=[case.pk], reviewers=[lead])
        assert api(lead).post(address(case, "/decide"), body, format="json").status_code == 400


def test_who_was_not_asked_does_not_decide(case, tester, lead, viewer, api):
    request_review(actor=tester, project=case.project, case_ids=[case.pk], reviewers=[lead])
    assert api(tester).post(address(case, "/decide"), {"decision": "approve"}, format="json").status_code == 409
    assert api(viewer).post(address(case, "/decide"), {"decision": "approve"}, format="json").status_code == 403
    assert api(viewer).post(address(case), {"reviewer_ids": [lead.pk]}, format="json").status_code == 403


def test_a_foreign_case_is_the_same_404(case, stranger, api):
    assert api(stranger).get(address(case)).status_code == 404
    assert api(stranger).post(address(case), {"reviewer_ids": [stranger.pk]}, format="json").status_code == 404
    assert api(stranger).post(address(case, "/decide"), {"decision": "approve"}, format="json").status_code == 404
    assert api(stranger).get("/api/test-cases/none/reviews").status_code == 404
