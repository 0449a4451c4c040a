"""The custom fields of a case or a result in a form: one control for each, drawn by its kind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from qaportal.kit.forms import MarkdownArea, PortalForm, style_widgets

from ..choices import FieldKind, FieldTarget
from ..custom_values import LONGEST_LINK, LONGEST_STRING, shown_bound
from ..models import CustomField
from ..own_fields import PREFIX, OwnFields
from ..services.drafts import LONGEST_TEXT

DRAWN = "own_fields"
"""What a form names each custom field under that it shows: an unticked box sends nothing itself."""
STEP_COLUMNS = ("action", "expected", "data")


class StepsWidget(forms.Widget):
    """Steps in rows; the page draws them itself."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        """The rows that say something."""
        columns = [data.getlist(f"{name}.{column}") if hasattr(data, "getlist") else [] for column in STEP_COLUMNS]
        rows = [dict(zip(STEP_COLUMNS, row, strict=True)) for row in zip(*columns, strict=False)]
        return [row for row in rows if any(text.strip() for text in row.values())]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Whether no row was sent."""
        return f"{name}.action" not in data


@dataclass(frozen=True, slots=True)
class Control:
    """A custom field in a form."""

    field: CustomField
    bound: forms.BoundField

    @property
    def is_steps(self) -> bool:
        """Whether it is drawn as rows of steps."""
        return self.field.kind == FieldKind.STEPS

    @property
    def rows(self) -> list[Mapping[str, str]]:
        """The rows of steps and an empty one."""
        return [*(self.bound.value() or []), {"action": "", "expected": "", "data": ""}]


class OwnFieldsForm(PortalForm):
    """The custom fields of a case or a result; names are those with which the services refuse."""

    def __init__(
        self,
        data: Any = None,
        *,
        own: OwnFields,
        fields: Sequence[CustomField],
        values: Mapping[str, Any] | None,
        typed: QueryDict | None = None,
        form_id: str = "",
        **kwargs: Any,
    ) -> None:
        """`values` are the stored ones, None of something new; `typed` is what a form holds that is drawn anew.

        Controls that stand outside of their form name it by `form_id`.
        """
        super().__init__(data, **kwargs)
        self.own, self.own_fields, self.form_id = own, fields, form_id
        self.stored = values or {}
        for field in self.own_fields:
            name = f"{PREFIX}{field.key}"
            value = field.default if values is None else values.get(field.key)
            self.fields[name] = control_of(field, value, may=not field.is_restricted or bool(own.may_change_restricted))
            if typed is not None and (field.key in typed.getlist(DRAWN) or name in typed):
                value = self.fields[name].widget.value_from_datadict(typed, {}, name)
            self.initial[name] = value
            if form_id:
                self.fields[name].widget.attrs["form"] = form_id
        style_widgets(self)

    @property
    def own_controls(self) -> list[Control]:
        """The fields, in the order of the template."""
        return controls(self, self.own_fields)

    def typed_values(self) -> dict[str, Any]:
        """What a sent form holds, as it was typed: the service says what of it can be used."""
        names = {field.key: f"{PREFIX}{field.key}" for field in self.own_fields}
        return {
            key: self.fields[name].widget.value_from_datadict(self.data, self.files, name)
            for key, name in names.items()
            if not self.fields[name].disabled and key in self.data.getlist(DRAWN)
        }


def control_of(field: CustomField, value: Any, *, may: bool) -> forms.Field:
    """The control of a field; what it takes is checked by the service."""
    made = _CONTROLS[field.kind](field, value)
    made.label, made.help_text = field.name, field.help_text
    made.required = field.is_required and may
    if not may:
        made.disabled = True
        made.help_text = " ".join(filter(None, [field.help_text, _("Your role does not change restricted fields.")]))
    return made


def controls(form: forms.BaseForm, fields: Iterable[CustomField]) -> list[Control]:
    """The custom fields of a form, in their order."""
    return [Control(field, form[f"{PREFIX}{field.key}"]) for field in fields]


