"""Shapes of the audit log in the API."""

from typing import Any

from rest_framework import serializers

from qaportal.kit.api.serializers import OpenJSONField, PortalSerializer

from ..models import AuditEntry, RequestRecord


class AuditPersonSerializer(PortalSerializer):
    """Who did it."""

    id = serializers.CharField(source="pk")
    email = serializers.CharField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()


class AuditTenantSerializer(PortalSerializer):
    """Whose company it was done in."""

    id = serializers.CharField(source="pk")
    name = serializers.CharField()


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
    user = AuditPersonSerializer(source="actor", allow_null=True)
    tenant = AuditTenantSerializer(allow_null=True)

    def get_resource_type(self, entry: AuditEntry) -> str:
        """What kind of object it is about, such as `user`; empty for none."""
        return entry.target_type.rpartition(".")[2]

    def get_resource_id(self, entry: AuditEntry) -> str | None:
        """The id of that object."""
        return entry.target_id or None

    def get_correlation_id(self, entry: AuditEntry) -> str | None:
        """The id of the request, in its answer as `X-Request-ID`; null for what no request asked for."""
        return entry.correlation_id.strip("-") or None

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
