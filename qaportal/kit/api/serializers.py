"""Bases of the serializers: both spellings of every key, and open JSON that stays as the user wrote it."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.http import QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from .spelling import Verbatim, with_known_names

MOST_CHOICES = 20


class BothSpellings:
    """Accepts camelCase and snake_case names of the fields, and says what can be chosen where that was not met."""

    def get_fields(self) -> dict[str, serializers.Field]:
        """The fields; a wrong choice is answered by the right ones and not by an echo."""
        fields = super().get_fields()
        for field in fields.values():
            if isinstance(field, serializers.ChoiceField):
                names = ", ".join(str(each) for each in list(field.choices)[:MOST_CHOICES])
                field.error_messages["invalid_choice"] = _("Choose among %(names)s.") % {"names": names}
        return fields

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


class MessageSerializer(serializers.Serializer):
    """Words about what was done."""

    message = serializers.CharField()


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


@extend_schema_field({"type": "string", "description": "An id; as a number it is accepted too."})
class TextIdField(IdField):
    """An opaque id that is answered as text."""

    def to_representation(self, value: Any) -> str:
        """The id as text."""
        return str(value)


class StoredIsTaken:
    """A field that takes what its object has already: a client sends back what it read, older than a rule or not."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The checked value; unchecked where it is the stored one."""
        instance = getattr(self.parent, "instance", None)
        stored = getattr(instance, self.source, None) if isinstance(instance, Model) else None
        if stored is not None and type(data) is type(stored) and data == stored:
            return stored
        return super().run_validation(data)


class StrictTextField(StoredIsTaken, serializers.CharField):
    """A text, and no number that could be read as one."""

    def to_internal_value(self, data: Any) -> str:
        """The text without spaces around it."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WordField(serializers.ChoiceField):
    """One of some fixed words; a refusal names them and does not repeat what was sent."""

    def to_internal_value(self, data: Any) -> str:
        """The word."""
        if not isinstance(data, str) or data not in self.choices:
            words = _("Choose among %(names)s.") % {"names": ", ".join(self.choices)}
            raise serializers.ValidationError(words, "invalid_choice")
        return data
