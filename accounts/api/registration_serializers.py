"""Shapes of registering by oneself and of forgotten passwords."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from qaportal.kit.api.serializers import PortalSerializer, StrictTextField

from ..services.people import check_password_strength
from .user_serializers import AddressField, NamesSerializer, PasswordField

LONGEST_TOKEN = 1_000


class RegistrationSerializer(NamesSerializer):
    """Who wants to join."""

    email = AddressField()
    password = PasswordField(help_text="At least 8 characters.")


class AddressSerializer(PortalSerializer):
    """An e-mail address to send something to."""

    email = AddressField()


class VerificationSerializer(PortalSerializer):
    """The code of the mail that asks to confirm an address."""

    token = StrictTextField(max_length=LONGEST_TOKEN)


class NewPasswordSerializer(PortalSerializer):
    """A new password with the part of the mailed link that stands for the person; `password` is accepted too."""

    token = StrictTextField(max_length=LONGEST_TOKEN)
    new_password = PasswordField(required=False, help_text="At least 8 characters.")
    password = PasswordField(required=False)

    def validate(self, data: dict[str, Any]) -> dict[str, str]:
        """Token and password."""
        field = "new_password" if "new_password" in data else "password"
        if field not in data:
            raise serializers.ValidationError({"new_password": [_("This field is required.")]})
        check_password_strength(data[field], None, field=field)
        return {"token": data["token"], "password": data[field]}
