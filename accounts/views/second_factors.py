"""Pages on which people set up and remove their second factors."""

import base64
from urllib.parse import quote

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from qaportal.kit import secrets
from qaportal.kit.views import shown_refusal

from ..forms.second_factors import AppForm, KeyNameForm, NewKeyForm
from ..services import second_factors
from ..sign_in.reauthentication import freshly_authenticated
from ..sign_in.second_factor import FACTORS, second_factor_missing, second_factor_required
from .second_factors_page import codes_left, factor_rows

NEW_APP_KEY = "second_factor.new_app"
"""Where the session keeps the encrypted secret of an app that is being set up."""


def _crumbs(*more: str) -> list[tuple[str, str]]:
    steps = [(_("Your account"), reverse("accounts:account"))]
    if more:
        steps.append((_("Second factors"), reverse("accounts:second_factors")))
    return [*steps, *((each, "") for each in more)]


@never_cache
@freshly_authenticated
def second_factor_list(request: HttpRequest) -> HttpResponse:
    """What proves who the person is beside his password, and what he can set up."""
    rows = factor_rows(request.user)
    context = {
        "factors": rows,
        "has_app": any(not row.is_key for row in rows),
        "is_required": second_factor_required(request.user),
        "is_missing": second_factor_missing(request),
        "codes_left": codes_left(request.user),
        "crumbs": _crumbs(),
    }
    return render(request, "accounts/second_factors.html", context)


@never_cache
@freshly_authenticated
def add_app(request: HttpRequest) -> HttpResponse:
    """Show an authenticator app its secret, and take the first code it shows."""
    secret = _secret_of_new_app(request)
    form = AppForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with shown_refusal(request) as refusal:
            second_factors.add_app(actor=request.user, secret=secret, code=form.cleaned_data["code"])
        if not refusal:
            del request.session[NEW_APP_KEY]
            messages.success(request, _("The authenticator app is set up"))
            return _after_adding(request)
        form.refuse(refusal)
    adapter = get_adapter()
    drawing = adapter.build_totp_svg(adapter.build_totp_url(request.user, secret))
    crumbs = _crumbs(_("Authenticator app"))
    context = {"form": form, "secret": _in_groups(secret), "qr": _as_image(drawing), "crumbs": crumbs}
    return render(request, "accounts/add_app.html", context, status=422 if form.errors else 200)


def _secret_of_new_app(request: HttpRequest) -> str:
    """The secret that this session was shown before the app was set up, in whatever window; else a new one."""
    kept = request.session.get(NEW_APP_KEY)
    secret = secrets.decrypt(kept) if kept else generate_totp_secret()
    if not kept:
        request.session[NEW_APP_KEY] = secrets.encrypt(secret)
    return secret


def _as_image(svg: str) -> str:
    """A drawing as the source of an image: no markup of a library comes into the page."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _in_groups(secret: str) -> str:
    """The secret as people type it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


@never_cache
@freshly_authenticated
def add_key(request: HttpRequest) -> HttpResponse:
    """Let the browser ask a security key, and keep what it answers."""
    form = NewKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        second_factors.add_key(actor=request.user, **form.cleaned_data)
        messages.success(request, _("The security key is set up"))
        return _after_adding(request)
    options = webauthn.begin_registration(request.user, passwordless=False)
    context = {"form": form, "options": options, "crumbs": _crumbs(_("Security key"))}
    return render(request, "accounts/add_key.html", context, status=422 if form.errors else 200)


def _after_adding(request: HttpRequest) -> HttpResponse:
    """On to the recovery codes, which are shown with the first factor."""
    return redirect("accounts:recovery_codes")


@require_POST
@freshly_authenticated
def rename_key(request: HttpRequest, factor_id: int) -> HttpResponse:
    """Call a key something else."""
    factor = get_object_or_404(Authenticator, pk=factor_id, user=request.user, type=Authenticator.Type.WEBAUTHN)
    form = KeyNameForm(request.POST)
    if form.is_valid():
        second_factors.rename_key(actor=request.user, factor=factor, name=form.cleaned_data["name"])
        messages.success(request, _("The key has another name"))
    else:
        messages.error(request, " ".join(form.errors["name"]))
    return redirect("accounts:second_factors")


@require_POST
@freshly_authenticated
def remove_factor(request: HttpRequest, factor_id: int) -> HttpResponse:
    """Take a second factor away."""
    factor = get_object_or_404(Authenticator, pk=factor_id, user=request.user, type__in=FACTORS)
    second_factors.remove_factor(actor=request.user, factor=factor)
    messages.success(request, _("The second factor is removed"))
    return redirect("accounts:second_factors")


@never_cache
@freshly_authenticated
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The recovery codes, shown once; a POST makes new ones."""
    if request.method == "POST":
        second_factors.make_recovery_codes(actor=request.user)
        return redirect("accounts:recovery_codes")
    codes = second_factors.show_recovery_codes(actor=request.user)
    text = _("Recovery codes of %s for QA Portal. Each works once.") % request.user.email
    download = "data:text/plain;charset=utf-8," + quote("\n".join([text, "", *codes, ""]))
    context = {"codes": codes, "download": download, "crumbs": _crumbs(_("Recovery codes"))}
    if not codes:
        return redirect("accounts:second_factors")
    return render(request, "accounts/recovery_codes.html", context)
