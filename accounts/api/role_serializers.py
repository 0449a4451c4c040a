"""Shapes of roles."""

from typing import Any

from rest_framework import serializers

from qaportal.kit.api.serializers import PortalModelSerializer, StrictTextField, TextIdField, WordField

from ..choices import RoleCode, RoleScope
from ..models import Role
from ..permissions import PERMISSIONS


class RoleSerializer(PortalModelSerializer):
    """A role; `code` names its base."""

    id = serializers.CharField(read_only=True)
    name = StrictTextField(max_length=100)
    code = WordField(choices=RoleCode.choices)
    description = StrictTextField(max_length=2_000)
    scope = WordField(choices=RoleScope.choices)
    permissions = serializers.ListField(
        child=StrictTextField(max_length=60),
        required=False,
        allow_null=True,
        max_length=len(PERMISSIONS),
        help_text="The permissions out of those of the base; null, and absent in answers, for all of them.",
    )

    class Meta:
        model = Role
        fields = ["id", "name", "code", "description", "scope", "permissions", "created_at", "updated_at"]

    def to_representation(self, instance: Role) -> dict[str, Any]:
        """The role; permissions only where it has a part of its base's, of those that the table still gives to it."""
        shown = super().to_representation(instance)
        del shown["permissions"]
        return shown if instance.permissions is None else shown | {"permissions": sorted(instance.granted)}


class NewRoleSerializer(RoleSerializer):
    """A role that is added."""

    tenant_id = TextIdField(
        required=False,
        allow_null=True,
        help_text="Whose role it is; left out by the platform's administrator for all.",
    )

    class Meta(RoleSerializer.Meta):
        fields = [*RoleSerializer.Meta.fields, "tenant_id"]
