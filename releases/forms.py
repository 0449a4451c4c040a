"""The shape of the input of releases' pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from qaportal.kit.forms import PortalForm

from .choices import OverallStatus
from .models import Release


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
        self.fields["version"].widget.attrs.update(autofocus=True, autocomplete="off")

    @classmethod
    def initial_of(cls, release: Release) -> dict[str, Any]:
        """The facts of the release as the form shows them."""
        return {name: getattr(release, name) for name in cls.base_fields if name != "if_match"}


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
