"""The shape of the input about custom fields and templates."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from qaportal.kit.forms import PortalForm

from ..choices import FieldKind, FieldTarget
from ..custom_values import COUNTED, MEASURED, is_of_list, shown_bound
from ..models import CustomField, Template
from ..shown_values import words_of_value

EMPTY_OPTIONS = 3
_BOUNDS = {
    FieldKind.STRING: (_("Fewest characters"), _("Most characters")),
    FieldKind.LONG_TEXT: (_("Fewest characters"), _("Most characters")),
    FieldKind.MULTI_SELECT: (_("Fewest options"), _("Most options")),
    FieldKind.STEPS: (_("Fewest steps"), _("Most steps")),
    FieldKind.DATE: (_("First day"), _("Last day")),
}


def read_options(data: QueryDict) -> list[dict[str, str]]:
    """The options of a posted form, in the order of its rows, empty rows included."""
    columns = data.getlist("option_code"), data.getlist("option_name")
    return [{"code": code, "name": name} for code, name in zip(*columns, strict=False)]


class CustomFieldForm(PortalForm):
    """A custom field as its maker sees it; options stand beside it in rows of their own."""

    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    target = forms.ChoiceField(label=_("Describes"), choices=FieldTarget.choices)
    kind = forms.ChoiceField(label=_("Kind"), choices=FieldKind.choices)
    key = forms.CharField(
        label=_("Key"),
        required=False,
        max_length=40,
        help_text=_("What the API and files call it; made of the name when empty. It never changes."),
    )
    help_text = forms.CharField(
        label=_("Help"), required=False, max_length=300, help_text=_("Stands below the field in forms.")
    )
    minimum = forms.CharField(required=False, max_length=40)
    maximum = forms.CharField(required=False, max_length=40)
    default = forms.CharField(label=_("Default"), required=False, max_length=50_000)
    is_required = forms.BooleanField(label=_("Required: whoever writes says something here"), required=False)
    is_restricted = forms.BooleanField(
        label=_("Restricted: only quality managers and administrators change it"), required=False
    )
    templates = forms.ModelMultipleChoiceField(
        label=_("In these templates"),
        queryset=Template.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    if_match = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, field: CustomField | None = None, templates: Sequence[Template] = (), **kwargs: Any
    ) -> None:
        """What describes, key and templates are chosen once; the kind until the first value."""
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autofocus"] = True
        if field is not None:
            for name in ("target", "key", "templates"):
                del self.fields[name]
            if field.is_used:
                self.fields["kind"].disabled = True
                self.fields["kind"].help_text = _("Its kind stands: there are values of this kind.")
        elif templates:
            self.fields["templates"].queryset = Template.objects.filter(pk__in=[each.pk for each in templates])
            self.fields["templates"].choices = [(each.pk, each.name) for each in templates]
        else:
            del self.fields["templates"]
        self._fit_kind()

    @property
    def shown_kind(self) -> str:
        """The kind that is chosen now, also in a form that is not valid."""
        chosen = self["kind"].value()
        return chosen if chosen in FieldKind.values else FieldKind.STRING

    @property
    def has_options(self) -> bool:
        """Whether the chosen kind has options."""
        return is_of_list(self.shown_kind)

    def _fit_kind(self) -> None:
        """Only what the chosen kind has, in its words."""
        kind = self.shown_kind
        if kind not in (*COUNTED, *MEASURED):
            del self.fields["minimum"], self.fields["maximum"]
        else:
            labels = _BOUNDS.get(kind, (_("Least"), _("Most")))
            for name, label in zip(("minimum", "maximum"), labels, strict=True):
                self.fields[name].label = label
                self._draw(name, kind, is_whole=kind not in MEASURED or kind == FieldKind.INTEGER)
        if kind == FieldKind.STEPS:
            del self.fields["default"]
            return
        self._draw("default", kind, is_whole=kind == FieldKind.INTEGER)
        if self.has_options:
            self.fields["default"].help_text = _("The name of an option; of several with semicolons.")
        if kind == FieldKind.CHECKBOX:
            self.fields["default"].widget = forms.Select(
                attrs={"class": "form-select"}, choices=[("", _("Not said")), ("true", _("Yes")), ("false", _("No"))]
            )
        if kind == FieldKind.LONG_TEXT:
            self.fields["default"].widget = forms.Textarea(attrs={"class": "form-control", "rows": 3})

    def _draw(self, name: str, kind: str, *, is_whole: bool) -> None:
        """A control for a date or a number, where that is what the field takes."""
        if kind == FieldKind.DATE:
            self.fields[name].widget = forms.DateInput(attrs={"class": "form-control", "type": "date"})
        elif kind in MEASURED or name != "default":
            attributes = {"class": "form-control", "step": "1" if is_whole else "any"}
            self.fields[name].widget = forms.NumberInput(attrs=attributes)

    @staticmethod
    def initial_of(field: CustomField) -> dict[str, Any]:
        """The field as the form shows it."""
        names = ("name", "kind", "help_text", "is_required", "is_restricted")
        bounds = {name: shown_bound(field.kind, getattr(field, name)) for name in ("minimum", "maximum")}
        return {**{name: getattr(field, name) for name in names}, **bounds, "default": _typed_default(field)}

    def facts(self, options: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        """What was typed, as the services take it."""
        facts = {name: value for name, value in self.cleaned_data.items() if name != "if_match"}
        return {"minimum": None, "maximum": None, "default": None, **facts, "options": options}


def _typed_default(field: CustomField) -> str:
    """The default as it is typed."""
    if field.default is None:
        return ""
    if isinstance(field.default, bool):
        return "true" if field.default else "false"
    if isinstance(field.default, list):
        return "; ".join(words_of_value(field, [code]) for code in field.default)
    return words_of_value(field, field.default) if field.kind == FieldKind.DROPDOWN else str(field.default)


class TemplateForm(PortalForm):
    """A template as its maker sees it; its fields stand beside it in rows of their own."""

    name = forms.CharField(
        label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"})
    )
    description = forms.CharField(label=_("Description"), required=False, max_length=500)
    is_default = forms.BooleanField(label=_("New cases take this template"), required=False)
    if_match = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, is_settled: bool = False, **kwargs: Any) -> None:
        """The default template stays the default one until another takes its place."""
        super().__init__(*args, **kwargs)
        if is_settled:
            self.fields["is_default"].disabled = True
            self.fields["is_default"].help_text = _("Make another template the default to change this.")

    def facts(self) -> dict[str, Any]:
        """What was typed, as the services take it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "if_match"}
