"""The shape of the input of releases' pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from catalog.services.drafts import LONGEST_TEXT
from qaportal.kit.forms import MarkdownArea, PortalForm

from .choices import MilestoneStatus, OverallStatus
from .models import Milestone, Release


class ReleaseForm(PortalForm):
    """The facts of a release."""

    version = forms.CharField(label=_("Version"), max_length=60)
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    release_date = forms.DateTimeField(
        label=_("Ships on"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    environment = forms.CharField(label=_("Environment"), max_length=60, required=False)
    build = forms.CharField(label=_("Build"), max_length=120, required=False)
    qa_lead = forms.ModelChoiceField(
        label=_("Led by"), queryset=User.objects.none(), required=False, empty_label=_("Nobody")
    )
    milestone = forms.ModelChoiceField(
        label=_("Milestone"), queryset=Milestone.objects.none(), required=False, empty_label=_("None")
    )
    overall_status = forms.ChoiceField(
        label=_("Status"), choices=OverallStatus.choices, initial=OverallStatus.NOT_STARTED
    )
    description = forms.CharField(
        label=_("Description"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    if_match = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        """Offer the people of the project as leads."""
        super().__init__(*args, **kwargs)
        people = User.objects.who_reach(project).order_by("first_name", "last_name", "email")
        self.fields["qa_lead"].queryset = people
        chosen = getattr(self.initial.get("milestone"), "pk", self.initial.get("milestone"))
        self.fields["milestone"].queryset = Milestone.objects.in_project(project).for_choice(chosen)
        self.fields["version"].widget.attrs.update(autofocus=True, autocomplete="off")

    @classmethod
    def initial_of(cls, release: Release) -> dict[str, Any]:
        """The facts of the release as the form shows them."""
        return {name: getattr(release, name) for name in cls.base_fields if name != "if_match"}


class MilestoneForm(PortalForm):
    """A milestone as its planner sees it."""

    name = forms.CharField(label=_("Name"), max_length=200)
    parent = forms.ModelChoiceField(
        label=_("Part of"), queryset=Milestone.objects.none(), required=False, empty_label=_("Nothing larger")
    )
    status = forms.ChoiceField(label=_("Status"), choices=MilestoneStatus.choices, initial=MilestoneStatus.PLANNED)
    start = forms.DateField(
        label=_("Starts on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    due_date = forms.DateField(
        label=_("Due on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    description = forms.CharField(
        label=_("Description"), required=False, max_length=LONGEST_TEXT, widget=MarkdownArea(rows=4)
    )
    if_match = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, project: Project, milestone: Milestone | None = None, **kwargs: Any) -> None:
        """Offer the other milestones as what it is part of."""
        super().__init__(*args, **kwargs)
        chosen = milestone.parent_id if milestone else None
        offered = Milestone.objects.in_project(project).for_choice(chosen)
        self.fields["parent"].queryset = offered.exclude(pk=milestone.pk) if milestone else offered
        self.fields["name"].widget.attrs.update(autofocus=True, autocomplete="off")

    @classmethod
    def initial_of(cls, milestone: Milestone) -> dict[str, Any]:
        """The facts of the milestone as the form shows them."""
        return {name: getattr(milestone, name) for name in cls.base_fields if name != "if_match"}


class ScopeForm(PortalForm):
    """Cases picked on the scope page, or all that its filters show."""

    ids = forms.TypedMultipleChoiceField(coerce=int, required=False)
    all_shown = forms.BooleanField(required=False)
    assigned_to = forms.ModelChoiceField(queryset=User.objects.none(), required=False)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        """Offer the people of the project as assignees."""
        super().__init__(*args, **kwargs)
        self.fields["assigned_to"].queryset = User.objects.who_reach(project)
        self.fields["ids"].valid_value = lambda value: value.isascii() and value.isdigit() and len(value) <= 18
