"""What an export of cases holds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from qaportal.kit.forms import PortalForm

from ..columns import columns_of
from ..exporting import FORMATS


class ExportForm(PortalForm):
    """The format, the columns, and how steps stand in tables."""

    format = forms.ChoiceField(
        label=_("Format"),
        choices=[(each.code, each.label) for each in FORMATS.values()],
        initial="csv",
        widget=forms.RadioSelect,
    )
    file_rows = forms.ChoiceField(
        label=_("Rows in CSV and Excel"),
        choices=[("case", _("One row a case")), ("step", _("One row a step"))],
        initial="case",
        required=False,
        widget=forms.RadioSelect,
    )
    file_columns = forms.MultipleChoiceField(
        label=_("Columns"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("With none picked the file has all of them, and can be imported again without a change."),
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        """Offer the columns of the project."""
        super().__init__(*args, **kwargs)
        self.fields["file_columns"].choices = [(column.name, column.label) for column in columns_of(project)]

    @property
    def chosen_columns(self) -> tuple[str, ...]:
        """The picked columns; none means all."""
        return tuple(self.cleaned_data["file_columns"])
