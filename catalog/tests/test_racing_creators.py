"""Twenty at once create cases by the API: each gets an id of its own, and nobody an error."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from catalog.models import Folder, Story, TestCase, TestCaseVersion

CREATORS = 20


@pytest.mark.django_db(transaction=True)
def test_twenty_callers_at_once_get_twenty_ids(project, tester, api):
    client = api(tester)
    place = {"sub_module": "Cards", "feature_section": "Capture", "jira_story_id": "PAY-1"}

    def create(number):
        try:
            if number % 2:
                body = {"projectId": str(project.pk), "title": f"Case {number}", "steps": [{"action": "Pay"}]}
                return client.post("/api/repository-cases", body, format="json")
            return client.post("/api/test-cases", {"title": f"Case {number}", **place}, format="json")
        finally:
            connection.close()

    with ThreadPoolExecutor(CREATORS) as pool:
        answers = list(pool.map(create, range(CREATORS)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({str(answer.json()["id"]) for answer in answers}) == CREATORS
    stored = TestCase.objects.order_by("test_id").values_list("test_id", flat=True)
    assert list(stored) == [f"TC_UI_{number:03d}" for number in range(1, CREATORS + 1)]
    assert TestCaseVersion.objects.count() == CREATORS
    assert (Folder.objects.count(), Story.objects.count()) == (3, 1)


@pytest.mark.django_db(transaction=True)
def test_twenty_repetitions_of_one_create_are_one_case(project, tester, api):
    client = api(tester)

    def create(_number):
        try:
            body = {"projectId": str(project.pk), "title": "Once"}
            return client.post("/api/repository-cases", body, format="json", headers={"Idempotency-Key": "once"})
        finally:
            connection.close()

    with ThreadPoolExecutor(CREATORS) as pool:
        answers = list(pool.map(create, range(CREATORS)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert TestCase.objects.count() == 1
