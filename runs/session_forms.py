"""The shape of the input about exploratory sessions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from catalog.models import Template
from catalog.services.drafts import LONGEST_TEXT
from qaportal.kit.concurrency import etag
from qaportal.kit.forms import MarkdownArea, PortalForm
from releases.models import Milestone, Release

from .choices import FindingType, Severity
from .models import Configuration, Finding, Session

NOTE = "note"


class SessionForm(PortalForm):
    """A session as its planner sees it."""

    name = forms.CharField(label=_("Name"), max_length=300)
    charter = forms.CharField(
        label=_("Charter"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=MarkdownArea(rows=4),
        help_text=_("What to explore, with what, to learn what."),
    )
    minutes = forms.IntegerField(label=_("Time box in minutes"), required=False, min_value=1, max_value=10_080)
    assigned_to = forms.ModelChoiceField(
        label=_("Assigned to"), queryset=User.objects.none(), required=False, empty_label=_("Nobody")
    )
    configuration = forms.ModelChoiceField(
        label=_("Configuration"), queryset=Configuration.objects.none(), required=False, empty_label=_("None")
    )
    release = forms.ModelChoiceField(
        label=_("Release"), queryset=Release.objects.none(), required=False, empty_label=_("No release")
    )
    milestone = forms.ModelChoiceField(
        label=_("Milestone"), queryset=Milestone.objects.none(), required=False, empty_label=_("None")
    )
    template = forms.ModelChoiceField(
        label=_("Template"), queryset=Template.objects.none(), required=False, empty_label=_("None")
    )
    if_match = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        """Offer what the project has, and what the session has already."""
        super().__init__(*args, **kwargs)
        people = User.objects.who_reach(project).order_by("first_name", "last_name", "email")
        self.fields["assigned_to"].queryset = people
        for name, model in (("milestone", Milestone), ("configuration", Configuration)):
            chosen = getattr(self.initial.get(name), "pk", None)
            self.fields[name].queryset = model.objects.in_project(project).for_choice(chosen)
        self.fields["release"].queryset = Release.objects.living().in_project(project).order_by("-pk")
        self.fields["template"].queryset = Template.objects.in_project(project).order_by("name")
        self.fields["name"].widget.attrs.update(autofocus=True, autocomplete="off")

    @classmethod
    def initial_of(cls, session: Session) -> dict[str, Any]:
        """The facts of the session as the form shows them."""
        facts = {name: getattr(session, name) for name in cls.base_fields if name not in {"if_match", "minutes"}}
        return facts | {"minutes": -(-session.estimate // 60) if session.estimate else None}

    def facts(self) -> dict[str, Any]:
        """What was typed, as the services take it."""
        facts = {name: value for name, value in self.cleaned_data.items() if name not in {"if_match", "minutes"}}
        return facts | {"estimate": (self.cleaned_data["minutes"] or 0) * 60 or None}


class NoteTextForm(PortalForm):
    """The text of a stored note."""

    text = forms.CharField(label=_("Note"), max_length=LONGEST_TEXT, widget=MarkdownArea(rows=6))
    if_match = forms.CharField(required=False, widget=forms.HiddenInput)


SEVERITIES = [("", _("Not said")), *Severity.choices]


class FindingForm(PortalForm):
    """A bug, a question or an idea that is stored already."""

    title = forms.CharField(
        label=_("Title"), required=False, max_length=300, help_text=_("The first line counts when it is empty.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=FindingType.choices)
    severity = forms.ChoiceField(label=_("Severity"), choices=SEVERITIES, required=False)
    text = forms.CharField(
        label=_("What you saw"), required=False, max_length=LONGEST_TEXT, widget=MarkdownArea(rows=6)
    )
    if_match = forms.CharField(required=False, widget=forms.HiddenInput)

    @classmethod
    def initial_of(cls, finding: Finding) -> dict[str, str]:
        """The facts of the finding as the form shows them."""
        return {
            "title": finding.title,
            "kind": finding.type,
            "severity": finding.severity,
            "text": finding.description,
            "if_match": etag(finding),
        }

    def finding(self) -> dict[str, str]:
        """What was typed, as a finding."""
        cleaned = self.cleaned_data
        return {
            "type": cleaned["kind"],
            "title": cleaned["title"],
            "description": cleaned["text"],
            "severity": cleaned["severity"],
        }

    def refuse(self, error: Any) -> None:
        """Show a service's refusal; what it says of the description stands beside the text."""
        if "description" in error.fields:
            error.fields["text"] = error.fields.pop("description")
        super().refuse(error)


class NoteForm(FindingForm):
    """A note, or a bug, a question or an idea."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[(NOTE, _("Note")), *FindingType.choices], initial=NOTE)
    title = forms.CharField(
        label=_("Title"),
        required=False,
        max_length=300,
        help_text=_("The first line counts when it is empty."),
    )
    text = forms.CharField(
        label=_("What you see"), required=False, max_length=LONGEST_TEXT, widget=MarkdownArea(rows=3)
    )
    if_match = None
