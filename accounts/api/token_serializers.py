"""Shapes of API tokens and permissions."""

from rest_framework import serializers

from qaportal.kit.api.serializers import IdField, PortalModelSerializer, PortalSerializer, StrictTextField, WordField

from ..choices import TokenScope
from ..models import ApiToken


class ApiTokenSerializer(PortalModelSerializer):
    """A token as lists show it; the token itself cannot be read again, `prefix` is its beginning."""

    user_id = serializers.IntegerField(read_only=True)
    project_id = serializers.IntegerField(read_only=True, allow_null=True)
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=TokenScope.choices), read_only=True)

    class Meta:
        model = ApiToken
        fields = [
            "id",
            "name",
            "prefix",
            "scopes",
            "project_id",
            "user_id",
            "expires_at",
            "last_used_at",
            "created_at",
        ]
        read_only_fields = fields


class IssuedTokenSerializer(ApiTokenSerializer):
    """A token that was just made: the only answer with the token itself."""

    token = serializers.CharField(
        read_only=True, allow_null=True, help_text="Null when the request is repeated with its Idempotency-Key."
    )

    class Meta(ApiTokenSerializer.Meta):
        fields = [*ApiTokenSerializer.Meta.fields, "token"]
        read_only_fields = fields


class NewTokenSerializer(PortalSerializer):
    """What a new token may do, where and until when."""

    name = StrictTextField(max_length=100)
    scopes = serializers.ListField(
        child=WordField(choices=TokenScope.choices), allow_empty=False, max_length=len(TokenScope)
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    project_id = IdField(required=False, allow_null=True)


class PermissionSerializer(PortalSerializer):
    """Whether the caller may do something, and if not, why."""

    code = serializers.CharField()
    allowed = serializers.BooleanField()
    reason = serializers.CharField(allow_null=True)


class PermissionsSerializer(PortalSerializer):
    """Everything the portal knows permissions for."""

    permissions = PermissionSerializer(many=True)
