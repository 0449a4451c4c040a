"""The shape of the input about issues."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from catalog.choices import Priority
from catalog.services.drafts import LONGEST_TEXT
from qaportal.kit.forms import MarkdownArea, PortalForm
from releases.models import Release

from .choices import IssueStatus, Severity
from .models import Issue


class IssueForm(PortalForm):
    """An issue as its writer sees it."""

    title = forms.CharField(label=_("Title"), max_length=300)
    status = forms.ChoiceField(label=_("Status"), choices=IssueStatus.choices, initial=IssueStatus.OPEN)
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices, initial=Severity.MAJOR)
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=list(reversed(Priority.choices)), coerce=int, initial=Priority.MEDIUM.value
    )
    assignee = forms.ModelChoiceField(
        label=_("Assigned to"), queryset=User.objects.none(), required=False, empty_label=_("Nobody")
    )
    release = forms.ModelChoiceField(
        label=_("Release"), queryset=Release.objects.none(), required=False, empty_label=_("No release")
    )
    story_key = forms.CharField(label=_("Story"), required=False, max_length=50)
    description = forms.CharField(
        label=_("Description"), required=False, max_length=LONGEST_TEXT, widget=MarkdownArea(rows=10)
    )
    external_key = forms.CharField(
        label=_("Ticket"), required=False, max_length=100, help_text=_("Its key in your tracker, such as BUG-123.")
    )
    external_url = forms.CharField(label=_("Address of the ticket"), required=False, max_length=2000)
    if_match = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        """Offer the people and the releases of the project."""
        super().__init__(*args, **kwargs)
        people = User.objects.who_reach(project).order_by("first_name", "last_name", "email")
        self.fields["assignee"].queryset = people
        self.fields["release"].queryset = Release.objects.living().in_project(project).order_by("-pk")
        self.fields["title"].widget.attrs.update(autofocus=True, autocomplete="off")

    @classmethod
    def initial_of(cls, issue: Issue) -> dict[str, Any]:
        """The facts of the issue as the form shows them."""
        return {name: getattr(issue, name) for name in cls.base_fields if name != "if_match"}

    def facts(self) -> dict[str, Any]:
        """What was typed, as the services take it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "if_match"}


class LinkForm(PortalForm):
    """The case that an issue was seen in."""

    case = forms.CharField(
        label=_("Test case"), max_length=40, widget=forms.TextInput(attrs={"placeholder": "TC_UI_001"})
    )
