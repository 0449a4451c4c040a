"""Tags of the pages of cases."""

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def row_control(bound: BoundField, pk: int, focused: str) -> SafeString:
    """A control of a row's form; ids are the row's own, and the field that is wanted has the focus."""
    attrs = {"id": f"{bound.id_for_label}-{pk}"}
    if bound.name == focused:
        attrs["autofocus"] = True
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return bound.as_widget(attrs=attrs)
