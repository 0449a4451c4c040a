"""The page of a secret that is shown this once: a link to hand over."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from ..models import Invitation, User
from ..services import invitations, passwords

TEMPLATE = "accounts/shown_once.html"


def show_reset_link(request: HttpRequest, person: User, **page: Any) -> HttpResponse:
    """Make a link to choose a new password and show it; raises what the service refuses with.

    `page` is where the link stands: `crumbs`, and `back_url` with `back_words`.
    """
    link = passwords.issue_reset_link(actor=request.user, user=person)
    context = {"heading": _("Link for a new password"), "person": person, "link": link}
    return render(request, TEMPLATE, context | page)


def show_invitation_link(request: HttpRequest, invitation: Invitation, **page: Any) -> HttpResponse:
    """The same for the link of an invitation."""
    link = invitations.issue_invitation_link(actor=request.user, invitation=invitation)
    context = {"heading": _("Link of an invitation"), "invitation": invitation, "link": link}
    return render(request, TEMPLATE, context | page)
