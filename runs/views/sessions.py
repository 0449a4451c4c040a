"""The pages of exploratory sessions: the list, planning, the timer, and deleting one."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.project_pages import ProjectMixin, get_visible, project_page
from qaportal.kit import panels
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, PortalError
from qaportal.kit.views import (
    FilteredListView,
    FragmentMixin,
    render_fragment,
    shown_refusal,
    wants_fragment,
)

from .. import policies
from ..filters import SessionFilter
from ..models import Session
from ..services import sessions as services
from ..session_forms import NoteForm, SessionForm
from ..session_page import SESSION_PANELS, timeline_of, timer_of
from ..session_tables import SessionTable


class SessionListView(ProjectMixin, FragmentMixin, FilteredListView):
    """The exploratory sessions of the project; htmx asks for the rows alone."""

    table_class, filterset_class, fragment = SessionTable, SessionFilter, "rows"
    template_name = "runs/session_list.html"
    menu_fields = ("status",)

    def get_queryset(self) -> QuerySet[Session]:
        """The sessions the reader may see."""
        found = Session.objects.visible_to(self.request.user).in_project(self.project)
        return found.for_list().with_counts()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether the reader may plan one."""
        more = {"may_edit": policies.can_edit_sessions(self.request.user, self.project)}
        return super().get_context_data(**kwargs) | more


@require_GET
@project_page
def session_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The session with its timer and timeline; htmx asks for the work alone."""
    return render_session(request, visible_session(request, pk))


@require_http_methods(["GET", "POST"])
@project_page
def create_session(request: HttpRequest) -> HttpResponse:
    """The form for a new session."""
    policies.can_edit_sessions(request.user, request.project).require()
    initial = {"minutes": 60, "assigned_to": request.user.pk}
    form = SessionForm(request.POST or None, project=request.project, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = _saved(
            form, lambda **facts: services.create_session(actor=request.user, project=request.project, **facts)
        )
        if made:
            messages.success(request, _("The session is planned. Start it when you begin."))
            return redirect(made)
    return _render_form(request, form)


@require_http_methods(["GET", "POST"])
@project_page
def update_session(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a stored session."""
    policies.can_edit_sessions(request.user, request.project).require()
    session = visible_session(request, pk)
    initial = SessionForm.initial_of(session) | {"if_match": etag(session)}
    form = SessionForm(request.POST or None, project=request.project, initial=initial)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["if_match"] or None
        saved = _saved(form, lambda **facts: services.update_session(
            actor=request.user, session=session, if_match=seen, **facts
        ))  # fmt: skip
        if saved:
            messages.success(request, _("The session is saved"))
            return redirect(saved)
    return _render_form(request, form, session)


@require_POST
@project_page
def change_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Start, pause or complete the session."""
    session = visible_session(request, pk)
    with shown_refusal(request) as refusal:
        services.update_session(actor=request.user, session=session, status=request.POST.get("status", ""))
        return redirect(session)
    return render_session(request, session, refusal=refusal.message, status=refusal.status)


@require_POST
@project_page
def delete_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a session with its notes."""
    session = visible_session(request, pk)
    with shown_refusal(request) as refusal:
        services.delete_session(actor=request.user, session=session)
        messages.success(request, _("The session is deleted"))
        return redirect("runs:sessions", request.project.key)
    return render_session(request, session, refusal=refusal.message, status=refusal.status)


def visible_session(request: HttpRequest, pk: int) -> Session:
    """The session of the address, else 404."""
    return get_visible(Session.objects.for_detail(), request, pk=pk)


def render_session(
    request: HttpRequest, session: Session, *, form: NoteForm | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    """The page, or its work alone for htmx."""
    user = request.user
    context = {
        "session": session,
        "project": request.project,
        "crumbs": [(_("Sessions"), reverse("runs:sessions", args=[request.project.key]))],
        "timer": timer_of(session),
        "timeline": timeline_of(session, user),
        "form": form or NoteForm(),
        "refusal": refusal,
        "sections": [(panel, facts.get(session.pk)) for panel, facts in panels.loaded(SESSION_PANELS, [session.pk])],
        "may_edit": policies.can_edit_sessions(user, request.project),
        "may_delete": policies.can_delete_sessions(user, request.project),
        "may_make_cases": policies.can_create_cases(user, request.project),
        "takes_notes": policies.takes_notes(session),
    }
    template = "runs/session_detail.html" + ("#work" if wants_fragment(request) else "")
    return render_fragment(request, template, context, status=status)


def _render_form(request: HttpRequest, form: SessionForm, session: Session | None = None) -> HttpResponse:
    list_url = reverse("runs:sessions", args=[request.project.key])
    crumbs = [(_("Sessions"), list_url)] + ([(session.name, session.get_absolute_url())] if session else [])
    context = {
        "form": form,
        "session": session,
        "project": request.project,
        "crumbs": crumbs,
        "back_url": session.get_absolute_url() if session else list_url,
    }
    return render(request, "runs/session_form.html", context, status=422 if form.errors else 200)


def _saved(form: SessionForm, save: Callable[..., Session]) -> Session | None:
    """What the service answers; its refusal stands in the form."""
    try:
        return save(**form.facts())
    except Denied:
        raise
    except PortalError as error:
        form.refuse(error)
        return None
