"""Creates that a client may retry: the first answer is kept in the transaction of the create itself."""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from ..errors import InvalidInput, RuleViolation
from ..models import IdempotencyRecord
from ..secrets import keyed_hash


def _fingerprint(request: Request) -> str:
    """A keyed hash of query and JSON body, which may hold a password; of a form all its parts."""
    digest = hashlib.sha256(request.META.get("QUERY_STRING", "").encode())
    if (request.content_type or "").startswith("multipart/"):
        for part in _parts_of_form(request):
            digest.update(b"\0" + part)
    else:
        digest.update(b"\0" + request._request.body)
    return keyed_hash(digest.hexdigest(), "idempotency")


def _parts_of_form(request: Request) -> Iterator[bytes]:
    """What tells one form from another: names, values, and digests of files, which are wound back to their start."""
    form = request.data
    for name in sorted(form):
        for value in form.getlist(name):
            yield name.encode("utf-8", "replace")
            if hasattr(value, "chunks"):
                value.seek(0)
                yield hashlib.file_digest(value, "sha256").digest()
                value.seek(0)
            else:
                yield str(value).encode("utf-8", "replace")


def _claim(request: Request, key: str) -> tuple[IdempotencyRecord, bool]:
    """The record of this key and whether it is new; waits for a twin that is still running."""
    table = IdempotencyRecord._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (user_id, key, method, path, request_hash, location, created_at)"  # noqa: S608
            " VALUES (%s, %s, %s, %s, %s, '', now()) ON CONFLICT DO NOTHING RETURNING id",
            [request.user.pk, key, request.method, request.path[:500], _fingerprint(request)],
        )
        is_new = cursor.fetchone() is not None
    record = IdempotencyRecord.objects.select_for_update().get(
        user_id=request.user.pk, key=key, method=request.method, path=request.path[:500]
    )
    return record, is_new


def run_once(
    request: Request, handler: Callable[..., Response], worded: Callable[[Any], Any], *args: Any, **kwargs: Any
) -> Response:
    """Run the create, or answer again what it answered the first time, worded in the view's style.

    Raises InvalidInput for an unusable key and RuleViolation when the key comes back with another body.
    A refused create leaves no record: it may be tried again with the same key.
    """
    key = request.headers["Idempotency-Key"]
    if not 0 < len(key) <= 255 or not key.isprintable():
        raise InvalidInput("The key cannot be used.", fields={"Idempotency-Key": ["At most 255 printable characters."]})
    with transaction.atomic():
        record, is_new = _claim(request, key)
        if not is_new:
            if record.request_hash != _fingerprint(request):
                raise RuleViolation("This Idempotency-Key was used with another request.", "idempotency_key_reused")
            return _replay(record)
        response = handler(request, *args, **kwargs)
        _remember(record, response, worded)
    return response


def _remember(record: IdempotencyRecord, response: Response, worded: Callable[[Any], Any]) -> None:
    """Keep the answer as the client will see it."""
    data = None if response.data is None else worded(response.data)
    record.status = response.status_code
    record.body = json.loads(json.dumps(data, cls=JSONEncoder))
    record.location = response.get("Location", "")[:500]
    record.save(update_fields=["status", "body", "location"])


def _replay(record: IdempotencyRecord) -> Response:
    response = Response(record.body, status=record.status or 200)
    response.is_replayed = True
    response["Idempotent-Replayed"] = "true"
    if record.location:
        response["Location"] = record.location
    return response
