"""Writing, changing and deleting a story, and saying which cases cover it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.project_pages import get_visible, project_page
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, PortalError
from qaportal.kit.views import PAGE_SIZES, render_fragment, shown_refusal, wants_fragment

from .. import policies
from ..forms import StoryForm, read_ids
from ..models import Story
from ..services import coverage, stories
from ..story_pages import StoryPage

_PARTS = {"cases": "cases", "link-cases": "link"}


@require_GET
@project_page
def story_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The story with the cases that cover it; htmx asks for the cases or the search alone."""
    return _render(request, _visible(request, pk))


@require_http_methods(["GET", "POST"])
@project_page
def create_story(request: HttpRequest) -> HttpResponse:
    """The form for a new story."""
    policies.can_edit_stories(request.user, request.project).require()
    initial = {"epic_id": request.GET.get("epic", "")[:50], "story_id": request.GET.get("id", "")[:50]}
    form = StoryForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        story = _saved(form, lambda **facts: stories.create_story(actor=request.user, project=request.project, **facts))
        if story:
            messages.success(request, _("Story %s is written. Link the cases that cover it.") % story.story_id)
            return redirect(story)
    return _render_form(request, form)


@require_http_methods(["GET", "POST"])
@project_page
def update_story(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a stored story; two people who edit at once do not overwrite each other."""
    policies.can_edit_stories(request.user, request.project).require()
    story = _visible(request, pk)
    initial = StoryForm.initial_of(story) | {"if_match": etag(story)}
    form = StoryForm(request.POST or None, story=story, initial=initial)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["if_match"] or None
        saved = _saved(
            form, lambda **facts: stories.update_story(actor=request.user, story=story, if_match=seen, **facts)
        )
        if saved:
            messages.success(request, _("Story %s is saved") % saved.story_id)
            return redirect(saved)
    return _render_form(request, form, story)


@require_POST
@project_page
def delete_story(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a story; its cases stay."""
    story = _visible(request, pk)
    with shown_refusal(request) as refusal:
        stories.delete_story(actor=request.user, story=story)
        messages.success(request, _("Story %s is deleted. Its cases stay.") % story.story_id)
        return redirect("catalog:story_list", request.project.key)
    messages.error(request, refusal.message)
    return redirect(story)


@require_POST
@project_page
def link_cases(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the picked cases cover the story."""

    def link(story: Story, ids: list[int]) -> str:
        linked = len(coverage.link_cases(actor=request.user, story=story, case_ids=ids))
        return ngettext("%d case linked", "%d cases linked", linked) % linked

    return _changed(request, pk, link)


@require_POST
@project_page
def unlink_cases(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the picked cases cover the story no longer."""

    def unlink(story: Story, ids: list[int]) -> str:
        unlinked = coverage.unlink_cases(actor=request.user, story=story, case_ids=ids)
        return ngettext("%d case unlinked", "%d cases unlinked", unlinked) % unlinked

    return _changed(request, pk, unlink)


def _changed(request: HttpRequest, pk: int, change: Callable[[Story, list[int]], str]) -> HttpResponse:
    """Do the change to the picked cases, say what was done, and show the story again."""
    story = _visible(request, pk)
    ids = read_ids(request.POST)
    if not ids:
        messages.error(request, _("Pick at least one case."))
        return redirect(story)
    with shown_refusal(request) as refusal:
        messages.success(request, change(story, ids))
        return redirect(story)
    return _render(request, story, refusal=refusal, status=refusal.status)


def _visible(request: HttpRequest, pk: int) -> Story:
    return get_visible(Story.objects.select_related("project__tenant", "created_by"), request, pk=pk)


def _render(request: HttpRequest, story: Story, *, status: int = 200, **context: Any) -> HttpResponse:
    template = "catalog/story_detail.html"
    if wants_fragment(request):
        target = request.headers.get("HX-Target", "").rpartition("#")[2]
        template = f"{template}#{_PARTS.get(target, 'cases')}"
    context |= {"page": StoryPage(request, story), "story": story, "project": request.project}
    return render_fragment(request, template, {**context, "page_sizes": PAGE_SIZES}, status=status)


def _render_form(request: HttpRequest, form: StoryForm, story: Story | None = None) -> HttpResponse:
    context = {"form": form, "story": story, "project": request.project}
    return render(request, "catalog/story_form.html", context, status=422 if form.errors else 200)


def _saved(form: StoryForm, save: Callable[..., Story]) -> Story | None:
    """What the service answers; its refusal stands in the form."""
    try:
        return save(**form.facts())
    except Denied:
        raise
    except PortalError as error:
        form.refuse(error)
        return None
