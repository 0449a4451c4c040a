"""Counting attempts of any kind, for pages and services; the API's own limits stand beside the API's tests."""

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import RequestFactory
from procrastinate.contrib.django import app

from qaportal.kit import jobs, limits, rates
from qaportal.kit.errors import TooMany
from qaportal.kit.limits import rate_limit
from qaportal.kit.models import RateCounter
from qaportal.kit.views import shown_refusal

NOON = 1_764_072_000


@pytest.fixture
def at(monkeypatch):
    """`at(seconds)`: let the clock of the limits stand so long after noon."""

    def move(seconds):
        monkeypatch.setattr(limits, "CLOCK", f"{NOON + seconds}::bigint")

    move(0)
    return move


@pytest.mark.parametrize(
    ("text", "rate"),
    [("1000/h", (1000, 3_600)), ("50/min", (50, 60)), ("1/s", (1, 1)), (" 7/d ", (7, 86_400)), ("Off", None)],
)
def test_a_rate_is_a_number_and_a_unit_or_off(text, rate):
    assert rates.parse(text) == rate


@pytest.mark.parametrize(
    "text", ["", "0/h", "-1/h", "1000", "h", "1/week", "1.5/h", "1/h/h", "٣/h", "1e3/h", "9" * 12 + "/h"]
)
def test_anything_else_is_no_rate(text):
    with pytest.raises(ValueError, match="is not a rate such as 1000/h"):
        rates.checked(text)


@pytest.mark.django_db
def test_attempts_are_counted_by_kind_by_person_and_by_window(at):
    for _ in range(3):
        rate_limit("register", "203.0.113.9", "3/h")
    at(60)
    with pytest.raises(TooMany, match=r"^Too many attempts\. Try again in 59 minutes\.$") as refused:
        rate_limit("register", "203.0.113.9", "3/h")
    assert (refused.value.code, refused.value.wait) == ("throttled", 3_540)
    rate_limit("register", "203.0.113.10", "3/h")
    rate_limit("forgotten password", "203.0.113.9", "3/h")
    rate_limit("register", "203.0.113.9", "10/d")
    at(3_600)
    rate_limit("register", "203.0.113.9", "3/h")


@pytest.mark.django_db
def test_an_address_is_the_same_however_it_is_written(at):
    rate_limit("forgotten password", "Ada@Example.com", "1/h")
    with pytest.raises(TooMany):
        rate_limit("forgotten password", " ada@example.COM", "1/h")


@pytest.mark.django_db
@pytest.mark.parametrize("identity", ["", "a\x00b", "\ud800", "x" * 100_000, "%s", 7, None])
def test_every_identity_can_be_counted_and_none_is_stored(at, identity):
    rate_limit("register", identity, "1/h")
    with pytest.raises(TooMany):
        rate_limit("register", identity, "1/h")
    assert RateCounter.objects.get().count == 2


@pytest.mark.django_db
def test_a_limit_that_is_off_counts_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        rate_limit("register", "203.0.113.9", "off")


@pytest.mark.django_db(transaction=True)
def test_an_attempt_stays_counted_when_what_it_attempted_is_taken_back(at):
    with transaction.atomic():
        rate_limit("register", "203.0.113.9", "2/h")
        transaction.set_rollback(True)
    rate_limit("register", "203.0.113.9", "2/h")
    with pytest.raises(TooMany), transaction.atomic():
        rate_limit("register", "203.0.113.9", "2/h")
    assert RateCounter.objects.get().count == 3


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 second"), (99, "99 seconds"), (100, "2 minutes"), (3_600, "60 minutes"), (5_941, "2 hours"),
        (86_400, "24 hours"),
    ],
)  # fmt: skip
def test_a_wait_is_told_in_the_unit_a_person_would_use(seconds, words):
    assert limits.in_words(seconds) == words


@pytest.mark.django_db
@pytest.mark.parametrize("job", [jobs.forget_ended_windows, jobs.remove_outdated_machinery])
def test_windows_that_are_over_are_forgotten(at, job):
    rate_limit("register", "early", "1/min")
    rate_limit("register", "late", "1/h")
    at(61)
    job(timestamp=0)
    assert RateCounter.objects.get().ends_at == NOON + 3_600
    at(0)
    rate_limit("register", "early", "1/min")


def test_forgetting_is_declared_to_run_every_hour():
    periodic = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert periodic["qaportal.kit.jobs.forget_ended_windows"] == "41 * * * *"


@pytest.mark.django_db
def test_the_clock_is_the_one_of_the_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT floor(extract(epoch FROM statement_timestamp()))::bigint")
        before = cursor.fetchone()[0]
    (standing,) = limits.count("somebody", [("x", rates.Rate(5, 3_600))])
    assert (standing.limit, standing.used, standing.remaining) == (5, 1, 4)
    assert standing.resets_at % 3_600 == 0
    assert standing.resets_at - standing.wait >= before


@pytest.mark.django_db
def test_counting_writes_no_log_that_the_disk_has_to_wait_for():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence, reloptions FROM pg_class WHERE relname = 'kit_ratecounter'")
        assert cursor.fetchone() == ("u", ["fillfactor=50"])


@pytest.mark.django_db(transaction=True)
def test_the_table_comes_and_goes_with_its_migration():
    call_command("migrate", "kit", "0002_machinery", verbosity=0)
    assert "kit_ratecounter" not in connection.introspection.table_names()
    call_command("migrate", verbosity=0)
    assert "kit_ratecounter" in connection.introspection.table_names()


def test_a_page_that_shows_the_refusal_has_its_words_its_status_and_its_wait(rf):
    request = rf.post("/")
    with shown_refusal(request) as refusal:
        raise TooMany("Too many attempts.", retry_after=12)
    assert (refusal.message, refusal.status, request.retry_after) == ("Too many attempts.", 429, 12)


def test_a_page_that_does_not_show_it_answers_an_error_page(signed_in, tester, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise TooMany("Too many attempts. Try again in 12 seconds.", retry_after=12)

    monkeypatch.setattr("accounts.models.Project.objects.visible_to", refuse)
    response = signed_in(tester).get("/projects/")
    assert (response.status_code, response["Retry-After"]) == (429, "12")
    assert "Try again in 12 seconds." in response.content.decode()


def test_a_view_that_answers_the_status_of_the_refusal_tells_the_wait_too(signed_in, tester, monkeypatch):
    from django.http import HttpResponse

    from qaportal.kit.requests import PageErrorsMiddleware

    def view(request):
        with shown_refusal(request) as refusal:
            raise TooMany("Too many attempts.", retry_after=12)
        return HttpResponse(refusal.message, status=refusal.status)

    assert PageErrorsMiddleware(view)(RequestFactory().post("/"))["Retry-After"] == "12"
