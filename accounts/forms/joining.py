"""Forms of people who join: by an invitation, or by registering."""

from django import forms
from django.utils.translation import gettext_lazy as _

from qaportal.kit.forms import PortalForm

PASSWORD_HINT = _("At least 8 characters and none of the common ones; the longer, the better.")


class JoiningForm(PortalForm):
    """How somebody is called, and the password he chooses; it is never shown again."""

    first_name = forms.CharField(
        label=_("First name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1_000,
        strip=False,
        help_text=PASSWORD_HINT,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class RegistrationForm(JoiningForm):
    """The same with the address, for somebody whom nobody invited."""

    email = forms.EmailField(
        label=_("Work e-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    field_order = ("email", "first_name", "last_name", "password")


class ConfirmationForm(PortalForm):
    """The password chosen at registration: a link alone may have come to somebody who registered nowhere."""

    password = forms.CharField(
        label=_("Password"),
        max_length=1_000,
        strip=False,
        help_text=_("The one that you chose when you registered."),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


class AddressForm(PortalForm):
    """The address to which a link is mailed; whether it is known is told to nobody."""

    email = forms.EmailField(
        label=_("Work e-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
