"""A scratch database with as much in it as a benchmark needs."""

import io
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from xml.sax.saxutils import quoteattr

RANDOM = random.Random(7)
VERBS = ("accepts", "refuses", "retries", "records", "settles", "reverses")
SCRATCH = "portal_benchmark"
DROP = f"DROP DATABASE IF EXISTS {SCRATCH} WITH (FORCE)"
THINGS = ("a card payment", "a refund", "a payout", "a transfer", "a dispute", "a ledger entry")


@contextmanager
def scratch_database() -> Iterator[None]:
    """An empty, migrated database that is dropped afterwards, on the embedded or the configured server.

    What a benchmark left behind that was cut off is replaced, with whatever still uses it. It is no database of the
    tests, which may run at the same time; a second benchmark on the same server is refused.
    """
    from django.conf import settings
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = SCRATCH
    signal.signal(signal.SIGTERM, _stop)
    with connection._nodb_cursor() as server:
        server.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [SCRATCH])
        if not server.fetchone()[0]:
            raise SystemExit("Another benchmark runs on this server.")
        server.execute(DROP)
        try:
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            yield
        finally:
            connection.close()
            server.execute(DROP)
            settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def _stop(*_signal: object) -> None:
    """Let a benchmark that is asked to stop clean up behind itself."""
    raise SystemExit(1)


def junit_report(tests: int) -> io.BytesIO:
    """A JUnit report as pytest writes them: one in fifty fails with a trace, one in forty is skipped."""
    out = io.StringIO()
    out.write('<?xml version="1.0" encoding="utf-8"?><testsuites>')
    out.write('<testsuite name="nightly" timestamp="2026-11-20T02:00:00+00:00">')
    for number in range(tests):
        name = f"test_{RANDOM.choice(VERBS)}_{number}"
        out.write(f'<testcase classname="payments.module{number % 97}.suite{number % 11}" name={quoteattr(name)}')
        out.write(f' time="{RANDOM.random() * 3:.3f}"')
        if number % 50 == 0:
            trace = "\n".join(f"payments/module{number % 97}.py:{line}: in settle" for line in range(30))
            out.write(f'><failure message="AssertionError: expected {number}">{trace}</failure></testcase>')
        elif number % 40 == 0:
            out.write('><skipped message="needs the sandbox"/></testcase>')
        else:
            out.write("/>")
    out.write("</testsuite></testsuites>")
    return io.BytesIO(out.getvalue().encode())


def make_people():
    """A tenant with a project and its administrator."""
    from accounts.models import Project, Tenant
    from accounts.services.bootstrap import ensure_roles
    from accounts.services.people import create_user

    ensure_roles()
    tenant = Tenant.objects.create(name="Benchmark", slug="benchmark")
    user = create_user(
        actor=None,
        email="bench@example.com",
        password=None,
        tenant=tenant,
        role="tenant_admin",
        first_name="Bench",
    )
    return Project.objects.create(tenant=tenant, key="BENCH", name="Benchmark"), user


def make_cases(project, user, number: int) -> list:
    """Cases in 4 modules with 8 sub-modules of 8 features each."""
    from catalog.services.cases import CaseDraft, create_cases

    drafts = [
        CaseDraft(
            title=f"Portal {RANDOM.choice(VERBS)} {RANDOM.choice(THINGS)} {index}",
            folder_path=(f"Module {index % 4}", f"Area {index % 32}", f"Feature {index % 256}"),
            automation_key=f"payments.case{index}",
            steps=[{"action": "Open the payment", "expected": "It is shown"}],
        )
        for index in range(number)
    ]
    return create_cases(actor=user, project=project, drafts=drafts)
