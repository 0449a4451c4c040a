"""Shapes of people."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from qaportal.kit.api.serializers import (
    IdField,
    PortalModelSerializer,
    PortalSerializer,
    StoredIsTaken,
    StrictTextField,
    TextIdField,
    WordField,
)

from ..choices import UserStatus
from ..models import User

LONGEST_NAME = 100
LONGEST_PASSWORD = 1_000


class AddressField(StoredIsTaken, serializers.EmailField):
    """An e-mail address."""

    def __init__(self, **kwargs: Any) -> None:
        """Bound its length."""
        super().__init__(**{"max_length": 254, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        """The address; a number is none."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class PasswordField(StrictTextField):
    """A password, with the spaces that belong to it."""

    def __init__(self, **kwargs: Any) -> None:
        """Bound its length, because hashing is slow."""
        super().__init__(**{"max_length": LONGEST_PASSWORD, "trim_whitespace": False, "write_only": True, **kwargs})


class UserSerializer(PortalModelSerializer):
    """A person as administrators see him."""

    id = serializers.CharField(read_only=True)
    email = AddressField()
    first_name = StrictTextField(max_length=LONGEST_NAME)
    last_name = StrictTextField(max_length=LONGEST_NAME)
    status = WordField(choices=UserStatus.choices)
    auth_provider = StrictTextField(max_length=40, required=False, help_text="How he signs in; it never changes.")
    tenant_id = TextIdField(
        allow_null=True, help_text="The company; it never changes. Null for administrators of the platform."
    )
    role_id = TextIdField()

    class Meta:
        model = User
        fields = [
            "id",
            "email",
            "first_name",
            "last_name",
            "status",
            "auth_provider",
            "tenant_id",
            "role_id",
            "created_at",
            "updated_at",
        ]


class NewUserSerializer(UserSerializer):
    """A person who is added with his first password."""

    password = PasswordField(help_text="At least 8 characters.")
    auth_provider = WordField(choices=["local"])

    class Meta(UserSerializer.Meta):
        fields = [*UserSerializer.Meta.fields, "password"]


def split_name(full_name: str) -> dict[str, str]:
    """First and last name; raises ValidationError naming `full_name` when one is too long."""
    first, _space, last = " ".join(full_name.split()).partition(" ")
    if max(len(first), len(last)) > LONGEST_NAME:
        words = _("First and last name have at most %(most)d characters each.") % {"most": LONGEST_NAME}
        raise serializers.ValidationError({"full_name": [words]})
    return {"first_name": first, "last_name": last}


class NamesSerializer(PortalSerializer):
    """What somebody is called: in one piece, or first and last name, which count where both are given."""

    full_name = StrictTextField(max_length=2 * LONGEST_NAME + 1, required=False, allow_blank=True, allow_null=True)
    first_name = StrictTextField(max_length=LONGEST_NAME, required=False, allow_blank=True)
    last_name = StrictTextField(max_length=LONGEST_NAME, required=False, allow_blank=True)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """The full name as first and last name; the one that is shown already changes nothing."""
        if "full_name" in data:
            given = data.pop("full_name") or ""
            if self.instance is None or given != self.instance.full_name:
                data = split_name(given) | data
        return data


class PersonChangeSerializer(NamesSerializer):
    """What can be changed about a person; what is not given stays."""

    email = AddressField(required=False)
    role = WordField(choices=["admin", "tester"], required=False)
    role_id = IdField(required=False)
    is_active = serializers.BooleanField(required=False)
