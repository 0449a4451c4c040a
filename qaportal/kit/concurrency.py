"""Optimistic locking: a write names the state it was based on."""

from django.db.models import Model
from django.utils.translation import gettext as _

from .errors import VersionConflict


def etag(instance: Model) -> str:
    """The entity tag of a row: its version when it has a numeric one, else the time of its last change."""
    version = getattr(instance, "version", None)
    if not isinstance(version, int):
        version = int(instance.updated_at.timestamp() * 1_000_000)
    return f'"{instance.pk}-{version}"'


def require_match(instance: Model, expected: str | None) -> None:
    """Refuse the write when the (locked) row is not the one that the writer saw.

    `expected` is an entity tag, a list of them as in If-Match, `*`, or None for "do not check".
    Raises VersionConflict.
    """
    if not expected or expected.strip() == "*":
        return
    tags = {tag.strip().removeprefix("W/") for tag in expected.split(",")}
    if etag(instance) not in tags:
        raise VersionConflict(
            _("Somebody changed this in the meantime. Load it again and repeat your change."),
            current_version=etag(instance),
        )
