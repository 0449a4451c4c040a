"""Shapes of companies."""

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from qaportal.kit.api.serializers import OpenJSONField, PortalModelSerializer, StrictTextField, WordField

from ..choices import TenantStatus
from ..models import Tenant

LARGEST_LIMIT = 2_147_483_647
SLUG = RegexValidator(r"^[a-z0-9-]+\Z", _("Only lower-case letters, digits and hyphens."))


class TenantSerializer(PortalModelSerializer):
    """A company."""

    id = serializers.CharField(read_only=True)
    name = StrictTextField(min_length=3, max_length=100)
    slug = StrictTextField(min_length=3, max_length=100, validators=[SLUG])
    status = WordField(choices=TenantStatus.choices)
    settings = OpenJSONField(required=False, allow_null=True)
    subscription_tier = StrictTextField(max_length=50, required=False, allow_null=True, allow_blank=True)
    max_users = serializers.IntegerField(min_value=1, max_value=LARGEST_LIMIT, required=False, allow_null=True)
    max_modules = serializers.IntegerField(min_value=1, max_value=LARGEST_LIMIT, required=False, allow_null=True)

    class Meta:
        model = Tenant
        fields = [
            "id",
            "name",
            "slug",
            "status",
            "settings",
            "subscription_tier",
            "max_users",
            "max_modules",
            "created_at",
            "updated_at",
        ]

    def validate_subscription_tier(self, value: str | None) -> str | None:
        """An empty text is none."""
        return value or None
