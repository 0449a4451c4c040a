"""The audit trail with as much in it as promised: writing records, sealing, verifying, reading."""

import json
from datetime import timedelta

from benchmarks.ground import RANDOM, THINGS, VERBS

ENTRIES = 100_000
RECORDS = 1_000
ACTIONS = ("case.updated", "case.moved", "release_case.executed", "run.created", "user.signed_in", "file.stored")


def fill(project, user, number: int) -> None:
    """Entries of the last year, one in a thousand of a rare kind, each of a transaction that is over."""
    from django.utils import timezone

    from accounts.models import AuditEntry

    now = timezone.now()
    for start in range(0, number, 10_000):
        AuditEntry.objects.bulk_create(
            [
                AuditEntry(
                    tenant=project.tenant,
                    project=project,
                    actor=user,
                    action="role.updated" if place % 1_000 == 0 else RANDOM.choice(ACTIONS),
                    target_type="catalog.testcase",
                    target_id=str(place),
                    target_label=f"TC_UI_{place} Portal {RANDOM.choice(VERBS)} {RANDOM.choice(THINGS)}",
                    changes={"title": ["Portal accepts", "Portal refuses"], "priority": ["low", "high"]},
                    correlation_id=f"call-{place}",
                    created_at=now - timedelta(days=365) * (1 - place / number),
                )
                for place in range(start, start + min(10_000, number - start))
            ],
            batch_size=2_000,
        )


def write_records() -> None:
    """The whole of what the middleware does after an API write, without the write."""
    from django.http import HttpResponse
    from django.test import RequestFactory

    from accounts.audit.request_records import RequestRecordMiddleware

    body = json.dumps({"title": "Portal accepts a refund", "tags": ["a", "b"], "steps": [{"action": "Open it"}] * 5})
    middleware = RequestRecordMiddleware(lambda _request: HttpResponse(body, content_type="application/json"))
    factory = RequestFactory(SERVER_NAME="localhost")
    for _ in range(RECORDS):
        request = factory.post("/api/test-cases", body, content_type="application/json", HTTP_USER_AGENT="robot/1")
        request.resolver_match = None
        middleware(request)


def measure_audit(project, user) -> None:
    """Writing, sealing, verifying and reading."""
    from django.db import connection
    from django.test import Client

    from accounts.audit import verification
    from accounts.services.seals import seal_entries
    from benchmarks.measure import measure_page, show, timed

    seconds, _done = timed(write_records)
    show(f"writing {RECORDS:,} records of requests", f"{seconds / RECORDS * 1000:.2f} ms each", "under 1 ms")
    fill(project, user, ENTRIES)
    seconds, sealed = timed(seal_entries)
    show(f"sealing {sealed:,} entries", f"{seconds:.1f} s", "")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # what autovacuum does within a minute
    seconds, _done = timed(seal_entries)
    show("  and again, with nothing to seal", f"{seconds * 1000:.0f} ms", "")
    seconds, found = timed(lambda: list(verification.walk({})))
    assert [type(each) for each in found] == [verification.Chain]
    show(f"verifying {found[0].seals:,} entries", f"{seconds:.1f} s", "")
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="accounts.sign_in.backends.ActiveUserBackend")
    page, goal = "/administration/audit/", "under 100 ms"
    measure_page(client, f"audit log, {ENTRIES:,} entries", page, goal)
    measure_page(client, "audit log, searched", f"{page}?q=settles+a+dispute", goal)
    measure_page(client, "audit log, a rare action of a person", f"{page}?action=role.updated&person={user.pk}", goal)
    measure_page(client, "audit log, an old month", f"{page}?since=2020-01-01&until=2026-02-01", goal)
    measure_page(client, "audit log by API, 20 entries", "/api/v1/audit-logs", goal)
    measure_page(client, "audit log by API, 500 entries", "/api/v1/audit-logs?limit=500", "")
