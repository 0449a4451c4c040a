"""What the panels of issues ask before they show something."""

from typing import Any

from django import template

from accounts.models import Project
from qaportal.kit.errors import Decision

from .. import policies

register = template.Library()


@register.simple_tag(takes_context=True)
def may_read_issues(context: template.Context, project: Project) -> Decision:
    """Whether the reader of the page may read issues of the project."""
    return policies.can_read_issues(_reader(context), project)


@register.simple_tag(takes_context=True)
def may_write_issues(context: template.Context, project: Project) -> Decision:
    """Whether the reader of the page may write issues in the project."""
    return policies.can_edit_issues(_reader(context), project)


def _reader(context: template.Context) -> Any:
    return context["request"].user
