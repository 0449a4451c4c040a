"""Writing in an exploratory session: notes and findings, changing them, and making a case of a finding."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.project_pages import get_visible, project_page
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, PortalError
from qaportal.kit.forms import PortalForm
from qaportal.kit.views import shown_refusal

from .. import policies
from ..models import Finding, Session, SessionEntry
from ..services import session_notes as services
from ..session_forms import NOTE, FindingForm, NoteForm, NoteTextForm
from .sessions import render_session, visible_session


@require_POST
@project_page
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what was typed as a note or a finding."""
    session, form = visible_session(request, pk), NoteForm(request.POST)
    if form.is_valid():
        try:
            _keep(request, session, form)
            return redirect(session)
        except Denied:
            raise
        except PortalError as error:
            form.refuse(error)
    return render_session(request, session, form=form, status=422)


@require_http_methods(["GET", "POST"])
@project_page
def edit_note(request: HttpRequest, pk: int, entry_id: int) -> HttpResponse:
    """The form of a stored note; it goes on only while the session does."""
    session = visible_session(request, pk)
    entry = _note(request, session, entry_id)
    policies.can_remove_from_session(request.user, entry).require()
    form = NoteTextForm(request.POST or None, initial={"text": entry.text, "if_match": etag(entry)})

    def rewrite(if_match: str | None) -> None:
        services.update_note(actor=request.user, entry=entry, text=form.cleaned_data["text"], if_match=if_match)

    return _edited(request, session, form, rewrite, _("Edit the note"))


@require_http_methods(["GET", "POST"])
@project_page
def edit_finding(request: HttpRequest, pk: int, finding_id: int) -> HttpResponse:
    """The form of a stored finding; it goes on only while the session does."""
    session = visible_session(request, pk)
    finding = _finding(request, session, finding_id)
    policies.can_remove_from_session(request.user, finding).require()
    form = FindingForm(request.POST or None, initial=FindingForm.initial_of(finding))

    def rewrite(if_match: str | None) -> None:
        services.update_finding(actor=request.user, finding=finding, if_match=if_match, **form.finding())

    return _edited(request, session, form, rewrite, _("Edit the finding"))


def _edited(
    request: HttpRequest, session: Session, form: PortalForm, rewrite: Callable[[str | None], None], heading: str
) -> HttpResponse:
    """Take what was typed in, or show the form with what was refused."""
    if request.method == "POST" and form.is_valid():
        try:
            rewrite(form.cleaned_data["if_match"] or None)
            return redirect(session)
        except Denied:
            raise
        except PortalError as error:
            form.refuse(error)
    list_url = reverse("runs:sessions", args=[request.project.key])
    crumbs = [(_("Sessions"), list_url), (session.name, session.get_absolute_url())]
    context = {"form": form, "session": session, "project": request.project, "crumbs": crumbs, "heading": heading}
    return render(request, "runs/session_entry_form.html", context, status=422 if form.errors else 200)


@require_POST
@project_page
def remove_note(request: HttpRequest, pk: int, entry_id: int) -> HttpResponse:
    """Take a note away."""
    session = visible_session(request, pk)
    entry = _note(request, session, entry_id)
    with shown_refusal(request) as refusal:
        services.remove_note(actor=request.user, entry=entry)
        return redirect(session)
    return render_session(request, session, refusal=refusal.message, status=refusal.status)


@require_POST
@project_page
def remove_finding(request: HttpRequest, pk: int, finding_id: int) -> HttpResponse:
    """Take a finding away."""
    session = visible_session(request, pk)
    with shown_refusal(request) as refusal:
        services.remove_finding(actor=request.user, finding=_finding(request, session, finding_id))
        return redirect(session)
    return render_session(request, session, refusal=refusal.message, status=refusal.status)


@require_POST
@project_page
def make_case(request: HttpRequest, pk: int, finding_id: int) -> HttpResponse:
    """Make a test case of the finding, and go on writing it."""
    session = visible_session(request, pk)
    with shown_refusal(request) as refusal:
        case = services.make_case(actor=request.user, finding=_finding(request, session, finding_id))
        messages.success(request, _("%s is made of the finding. Write its steps.") % case.test_id)
        form_url = reverse("catalog:case_update", args=[request.project.key, case.test_id])
        return redirect(f"{form_url}?{urlencode({'next': session.get_absolute_url()})}")
    return render_session(request, session, refusal=refusal.message, status=refusal.status)


def _note(request: HttpRequest, session: Session, pk: int) -> SessionEntry:
    entries = SessionEntry.objects.filter(session=session).select_related("session", "project__tenant")
    return get_visible(entries, request, pk=pk)


def _finding(request: HttpRequest, session: Session, pk: int) -> Finding:
    findings = Finding.objects.filter(session=session).select_related("session", "project__tenant", "case__project")
    return get_visible(findings, request, pk=pk)


def _keep(request: HttpRequest, session: Session, form: NoteForm) -> None:
    if form.cleaned_data["kind"] == NOTE:
        services.add_note(actor=request.user, session=session, text=form.cleaned_data["text"])
    else:
        services.add_finding(actor=request.user, session=session, **form.finding())
