"""Jobs that outlive their workers, and jobs that were never to run."""

import threading

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

from qaportal.kit import events, jobs, progress
from qaportal.kit.models import IdempotencyRecord, JobProgress
from qaportal.kit.progress import reporter

DONE = []


@app.task(queue="default", name="kit.tests.note")
def note(word: str) -> None:
    DONE.append(word)


@app.task(queue="default", name="kit.tests.fail_after_deferring")
def fail_after_deferring(word: str) -> None:
    with transaction.atomic():
        note.defer(word=word)
        raise ValueError(word)


@app.task(queue="default", name="kit.tests.go_on_after_deferring")
def go_on_after_deferring(word: str) -> None:
    with transaction.atomic():
        note.defer(word=word)
        seen = threading.Thread(target=look_from_outside)
        seen.start()
        seen.join()


def look_from_outside() -> None:
    try:
        DONE.append(jobs_named("kit.tests.note"))
    finally:
        connection.close()


def jobs_named(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [name])
        return cursor.fetchone()[0]


@pytest.fixture(autouse=True)
def nothing_done():
    DONE.clear()


def job_left_by(seconds: int | None, *, attempts: int = 0) -> int:
    """A job that is being done by a worker last heard of so long ago, or by one that is forgotten already."""
    note.defer(word="again")
    with connection.cursor() as cursor:
        worker = None
        if seconds is not None:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))"
                " RETURNING id",
                [seconds],
            )
            worker = cursor.fetchone()[0]
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s"
            " WHERE id = (SELECT max(id) FROM procrastinate_jobs) RETURNING id",
            [worker, attempts],
        )
        return cursor.fetchone()[0]


