"""The form of a project's terms of retention."""

from django import forms
from django.utils.translation import gettext_lazy

from qaportal.kit.forms import PortalForm

from .models.retention import LONGEST_TERM


class RetentionForm(PortalForm):
    """For how many days results and files are kept."""

    results_days = forms.IntegerField(
        label=gettext_lazy("Keep results for (days)"),
        min_value=1,
        max_value=LONGEST_TERM,
        required=False,
        help_text=gettext_lazy("Empty keeps them for ever. Counted from the last result of a run and from its end."),
    )
    artifacts_days = forms.IntegerField(
        label=gettext_lazy("Keep files of results for (days)"),
        min_value=1,
        max_value=LONGEST_TERM,
        required=False,
        help_text=gettext_lazy("Screenshots, videos, logs and uploaded reports. Empty keeps them as long as results."),
    )
