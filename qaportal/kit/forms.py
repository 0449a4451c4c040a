"""The base of the portal's forms."""

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting


class PortalFormRenderer(TemplatesSetting):
    """Renders forms with the project's own templates."""

    form_template_name = "kit/form.html"


_CLASSES = {
    forms.CheckboxInput: "form-check-input",
    forms.RadioSelect: "form-check-input",
    forms.Select: "form-select",
    forms.SelectMultiple: "form-select",
}


def style_widgets(form: forms.BaseForm) -> None:
    """Give every widget the class of its kind."""
    for field in form.fields.values():
        kind = next((name for widget, name in _CLASSES.items() if isinstance(field.widget, widget)), "form-control")
        if isinstance(field.widget, forms.HiddenInput):
            continue
        field.widget.attrs["class"] = f"{field.widget.attrs.get('class', '')} {kind}".strip()


class MarkdownArea(forms.Textarea):
    """An area for a text in Markdown: it can be looked at before it is saved, and takes pasted pictures.

    Its form names where both goes: `data-preview-url` and `data-files-url`.
    """

    def __init__(self, rows: int = 2) -> None:
        """As high as the rows at first; it grows with its text."""
        super().__init__(attrs={"rows": rows, "data-markdown": True})


class PortalForm(forms.Form):
    """A form: it reads the shape of the input; rules live in services."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Style the widgets; browsers' own messages stay on as a first help."""
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        style_widgets(self)

    def refuse(self, error: Any) -> None:
        """Show a service's refusal: beside the fields it names, else on top of the form."""
        for name, texts in error.fields.items():
            self.add_error(name if name in self.fields else None, texts)
        if not error.fields:
            self.add_error(None, error.message)
