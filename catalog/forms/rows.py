"""The shape of the input of one row of the list."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qaportal.kit.forms import PortalForm

from ..choices import CaseState, Priority
from ..models import TestCase


class RowForm(PortalForm):
    """What is changed where it is seen; `etag` names the state that the writer saw."""

    prefix = "row"

    title = forms.CharField(label=_("Title"), max_length=500)
    priority = forms.ChoiceField(label=_("Priority"), choices=[(each.code, each.label) for each in reversed(Priority)])
    state = forms.ChoiceField(label=_("State"), choices=CaseState.choices)
    tags = forms.CharField(label=_("Tags"), required=False, max_length=5000)
    etag = forms.CharField(required=False, widget=forms.HiddenInput)

    @classmethod
    def initial_of(cls, case: TestCase) -> dict[str, Any]:
        """What the row says now."""
        return {
            "title": case.title,
            "priority": case.priority_code,
            "state": case.state,
            "tags": ", ".join(case.tags),
        }

    def fields_of_case(self) -> dict[str, Any]:
        """The input as the service takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "etag"}
