"""Shapes of the audit log in the API."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from qaportal.kit.api.serializers import OpenJSONField, PortalSerializer

from ..models import AuditEntry, RequestRecord


def _nullable(*names: str) -> dict[str, Any]:
    """The description of an object of texts, or null."""
    properties = {name: {"type": "string"} for name in names}
    return {"type": "object", "nullable": True, "properties": properties, "required": list(names)}


class AuditLogSerializer(PortalSerializer):
    """An entry with how it was asked for; the context's `records` hold that by the entry's key."""

    id = serializers.CharField(source="pk")
    tenant_id = serializers.CharField(allow_null=True)
    user_id = serializers.CharField(source="actor_id", allow_null=True)
    action = serializers.CharField()
    resource_type = serializers.SerializerMethodField()
    resource_id = serializers.SerializerMethodField()
    request_method = serializers.CharField(allow_null=True, default=None)
    request_path = serializers.CharField(allow_null=True, default=None)
    request_body = OpenJSONField(allow_null=True, default=None)
    response_status = serializers.IntegerField(allow_null=True, default=None)
    response_body = OpenJSONField(allow_null=True, default=None)
    ip_address = serializers.CharField(allow_null=True, default=None)
    user_agent = serializers.CharField(allow_null=True, default=None)
    correlation_id = serializers.SerializerMethodField()
    changes = OpenJSONField(allow_null=True)
    metadata = OpenJSONField(source="facts", allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField(source="created_at")
    user = serializers.SerializerMethodField()
    tenant = serializers.SerializerMethodField()

    def get_resource_type(self, entry: AuditEntry) -> str:
        """What kind of object it is about, such as `user`; empty for none."""
        return entry.target_type.rpartition(".")[2]

    def get_resource_id(self, entry: AuditEntry) -> str | None:
        """The id of that object."""
        return entry.target_id or None

    def get_correlation_id(self, entry: AuditEntry) -> str | None:
        """The id of the request, in its answer as `X-Correlation-ID`; null for what no request asked for."""
        return entry.correlation_id.strip("-") or None

    @extend_schema_field(_nullable("id", "email", "first_name", "last_name"))
    def get_user(self, entry: AuditEntry) -> dict[str, str] | None:
        """Who did it."""
        if (person := entry.actor) is None:
            return None
        names = {"first_name": person.first_name, "last_name": person.last_name}
        return {"id": str(person.pk), "email": person.email, **names}

    @extend_schema_field(_nullable("id", "name"))
    def get_tenant(self, entry: AuditEntry) -> dict[str, str] | None:
        """Whose company it was done in."""
        return None if entry.tenant is None else {"id": str(entry.tenant_id), "name": entry.tenant.name}

    def to_representation(self, instance: AuditEntry) -> dict[str, Any]:
        """The entry, with the facts of its request where one is known."""
        answer = super().to_representation(instance)
        return answer | _asked(self.context.get("records", {}).get(instance.pk))


def _asked(record: RequestRecord | None) -> dict[str, Any]:
    """How it was asked for and answered; nothing where nobody knows."""
    names = {
        "request_method": "method",
        "request_path": "path",
        "request_body": "request_body",
        "response_status": "status",
        "response_body": "response_body",
        "ip_address": "ip_address",
        "user_agent": "user_agent",
    }
    return {name: getattr(record, attribute, None) for name, attribute in names.items()}
