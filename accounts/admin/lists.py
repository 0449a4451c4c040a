"""Filters of accounts' lists."""

from typing import Any

from django.contrib.admin import ModelAdmin
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
