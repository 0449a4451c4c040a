"""Tags that show states of cases, and their reviews."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from accounts.models import Project
from qaportal.kit.concurrency import etag

from ..forms import ReviewForm
from ..models import TestCase
from ..reviewing import CaseReviews, review_status, rows_for
from ..workflow import badge, workflow_of

register = template.Library()


register.simple_tag(badge, name="state_badge")


@register.simple_tag
def case_state(code: str, project: Project) -> SafeString:
    """The state with this code as the project shows it."""
    return badge(workflow_of(project).shown(code))


register.simple_tag(review_status)


@register.inclusion_tag("catalog/_review_panel.html", takes_context=True)
def review_panel(context: Context, case: TestCase, reviews: CaseReviews) -> dict[str, Any]:
    """The reviews of the case with what the reader may do: decide, withdraw, ask."""
    page = context["page"]
    may_ask = page.may["edit_case"]
    form = getattr(page, "review_form", None)
    if form is None and may_ask:
        form = ReviewForm(project=page.project, user=page.user)
    return {
        "page": page,
        "case": case,
        "rows": rows_for(case, reviews, page.user),
        "over": reviews.over,
        "may_ask": may_ask,
        "form": form,
        "query": page.request.GET.urlencode(),
        "is_page": page.request.GET.get("full") == "1",
        "etag": etag(case),
        "comment": page.request.POST.get("comment", "") if page.refusal else "",
        "refusal": page.refusal,
        "csrf_token": context.get("csrf_token"),
    }
