"""How people come in: by an invitation, or by registering with an address of their company; and proving the address."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal import flows
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from qaportal.kit.errors import InvalidInput, NotVisible
from qaportal.kit.limits import rate_limit
from qaportal.kit.requests import client_network
from qaportal.kit.views import shown_refusal

from ..attempt_limits import REGISTER, VERIFICATION, count_address, count_client
from ..forms.joining import AddressForm, ConfirmationForm, JoiningForm, RegistrationForm
from ..models import Invitation, User
from ..services import identity_providers, invitations, registration

ACCEPT_RATE, CONFIRM_RATE = "60/h", "60/h"


def link_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page whose address is a secret: kept by no cache and found by no search engine."""

    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return wrapped


def sign_in(request: HttpRequest, user: User) -> HttpResponse:
    """Sign in whoever has just chosen his password, with all that a sign-in by it brings along."""
    user.backend = "accounts.sign_in.backends.ActiveUserBackend"
    return flows.login.perform_password_login(request, {"email": user.email}, Login(user=user, email=user.email))


@link_page
@sensitive_post_parameters("password")
def accept_invitation(request: HttpRequest, link: str) -> HttpResponse:
    """What the invited person sees: who invites, and the form for a password; afterwards he is signed in."""
    try:
        invitation = invitations.find_by_link(link)
    except NotVisible:
        return render(request, "accounts/invitation_over.html", status=404)
    if request.user.is_authenticated:
        return render(request, "accounts/invitation_signed_in.html", {"invitation": invitation})
    form = JoiningForm(request.POST or None, initial=_names_of(invitation))
    if request.method == "POST" and form.is_valid():
        with shown_refusal(request) as refusal:
            rate_limit("accept_invitation", client_network(request), ACCEPT_RATE)
            return sign_in(request, invitations.accept_invitation(link=link, **form.cleaned_data))
        form.refuse(refusal)
        return _joining(request, form, invitation, refusal.status)
    return _joining(request, form, invitation, 422 if form.errors else 200)


def _names_of(invitation: Invitation) -> dict[str, str]:
    return {"first_name": invitation.first_name, "last_name": invitation.last_name}


def _joining(request: HttpRequest, form: JoiningForm, invitation: Invitation, status: int) -> HttpResponse:
    return render(request, "accounts/invitation_accept.html", {"form": form, "invitation": invitation}, status=status)


@never_cache
@sensitive_post_parameters("password")
def register(request: HttpRequest) -> HttpResponse:
    """Register with an address of a company whose mail domain is confirmed."""
    if request.user.is_authenticated:
        return redirect("home")
    form = RegistrationForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        with shown_refusal(request) as refusal:
            count_client(request, REGISTER)
            count_address(REGISTER, form.cleaned_data["email"])
            user = registration.register(**form.cleaned_data)
            request.session[registration.UNCONFIRMED] = user.email
            return redirect("accounts:verification_resend")
        form.refuse(refusal)
        status = refusal.status
    return render(
        request, "account/signup.html", {"form": form}, status=422 if form.errors and status == 200 else status
    )


@link_page
@sensitive_post_parameters("password")
def verify_email(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm an address with the password chosen at registration, and sign in.

    The link alone does nothing: programs that read mail open links too, and so does whoever was registered by
    somebody else, with that one's password.
    """
    with shown_refusal(request) as refusal:
        person = registration.find_by_token(token=token)
    if refusal:
        return render(request, "account/verify_email_over.html", {"refusal": refusal}, status=refusal.status)
    form = ConfirmationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with shown_refusal(request) as refusal:
            rate_limit("verify_email", client_network(request), CONFIRM_RATE)
            return _confirmed(request, token, person, form.cleaned_data["password"])
        form.refuse(refusal)
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "account/verify_email.html", {"person": person, "form": form}, status=status)


def _confirmed(request: HttpRequest, token: str, person: User, password: str) -> HttpResponse:
    """Confirm, and sign in unless somebody is; a wrong password counts like one at the sign-in. Raises InvalidInput."""
    if authenticate(request, email=person.email, password=password) != person:
        raise InvalidInput(
            _("The password is not right."), fields={"password": [_("This is not the password you registered with.")]}
        )
    identity_providers.require_password_allowed(user=person)
    user = registration.verify_email(token=token)
    request.session.pop(registration.UNCONFIRMED, None)
    messages.success(request, _("The address is confirmed"))
    return redirect("home") if request.user.is_authenticated else sign_in(request, user)


@never_cache
def resend_verification(request: HttpRequest) -> HttpResponse:
    """Mail the link that confirms an address again; whose addresses are known is told to nobody."""
    known = request.session.get(registration.UNCONFIRMED, "")
    form = AddressForm(request.POST or None, initial={"email": known})
    context: dict[str, Any] = {"form": form, "known": known, "is_sent": False}
    if request.method != "POST" or not form.is_valid():
        return render(request, "account/verification_sent.html", context, status=422 if form.errors else 200)
    email = form.cleaned_data["email"]
    with shown_refusal(request) as refusal:
        count_client(request, VERIFICATION)
        count_address(VERIFICATION, email)
        registration.resend_verification(email=email)
        context["is_sent"] = True
    if refusal:
        form.refuse(refusal)
    return render(request, "account/verification_sent.html", context, status=refusal.status)
