"""The shape of the input that changes many cases."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..choices import FieldKind
from ..models import CustomField
from ..own_fields import PREFIX
from ..services.bulk import SINGLE
from .cases import CaseForm


class ChangeForm(CaseForm):
    """The same values for many cases: what is ticked in `set` is given to all of them, everything else stays."""

    OWN = ("add_tags", "remove_tags", "reason")

    add_tags = forms.CharField(label=_("Add tags"), required=False, max_length=1000)
    remove_tags = forms.CharField(label=_("Remove tags"), required=False, max_length=1000)

    def __init__(self, *args: Any, only: Sequence[str] | None = None, **kwargs: Any) -> None:
        """Ask for what many cases can share, or for the named fields alone."""
        super().__init__(*args, initial={"custom_values": {}}, **kwargs)
        wanted = {*(only or self.fields), "reason"} - SINGLE - {"story_id"}
        for name in [each for each in self.fields if each not in wanted or self.fields[each].disabled]:
            del self.fields[name]
        for field in self.fields.values():
            field.required = False
        self.is_whole = only is None

    @property
    def set_names(self) -> list[str]:
        """What is ticked."""
        return self.data.getlist("set") if self.is_bound else []

    def asked(self) -> list[tuple[forms.BoundField, bool]]:
        """The fields that need a tick, each with whether it has one; those of few lines first."""
        bound = [self[name] for name in self.fields if name not in self.OWN]
        return [(each, each.name in self.set_names) for each in sorted(bound, key=_is_long)]

    def _fields_to_draw(self, template_id: int | None) -> list[CustomField]:
        """Every custom field in use but steps: the cases may have several templates."""
        shown = (field for field in self.own.by_key.values() if not field.is_archived)
        return [field for field in shown if field.kind != FieldKind.STEPS]

    def chosen(self) -> dict[str, Any]:
        """What is to be given to the cases, as the service takes it."""
        values = self.values()
        ticked = [name for name in values if name not in self.OWN and (name in self.set_names or not self.is_whole)]
        chosen = {name: values[name] for name in ticked}
        if own := {name: chosen.pop(name) for name in ticked if name.startswith(PREFIX)}:
            chosen["custom_values"] = {name.removeprefix(PREFIX): value for name, value in own.items()}
        return chosen | {name: values[name] for name in self.OWN if values.get(name, "").strip(" ,")}

    def values(self) -> dict[str, Any]:
        """The cleaned input as the services take it; what is not asked for is missing."""
        values = dict(self.cleaned_data)
        if "estimate" in values:
            values["estimate"] = None if values["estimate"] is None else round(values["estimate"] * 60)
        if "owner" in values:
            values["owner"] = self.people.get(values["owner"])
        if "template" in values:
            values["template"] = self.own.templates.get(values["template"])
        return values


def _is_long(bound: forms.BoundField) -> bool:
    return isinstance(bound.field.widget, forms.Textarea)
