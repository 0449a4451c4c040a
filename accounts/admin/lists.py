"""Filters of accounts' lists."""

from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from qaportal.kit.admin import DeletedFilter

from ..choices import UserStatus


class StatusFilter(DeletedFilter):
    """Companies and people by their status; what was deleted is shown alone."""

    title = _("status")

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, Any]]:
        """The statuses, which companies and people share."""
        return UserStatus.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Those of the status."""
        found = super().queryset(request, queryset)
        return found.filter(status=self.value()) if self.value() in {UserStatus.ACTIVE, UserStatus.SUSPENDED} else found


class WaitingFilter(SimpleListFilter):
    """Mail domains that wait to be confirmed, or those that are."""

    title = _("confirmation")
    parameter_name = "confirmation"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, Any]]:
        """Both states."""
        return [("waiting", _("Waiting")), ("confirmed", _("Confirmed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Those of the state; nobody waits any more in a company that was deleted."""
        if self.value() == "waiting":
            return queryset.filter(verified_at__isnull=True, tenant__deleted_at__isnull=True)
        return queryset.filter(verified_at__isnull=False) if self.value() == "confirmed" else queryset
