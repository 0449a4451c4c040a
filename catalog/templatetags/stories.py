"""Tags of the pages of stories."""

from django import template

from ..tables import coverage_bar

register = template.Library()
register.simple_tag(coverage_bar)
