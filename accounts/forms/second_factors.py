"""Forms that ask for a second factor; wrong answers are counted with wrong passwords."""

import struct
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm, ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from cryptography.exceptions import InvalidSignature
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from qaportal.kit.forms import PortalForm, style_widgets

from ..services import second_factors
from ..sign_in.backends import count_wrong_code, is_locked_out

NOT_A_KEY = (ValidationError, InvalidSignature, LookupError, ValueError, TypeError, AttributeError, struct.error)
"""What reading and checking the answer of a key raises when it is none, or not the one that was asked."""

CODE_ATTRIBUTES = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false", "placeholder": ""}


class CodeForm(AuthenticateForm):
    """A code of the app or a recovery code, while signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Word the field as the portal does."""
        super().__init__(*args, **kwargs)
        _word_code(self)

    def clean_code(self) -> str:
        """Use the code up; a wrong one is counted, and too many lock the door for a while."""
        return _clean_code(self)


class CodeAgainForm(ReauthenticateForm):
    """The same, to confirm who one is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Word the field as the portal does."""
        super().__init__(*args, **kwargs)
        _word_code(self)

    def clean_code(self) -> str:
        """Use the code up; a wrong one is counted, and too many lock the door for a while."""
        return _clean_code(self)


def _word_code(form: forms.Form) -> None:
    field = form.fields["code"]
    field.label, field.max_length = _("Code"), 64
    field.widget.attrs.update(CODE_ATTRIBUTES)
    style_widgets(form)


def _clean_code(form: forms.Form) -> str:
    refusal = get_adapter().validation_error("incorrect_code")
    if is_locked_out(context.request, form.user):
        raise refusal
    factor = second_factors.use_code(actor=form.user, code=form.cleaned_data["code"])
    if factor is None:
        count_wrong_code(context.request, form.user)
        raise refusal
    form.authenticator = factor
    return form.cleaned_data["code"]


class KeyForm(AuthenticateWebAuthnForm):
    """The answer of a security key, while signing in."""

    def clean_credential(self) -> Authenticator:
        """The key that answered; a wrong answer is counted like a wrong code."""
        return _clean_credential(self)


class KeyAgainForm(ReauthenticateWebAuthnForm):
    """The same, to confirm who one is."""

    def clean_credential(self) -> Authenticator:
        """The key that answered; a wrong answer is counted like a wrong code."""
        return _clean_credential(self)


def _clean_credential(form: forms.Form) -> Authenticator:
    refusal = ValidationError(_("The key was not recognised. Use one that you have set up here."))
    if is_locked_out(context.request, form.user):
        raise refusal
    try:
        credential = form.cleaned_data["credential"]
        webauthn.parse_authentication_response(credential)
        return webauthn.complete_authentication(form.user, credential)
    except NOT_A_KEY as error:
        count_wrong_code(context.request, form.user)
        raise refusal from error


class AppForm(PortalForm):
    """The code that a new authenticator app shows."""

    code = forms.CharField(label=_("Code of the app"), max_length=16, widget=forms.TextInput(attrs=CODE_ATTRIBUTES))


class NewKeyForm(PortalForm):
    """A new security key: how it is called, and the browser's answer."""

    name = forms.CharField(
        label=_("Name"),
        max_length=second_factors.LONGEST_NAME,
        help_text=_("To tell it from others, such as the colour or the device."),
    )
    credential = forms.JSONField(label=_("Answer of the key"), widget=forms.HiddenInput, required=False)

    def clean_credential(self) -> dict[str, Any]:
        """The answer, checked against what was asked of the browser."""
        refusal = ValidationError(_("The key did not answer as expected. Try again."))
        credential = self.cleaned_data["credential"]
        if not isinstance(credential, dict):
            raise refusal
        try:
            webauthn.parse_registration_response(credential)
            webauthn.complete_registration(credential)
        except NOT_A_KEY as error:
            raise refusal from error
        return credential


class KeyNameForm(PortalForm):
    """Another name for a key."""

    name = forms.CharField(label=_("Name"), max_length=second_factors.LONGEST_NAME)
