"""Shapes of the search."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from qaportal.kit.api.serializers import PortalSerializer
from qaportal.kit.api.spelling import snake
from qaportal.kit.drawing import marked
from qaportal.kit.search import DATES, SORTS, Record

from ..found import KNOWN_CODES

LONGEST_QUERY = 1_000
MOST_ANSWERED = 100


@extend_schema_field(
    {"oneOf": [{"type": "string", "enum": list(KNOWN_CODES)}, {"type": "array", "items": {"type": "string"}}]}
)
class TypesField(serializers.Field):
    """Types: a list of their codes, or codes separated by commas."""

    def to_internal_value(self, data: Any) -> list[str]:
        """The codes; raises ValidationError for one that is none."""
        parts = data.split(",") if isinstance(data, str) else data
        if not isinstance(parts, list) or not all(isinstance(each, str) for each in parts):
            raise serializers.ValidationError(_("Give a list of types."))
        codes = [code for part in parts if (code := part.strip().lower().replace("-", "_"))]
        if unknown := [code for code in codes if code not in KNOWN_CODES]:
            words = _("There is no type %(unknown)s. Use some of: %(known)s.")
            raise serializers.ValidationError(words % {"unknown": unknown[0][:100], "known": ", ".join(KNOWN_CODES)})
        return list(dict.fromkeys(codes))

    def to_representation(self, value: list[str]) -> list[str]:
        """The codes."""
        return value


@extend_schema_field({"type": "string", "format": "date", "description": "A day, or a time in ISO 8601."})
class MomentField(serializers.Field):
    """A day or a time; `end` means the end of the day."""

    def __init__(self, *, end: bool = False, **kwargs: Any) -> None:
        """Remember which end of the day is meant."""
        super().__init__(**kwargs)
        self.end = end

    def to_internal_value(self, data: Any) -> datetime:
        """The moment; raises ValidationError for anything else."""
        try:
            day = parse_date(data) if isinstance(data, str) else None
            moment = None if day or not isinstance(data, str) else parse_datetime(data)
            if day:
                moment = datetime.combine(day + timedelta(days=1 if self.end else 0), time.min)
            if moment:
                return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
        except (ValueError, OverflowError) as error:
            raise serializers.ValidationError(_("There is no such day.")) from error
        raise serializers.ValidationError(_("Give a day such as 2026-11-30."))

    def to_representation(self, value: datetime) -> str:
        """The moment in ISO 8601."""
        return value.isoformat()


class DateRangeSerializer(PortalSerializer):
    """From which day to which, both included."""

    field = serializers.CharField(max_length=30)

    def get_fields(self) -> dict[str, serializers.Field]:
        """The declared field and both ends, one of whose names the language needs for itself."""
        ends = {"from": MomentField(required=False), "to": MomentField(required=False, end=True)}
        return {**super().get_fields(), **ends}

    def validate_field(self, value: str) -> str:
        """One of the dates that every type has."""
        name = snake(value)
        if name not in DATES:
            raise serializers.ValidationError(_("Use one of: %s.") % "createdAt, updatedAt")
        return name


class FiltersSerializer(PortalSerializer):
    """What narrows a search."""

    type = TypesField(required=False)
    project_id = serializers.CharField(required=False, allow_null=True, max_length=18)
    tags = serializers.ListField(child=serializers.CharField(max_length=100), required=False, max_length=20)
    date_range = DateRangeSerializer(required=False)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """A filter that is not known is refused: without it the answer would hold too much."""
        if isinstance(data, Mapping):
            for name in data:
                if snake(str(name)) not in self.fields:
                    raise serializers.ValidationError({str(name)[:100]: [_("There is no such filter.")]})
        return super().to_internal_value(data)


@extend_schema_field(
    {"type": "array", "maxItems": 1, "items": {"type": "object"}, "example": [{"_score": {"order": "desc"}}]}
)
class SortField(serializers.Field):
    """One field with its direction: `[{"_score": {"order": "desc"}}]`."""

    def to_internal_value(self, data: Any) -> tuple[str, bool]:
        """Name and whether it is descending; raises ValidationError for anything else."""
        given = data[0] if isinstance(data, list) and len(data) == 1 else data
        if given == []:
            return "score", True
        if not isinstance(given, Mapping) or len(given) != 1:
            raise serializers.ValidationError(_('Give one field, such as [{"_score": {"order": "desc"}}].'))
        ((name, direction),) = given.items()
        order = direction.get("order", "desc") if isinstance(direction, Mapping) else direction
        known = snake(str(name).lstrip("_"))
        if known not in SORTS:
            raise serializers.ValidationError(_("Use one of: %s.") % "_score, createdAt, updatedAt, title")
        if order not in ("asc", "desc"):
            raise serializers.ValidationError(_("Use one of: %s.") % "asc, desc")
        return known, order == "desc"

    def to_representation(self, value: tuple[str, bool]) -> Any:
        """The order as it is given."""
        return value


class SearchSerializer(PortalSerializer):
    """What is searched."""

    query = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_QUERY)
    filters = FiltersSerializer(required=False)
    sort = SortField(required=False)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=MOST_ANSWERED, default=25)
    offset = serializers.IntegerField(required=False, min_value=0, max_value=2_000, default=0)


class HighlightsSerializer(serializers.Serializer):
    """The found words in `<mark>`; everything else is escaped as HTML wants it."""

    title = serializers.CharField()
    text = serializers.CharField()


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string", "format": "uuid"}]})
class AnyIdField(serializers.ReadOnlyField):
    """An id of whatever form the type has."""


class RecordSerializer(serializers.Serializer):
    """One object that was found."""

    id = AnyIdField()
    type = serializers.CharField()
    title = serializers.CharField()
    code = serializers.CharField(help_text="What people call it by, such as a test id.")
    url = serializers.CharField()
    project_id = serializers.IntegerField()
    project_key = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    score = serializers.FloatField()
    highlights = HighlightsSerializer()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def to_representation(self, instance: Record) -> dict[str, Any]:
        """The record with its marks as HTML."""
        marks = {"title": str(marked(instance.marked_title)), "text": str(marked(instance.marked_text))}
        plain = ("id", "title", "code", "url", "project_id", "project_key", "score", "created_at", "updated_at")
        values = {name: getattr(instance, name) for name in plain}
        return values | {"type": instance.kind.code, "tags": list(instance.tags), "highlights": marks}


class CountSerializer(serializers.Serializer):
    """How many of a type were found."""

    type = serializers.CharField()
    total = serializers.IntegerField()
    is_capped = serializers.BooleanField(help_text="Whether there are more than were counted.")


class FoundSerializer(serializers.Serializer):
    """What was found."""

    data = RecordSerializer(many=True)
    total = serializers.IntegerField()
    is_capped = serializers.BooleanField()
    counts = CountSerializer(many=True)
    limit = serializers.IntegerField()
    offset = serializers.IntegerField()
