"""Shapes of accounts' API."""

from typing import Any

from rest_framework import serializers

from qaportal.kit.api.serializers import OpenJSONField, PortalModelSerializer, PortalSerializer

from ..models import Project, User


class SecondFactorSerializer(PortalSerializer):
    """The code of an authenticator app or a recovery code, under either name; for those who have a second factor."""

    otp = serializers.CharField(max_length=64, required=False, allow_blank=True, write_only=True)
    code = serializers.CharField(max_length=64, required=False, allow_blank=True, write_only=True)


class SignInSerializer(SecondFactorSerializer):
    """`username` is the e-mail address."""

    username = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)


class EmailSignInSerializer(SecondFactorSerializer):
    """E-mail and password."""

    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)


class RefreshSerializer(PortalSerializer):
    """A refresh token."""

    refresh_token = serializers.CharField(max_length=4000)


class TokenSerializer(PortalSerializer):
    """What sign-in and refresh answer."""

    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField()


class TenantTokenSerializer(TokenSerializer):
    """What sign-in answers with roles and tenant."""

    user = serializers.DictField(required=False)
    tenant_id = serializers.CharField(allow_null=True, required=False)
    roles = serializers.ListField(child=serializers.CharField(), required=False)
    expires_at = serializers.DateTimeField()


class ProfileSerializer(PortalModelSerializer):
    """A person as he sees himself."""

    full_name = serializers.CharField(read_only=True)
    role = serializers.SerializerMethodField()
    role_id = serializers.IntegerField(read_only=True)
    role_code = serializers.CharField(source="role.code", read_only=True)
    is_active = serializers.BooleanField(read_only=True)

    class Meta:
        model = User
        fields = [
            "id",
            "email",
            "full_name",
            "first_name",
            "last_name",
            "role",
            "role_id",
            "role_code",
            "tenant_id",
            "default_project_id",
            "is_active",
            "is_email_verified",
            "email_verified_at",
            "created_at",
        ]

    def get_role(self, user: User) -> str:
        """The two-valued role: `admin` for administrators, `tester` for everybody else."""
        return "admin" if user.is_tenant_admin else "tester"


class ProjectSerializer(PortalModelSerializer):
    """A project."""

    id = serializers.CharField(read_only=True)
    key = serializers.RegexField(r"^[A-Z][A-Z0-9]{1,11}$", required=False)
    settings = OpenJSONField(required=False)
    created_by = serializers.CharField(source="created_by_id", read_only=True, allow_null=True)
    updated_by = serializers.CharField(source="updated_by_id", read_only=True, allow_null=True)

    class Meta:
        model = Project
        fields = [
            "id",
            "key",
            "name",
            "description",
            "settings",
            "icon",
            "color",
            "created_at",
            "updated_at",
            "created_by",
            "updated_by",
        ]
        extra_kwargs = {"description": {"required": False}, "icon": {"required": False}, "color": {"required": False}}

    def validate_settings(self, value: Any) -> dict:
        """Settings are a mapping; the switches among them are true or false."""
        if not isinstance(value, dict):
            raise serializers.ValidationError("Settings are an object.")
        for name in ("allowPublicAccess", "requireApproval", "membersOnly"):
            if name in value and not isinstance(value[name], bool):
                raise serializers.ValidationError(f"{name} is true or false.")
        hours = value.get("silentRunHours", 2)
        if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0.25 <= hours <= 720:
            raise serializers.ValidationError("silentRunHours is a number from 0.25 to 720.")
        return value
