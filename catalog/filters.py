"""How lists of cases and folders are filtered: one set for the page and the API."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from qaportal.kit.forms import style_widgets

from .choices import (
    AutomationStatus,
    CaseState,
    Coverage,
    FieldTarget,
    Priority,
    ResultStatus,
    ReviewStatus,
    TestTag,
    TestType,
)
from .models import CaseReview, CustomField, Folder, Story, TestCase
from .own_filters import filters_of
from .querysets.cases import OWN_FIELD
from .tree import near_choices
from .workflow import workflow_of

SHOWN_STATUSES = [choice for choice in ResultStatus.choices if choice[0] != ResultStatus.ERROR]


class CodesField(forms.MultipleChoiceField):
    """Some of the choices, repeated or separated by commas, in any case."""

    widget = forms.CheckboxSelectMultiple

    def to_python(self, value: Any) -> list[str]:
        """The codes in lower case."""
        given = value if isinstance(value, list | tuple) else [value]
        return [code for each in given if each for part in str(each).split(",") if (code := part.strip().lower())]


class CodesFilter(django_filters.Filter):
    """Rows whose field is one of the chosen codes."""

    field_class = CodesField

    def filter(self, queryset: QuerySet, value: list[str]) -> QuerySet:
        """Everything while nothing is chosen."""
        return queryset.filter(**{f"{self.field_name}__in": value}) if value else queryset


class IdFilter(django_filters.Filter):
    """A whole number; anything else is an error that names the parameter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Bound the number to 64 bits."""
        super().__init__(*args, min_value=0, max_value=2**63 - 1, **kwargs)

    field_class = forms.IntegerField


class IdsField(CodesField):
    """Some ids, repeated or separated by commas; its choices are those that a page offers."""

    def valid_value(self, value: str) -> bool:
        """Whether it is an id at all."""
        return _is_id(value)


class IdsFilter(CodesFilter):
    """Rows whose related row is one of those with these ids."""

    field_class = IdsField


class MomentFilter(django_filters.DateFilter):
    """Rows of a day and later, or up to the end of a day, as the reader's clock goes."""

    def __init__(self, field_name: str, *, is_end: bool = False, **kwargs: Any) -> None:
        """Remember which end of the day bounds the rows."""
        super().__init__(field_name=field_name, **kwargs)
        self.is_end = is_end

    def filter(self, queryset: QuerySet, value: date | None) -> QuerySet:
        """Everything while no day is given."""
        if value is None or value.year < 1900 or value.year > 9000:
            return queryset
        day = value + timedelta(days=1) if self.is_end else value
        moment = timezone.make_aware(datetime.combine(day, time.min))
        return queryset.filter(**{f"{self.field_name}__{'lt' if self.is_end else 'gte'}": moment})


class PersonFilter(django_filters.CharFilter):
    """Rows of `me`, of nobody (`none`), or of the person with this id."""

    def filter(self, queryset: QuerySet, value: str) -> QuerySet:
        """Everything while nobody is named."""
        if not value:
            return queryset
        if value == "none":
            return queryset.filter(**{f"{self.field_name}__isnull": True})
        if value == "me":
            return queryset.filter(**{self.field_name: self.parent.request.user})
        return queryset.filter(**{f"{self.field_name}_id": int(value)}) if _is_id(value) else queryset.none()


class MinutesFilter(django_filters.NumberFilter):
    """Rows whose estimate is at least or at most so many minutes."""

    def filter(self, queryset: QuerySet, value: Any) -> QuerySet:
        """Everything while no number is given."""
        if value is None:
            return queryset
        return queryset.filter(**{f"estimate__{self.lookup_expr}": int(value * 60)})


