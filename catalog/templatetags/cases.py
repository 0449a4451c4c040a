"""Tags of the pages of cases."""

from django import template

from ..case_columns import Column, Shown
from ..models import TestCase

register = template.Library()


@register.simple_tag
def cell(column: Column, case: TestCase) -> Shown:
    """What a column shows of a case."""
    return column.show(case)
