"""What the page of a company shows to the platform's administrator."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from qaportal.kit.concurrency import etag

from ..forms.companies import PlatformCompanyForm
from ..models import Tenant
from ..services import seats
from ..sign_in.reauthentication import typed_before
from .control_page import ControlPage


@dataclass
class CompanyPage(ControlPage):
    """The page of one company."""

    template = "accounts/company_detail.html"
    tenant: Tenant
    form: PlatformCompanyForm | None = None

    @property
    def address(self) -> str:
        """Where the page is found."""
        return reverse("accounts:company_detail", args=[self.tenant.pk])

    def context(self) -> dict[str, Any]:
        """Everything that the template needs."""
        tenant = self.tenant
        initial = PlatformCompanyForm.initial_of(tenant) | {"if_match": etag(tenant)} | typed_before(self.request)
        return {
            "company": tenant,
            "form": self.form or PlatformCompanyForm(initial=initial),
            "crumbs": [(_("Companies"), reverse("accounts:company_list")), (tenant.name, "")],
            "seats_taken": seats.seats_taken(tenant=tenant),
            "projects": tenant.projects.living().count(),
            "domains": tenant.domains.for_list(),
        }
