"""Filters on the fields that a project adds to its cases, made from these fields."""

from collections.abc import Callable
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from .choices import FieldKind
from .models import CustomField
from .querysets.cases import OWN_FIELD

_MEASURED = (FieldKind.INTEGER, FieldKind.NUMBER)
YES, NO = "yes", "no"


class OptionsField(forms.MultipleChoiceField):
    """Some of the options, repeated or separated by commas."""

    widget = forms.CheckboxSelectMultiple

    def to_python(self, value: Any) -> list[str]:
        """The codes."""
        given = value if isinstance(value, list | tuple) else [value]
        return [code for each in given if each for part in str(each).split(",") if (code := part.strip())]


class OptionsFilter(django_filters.Filter):
    """Rows that hold one of the chosen options."""

    field_class = OptionsField


def filters_of(field: CustomField) -> dict[str, django_filters.Filter]:
    """The filters of one field, by the names of their parameters."""
    name = OWN_FIELD + field.key
    if field.kind in (FieldKind.DROPDOWN, FieldKind.MULTI_SELECT):
        choices = [(each["code"], each["name"]) for each in field.options]
        return {name: _made(OptionsFilter(label=field.name, choices=choices), _holding(field))}
    if field.kind == FieldKind.CHECKBOX:
        choices = [(YES, _("Yes")), (NO, _("No"))]
        return {name: _made(OptionsFilter(label=field.name, choices=choices), _ticked(field.key))}
    if field.kind in _MEASURED or field.kind == FieldKind.DATE:
        kind = django_filters.DateFilter if field.kind == FieldKind.DATE else django_filters.NumberFilter
        from_label, to_label = _lazily(_("%s from"), field.name), _lazily(_("%s to"), field.name)
        return {
            f"{name}_min": _made(kind(label=from_label), _bounded(field.key, "gte")),
            f"{name}_max": _made(kind(label=to_label), _bounded(field.key, "lte")),
        }
    if field.kind == FieldKind.STEPS:
        return {}
    text = django_filters.CharFilter(label=field.name, max_length=200)
    return {name: _made(text, _saying(field.key))}


def _lazily(words: Any, name: str) -> Any:
    return SimpleLazyObject(lambda: str(words) % name)


def _made(one: django_filters.Filter, narrow: Callable[[QuerySet, Any], QuerySet]) -> django_filters.Filter:
    """The filter with what it does; an empty value leaves everything."""
    one.filter = lambda queryset, value: queryset if value in (None, "", []) else narrow(queryset, value)
    return one


def _holding(field: CustomField) -> Callable[[QuerySet, list[str]], QuerySet]:
    is_list = field.kind == FieldKind.MULTI_SELECT

    def narrow(queryset: QuerySet, codes: list[str]) -> QuerySet:
        found = Q()
        for code in codes:
            found |= Q(custom_values__contains={field.key: [code] if is_list else code})
        return queryset.filter(found)

    return narrow


def _ticked(key: str) -> Callable[[QuerySet, list[str]], QuerySet]:
    def narrow(queryset: QuerySet, codes: list[str]) -> QuerySet:
        if set(codes) >= {YES, NO}:
            return queryset
        ticked = Q(custom_values__contains={key: True})
        return queryset.filter(ticked if YES in codes else ~ticked)

    return narrow


def _bounded(key: str, lookup: str) -> Callable[[QuerySet, Any], QuerySet]:
    def narrow(queryset: QuerySet, value: Any) -> QuerySet:
        bound = value.isoformat() if hasattr(value, "isoformat") else float(value)
        return queryset.filter(custom_values__has_key=key, **{f"custom_values__{key}__{lookup}": bound})

    return narrow


def _saying(key: str) -> Callable[[QuerySet, str], QuerySet]:
    return lambda queryset, words: queryset.filter(**{f"custom_values__{key}__icontains": words})
