"""Filters of the pages about failures."""

from typing import Any

import django_filters as filters
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from qaportal.kit.forms import style_widgets

from .choices import FailureCause, RuleState
from .filters import LONGEST_WORDS
from .models import FailureCluster, FailureRule, Quarantine, TestStability


class _Found(filters.FilterSet):
    """Base: the search box above the list, over the fields that `looks_in` names."""

    q = filters.CharFilter(label=_("Find"), method="find", max_length=LONGEST_WORDS)
    looks_in: tuple[str, ...] = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Give the form the portal's look."""
        super().__init__(*args, **kwargs)
        style_widgets(self.form)

    def find(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Rows of which some field holds the words."""
        wanted = Q()
        for field in self.looks_in:
            wanted |= Q(**{f"{field}__icontains": value.strip()})
        return queryset.filter(wanted)


class CauseFilter(_Found):
    """Causes of failures, by their words or by how their fingerprint starts."""

    looks_in = ("title",)

    class Meta:
        model = FailureCluster
        fields: list[str] = []

    def find(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Words of the title, or the start of the fingerprint."""
        known = queryset.annotate(sign=Cast("fingerprint", CharField()))
        return known.filter(Q(title__icontains=value.strip()) | Q(sign__istartswith=value.strip()))


class RuleFilter(_Found):
    """Rules."""

    looks_in = ("name", "ticket", "pattern", "path_pattern")
    cause = filters.ChoiceFilter(label=_("Class"), choices=FailureCause.choices)
    state = filters.ChoiceFilter(label=_("State"), choices=RuleState.choices)

    class Meta:
        model = FailureRule
        fields: list[str] = []


class FlakyFilter(_Found):
    """Flaky tests."""

    looks_in = ("name", "class_name", "case__test_id")

    class Meta:
        model = TestStability
        fields: list[str] = []


class QuarantineFilter(_Found):
    """Tests in quarantine."""

    looks_in = ("name", "reason", "case__test_id")

    class Meta:
        model = Quarantine
        fields: list[str] = []
