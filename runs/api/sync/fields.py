"""Fields of report sync: generous in what they read, one spelling in what they answer."""

import json
import math
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.steps import TextField
from catalog.status_words import parse_status
from qaportal.kit.api.serializers import OpenJSONField, PortalSerializer
from qaportal.kit.api.spelling import with_known_names
from qaportal.kit.errors import InvalidInput
from qaportal.kit.secret_names import without_secrets

from ...choices import ResultStatus, RunStatus

LARGEST_COUNT = 2_000_000_000
LONGEST_METADATA = 64 * 1024
SPOKEN_RESULTS = {
    ResultStatus.PASSED: "Passed",
    ResultStatus.FAILED: "Failed",
    ResultStatus.ERROR: "Error",
    ResultStatus.BLOCKED: "Blocked",
    ResultStatus.SKIPPED: "Skipped",
    ResultStatus.IN_PROGRESS: "Running",
    ResultStatus.NOT_STARTED: "Not started",
}
SPOKEN_RUNS = {
    RunStatus.ACTIVE: "running",
    RunStatus.COMPLETED: "completed",
    RunStatus.CANCELLED: "aborted",
    RunStatus.INTERRUPTED: "aborted",
}
RESULT_WORDS = list(SPOKEN_RESULTS.values())
RUN_WORDS = list(dict.fromkeys(SPOKEN_RUNS.values()))
_RUN_WORDS = {
    "running": RunStatus.ACTIVE,
    "active": RunStatus.ACTIVE,
    "in_progress": RunStatus.ACTIVE,
    "completed": RunStatus.COMPLETED,
    "finished": RunStatus.COMPLETED,
    "aborted": RunStatus.CANCELLED,
    "cancelled": RunStatus.CANCELLED,
    "canceled": RunStatus.CANCELLED,
}


@extend_schema_field({"type": "string", "enum": RESULT_WORDS})
class OutcomeField(serializers.CharField):
    """A status of a test, a step or a checkpoint in any of its spellings."""

    def __init__(self, **kwargs: Any) -> None:
        """A word is short."""
        super().__init__(**{"max_length": 40, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        """The stored word."""
        try:
            return parse_status(super().to_internal_value(data)).value
        except InvalidInput as error:
            raise serializers.ValidationError(error.fields["status"]) from error

    def to_representation(self, value: str) -> str:
        """The word as this API spells it."""
        return SPOKEN_RESULTS[value]


@extend_schema_field({"type": "string", "enum": RUN_WORDS})
class RunStateField(serializers.CharField):
    """Whether a run still goes on, in any of its spellings."""

    def __init__(self, **kwargs: Any) -> None:
        """A word is short."""
        super().__init__(**{"max_length": 40, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        """The stored word."""
        word = super().to_internal_value(data).strip().lower().replace(" ", "_")
        if word not in _RUN_WORDS:
            raise serializers.ValidationError(_("Use one of: %s.") % ", ".join(_RUN_WORDS))
        return _RUN_WORDS[word].value

    def to_representation(self, value: str) -> str:
        """The word as this API spells it."""
        return SPOKEN_RUNS[value]


@extend_schema_field({"type": "integer", "nullable": True, "minimum": 0, "description": "A fraction is rounded."})
class MillisecondsField(serializers.Field):
    """A duration."""

    longest = LARGEST_COUNT

    def __init__(self, **kwargs: Any) -> None:
        """Nobody has to tell it."""
        super().__init__(**{"required": False, "allow_null": True, **kwargs})

    def to_internal_value(self, data: Any) -> int:
        """Whole milliseconds; raises ValidationError for what is none, negative, or longer than 23 days."""
        try:
            value = math.nan if isinstance(data, bool) else float(data)
        except (TypeError, ValueError, OverflowError):
            value = math.nan
        if not 0 <= value <= self.longest:
            raise serializers.ValidationError(_("A number of milliseconds is needed, from 0 to 23 days."))
        return round(value)

    def to_representation(self, value: int) -> int:
        """Milliseconds."""
        return value


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
class ProjectIdField(serializers.CharField):
    """A project by its id or its key; answered as its id."""

    def to_representation(self, value: int) -> int:
        """The id."""
        return value


class OptionalText(TextField):
    """A text as it was sent; nothing is answered as null."""

    def __init__(self, **kwargs: Any) -> None:
        """Blanks around it belong to it."""
        super().__init__(**{"trim_whitespace": False, **kwargs})

    def to_representation(self, value: str) -> str | None:
        """The text, or null."""
        return value or None


@extend_schema_field({"nullable": True, "description": "A text; any other value is kept as JSON text."})
class ValueText(OptionalText):
    """What was expected or found: a text, or whatever value the client compared."""

    def to_internal_value(self, data: Any) -> str:
        """The text, or the value as JSON."""
        return super().to_internal_value(data if isinstance(data, str) else json.dumps(data, ensure_ascii=False))


class MetadataField(OpenJSONField):
    """More that the client knows; a mapping with names of its own, kept without secrets."""

    def __init__(self, **kwargs: Any) -> None:
        """Nobody has to tell it."""
        super().__init__(**{"required": False, "allow_null": True, **kwargs})

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The mapping; raises ValidationError for anything else, and for one that is too large."""
        if not isinstance(data, Mapping):
            raise serializers.ValidationError(_("An object is needed."))
        if len(json.dumps(data)) > LONGEST_METADATA:
            raise serializers.ValidationError(_("At most %d kB are kept.") % (LONGEST_METADATA // 1024))
        return super().to_internal_value(without_secrets(data))


class OpenSerializer(PortalSerializer):
    """Base: what a client sends beside the known fields is kept in `metadata` instead of being refused."""

    aliases: dict[str, str] = {}
    """Other names for fields."""
    left_out = frozenset(
        {"id", "test_case_result_id", "suite_run_id", "screenshot_artifact_id", "artifacts", "created_at", "updated_at"}
    )
    """What this API answers: a client that sends it back means nothing by it."""

    def to_internal_value(self, data: Any) -> Any:
        """The known fields; of the other ones a mapping."""
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        data = with_known_names(data, {*self.fields, *self.aliases, *self.left_out})
        for alias, name in self.aliases.items():
            if alias in data:
                value = data.pop(alias)
                data.setdefault(name, value)
        values = super().to_internal_value(data)
        more = {name: value for name, value in data.items() if name not in self.fields and name not in self.left_out}
        if more:
            known = values.get("metadata") or {}
            try:
                values["metadata"] = MetadataField().run_validation({**more, **known})
            except serializers.ValidationError as error:
                raise serializers.ValidationError({"metadata": error.detail}) from error
        return values


def count_field(**kwargs: Any) -> serializers.IntegerField:
    """A number that counts something."""
    return serializers.IntegerField(**{"required": False, "min_value": 0, "max_value": LARGEST_COUNT, **kwargs})
