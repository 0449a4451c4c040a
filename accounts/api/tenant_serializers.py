"""Shapes of companies."""

from typing import Any

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from qaportal.kit.api.serializers import (
    OpenJSONField,
    PortalModelSerializer,
    StoredIsTaken,
    StrictTextField,
    WordField,
)

from ..choices import TenantStatus
from ..models import Tenant

LARGEST_LIMIT = 2_147_483_647
SLUG = RegexValidator(r"^[a-z0-9-]+\Z", _("Only lower-case letters, digits and hyphens."))


class LimitField(StoredIsTaken, serializers.IntegerField):
    """How many of something a company may have; null for as many as it likes."""

    def __init__(self, **kwargs: Any) -> None:
        """Bound it."""
        super().__init__(**{"min_value": 1, "max_value": LARGEST_LIMIT, "required": False, "allow_null": True} | kwargs)


class TenantSerializer(PortalModelSerializer):
    """A company."""

    id = serializers.CharField(read_only=True)
    name = StrictTextField(min_length=3, max_length=100)
    slug = StrictTextField(min_length=3, max_length=100, validators=[SLUG])
    status = WordField(choices=TenantStatus.choices)
    settings = OpenJSONField(required=False, allow_null=True)
    subscription_tier = StrictTextField(max_length=50, required=False, allow_null=True, allow_blank=True)
    max_users = LimitField()
    max_modules = LimitField()

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
        """An empty text is none, unless it is the stored one."""
        stored = getattr(self.instance, "subscription_tier", None)
        return value or (None if stored else stored)