def given_values(form: forms.BaseForm, fields: Iterable[CustomField], stored: Mapping[str, Any]) -> dict[str, Any]:
    """What a valid form gives to the fields that it showed and let be changed, by their keys."""
    found: dict[str, Any] = {}
    drawn = form.data.getlist(DRAWN) if hasattr(form.data, "getlist") else []
    for field in fields:
        name = f"{PREFIX}{field.key}"
        if form.fields[name].disabled or not (field.key in drawn or name in form.data or f"{name}.action" in form.data):
            continue
        value = form.cleaned_data.get(name)
        says_nothing = field.kind == FieldKind.CHECKBOX and not value and field.key not in stored
        found[field.key] = None if says_nothing else value
    return found


def as_sent(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Stored values as a form sends them, for taking a change back."""
    sent: dict[str, Any] = {DRAWN: list(values)} if values else {}
    for key, value in (values or {}).items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            sent |= {f"{PREFIX}{key}.{name}": [step.get(name, "") for step in value] for name in STEP_COLUMNS}
        elif value is not False:
            sent[f"{PREFIX}{key}"] = "on" if value is True else value
    return sent


def carried(typed: QueryDict, fields: Sequence[CustomField]) -> list[tuple[str, str]]:
    """What was typed into fields that another template has: it is taken along unseen, should that one come back."""
    shown = {f"{PREFIX}{field.key}" for field in fields}
    kept = [
        (name, value)
        for name, values in typed.lists()
        if name.startswith(PREFIX) and name not in shown and name.rpartition(".")[0] not in shown
        for value in values
    ]
    keys = {field.key for field in fields}
    return kept + [(DRAWN, key) for key in dict.fromkeys(typed.getlist(DRAWN)) if key not in keys]


# -- kinds -----------------------------------------------------------------------------------------------------------
def _string(field: CustomField, _value: Any) -> forms.Field:
    longest = min(int(field.maximum), LONGEST_STRING) if field.maximum is not None else LONGEST_STRING
    return forms.CharField(max_length=max(longest, 1))


def _long_text(field: CustomField, _value: Any) -> forms.Field:
    return forms.CharField(
        max_length=LONGEST_TEXT,
        widget=MarkdownArea(3) if field.target == FieldTarget.CASE else forms.Textarea(attrs={"rows": 3}),
        strip=False,
    )


def _number(field: CustomField, _value: Any) -> forms.Field:
    names = {"min": field.minimum, "max": field.maximum}
    bounds = {name: shown_bound(field.kind, bound) for name, bound in names.items() if bound is not None}
    step = "1" if field.kind == FieldKind.INTEGER else "any"
    return forms.CharField(widget=forms.NumberInput(attrs={"step": step, **bounds}))


def _checkbox(_field: CustomField, _value: Any) -> forms.Field:
    return forms.BooleanField()


def _date(field: CustomField, _value: Any) -> forms.Field:
    names = {"min": field.minimum, "max": field.maximum}
    bounds = {name: shown_bound(field.kind, bound) for name, bound in names.items() if bound is not None}
    return forms.CharField(widget=forms.DateInput(attrs={"type": "date", **bounds}))


def _offered(field: CustomField, kept: Sequence[str]) -> list[tuple[str, str]]:
    """The options in use, and those that the case has although they are not offered any more."""
    return [
        (each["code"], _("%s (not offered any more)") % each["name"] if each.get("is_archived") else each["name"])
        for each in field.options
        if not each.get("is_archived") or each["code"] in kept
    ]


def _dropdown(field: CustomField, value: Any) -> forms.Field:
    return forms.ChoiceField(choices=[("", _("Not said")), *_offered(field, [value])])


def _multi_select(field: CustomField, value: Any) -> forms.Field:
    kept = value if isinstance(value, list) else []
    return forms.MultipleChoiceField(choices=_offered(field, kept), widget=forms.CheckboxSelectMultiple)


def _link(_field: CustomField, _value: Any) -> forms.Field:
    return forms.CharField(
        max_length=LONGEST_LINK, widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"})
    )


def _steps(_field: CustomField, _value: Any) -> forms.Field:
    return forms.Field(widget=StepsWidget())


_CONTROLS = {
    FieldKind.STRING: _string,
    FieldKind.LONG_TEXT: _long_text,
    FieldKind.INTEGER: _number,
    FieldKind.NUMBER: _number,
    FieldKind.CHECKBOX: _checkbox,
    FieldKind.DATE: _date,
    FieldKind.DROPDOWN: _dropdown,
    FieldKind.MULTI_SELECT: _multi_select,
    FieldKind.LINK: _link,
    FieldKind.STEPS: _steps,
}