def state_of(job: int) -> tuple[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status, attempts FROM procrastinate_jobs WHERE id = %s", [job])
        return cursor.fetchone()


@pytest.mark.django_db
@pytest.mark.parametrize("seconds", [3_600, None])
def test_the_job_of_a_dead_worker_goes_back_into_its_queue(seconds):
    job = job_left_by(seconds)
    assert jobs.restart_stalled_jobs() == (1, 0)
    assert state_of(job) == ("todo", 1)


@pytest.mark.django_db
def test_the_job_of_a_living_worker_is_left_alone():
    job = job_left_by(5)
    assert jobs.restart_stalled_jobs() == (0, 0)
    assert state_of(job)[0] == "doing"


@pytest.mark.django_db
def test_a_job_that_killed_its_worker_too_often_fails_visibly_and_is_announced(settings, monkeypatch):
    monkeypatch.setattr(events, "_handlers", {"job.abandoned": []})
    told = []
    events.subscribe("job.abandoned", lambda **payload: told.append(payload))
    job = job_left_by(3_600, attempts=settings.JOB_ATTEMPT_LIMIT - 1)
    assert jobs.restart_stalled_jobs() == (0, 1)
    assert state_of(job)[0] == "failed"
    assert told == [{"task_name": "kit.tests.note", "arguments": {"word": "again"}}]


@pytest.mark.django_db
def test_each_restart_counts_until_the_limit(settings):
    job, rounds = job_left_by(3_600), 0
    while state_of(job)[0] != "failed":
        jobs.restart_stalled_jobs()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s AND status = 'todo'", [job])
        rounds += 1
        assert rounds <= settings.JOB_ATTEMPT_LIMIT
    assert rounds == settings.JOB_ATTEMPT_LIMIT


@pytest.mark.django_db
def test_the_sweep_is_declared_to_run_every_minute():
    periodic = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert periodic["qaportal.kit.jobs.sweep_stalled_jobs"] == "* * * * *"


@pytest.mark.django_db(transaction=True)
def test_a_job_runs_after_the_commit_of_the_data_that_asked_for_it(run_worker):
    with transaction.atomic():
        note.defer(word="kept")
        run_worker()
        assert DONE == []
    run_worker()
    assert "kept" in DONE


@pytest.mark.django_db(transaction=True)
def test_a_job_of_data_that_was_rolled_back_never_runs(run_worker):
    with transaction.atomic():
        note.defer(word="undone")
        transaction.set_rollback(True)
    run_worker()
    assert DONE == []


@pytest.mark.django_db(transaction=True)
def test_a_swept_job_is_run_by_the_next_worker(run_worker):
    job = job_left_by(3_600)
    jobs.restart_stalled_jobs()
    run_worker()
    assert DONE == ["again"]
    assert state_of(job)[0] == "succeeded"


@pytest.mark.django_db
def test_machinery_that_nobody_needs_any_more_is_removed():
    record = {"user_id": 1, "method": "POST", "path": "/api/x", "request_hash": "x"}
    old, new = (IdempotencyRecord.objects.create(key=key, **record) for key in ("old", "new"))
    ages = {IdempotencyRecord: old.pk, JobProgress: progress.start(**NOBODY).pk}
    progress.start(**NOBODY)
    with connection.cursor() as cursor:
        for model, key in ages.items():
            table = model._meta.db_table
            cursor.execute(f"UPDATE {table} SET created_at = now() - interval '31 days' WHERE id = %s", [key])
    jobs.remove_outdated_machinery(timestamp=0)
    assert [record.pk for record in IdempotencyRecord.objects.all()] == [new.pk]
    assert JobProgress.objects.count() == 1


@pytest.mark.django_db
def test_old_jobs_that_ended_well_are_removed_and_failed_ones_kept():
    kept, removed, recent = (job_left_by(None) for _ in range(3))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [kept])
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = ANY(%s)", [[removed, recent]])
        cursor.execute(
            "UPDATE procrastinate_events SET at = now() - interval '20 days' WHERE job_id = ANY(%s)", [[kept, removed]]
        )
    jobs.remove_outdated_machinery(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_jobs ORDER BY id")
        assert [row[0] for row in cursor.fetchall()] == [kept, recent]


NOBODY = {"kind": "test", "user_id": None, "tenant_id": None, "project_id": None}


@pytest.mark.django_db
def test_progress_goes_from_queued_over_running_to_done():
    work_done = progress.start(**NOBODY)
    assert (work_done.state, work_done.percent, work_done.is_over) == ("queued", None, False)
    progress.advance(work_done.pk, done=50, total=200, message="x" * 600)
    work_done.refresh_from_db()
    assert (work_done.state, work_done.percent, len(work_done.message)) == ("running", 25, 500)
    progress.finish(work_done.pk)
    work_done.refresh_from_db()
    assert (work_done.state, work_done.is_over) == ("done", True)
    assert work_done.finished_at is not None


@pytest.mark.django_db
def test_failed_work_keeps_its_reason():
    work_done = progress.start(**NOBODY)
    progress.finish(work_done.pk, failed=True, message="The file is no XML.")
    work_done.refresh_from_db()
    assert (work_done.state, work_done.message) == ("failed", "The file is no XML.")


def test_work_without_a_record_may_tell_its_progress_too():
    progress.advance(None, done=1)
    progress.finish(None)
    with reporter(None) as tell:
        tell(1)


@pytest.mark.django_db(transaction=True)
def test_work_in_a_transaction_is_seen_moving_by_others(monkeypatch):
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_UPDATES", 0)
    work_done, seen = progress.start(**NOBODY), []

    def look():
        seen.append(JobProgress.objects.values_list("state", "done", "total").get(pk=work_done.pk))
        connection.close()

    with transaction.atomic(), reporter(work_done.pk, total=100) as tell:
        tell(40)
        other = threading.Thread(target=look)
        other.start()
        other.join()
    assert seen == [("running", 40, 100)]


@pytest.mark.django_db(transaction=True)
def test_what_a_job_defers_belongs_to_its_transaction(run_worker):
    fail_after_deferring.defer(word="never")
    run_worker()
    assert (DONE, jobs_named("kit.tests.note")) == ([], 0)
    go_on_after_deferring.defer(word="later")
    run_worker()
    assert DONE == [0, "later"]
