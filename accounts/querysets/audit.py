"""What people may see of the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from ..permissions import decide
from .tenancy import OfTenantQuerySet

if TYPE_CHECKING:
    from ..models import Project, User


MOST_ORDERED_BY_REQUEST = 10_000
"""Entries that are ordered by how they were asked for, the newest ones: the first record of each has to be found."""
OF_REQUEST = {
    "asked_method": "method",
    "asked_path": "path",
    "asked_status": "status",
    "asked_address": "ip_address",
    "asked_agent": "user_agent",
}
"""What entries are ordered by beside their own columns, with the column of the record."""


class AuditQuerySet(models.QuerySet):
    """Audit entries."""

    def visible_to(self, user: User) -> Self:
        """Administrators read those of their tenant; everybody reads those of the projects he sees."""
        from ..models import Project

        if not user.is_authenticated:
            return self.none()
        if decide(user, "audit.view"):
            return self if user.is_super_admin else self.filter(tenant_id=user.tenant_id)
        return self.filter(project__in=Project.objects.visible_to(user).order_by().values("pk"))

    def in_project(self, project: Project) -> Self:
        """Those of one project."""
        return self.filter(project=project)

    def about(self, target: models.Model) -> Self:
        """Those that tell of one object."""
        return self.filter(target_type=target._meta.label_lower, target_id=str(target.pk))

    def for_list(self) -> Self:
        """With whom and what they name, the newest first."""
        return self.select_related("actor", "project", "tenant").order_by("-created_at", "-pk")

    def older_than(self, moment: datetime, pk: int) -> Self:
        """Those that stand below the entry of this moment and key in the list."""
        return self.filter(Q(created_at__lt=moment) | Q(pk__lt=pk), created_at__lte=moment)

    def with_record(self) -> Self:
        """With `record_id` of how they were asked for.

        It is the first record of the same company and correlation id, at or after the entry. The portal gives each
        request an id of its own, so that no client can put another request in its place.
        """
        first = _records_of_entries().order_by("created_at", "pk")
        return self.annotate(record_id=Subquery(first.values("pk")[:1]))

    def in_order(self, order: Sequence[str]) -> Self:
        """In the order of these columns, of `kind` (the last word of the type of the target) and of `OF_REQUEST`.

        By the latter only the newest entries are ordered and the others left out; those that no request asked for
        stand last either way.
        """
        asked = {name.lstrip("-") for name in order} & OF_REQUEST.keys()
        first = _records_of_entries().order_by("created_at", "pk")
        found = self._newest(MOST_ORDERED_BY_REQUEST) if asked else self
        kind = models.Func("target_type", models.Value("."), models.Value(2), function="split_part")
        found = found.alias(
            kind=models.ExpressionWrapper(kind, models.TextField()),
            **{name: Subquery(first.values(OF_REQUEST[name])[:1]) for name in sorted(asked)},
        )
        return found.order_by(*(_last_without(name) if name.lstrip("-") in asked else name for name in order))

    def _newest(self, most: int) -> Self:
        return self.filter(pk__in=self.order_by("-created_at", "-pk").values("pk")[:most])

    def asked_by(self, method: str) -> Self:
        """Those whose first record is of this method."""
        before = _records().filter(
            correlation_id=OuterRef("correlation_id"),
            whose=OuterRef("whose"),
            created_at__gte=OuterRef(OuterRef("created_at")),
            created_at__lt=OuterRef("created_at"),
        )
        return self.filter(Exists(_records_of_entries().filter(~Exists(before), method=method)))


def _last_without(name: str) -> models.expressions.OrderBy:
    """The order by the name, rows without a value last."""
    if name.startswith("-"):
        return models.F(name[1:]).desc(nulls_last=True)
    return models.F(name).asc(nulls_last=True)


def _records() -> models.QuerySet:
    """Records with `whose`: the key of their company, or 0."""
    from ..models import RequestRecord

    return RequestRecord.objects.alias(whose=Coalesce("tenant", 0))


def _records_of_entries() -> models.QuerySet:
    """For a subquery of entries: the records of the same company and correlation id, at or after the entry."""
    return _records().filter(
        correlation_id=OuterRef("correlation_id"),
        created_at__gte=OuterRef("created_at"),
        whose=Coalesce(OuterRef("tenant"), 0),
    )


class RequestRecordQuerySet(OfTenantQuerySet):
    """Records of requests."""

    view_permission = "audit.view"
