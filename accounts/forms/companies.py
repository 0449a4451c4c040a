"""Forms of companies."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qaportal.kit.forms import PortalForm

from ..models import Tenant

MOST = 2**31 - 1


class CompanyForm(PortalForm):
    """What an administrator of the company changes: its name."""

    name = forms.CharField(label=_("Name"), min_length=3, max_length=100)
    if_match = forms.CharField(required=False, widget=forms.HiddenInput)


class PlatformCompanyForm(CompanyForm):
    """All of a company, for the platform's administrator."""

    slug = forms.CharField(
        label=_("Slug"),
        min_length=3,
        max_length=100,
        validators=Tenant._meta.get_field("slug").validators,
        help_text=_("Its name for API clients: lower-case letters, digits and hyphens."),
    )
    subscription_tier = forms.CharField(
        label=_("Subscription"),
        max_length=50,
        required=False,
        empty_value=None,
        help_text=_("Such as team or business."),
    )
    max_users = forms.IntegerField(
        label=_("Seats"), min_value=1, max_value=MOST, required=False, help_text=_("Empty: as many as they like.")
    )
    max_modules = forms.IntegerField(
        label=_("Modules"), min_value=1, max_value=MOST, required=False, help_text=_("Empty: as many as they like.")
    )
    field_order = ("name", "slug", "subscription_tier", "max_users", "max_modules")

    def company_fields(self) -> dict[str, Any]:
        """What services take."""
        return {name: value for name, value in self.cleaned_data.items() if name != "if_match"}

    @classmethod
    def initial_of(cls, company: Tenant) -> dict[str, Any]:
        """The company as the form shows it."""
        return {name: getattr(company, name) for name in cls.base_fields if name != "if_match"}
