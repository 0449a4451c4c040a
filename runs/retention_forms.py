"""The forms of a project's terms: how long things are kept, and how long a run may be silent."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from qaportal.kit.forms import PortalForm

from .models.retention import LONGEST_TERM
from .services.silence import LONGEST_HOURS, SHORTEST_HOURS, USUAL_HOURS


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


class SilenceForm(PortalForm):
    """After how many hours without a word a run is over."""

    silent_hours = forms.FloatField(
        label=gettext_lazy("Close a silent run after (hours)"),
        min_value=SHORTEST_HOURS,
        max_value=LONGEST_HOURS,
        required=False,
        help_text=format_lazy(
            gettext_lazy("Empty means {hours} hours; from a quarter of an hour (0.25) to 30 days (720)."),
            hours=USUAL_HOURS,
        ),
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
