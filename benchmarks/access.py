"""What signing in, knowing the caller, throttling and recording cost."""

import json
from collections.abc import Callable
from contextlib import contextmanager
from itertools import count
from statistics import median
from time import perf_counter
from typing import Any

PASSWORD = "a long benchmark password"
CALLS = 200
PEOPLE = 10_000
GENEROUS = dict.fromkeys(("user", "anonymous", "burst", "ingest", "ingest_burst"), "1000000/min")
RECORDER = "accounts.audit.request_records.RequestRecordMiddleware"


def _milliseconds(work: Callable[[], Any], times: int) -> float:
    """The median of so many calls."""
    taken = []
    for _each in range(times):
        start = perf_counter()
        work()
        taken.append((perf_counter() - start) * 1000)
    return median(taken)


@contextmanager
def _counted_queries():
    """The statements that run inside, in a list."""
    from django.db import connection

    queries: list[str] = []

    def noted(execute, sql, *rest):
        if "SAVEPOINT" not in sql:  # marks in a transaction, which ask nothing
            queries.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(noted):
        yield queries


@contextmanager
def _counted_hashes():
    """How often a password is hashed inside, in a list."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    hashes: list[str] = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify

    def encoding(self, *arguments):
        hashes.append("encode")
        return encode(self, *arguments)

    def verifying(self, *arguments):
        hashes.append("verify")
        return verify(self, *arguments)

    Argon2PasswordHasher.encode, Argon2PasswordHasher.verify = encoding, verifying
    try:
        yield hashes
    finally:
        Argon2PasswordHasher.encode, Argon2PasswordHasher.verify = encode, verify


def measure_sign_in(user: Any, show: Callable[[str, str, str], None]) -> None:
    """The page and the API, with the right password."""
    from django.test import Client

    def by_page():
        Client(SERVER_NAME="localhost").post("/account/login/", {"login": user.email, "password": PASSWORD})

    def by_api():
        body = json.dumps({"username": user.email, "password": PASSWORD})
        answer = Client(SERVER_NAME="localhost").post("/api/auth/login", body, content_type="application/json")
        assert answer.status_code == 200, answer.content

    for name, sign_in in (("page", by_page), ("API", by_api)):
        sign_in()
        with _counted_queries() as queries, _counted_hashes() as hashes:
            sign_in()
        taken = _milliseconds(sign_in, 7)
        show(
            f"sign-in, {name}",
            f"{taken:.0f} ms, {len(queries)} q, {len(hashes)} h",
            "1 hash, under 15 queries" if name == "page" else "1 hash",
        )


def measure_caller(user: Any, project: Any, show: Callable[[str, str, str], None]) -> None:
    """How many statements an API call spends on its caller, by kind of credential."""
    from django.test import Client

    from accounts.services.api_tokens import create_api_token
    from accounts.services.tokens import open_family

    _token, secret = create_api_token(actor=user, name="Benchmark", scopes=["admin"])
    for name, bearer in (("access token", open_family(user=user).access), ("API token", secret)):
        client = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {bearer}"})
        client.get("/api/auth/me")
        with _counted_queries() as queries:
            client.get("/api/auth/me")
        caller = [query for query in queries if "kit_ratecounter" not in query]
        taken = _milliseconds(lambda client=client: client.get("/api/auth/me"), 50)
        show(f"knowing the caller by {name}", f"{taken:.1f} ms, {len(caller)} q", "at most 2 queries")


def measure_guards(user: Any, project: Any, show: Callable[[str, str, str], None]) -> None:
    """A write with and without throttling, audit entry and record of the request; the difference is what they cost."""
    from unittest.mock import patch

    from django.conf import settings
    from django.test import Client, override_settings

    from accounts.models import AuditEntry
    from accounts.services.tokens import open_family

    bearer = open_family(user=user).access
    without = [each for each in settings.MIDDLEWARE if each != RECORDER]
    assert len(without) < len(settings.MIDDLEWARE)
    number = count()

    def timed_writes() -> float:
        client = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {bearer}"})

        def write():
            body = json.dumps({"description": f"Version {next(number)}"})
            answer = client.put(f"/api/projects/{project.pk}", body, content_type="application/json")
            assert answer.status_code == 200, answer.content

        write()
        return _milliseconds(write, CALLS)

    rounds = []
    for _each in range(5):
        with (
            override_settings(API_RATE_LIMITS={}, MIDDLEWARE=without),
            patch.object(AuditEntry, "save", lambda entry, **options: None),
        ):
            bare = timed_writes()
        with override_settings(API_RATE_LIMITS=GENEROUS):
            rounds.append((bare, timed_writes()))
    bare, guarded = (median(values) for values in zip(*rounds, strict=True))
    show("a write, bare", f"{bare:.2f} ms", "")
    show("  throttled, audited and recorded", f"+ {guarded - bare:.2f} ms", "under + 2 ms")


def measure_people(user: Any, measure_page: Callable[..., None]) -> None:
    """The pages of people, with as many of them as promised."""
    from django.db import connection
    from django.test import Client

    from accounts.models import Role, User

    tester = Role.objects.built_in("tester")
    User.objects.bulk_create(
        User(
            tenant=user.tenant,
            role=tester,
            email=f"person{number}@example.com",
            first_name=f"Given{number % 311}",
            last_name=f"Family{number % 499}",
            password="!",
        )
        for number in range(PEOPLE)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_user")
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="accounts.sign_in.backends.ActiveUserBackend")
    goal = "under 100 ms"
    measure_page(client, f"people page, {PEOPLE:,} people", "/administration/people/", goal)
    for name, query in (
        ("searched", "q=family77"),
        ("two words", "q=given7+family77"),
        ("of a role", f"role={tester.pk}"),
        ("suspended", "status=suspended"),
        ("by address", "sort=email"),
        ("the last one", f"page={PEOPLE // 50}"),
    ):
        measure_page(client, f"people page, {name}", f"/administration/people/?{query}", goal)
    measure_page(client, "API, 20 of them, ordered", "/api/v1/users?orderBy[]=email&orderBy[]=desc", goal)
    measure_page(client, "API, searched", "/api/users?search=family77&page=1", goal)


def measure_access(project: Any, user: Any, measure_page: Callable[..., None], show: Callable[..., None]) -> None:
    """Everything about people and their ways in, counted as usual and never refused."""
    from django.test import override_settings

    user.set_password(PASSWORD)
    user.save()
    with override_settings(API_RATE_LIMITS=GENEROUS):
        measure_sign_in(user, show)
        measure_caller(user, project, show)
        measure_guards(user, project, show)
        measure_people(user, measure_page)
