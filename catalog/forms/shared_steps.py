"""The shape of the input about steps that cases share."""

from django import forms
from django.utils.translation import gettext_lazy as _

from qaportal.kit.forms import PortalForm

from ..models.versions import LONGEST_REASON


class SharedStepsForm(PortalForm):
    """The title of shared steps; the steps stand beside it in rows of their own."""

    title = forms.CharField(label=_("Title"), max_length=300, widget=forms.TextInput(attrs={"autofocus": True}))
    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=LONGEST_REASON,
        help_text=_("Every case that uses these steps gets a version; this says why."),
    )
    if_match = forms.CharField(required=False, widget=forms.HiddenInput)


class ShareForm(PortalForm):
    """Steps of a case and the title under which they are shared."""

    title = forms.CharField(label=_("Title"), max_length=300, widget=forms.TextInput(attrs={"autofocus": True}))
