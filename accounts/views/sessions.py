"""The page of what somebody is signed in with, and of ending it."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from ..middleware import note_activity
from ..models import TokenFamily
from ..services import sign_ins
from ..sign_in.devices import device_in_words
from .sessions_page import api_rows, browser_rows


@never_cache
@require_GET
@login_required
def session_list(request: HttpRequest) -> HttpResponse:
    """What the person is signed in with."""
    context = {
        "browsers": browser_rows(request.user, request.session.session_key),
        "clients": api_rows(request.user),
        "crumbs": [(_("Your account"), reverse("accounts:account"))],
    }
    return render(request, "accounts/sessions.html", context)


@require_POST
@login_required
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one session of a browser; ending this one leads to the sign-in."""
    session = get_object_or_404(UserSession, pk=session_id, user=request.user)
    if session.session_key == request.session.session_key:
        return redirect("account_logout")
    sign_ins.end_browser_session(actor=request.user, session=session)
    messages.success(request, _("%s is signed out") % device_in_words(session.user_agent))
    return redirect("accounts:session_list")


@require_POST
@login_required
def end_api_sign_in(request: HttpRequest, family_id: Any) -> HttpResponse:
    """End one sign-in of an API client."""
    family = get_object_or_404(TokenFamily.objects.visible_to(request.user), pk=family_id)
    sign_ins.end_api_sign_in(actor=request.user, family=family)
    messages.success(request, _("%s is signed out") % device_in_words(family.user_agent))
    return redirect("accounts:session_list")


@require_POST
@login_required
def end_other_sign_ins(request: HttpRequest) -> HttpResponse:
    """End everything the person is signed in with, and renew this session."""
    sign_ins.end_all_sign_ins(actor=request.user, user=request.user, reason="signed_out_elsewhere")
    update_session_auth_hash(request, request.user)
    note_activity(request)
    messages.success(request, _("You are signed out everywhere else"))
    return redirect("accounts:session_list")
