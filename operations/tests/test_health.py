import pytest
from django.db import OperationalError, connection

from operations import health


@pytest.fixture
def heartbeat():
    """`heartbeat(seconds)`: a worker that was last heard of so many seconds ago."""

    def beat(seconds: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))",
                [seconds],
            )

    return beat


def test_being_alive_needs_no_database(client, db, django_assert_num_queries, signed_in, tester):
    with django_assert_num_queries(0):
        response = client.get("/livez")
    assert (response.status_code, response.content) == (200, b"alive\n")
    known = signed_in(tester)
    with django_assert_num_queries(0):
        known.get("/livez")


def test_the_portal_is_ready_with_a_living_worker(client, db, heartbeat):
    heartbeat(3)
    response = client.get("/readyz")
    assert response.status_code == 200
    body = response.json()
    assert (body["status"], body["migrations"], body["problems"]) == ("ready", "applied", [])
    assert body["workers"] == {"alive": 1, "dead": 0}


def test_a_dead_worker_is_named_but_takes_nothing_out_of_service(client, db, heartbeat):
    heartbeat(3)
    heartbeat(400)
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["problems"] == ["1 of 2 workers gave no sign of life, one for 400 seconds."]


def test_a_missing_worker_is_named(client, db):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["problems"] == ["No worker is running: jobs wait until one is started."]


def test_waiting_jobs_are_counted(client, tester):
    from accounts.jobs import send_password_reset

    send_password_reset.defer(user_id=tester.pk)
    assert client.get("/readyz").json()["waiting"]["outbound"]["jobs"] == 1


def test_a_database_that_does_not_answer_is_said_with_503(client, monkeypatch):
    def refuse():
        raise OperationalError("connection refused to 10.1.2.3")

    monkeypatch.setattr(health, "_migrations_are_applied", refuse)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["database"] == "unreachable"
    assert b"10.1.2.3" not in response.content


def test_pending_migrations_are_said_with_503(client, db, monkeypatch):
    monkeypatch.setattr(health, "_known", {})
    monkeypatch.setattr("django.db.migrations.executor.MigrationExecutor.migration_plan", lambda *_: [("a", False)])
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["migrations"] == "pending"


def test_search_engines_are_kept_out(client):
    assert b"Disallow: /" in client.get("/robots.txt").content
