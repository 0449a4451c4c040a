"""Steps in the API: a flat list with files and shared steps, in and out."""

import io

import pytest

from catalog.models import TestCase
from catalog.services.cases import create_case
from catalog.services.shared_steps import create_shared_steps
from files.services import store

SIGN_IN = [{"action": "Open"}, {"action": "Sign in", "expected": "In"}]


@pytest.fixture
def shared(project, tester):
    return create_shared_steps(actor=tester, project=project, title="Sign in", steps=SIGN_IN)


@pytest.fixture
def stored(project, tester):
    return store(actor=tester, project=project, stream=io.BytesIO(b"a,b"), name="cards.csv")


def test_steps_are_answered_flat_with_files_and_whose_they_are(project, api, tester, shared, stored):
    steps = [
        {"action": "Pay", "attachments": [str(stored.pk)]},
        {"sharedStepsId": shared.pk},
        {"shared_steps_id": shared.pk},
    ]
    made = api(tester).post("/api/test-cases", {"title": "Pay", "steps": steps})
    assert made.status_code == 201
    answered = made.json()["steps"]
    assert [step["action"] for step in answered] == ["Pay", "Open", "Sign in", "Open", "Sign in"]
    assert [step["shared_place"] for step in answered] == [None, 1, 2, 1, 2]
    assert {step["shared_steps_id"] for step in answered} == {None, shared.pk}
    assert answered[0]["attachments"] == [
        {
            "id": str(stored.pk),
            "name": "cards.csv",
            "size": 3,
            "content_type": "text/plain",
            "url": f"/p/{project.key}/files/{stored.pk}/",
        }
    ]
    assert answered[1]["attachments"] == []
    assert made.json()["steps_to_reproduce"].startswith("1. Pay\n2. Open")


@pytest.mark.parametrize("left_out", [(), ("shared_place",)])
def test_what_is_answered_is_taken_back_and_changes_nothing(left_out, project, api, tester, shared, stored):
    steps = [{"shared_steps_id": shared.pk}] * 2 + [{"action": "Pay", "attachments": [str(stored.pk)]}]
    case = create_case(actor=tester, project=project, title="Pay", steps=steps)
    client = api(tester)
    answered = client.get(f"/api/test-cases/{case.pk}").json()
    sent = [{name: value for name, value in step.items() if name not in left_out} for step in answered["steps"]]
    again = client.put(f"/api/test-cases/{case.pk}", {"steps": sent})
    assert again.json()["steps"] == answered["steps"]
    assert again.json()["version"] == 1
    text = client.put(f"/api/test-cases/{case.pk}", {"steps_to_reproduce": answered["steps_to_reproduce"]})
    assert text.json()["version"] == 1


def test_a_list_of_cases_asks_no_more_for_more_files_and_shared_steps(
    project, api, tester, shared, stored, same_queries
):
    client = api(tester)

    def more():
        for _each in range(3):
            steps = [{"shared_steps_id": shared.pk}, {"action": "Pay", "attachments": [str(stored.pk)]}]
            create_case(actor=tester, project=project, title="Pay", steps=steps)

    more()
    same_queries(lambda: client.get("/api/test-cases"), more)


@pytest.mark.parametrize(
    "step",
    [
        {},
        {"action": ""},
        {"action": "x", "attachments": "x"},
        {"action": "x", "attachments": ["x"]},
        {"action": "x", "attachments": [{}]},
        {"action": "x", "attachments": ["0199aaaa-0000-7000-8000-000000000001"] * 21},
        {"action": "x", "attachments": ["0199aaaa-0000-7000-8000-000000000001"]},
        {"shared_steps_id": 987_654},
        {"shared_steps_id": "x"},
        {"shared_steps_id": 2**70},
        {"action": "x", "shared_place": 0},
    ],
)
def test_what_no_step_can_be_is_refused(step, project, api, tester):
    answer = api(tester).post("/api/test-cases", {"title": "Pay", "steps": [step]})
    assert answer.status_code == 400
    assert "steps" in str(answer.json())
    assert not TestCase.objects.exists()


def test_files_and_shared_steps_of_another_project_are_not_there(other_project, project, stranger, api, tester):
    foreign = create_shared_steps(actor=stranger, project=other_project, title="Foreign", steps=SIGN_IN)
    file = store(actor=stranger, project=other_project, stream=io.BytesIO(b"x"), name="x.txt")
    for step in ({"shared_steps_id": foreign.pk}, {"action": "x", "attachments": [str(file.pk)]}):
        answer = api(tester).post("/api/test-cases", {"title": "Pay", "steps": [step]})
        assert answer.status_code == 400
        assert "Foreign" not in str(answer.json())
