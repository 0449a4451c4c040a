"""The audit trail and the records of requests: read, never written."""

import json
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from qaportal.kit.admin import PortalModelAdmin

from ..models import AuditEntry, RequestRecord


def _spelled(value: Any) -> str:
    """A stored structure, line by line."""
    return "-" if value is None else json.dumps(value, indent=2, ensure_ascii=False)


@admin.register(AuditEntry)
class AuditEntryAdmin(PortalModelAdmin):
    """Who changed what."""

    noun, plural = _("entry of the audit trail"), _("Audit trail")
    view_permission = "audit.view"
    has_trail = False
    list_display = ("created_at", "action", "target_label", "actor", "project", "tenant")
    list_display_links = ("created_at", "action")
    list_filter = ("created_at", "project", "tenant")
    list_select_related = ("actor", "project", "tenant")
    search_fields = ("correlation_id__exact",)
    search_help_text = _("The number of a request")
    sortable_by = ()
    ordering = ("-created_at", "-pk")
    fields = (
        *("created_at", "action", "actor", "tenant", "project", "target_type", "target_id", "target_label"),
        *("changed", "told", "correlation_id"),
    )
    readonly_fields = ("changed", "told")

    @admin.display(description=_("changes"))
    def changed(self, entry: AuditEntry) -> str:
        """The changed fields, each with the old and the new value."""
        return _spelled(entry.changes)

    @admin.display(description=_("facts"))
    def told(self, entry: AuditEntry) -> str:
        """What else was written down."""
        return _spelled(entry.facts)


@admin.register(RequestRecord)
class RequestRecordAdmin(PortalModelAdmin):
    """How writes and sign-ins were asked and answered; secrets are masked."""

    noun, plural = _("record of a request"), _("Requests")
    view_permission = "audit.view"
    has_trail = False
    list_display = ("created_at", "method", "path", "status", "user", "tenant", "ip_address", "duration_ms")
    list_display_links = ("created_at", "path")
    list_filter = ("tenant",)
    list_select_related = ("user", "tenant")
    search_fields = ("correlation_id__exact",)
    search_help_text = _("The number of a request")
    sortable_by = ()
    ordering = ("-pk",)
    fields = (
        *("created_at", "method", "path", "status", "user", "tenant", "ip_address", "user_agent", "duration_ms"),
        *("asked", "answered", "correlation_id"),
    )
    readonly_fields = ("asked", "answered")

    @admin.display(description=_("request body"))
    def asked(self, record: RequestRecord) -> str:
        """What was sent."""
        return _spelled(record.request_body)

    @admin.display(description=_("response body"))
    def answered(self, record: RequestRecord) -> str:
        """What was answered."""
        return _spelled(record.response_body)