class TestCaseFilter(django_filters.FilterSet):
    """What both the page and the API filter cases by: every field of a case, those of the project's own too."""

    __test__ = False

    search = django_filters.CharFilter(label=_("Text"), method="find", max_length=200)
    priority = CodesFilter(
        label=_("Priority"), method="of_priority", choices=[(each.code, each.label) for each in reversed(Priority)]
    )
    state = CodesFilter(label=_("State"), choices=CaseState.choices)
    last_status = CodesFilter(label=_("Last result"), method="with_last_status", choices=SHOWN_STATUSES)
    test_type = CodesFilter(label=_("Type"), choices=TestType.choices)
    tag = CodesFilter(label=_("Works on"), choices=TestTag.choices)
    automation_status = CodesFilter(label=_("Automation"), choices=AutomationStatus.choices)
    tags = django_filters.CharFilter(label=_("Tag"), method="with_words", max_length=1000)
    owner = PersonFilter(label=_("Owner"), field_name="owner", max_length=20)
    story = django_filters.CharFilter(label=_("Story"), method="of_story", max_length=50)
    epic = django_filters.CharFilter(label=_("Epic"), field_name="epic_key", lookup_expr="iexact", max_length=50)
    labels = django_filters.CharFilter(label=_("Label"), method="with_words", max_length=1000)
    template = IdsFilter(label=_("Template"), field_name="template_id")
    automation_key = django_filters.CharFilter(label=_("Automation key"), lookup_expr="icontains", max_length=1000)
    automated_script_path = django_filters.CharFilter(label=_("Script"), lookup_expr="icontains", max_length=1000)
    estimate_min = MinutesFilter(label=_("Minutes, at least"), lookup_expr="gte", min_value=0, max_value=10**6)
    estimate_max = MinutesFilter(label=_("Minutes, at most"), lookup_expr="lte", min_value=0, max_value=10**6)
    created_by = PersonFilter(label=_("Written by"), field_name="created_by", max_length=20)
    updated_by = PersonFilter(label=_("Changed by"), field_name="updated_by", max_length=20)
    created_from = MomentFilter("created_at", label=_("Written since"))
    created_to = MomentFilter("created_at", label=_("Written until"), is_end=True)
    updated_from = MomentFilter("updated_at", label=_("Changed since"))
    updated_to = MomentFilter("updated_at", label=_("Changed until"), is_end=True)
    executed_from = MomentFilter("activity__last_run_at", label=_("Executed since"))
    executed_to = MomentFilter("activity__last_run_at", label=_("Last executed until"), is_end=True)

    class Meta:
        model = TestCase
        fields: list[str] = []

    def __init__(
        self,
        *args: Any,
        own_fields: Sequence[CustomField] | None = None,
        templates: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        """Offer the project's states and its own fields; where nobody read these yet, those that are asked for."""
        super().__init__(*args, **kwargs)
        self._offer_states()
        self.filters["template"].extra["choices"] = list(templates)
        for field in self._asked_fields() if own_fields is None else own_fields:
            for name, made in filters_of(field).items():
                made.parent, made.model, made.field_name = self, TestCase, name
                self.filters[name] = made

    def _offer_states(self) -> None:
        if project := getattr(self.request, "project", None):
            state = self.filters["state"]
            state.extra["choices"] = lambda: workflow_of(project).choices
            vars(state).pop("_field", None)  # made with other choices once the API described itself

    def _asked_fields(self) -> list[CustomField]:
        """The fields that parameters name, of every project the reader sees; a key of several counts once."""
        keys = {name.removeprefix(OWN_FIELD) for name in self.data or () if name.startswith(OWN_FIELD)}
        if not keys or self.request is None:
            return []
        named = {cut for key in keys for cut in (key, key.removesuffix("_min"), key.removesuffix("_max"))}
        found = CustomField.objects.visible_to(self.request.user).of(FieldTarget.CASE).in_use().filter(key__in=named)
        return list({field.key: field for field in found}.values())

    def find(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Words in id, title and texts."""
        return queryset.matching(value, self.request.user if self.request else None)

    def of_priority(self, queryset: QuerySet, name: str, value: list[str]) -> QuerySet:
        """Cases of these priorities."""
        return queryset.filter(priority__in=[Priority.from_code(code) for code in value]) if value else queryset

    def with_words(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Cases that have every one of the tags, or of the labels."""
        wanted = [word for part in value.split(",") if (word := part.strip())]
        return queryset.filter(**{f"{name}__contains": wanted}) if wanted else queryset

    def with_last_status(self, queryset: QuerySet, name: str, value: list[str]) -> QuerySet:
        """Cases whose last result is one of these."""
        return queryset.with_last_status(value) if value else queryset

    def of_story(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Cases that cover the story."""
        return queryset.filter(story_links__story__story_id=value, story_links__story__deleted_at__isnull=True)


class TestCaseApiFilter(TestCaseFilter):
    """The page's filters and those that name places, stories and people as the API does."""

    __test__ = False

    module_id = IdFilter(method="below_module")
    sub_module_id = IdFilter(method="below_sub_module")
    feature_id = IdFilter(method="below_feature")
    folder_id = IdFilter(method="below_folder")
    sub_module = django_filters.CharFilter(method="below_named_sub_module", max_length=200)
    feature = django_filters.CharFilter(method="below_named_feature", max_length=200)
    feature_section = django_filters.CharFilter(method="below_named_feature", max_length=200)
    jira_story_id = django_filters.CharFilter(method="of_story", max_length=50)
    owner_id = IdFilter(field_name="owner_id")

    class Meta(TestCaseFilter.Meta):
        pass

    def _below(self, queryset: QuerySet, pk: int, **place: int) -> QuerySet:
        folder = Folder.objects.living().filter(pk=pk, **place).first()
        return queryset.below_folder(folder) if folder else queryset.none()

    def below_module(self, queryset: QuerySet, name: str, value: int) -> QuerySet:
        """Cases of the module; an unknown one has none."""
        return self._below(queryset, value, depth=1)

    def below_sub_module(self, queryset: QuerySet, name: str, value: int) -> QuerySet:
        """Cases of the sub-module."""
        return self._below(queryset, value, depth=2)

    def below_feature(self, queryset: QuerySet, name: str, value: int) -> QuerySet:
        """Cases of the feature."""
        return self._below(queryset, value, depth=3)

    def below_folder(self, queryset: QuerySet, name: str, value: int) -> QuerySet:
        """Cases of the folder, whatever its depth."""
        return self._below(queryset, value)

    def below_named_sub_module(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Cases below a sub-module of this name (or id)."""
        return self._below(queryset, int(value), depth=2) if _is_id(value) else queryset.below_named(value, depth=2)

    def below_named_feature(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Cases below a feature of this name (or id)."""
        return self._below(queryset, int(value), depth=3) if _is_id(value) else queryset.below_named(value, depth=3)


class SubModuleFilter(django_filters.FilterSet):
    """Sub-modules by their module."""

    module_id = IdFilter(field_name="parent_id")


class FeatureFilter(django_filters.FilterSet):
    """Features by their sub-module."""

    sub_module_id = IdFilter(field_name="parent_id")


class StoryFilter(django_filters.FilterSet):
    """Stories by words, where they stand, and how far their cases are."""

    search = django_filters.CharFilter(label=_("Text"), method="find", max_length=200)
    status = django_filters.CharFilter(label=_("Status"), lookup_expr="iexact", max_length=50)
    epic_id = django_filters.CharFilter(label=_("Epic"), max_length=50)
    sprint = django_filters.CharFilter(label=_("Sprint"), lookup_expr="iexact", max_length=200)
    release = django_filters.CharFilter(label=_("Release"), lookup_expr="iexact", max_length=100)
    priority = django_filters.CharFilter(label=_("Priority"), lookup_expr="iexact", max_length=20)
    assignee = django_filters.CharFilter(label=_("Assignee"), lookup_expr="iexact", max_length=200)
    coverage = CodesFilter(label=_("Coverage"), method="with_coverage", choices=Coverage.choices)

    class Meta:
        model = Story
        fields: list[str] = []

    def find(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Words in id, epic, title and people."""
        return queryset.matching(value.strip())

    def with_coverage(self, queryset: QuerySet, name: str, value: list[str]) -> QuerySet:
        """Stories whose cases are that far."""
        return queryset.having_coverage(value) if value else queryset


class StoryPageFilter(StoryFilter):
    """The filters of the pages: what the project's stories really say is offered."""

    status = django_filters.ChoiceFilter(label=_("Status"), empty_label=_("Any"))
    epic_id = django_filters.ChoiceFilter(label=_("Epic"), empty_label=_("Any"))
    sprint = django_filters.ChoiceFilter(label=_("Sprint"), empty_label=_("Any"))
    release = django_filters.ChoiceFilter(label=_("Release"), empty_label=_("Any"))

    class Meta(StoryFilter.Meta):
        pass

    def __init__(self, data: Any = None, queryset: QuerySet | None = None, **kwargs: Any) -> None:
        """Offer the values of the stories, and what the address asks for."""
        super().__init__(data, queryset, **kwargs)
        for name in ("status", "epic_id", "sprint", "release"):
            values = queryset.used_values(name)
            asked = (data or {}).get(name, "")
            self.filters[name].extra["choices"] = [(each, each) for each in dict.fromkeys([*values, asked]) if each]
        style_widgets(self.form)


class CaseReviewFilter(django_filters.FilterSet):
    """Reviews by how far they are, and by words."""

    search = django_filters.CharFilter(label=_("Text"), method="find", max_length=200)
    status = CodesFilter(label=_("Review"), choices=ReviewStatus.choices)

    class Meta:
        model = CaseReview
        fields: list[str] = []

    def find(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Words in the id and title of the case and the names of the reviewer."""
        return queryset.about(value.strip()) if value.strip() else queryset


class MatrixFilter(StoryPageFilter):
    """The filters of the traceability matrix: those of stories, and the last result of their cases."""

    last_status = CodesFilter(label=_("Last result"), method="kept_for_cases", choices=SHOWN_STATUSES)

    class Meta(StoryFilter.Meta):
        pass

    def kept_for_cases(self, queryset: QuerySet, name: str, value: list[str]) -> QuerySet:
        """Every story: what the rows show of its cases is narrowed by the matrix."""
        return queryset

    @property
    def statuses(self) -> list[str]:
        """The last results that are asked for."""
        return self.form.cleaned_data.get("last_status") or [] if self.form.is_valid() else []


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18


class DuplicateFilter(django_filters.FilterSet):
    """Pairs of similar cases by where one of the two stands, and by how alike they are."""

    folder = django_filters.ChoiceFilter(label=_("Folder"), method="below", empty_label=_("Any folder"))
    least = django_filters.ChoiceFilter(
        label=_("Alike"),
        method="at_least",
        choices=[(str(share), _("%d %% and more") % share) for share in (70, 80, 90)],
        empty_label=_("However alike"),
    )

    def __init__(self, *args: Any, project: Project, user: User, **kwargs: Any) -> None:
        """Offer the modules of the project, and what is near the folder that is chosen already."""
        super().__init__(*args, **kwargs)
        self.project, self.user = project, user
        near = near_choices(project, user, (self.data or {}).get("folder", ""))
        self.filters["folder"].extra["choices"] = [(str(pk), name) for pk, name in near]

    def below(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Pairs of which one stands in the folder or below it."""
        folder = Folder.objects.visible_to(self.user).in_project(self.project).filter(pk=int(value)).first()
        return queryset.below_folder(folder) if folder else queryset.none()

    def at_least(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Pairs that are so alike."""
        return queryset.filter(score__gte=int(value))
