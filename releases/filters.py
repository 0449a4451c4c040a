"""Filters of releases and of the cases in their scope; pages and API share them."""

from typing import Any

import django_filters as filters
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from catalog.choices import Priority, TestType
from catalog.models import Folder, TestCase

from .choices import ExecutionStatus, MilestoneStatus, OverallStatus
from .models import Milestone, Release, ReleaseCase
from .querysets import MilestoneQuerySet, ReleaseCaseQuerySet, ReleaseQuerySet
from .tree import NO_FOLDER

LEFT = "left"
"""What still has to be executed: not started or in progress."""
NOT_EXECUTED = (ExecutionStatus.NOT_STARTED, ExecutionStatus.IN_PROGRESS)
ME, NOBODY = "me", "nobody"


class ReleaseFilter(filters.FilterSet):
    """Releases by words and status."""

    q = filters.CharFilter(label=_("Words"), method="having_words")
    overall_status = filters.MultipleChoiceFilter(
        label=_("Status"), choices=OverallStatus.choices, widget=CheckboxSelectMultiple
    )
    environment = filters.CharFilter(label=_("Environment"), lookup_expr="iexact")

    class Meta:
        model = Release
        fields: list[str] = []

    def having_words(self, queryset: ReleaseQuerySet, name: str, value: str) -> ReleaseQuerySet:
        """Those whose version or name holds the words."""
        return queryset.filter(Q(version__icontains=value) | Q(name__icontains=value))


class MilestoneFilter(filters.FilterSet):
    """Milestones by words and status."""

    q = filters.CharFilter(label=_("Words"), method="having_words")
    status = filters.MultipleChoiceFilter(
        label=_("Status"), choices=MilestoneStatus.choices, widget=CheckboxSelectMultiple
    )

    class Meta:
        model = Milestone
        fields: list[str] = []

    def having_words(self, queryset: MilestoneQuerySet, name: str, value: str) -> MilestoneQuerySet:
        """Those whose name or description holds the words."""
        return queryset.filter(Q(name__icontains=value) | Q(description__icontains=value))


class ReleaseCaseFilter(filters.FilterSet):
    """Cases in the scope of a release."""

    status = filters.MultipleChoiceFilter(
        label=_("Result"),
        choices=[*ExecutionStatus.choices, (LEFT, _("Not executed"))],
        method="having_status",
        widget=CheckboxSelectMultiple,
    )
    assigned = filters.MultipleChoiceFilter(label=_("Assigned to"), method="assigned_to")
    priority = filters.MultipleChoiceFilter(
        label=_("Priority"),
        choices=[(each.code, each.label) for each in reversed(Priority)],
        method="having_priority",
        widget=CheckboxSelectMultiple,
    )
    type = filters.MultipleChoiceFilter(
        label=_("Type"), field_name="case__test_type", choices=TestType.choices, widget=CheckboxSelectMultiple
    )
    q = filters.CharFilter(label=_("Words"), method="having_words")

    class Meta:
        model = ReleaseCase
        fields: list[str] = []

    def __init__(self, *args: Any, user: User, project: Project, **kwargs: Any) -> None:
        """Offer the people of the project as assignees."""
        super().__init__(*args, **kwargs)
        self.user = user
        people = User.objects.who_reach(project).order_by("first_name", "last_name", "email")
        self.people = list(people.only("first_name", "last_name", "email"))
        names = [(str(person.pk), person.full_name or person.email) for person in self.people]
        self.filters["assigned"].extra["choices"] = [(ME, _("me")), (NOBODY, _("nobody")), *names]

    def having_status(self, queryset: ReleaseCaseQuerySet, name: str, value: list[str]) -> ReleaseCaseQuerySet:
        """Those with one of the verdicts; `left` means those that are still to be executed."""
        if not value:
            return queryset
        wanted = [each for each in value if each != LEFT] + (list(NOT_EXECUTED) if LEFT in value else [])
        return queryset.filter(execution_status__in=wanted)

    def assigned_to(self, queryset: ReleaseCaseQuerySet, name: str, value: list[str]) -> ReleaseCaseQuerySet:
        """Those of the named people, of the reader, or of nobody."""
        if not value:
            return queryset
        people = [self.user.pk if each == ME else int(each) for each in value if each != NOBODY]
        wanted = Q(assigned_to__in=people)
        return queryset.filter(wanted | Q(assigned_to__isnull=True) if NOBODY in value else wanted)

    def having_priority(self, queryset: ReleaseCaseQuerySet, name: str, value: list[str]) -> ReleaseCaseQuerySet:
        """Those with one of the priorities, the release's own before the case's."""
        if not value:
            return queryset
        wanted = [Priority.from_code(code) for code in value]
        return queryset.annotate(effective_priority=Coalesce("priority", "case__priority")).filter(
            effective_priority__in=wanted
        )

    def having_words(self, queryset: ReleaseCaseQuerySet, name: str, value: str) -> ReleaseCaseQuerySet:
        """Those whose case holds the words."""
        found = TestCase.objects.filter(pk__in=queryset.order_by().values("case_id")).matching(value)
        return queryset.filter(case__in=found.values("pk"))


def in_folder(queryset: ReleaseCaseQuerySet, folder: Folder | int | None) -> ReleaseCaseQuerySet:
    """The cases of the folder and of everything below it; `NO_FOLDER` means those that lie in none."""
    if folder is None:
        return queryset
    if folder == NO_FOLDER:
        return queryset.filter(case__folder__isnull=True)
    return queryset.filter(case__folder__path__startswith=folder.path)
