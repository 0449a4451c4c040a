"""Custom fields in the API: as an object by key, or as a list that names each field."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from qaportal.kit.api.serializers import OpenJSONField
from qaportal.kit.api.spelling import Verbatim
from qaportal.kit.errors import InvalidInput

from ..own_fields import PREFIX, OwnFields

MOST_GIVEN = 1_000
NAMES = ("fieldId", "field_id", "key", "name")
"""What names the field of an entry, the first that is there."""


@extend_schema_field(
    {
        "oneOf": [
            {"type": "object", "additionalProperties": True, "description": "Values by the keys of their fields."},
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"fieldId": {}, "key": {"type": "string"}, "name": {"type": "string"}, "value": {}},
                },
                "description": "Each names its field by id, key or name.",
            },
        ]
    }
)
class CustomFieldsField(OpenJSONField):
    """The values of custom fields; those that are not given stay, null takes one away."""

    def to_internal_value(self, data: Any) -> Any:
        """The object or the list as it came; raises ValidationError for anything else."""
        entries = list(data.items()) if isinstance(data, Mapping) else data
        if not isinstance(entries, list) or len(entries) > MOST_GIVEN:
            raise serializers.ValidationError(_("Give an object of values by key, or a list of fields with values."))
        if not isinstance(data, Mapping) and not all(isinstance(each, Mapping) and _word_of(each) for each in data):
            raise serializers.ValidationError(_("Each entry names its field by `fieldId`, `key` or `name`."))
        return data

    def to_representation(self, value: Any) -> Any:
        """The values by key, as they are."""
        return Verbatim(value or {})


def values_by_key(own: OwnFields, given: Any) -> dict[str, Any]:
    """The given object or list as values by key; raises InvalidInput for a field that is not there."""
    if isinstance(given, Mapping):
        return dict(given)
    values, problems = {}, {}
    for entry in given:
        word = _word_of(entry)
        field = own.field_named(word)
        if field is None:
            problems[f"{PREFIX}{word[:100]}"] = [_("There is no such field.")]
        else:
            values[field.key] = entry.get("value")
    if problems:
        raise InvalidInput(_("There is no such field."), fields=problems)
    return values


def _word_of(entry: Mapping[str, Any]) -> str:
    """What names the field of an entry, or nothing."""
    for name in NAMES:
        word = entry.get(name)
        if isinstance(word, str | int) and not isinstance(word, bool) and str(word).strip():
            return str(word)
    return ""
