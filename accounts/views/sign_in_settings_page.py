"""What the page shows on which an administrator decides how people of the company sign in."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from .. import audit, policies
from ..forms.sign_in_settings import DomainForm, IdentityProviderForm
from ..models import IdentityProvider, Tenant, TenantDomain
from ..querysets import TenantDomainQuerySet
from ..services import identity_providers
from ..sign_in import oidc
from ..sign_in.social import callback_address
from .control_page import ControlPage


@dataclass
class SignInSettingsPage(ControlPage):
    """The page of one company."""

    template = "accounts/sign_in_settings.html"
    tenant: Tenant
    form: IdentityProviderForm | None = None
    domain_form: DomainForm | None = None
    findings: list[oidc.Finding] | None = None

    @property
    def query(self) -> str:
        """What names the company in the address, for an administrator of the platform."""
        named = self.request.GET.get("tenant")
        return urlencode({"tenant": named}) if named else ""

    @property
    def address(self) -> str:
        """Where the page is found."""
        return reverse("accounts:sign_in_settings") + (f"?{self.query}" if self.query else "")

    @property
    def domains(self) -> TenantDomainQuerySet:
        """The mail domains of the company."""
        return TenantDomain.objects.visible_to(self.request.user).filter(tenant=self.tenant).for_list()

    @cached_property
    def provider(self) -> IdentityProvider | None:
        """The identity provider of the company."""
        return (
            IdentityProvider.objects.visible_to(self.request.user)
            .select_related("default_role")
            .filter(tenant=self.tenant)
            .first()
        )

    def context(self) -> dict[str, Any]:
        """Everything that the template needs."""
        provider, reader = self.provider, self.request.user
        initial = audit.snapshot(provider, identity_providers.FIELDS) if provider else {}
        return {
            "tenant": self.tenant,
            "provider": provider,
            "callback": callback_address(provider) if provider else "",
            "has_secret": provider is not None and bool(provider.__dict__["client_secret"]),
            "form": self.form or IdentityProviderForm(initial=initial, actor=reader, tenant=self.tenant),
            "domain_form": self.domain_form or DomainForm(),
            "domains": [(domain, f"domain-{domain.pk}") for domain in self.domains],
            "decision": policies.can_choose_who_comes_in(reader, self.tenant),
            "may_verify": bool(policies.can_verify_domain(reader)),
            "findings": self.findings,
            "query": self.query,
        }
