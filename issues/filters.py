"""Filters of issues; pages and API share them."""

from typing import Any

import django_filters as filters
from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from catalog.choices import Priority

from .choices import OPEN_STATUSES, IssueStatus, Severity
from .models import Issue
from .querysets import IssueQuerySet

OPEN = "left"
"""What is still to be solved."""
ME, NOBODY = "me", "nobody"


class IssueFilter(filters.FilterSet):
    """Issues by words, status, severity, priority and person."""

    q = filters.CharFilter(label=_("Words"), method="having_words")
    status = filters.MultipleChoiceFilter(
        label=_("Status"),
        choices=[*IssueStatus.choices, (OPEN, _("Still to be solved"))],
        method="having_status",
        widget=CheckboxSelectMultiple,
    )
    severity = filters.MultipleChoiceFilter(
        label=_("Severity"), choices=Severity.choices, widget=CheckboxSelectMultiple
    )
    priority = filters.MultipleChoiceFilter(
        label=_("Priority"),
        choices=[(each.code, each.label) for each in reversed(Priority)],
        method="having_priority",
        widget=CheckboxSelectMultiple,
    )

    class Meta:
        model = Issue
        fields: list[str] = []

    def having_words(self, queryset: IssueQuerySet, name: str, value: str) -> IssueQuerySet:
        """Those whose title or ticket holds the words."""
        return queryset.matching(value)

    def having_status(self, queryset: IssueQuerySet, name: str, value: list[str]) -> IssueQuerySet:
        """Those with one of the statuses."""
        if not value:
            return queryset
        wanted = {each for each in value if each != OPEN} | (set(OPEN_STATUSES) if OPEN in value else set())
        return queryset.filter(status__in=wanted)

    def having_priority(self, queryset: IssueQuerySet, name: str, value: list[str]) -> IssueQuerySet:
        """Those with one of the priorities."""
        return queryset.filter(priority__in=[Priority.from_code(code) for code in value]) if value else queryset


class IssuePageFilter(IssueFilter):
    """The same with the people of the project as assignees."""

    assigned = filters.MultipleChoiceFilter(label=_("Assigned to"), method="assigned_to")

    def __init__(self, *args: Any, user: User, project: Project, **kwargs: Any) -> None:
        """Offer the people of the project."""
        super().__init__(*args, **kwargs)
        self.user = user
        people = User.objects.who_reach(project).order_by("first_name", "last_name", "email")
        names = [
            (str(person.pk), person.full_name or person.email)
            for person in people.only("first_name", "last_name", "email")
        ]
        self.filters["assigned"].extra["choices"] = [(ME, _("me")), (NOBODY, _("nobody")), *names]

    def assigned_to(self, queryset: IssueQuerySet, name: str, value: list[str]) -> IssueQuerySet:
        """Those of the named people, of the reader, or of nobody."""
        if not value:
            return queryset
        people = [self.user.pk if each == ME else int(each) for each in value if each != NOBODY]
        found = queryset.filter(assignee__in=people)
        return found | queryset.filter(assignee__isnull=True) if NOBODY in value else found
