"""The shape of the input about workflows and reviews."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from qaportal.kit.forms import PortalForm

from ..choices import CaseState, StateColor
from ..models import LONGEST_NOTE
from ..reviewing import reviewers_of
from ..services.workflow import LONGEST_NAME


class StateForm(PortalForm):
    """A state of a workflow."""

    name = forms.CharField(
        label=_("Name"), max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phase = forms.ChoiceField(label=_("Means"), choices=CaseState.choices)
    color = forms.ChoiceField(label=_("Colour"), choices=StateColor.choices)
    needs_approval = forms.BooleanField(label=_("Entered by an approval alone"), required=False)


class RemoveStateForm(PortalForm):
    """Where the cases of a state go that is removed."""

    move_to = forms.ChoiceField(label=_("Move its cases to"), required=False)

    def __init__(self, *args: Any, others: list[tuple[str, str]], **kwargs: Any) -> None:
        """Offer the other states."""
        super().__init__(*args, **kwargs)
        self.fields["move_to"].choices = [("", _("Choose a state")), *others]


class ReviewForm(PortalForm):
    """Whom to ask, and what he should know."""

    reviewers = forms.TypedMultipleChoiceField(
        label=_("Reviewers"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one."),
            "invalid_choice": _("There is no such person in the project."),
        },
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, project: Project, user: User, **kwargs: Any) -> None:
        """Offer everybody who may review in the project but the one who asks."""
        super().__init__(*args, **kwargs)
        self.people = {each.pk: each for each in reviewers_of(project, besides=user)}
        self.fields["reviewers"].choices = [(pk, each.full_name) for pk, each in self.people.items()]

    def asked(self) -> dict[str, Any]:
        """The cleaned input as the service takes it."""
        chosen = [self.people[pk] for pk in self.cleaned_data["reviewers"]]
        return {"reviewers": chosen, "note": self.cleaned_data["note"]}
