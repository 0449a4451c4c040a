"""Tags of the trees in a release's pages."""

from collections.abc import Mapping

from django import template
from django.template.context import Context

from qaportal.kit.templatetags.ui import query

from ..tree import Node

register = template.Library()


@register.filter
def for_side(counts: Mapping[str, int], side: str) -> int:
    """How many of the folder's cases lie on this side of the scope."""
    return counts.get(side, 0)


@register.simple_tag(takes_context=True)
def tree_toggle(context: Context, node: Node, opened: set[int]) -> str:
    """The current address with the folder opened, or closed when it is open; nothing else moves."""
    wanted = (opened - {node.pk}) if node.is_open else (opened | {node.pk})
    page = context["request"].GET.get("page")
    return query(context, open=".".join(str(each) for each in sorted(wanted)), page=page)
