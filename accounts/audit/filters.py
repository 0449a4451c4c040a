"""Filters of the audit log's page and of its API."""

from datetime import UTC, date, datetime, time
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from qaportal.kit.forms import style_widgets
from qaportal.kit.text import key_in

from ..models import AuditEntry, Project, Tenant, User
from . import words

LONGEST_WORDS = 200
MOST_CHOICES = 500
MOST_PEOPLE = 100
METHODS = [(method, method) for method in ("GET", "POST", "PUT", "PATCH", "DELETE")]


def action_choices() -> list[tuple[str, list[tuple[str, Any]]]]:
    """Every action in words, in groups; the first of a group stands for all of it."""
    groups: dict[str, list[words.Subject]] = {}
    for subject in words.subjects():
        groups.setdefault(str(subject.label), []).append(subject)
    return [
        (
            label,
            [
                (",".join(subject.noun for subject in group), _("%s: everything") % label),
                *((f"{each.noun}.{act}", words) for each in group for act, words in each.actions.items()),
            ],
        )
        for label, group in groups.items()
    ]


def of_action(queryset: QuerySet, value: str) -> QuerySet:
    """Entries of one action, or of all actions of the nouns that the value lists."""
    if "." in value:
        return queryset.filter(action=value)
    codes = [code for noun in value.split(",") for code in words.codes_of(noun)]
    return queryset.filter(action__in=codes)


def since(queryset: QuerySet, day: date) -> QuerySet:
    """Entries of this day or later."""
    return queryset.filter(created_at__gte=datetime.combine(day, time.min, UTC))


def until(queryset: QuerySet, day: date) -> QuerySet:
    """Entries of this day or earlier."""
    return queryset.filter(created_at__lte=datetime.combine(day, time.max, UTC))


def people(reader: User, words: str) -> QuerySet[User]:
    """The people whose key this is, or whose name or address holds the words; deleted ones too."""
    found = User.objects.named_in_trail_of(reader)
    if (key := key_in(words)) is not None:
        return found.filter(pk=key)
    wanted = Q(email__icontains=words) | Q(first_name__icontains=words) | Q(last_name__icontains=words)
    first, _blank, last = words.partition(" ")
    if last:
        wanted |= Q(first_name__iexact=first, last_name__icontains=last)
    return found.filter(wanted)


def projects_of(request: Any) -> QuerySet[Project]:
    """The projects that the filter offers."""
    if request is None:
        return Project.objects.none()
    return Project.objects.visible_to(request.user).select_related("tenant").order_by("key", "pk")


def companies_of(request: Any) -> QuerySet[Tenant]:
    """The companies that the filter offers: to administrators of the platform alone."""
    if request is None or not request.user.is_super_admin:
        return Tenant.objects.none()
    return Tenant.objects.living().order_by("name")


class AuditFilter(filters.FilterSet):
    """Entries by who, what, where and when."""

    q = filters.CharFilter(
        label=_("Find"), field_name="target_label", lookup_expr="icontains", max_length=LONGEST_WORDS
    )
    person = filters.CharFilter(label=_("Person"), method="by_person", max_length=LONGEST_WORDS)
    action = filters.ChoiceFilter(
        label=_("Action"), method="of_action", choices=action_choices, empty_label=_("Any action")
    )
    kind = filters.ChoiceFilter(
        label=_("Object"),
        field_name="target_type",
        choices=lambda: [(kind.code, kind.label) for kind in words.kinds()],
        empty_label=_("Any object"),
    )
    object = filters.CharFilter(label=_("Object id"), field_name="target_id", max_length=40)
    project = filters.ModelChoiceFilter(label=_("Project"), queryset=projects_of, empty_label=_("Any project"))
    company = filters.ModelChoiceFilter(
        label=_("Company"), field_name="tenant", queryset=companies_of, empty_label=_("Any company")
    )
    since = filters.DateFilter(
        label=_("From"), method="since_day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = filters.DateFilter(
        label=_("To"), method="until_day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    correlation = filters.CharFilter(label=_("Request id"), field_name="correlation_id", max_length=100)
    before = filters.CharFilter(label=_("Older than entry"), method="older_than", max_length=18)

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The portal's look."""
        super().__init__(*args, **kwargs)
        style_widgets(self.form)

    def by_person(self, queryset: QuerySet, name: str, words: str) -> QuerySet:
        """What these people did."""
        found = people(self.request.user, words.strip()).order_by("pk").values_list("pk", flat=True)
        return queryset.filter(actor__in=list(found[:MOST_PEOPLE]))

    def of_action(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """One action, or a group of them."""
        return of_action(queryset, value)

    def since_day(self, queryset: QuerySet, name: str, day: date) -> QuerySet:
        """Of this day or later."""
        return since(queryset, day)

    def until_day(self, queryset: QuerySet, name: str, day: date) -> QuerySet:
        """Of this day or earlier."""
        return until(queryset, day)

    def older_than(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """What stands below an entry in the list; nothing for an entry that the reader does not see."""
        key = key_in(value)
        entry = None if key is None else AuditEntry.objects.visible_to(self.request.user).filter(pk=key).first()
        return queryset.none() if entry is None else queryset.older_than(entry.created_at, entry.pk)
