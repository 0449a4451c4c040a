import threading

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import AuditEntry, Project
from accounts.services.tokens import open_family
from accounts.tests.factories import UserFactory
from qaportal.kit.models import IdempotencyRecord

pytestmark = pytest.mark.urls("qaportal.tests.api.styled_urls")
STYLES = ["plain", "camel", "envelope", "envelope-camel"]


@pytest.fixture
def create(api, admin):
    """`create(key, **body)`: start a project with this Idempotency-Key."""

    def post(idempotency_key, style="plain", user=admin, query="", **body):
        address = f"/api/{style}/projects{query}"
        return api(user).post(address, {"name": "Cards"} | body, headers={"Idempotency-Key": idempotency_key})

    return post


@pytest.mark.parametrize("style", STYLES)
def test_a_repeated_create_answers_the_first_answer_and_makes_nothing(create, style):
    first, second = create("once", style), create("once", style)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second["Idempotent-Replayed"] == "true"
    assert not first.has_header("Idempotent-Replayed")
    assert Project.objects.count() == 1


def test_without_a_key_everything_is_made(api, admin):
    for _ in range(2):
        api(admin).post("/api/plain/projects", {"name": "Cards"})
    assert Project.objects.count() == 2
    assert not IdempotencyRecord.objects.exists()


def test_a_key_that_comes_back_with_another_request_is_refused(create):
    create("once")
    for other in (create("once", name="Other"), create("once", query="?project_id=9")):
        assert other.status_code == 409
        assert other.json()["code"] == "idempotency_key_reused"
    assert Project.objects.count() == 1


def test_a_refused_create_may_be_tried_again_with_its_key(create):
    assert create("again", key="lower").status_code == 400
    assert not IdempotencyRecord.objects.exists()
    assert create("again", key="CARDS").status_code == 201


def test_the_record_and_the_create_stand_or_fall_together(create, monkeypatch):
    def fail(*_args):
        raise RuntimeError

    monkeypatch.setattr("qaportal.kit.api.idempotency._remember", fail)
    assert create("once").status_code == 500
    assert not Project.objects.exists()
    assert not AuditEntry.objects.filter(action="project.created").exists()
    assert not IdempotencyRecord.objects.exists()


def test_keys_of_other_people_are_other_keys(create, tenant):
    create("once")
    assert create("once", user=UserFactory(tenant=tenant, role_code="tenant_admin")).status_code == 201
    assert Project.objects.count() == 2


@pytest.mark.parametrize("given", ["", "x" * 256, "tab\tbed"])
def test_an_unusable_key_is_refused_by_name(create, given):
    response = create(given)
    assert response.status_code == 400
    assert list(response.json()["fields"]) == ["Idempotency-Key"]


def test_a_key_where_nothing_is_created_changes_nothing(api, admin, project):
    response = api(admin).post(f"/api/plain/projects/{project.pk}", {}, headers={"Idempotency-Key": "x"})
    assert response.status_code == 405


@pytest.mark.django_db(transaction=True)
def test_the_same_create_at_the_same_time_happens_once(tenant):
    admin = UserFactory(tenant=tenant, role_code="tenant_admin")
    token = open_family(user=admin).access
    start, answers = threading.Barrier(6), []

    def post():
        client = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")
        start.wait()
        answers.append(client.post("/api/plain/projects", {"name": "Cards"}, headers={"Idempotency-Key": "once"}))
        connection.close()

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Project.objects.count() == 1
