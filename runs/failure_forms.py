"""The shape of the input of the pages about failures."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project, User
from qaportal.kit.forms import PortalForm

from .choices import FailureCause
from .models import FailureCluster


class PersonChoice(forms.ModelChoiceField):
    """Somebody of the company."""

    def label_from_instance(self, person: User) -> str:
        """The name."""
        return person.full_name


class RuleForm(PortalForm):
    """A rule."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=200, widget=forms.TextInput(attrs={"autofocus": True})
    )
    cause = forms.ChoiceField(label=gettext_lazy("Class"), choices=FailureCause.choices)
    pattern = forms.CharField(
        label=gettext_lazy("Message or trace holds"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Words of the failure; * stands for anything. Upper and lower case are alike."),
    )
    fingerprint = forms.CharField(
        label=gettext_lazy("Fingerprint"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Of one cause, as its page shows it."),
    )
    path_pattern = forms.CharField(
        label=gettext_lazy("Path"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("The test's automation key, class or suites, such as checkout.payments.*"),
    )
    ticket = forms.CharField(label=gettext_lazy("Ticket"), max_length=100, required=False)
    owner = PersonChoice(
        label=gettext_lazy("Owner"), queryset=User.objects.none(), required=False, empty_label=gettext_lazy("Nobody")
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Counts until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    if_match = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        """Offer the people of the company."""
        super().__init__(*args, **kwargs)
        self.project = project
        self.fields["owner"].queryset = User.objects.filter(tenant=project.tenant_id, status="active").order_by(
            "first_name", "last_name", "pk"
        )

    def clean_fingerprint(self) -> UUID | None:
        """The whole fingerprint, from its start or whole."""
        given = self.cleaned_data["fingerprint"].strip().lower().replace("-", "")
        if not given:
            return None
        if len(given) == 32 and all(letter in "0123456789abcdef" for letter in given):
            return UUID(given)
        if 6 <= len(given) < 32 and all(letter in "0123456789abcdef" for letter in given):
            low, high = UUID(given.ljust(32, "0")), UUID(given.ljust(32, "f"))
            found = FailureCluster.objects.filter(project=self.project, fingerprint__range=(low, high))[:2]
            if len(found) == 1:
                return found[0].fingerprint
        raise forms.ValidationError(_("No cause of this project has this fingerprint."))


class QuarantineForm(PortalForm):
    """Why a test's failures do not count, and until when."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    expires_on = forms.DateField(label=gettext_lazy("Until"), widget=forms.DateInput(attrs={"type": "date"}))
