"""Texts in Markdown as they will be read."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from accounts.project_pages import project_page
from qaportal.kit.views import render_fragment

from ..services.drafts import LONGEST_TEXT

MOST_TEXTS = 3_000


@require_POST
@project_page
def preview(request: HttpRequest) -> HttpResponse:
    """Each `text` of the form as HTML, in their order; a text is shown as far as it could be saved."""
    texts = [text[:LONGEST_TEXT] for text in request.POST.getlist("text")[:MOST_TEXTS]]
    return render_fragment(request, "catalog/text_preview.html", {"texts": texts})
