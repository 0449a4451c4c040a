"""The form of an API token."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qaportal.kit.forms import PortalForm

from ..choices import TokenScope
from ..models import Project, User

ON_A_DAY, NEVER = "date", "never"
LIFETIMES = [
    ("30", _("In 30 days")),
    ("90", _("In 90 days")),
    ("365", _("In a year")),
    (ON_A_DAY, _("On a day of your choice")),
    (NEVER, _("Never")),
]


class TokenForm(PortalForm):
    """What a token is for, what it may do, where and how long."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("What uses it, such as the nightly build of the shop.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("May"),
        choices=TokenScope.choices,
        initial=[TokenScope.RESULTS_WRITE],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Never more than you may yourself at the time."),
    )
    project = forms.ModelChoiceField(
        label=_("Project"),
        queryset=Project.objects.none(),
        required=False,
        empty_label=_("All of yours"),
        help_text=_("A token of one project sees that project alone."),
    )
    lifetime = forms.ChoiceField(label=_("Expires"), choices=LIFETIMES, initial="90", widget=forms.RadioSelect)
    last_day = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        """Offer the projects that the actor reaches."""
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = Project.objects.visible_to(actor).order_by("name")
        self.fields["project"].label_from_instance = lambda project: f"{project.key} {project.name}"

    def clean(self) -> dict[str, Any]:
        """A day is needed when one is to be chosen; the token ends with it."""
        cleaned = super().clean()
        if cleaned.get("lifetime") == ON_A_DAY and not cleaned.get("last_day") and "last_day" not in self.errors:
            self.add_error("last_day", _("Choose the last day."))
        return cleaned

    def token_fields(self) -> dict[str, Any]:
        """What the service takes."""
        kept = {name: self.cleaned_data[name] for name in ("name", "scopes", "project")}
        return kept | {"expires_at": self._end()}

    def _end(self) -> datetime | None:
        lifetime = self.cleaned_data["lifetime"]
        if lifetime == NEVER:
            return None
        if lifetime == ON_A_DAY:
            return timezone.make_aware(datetime.combine(self.cleaned_data["last_day"], time.max))
        return timezone.now() + timedelta(days=int(lifetime))

    def refuse(self, error: Any) -> None:
        """Show what the service says of the end beside the day."""
        error.fields = {"last_day" if name == "expires_at" else name: text for name, text in error.fields.items()}
        super().refuse(error)
