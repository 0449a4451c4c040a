"""Forms of how people of a company sign in."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qaportal.kit import outbound
from qaportal.kit.addresses import literal
from qaportal.kit.forms import PortalForm

from ..models import Role, Tenant, User
from .fields import RoleField, roles_on_offer


class IdentityProviderForm(PortalForm):
    """The provider of the company; the secret is written only, never shown."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("As your people know it.")
    )
    issuer = forms.URLField(
        label=gettext_lazy("Issuer"),
        max_length=500,
        assume_scheme="https",
        help_text=gettext_lazy("The address under which the provider publishes itself, spelled as it does."),
    )
    client_id = forms.CharField(label=gettext_lazy("Client id"), max_length=255)
    client_secret = forms.CharField(
        label=gettext_lazy("Client secret"),
        max_length=1000,
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    default_role = RoleField(
        label=gettext_lazy("Role of people who are added"), queryset=Role.objects.none(), empty_label=None
    )
    creates_users = forms.BooleanField(
        label=gettext_lazy("Add people who arrive for the first time"), required=False, initial=True
    )
    is_enabled = forms.BooleanField(label=gettext_lazy("Enabled: people can sign in through it"), required=False)
    is_only_way = forms.BooleanField(
        label=gettext_lazy("Required: nobody signs in by password"),
        required=False,
        help_text=gettext_lazy(
            "Passwords are refused on pages and in the API, and what was opened by one ends; API tokens go on working."
        ),
    )

    def __init__(self, *args: Any, actor: User, tenant: Tenant, **kwargs: Any) -> None:
        """Offer the roles that the actor may give."""
        super().__init__(*args, **kwargs)
        offered = roles_on_offer(actor, tenant)
        self.fields["default_role"].queryset = Role.objects.filter(pk__in=[role.pk for role in offered]).for_list()
        self.fields["default_role"].initial = next((role.pk for role in offered if role.code == "tester"), None)

    def clean_issuer(self) -> str:
        """An address that the portal calls, encrypted unless the operator opened a local one."""
        issuer = self.cleaned_data["issuer"].strip()
        parts = urlsplit(issuer)
        if parts.query or parts.fragment:
            raise forms.ValidationError(_("Leave out what follows the path."))
        if parts.scheme != "https" and literal(parts.hostname or "") is None:
            raise forms.ValidationError(_("The address must begin with https://."))
        if problem := outbound.check_url(issuer):
            raise forms.ValidationError(problem)
        return issuer


class DomainForm(PortalForm):
    """A mail domain of the company."""

    domain = forms.CharField(label=gettext_lazy("Mail domain"), max_length=253)
