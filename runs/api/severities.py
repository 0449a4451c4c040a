"""How severities are spelled: the words of bug trackers and those of risk are the same four."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ..choices import Severity

_OF_RISK: Mapping[str, Severity] = {
    "critical": Severity.CRITICAL,
    "blocker": Severity.CRITICAL,
    "high": Severity.MAJOR,
    "medium": Severity.MINOR,
    "low": Severity.TRIVIAL,
}
RISK_WORDS = {
    Severity.CRITICAL: "CRITICAL",
    Severity.MAJOR: "HIGH",
    Severity.MINOR: "MEDIUM",
    Severity.TRIVIAL: "LOW",
    "": "",
}


@extend_schema_field({"type": "string", "description": "CRITICAL, HIGH, MEDIUM or LOW; also Major, Minor, Trivial."})
class SeverityField(serializers.Field):
    """A severity in either spelling, case aside; answered as words of risk in capitals."""

    def to_internal_value(self, data: Any) -> str:
        """The stored severity."""
        word = data.strip().lower() if isinstance(data, str) else None
        if word in Severity.values:
            return word
        if word not in _OF_RISK:
            raise serializers.ValidationError(
                _("Use one of: %s.") % ", ".join(each for each in RISK_WORDS.values() if each)
            )
        return str(_OF_RISK[word])

    def to_representation(self, value: str) -> str:
        """The word of risk in capitals."""
        return RISK_WORDS[value]


@extend_schema_field({"type": "string", "description": "Critical, Major, Minor or Trivial; also HIGH, MEDIUM, LOW."})
class PlainSeverityField(SeverityField):
    """The same, answered as words of bug trackers."""

    def to_representation(self, value: str) -> str:
        """The word of bug trackers."""
        return value.capitalize()
