"""The form of the data administration: Django reads its shape, a service decides."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import transaction
from django.forms.fields import InvalidJSONInput
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from ..concurrency import etag
from ..errors import NotVisible, PortalError

if TYPE_CHECKING:
    from .model_admin import PortalModelAdmin


class ServiceForm(forms.ModelForm):
    """When the input has the right shape the service is asked; what it refuses stands beside the fields.

    So nothing is stored that the page or the API would refuse. What Django would compare with other rows, such as
    names given once, is left to the service, whose words tell nothing about other companies.
    """

    if_match = forms.CharField(required=False, widget=forms.HiddenInput)
    """The state that the editor saw: whoever comes second is refused."""
    request: HttpRequest
    model_admin: PortalModelAdmin

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Keep the row as it is stored: the input goes into a copy of it."""
        super().__init__(*args, **kwargs)
        self.stored = self.instance
        if self.is_new or not self.model_admin.changes:
            del self.fields["if_match"]
        else:
            self.initial["if_match"] = etag(self.stored)

    @property
    def is_new(self) -> bool:
        """Whether the row does not exist yet."""
        return self.stored._state.adding

    def fill_in(self, typed: QueryDict) -> None:
        """Show what was typed before instead of what is stored; it is not checked before it is sent again."""
        for name, field in self.fields.items():
            value = field.widget.value_from_datadict(typed, {}, self.add_prefix(name))
            is_json = isinstance(field, forms.JSONField) and value is not None
            self.initial[name] = InvalidJSONInput(value) if is_json else value

    def clean(self) -> dict[str, Any]:
        """What was entered; Django's own looks at other rows are left out."""
        return self.cleaned_data

    def _post_clean(self) -> None:
        """Let the model check the single values, then ask the service."""
        self.instance = copy.deepcopy(self.stored)
        super()._post_clean()
        if self.errors:
            return
        try:
            with transaction.atomic():
                self.instance = self.model_admin.store(self)
        except NotVisible:
            if not self.is_new:
                raise
            self.add_error(None, _("What was chosen does not belong together, or is not there any more."))
        except PortalError as refusal:
            self.refuse(refusal)

    def refuse(self, refusal: PortalError) -> None:
        """Show a refusal: beside the fields it names, else on top of the form."""
        for name, texts in refusal.fields.items():
            place = next((each for each in (name, name.removesuffix("_id")) if each in self.fields), None)
            self.add_error(place, texts)
        if not refusal.fields:
            self.add_error(None, refusal.message)
