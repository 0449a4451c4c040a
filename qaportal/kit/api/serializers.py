"""Bases of the serializers: both spellings of every key, and open JSON that stays as the user wrote it."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from .spelling import Verbatim, with_known_names


class BothSpellings:
    """Accepts camelCase and snake_case names of the fields."""

    def to_internal_value(self, data: Any) -> Any:
        """Rename known keys, then read as usual."""
        if isinstance(data, Mapping):
            if isinstance(data, QueryDict):
                data = data.dict()
            data = with_known_names(data, set(self.fields))
        return super().to_internal_value(data)


class PortalSerializer(BothSpellings, serializers.Serializer):
    """A serializer of the portal."""


class PortalModelSerializer(BothSpellings, serializers.ModelSerializer):
    """A model serializer of the portal; writing goes through services, never through `save()`."""


class OpenJSONField(serializers.JSONField):
    """A mapping whose keys belong to the user."""

    def to_representation(self, value: Any) -> Any:
        """The mapping, marked so that no style respells its keys."""
        value = super().to_representation(value)
        return Verbatim(value) if isinstance(value, dict) else value


@extend_schema_field({"type": "integer", "description": "An id; as text it is accepted too."})
class IdField(serializers.Field):
    """An opaque id: accepted as a JSON number or a string of digits."""

    default_error_messages = {"invalid": "An id is a whole number."}

    def to_internal_value(self, data: Any) -> int:
        """The id as an integer inside 64 bits."""
        if isinstance(data, bool) or not isinstance(data, int | str):
            self.fail("invalid")
        text = str(data).strip()
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            self.fail("invalid")
        return int(text)

    def to_representation(self, value: Any) -> Any:
        """The id as it is."""
        return value
