"""The company that somebody administers, and all companies for the platform's administrator."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qaportal.kit.concurrency import etag
from qaportal.kit.errors import InvalidInput
from qaportal.kit.views import shown_refusal

from .. import policies
from ..administration import AdministrationMixin, administration_page
from ..choices import TenantStatus
from ..filters import CompanyFilter
from ..forms.companies import CompanyForm, PlatformCompanyForm
from ..models import Tenant
from ..permissions import decide
from ..querysets import counted_by_status
from ..services import seats, tenants
from ..sign_in.reauthentication import freshly_authenticated, saved_when_fresh, typed_before
from ..tables import CompanyTable
from .company_page import CompanyPage
from .tabbed_list import TabbedListView


@administration_page("tenant.manage")
@saved_when_fresh(CompanyForm)
def company(request: HttpRequest) -> HttpResponse:
    """The reader's own company: its name, and what the platform decides; whoever has none chooses among all."""
    tenant = request.user.tenant
    if tenant is None:
        return redirect("accounts:company_list")
    initial = {"name": tenant.name, "if_match": etag(tenant)} | typed_before(request)
    form = CompanyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with shown_refusal(request) as refusal:
            tenants.update_tenant(actor=request.user, tenant=tenant, **form.cleaned_data)
        if not refusal:
            messages.success(request, _("The company is saved"))
            return redirect("accounts:company")
        form.refuse(refusal)
    context = {"form": form, "tenant": tenant, "seats_taken": seats.seats_taken(tenant=tenant)}
    context["platform_decision"] = policies.can_suspend_tenant(request.user)
    return render(request, "accounts/company.html", context, status=422 if form.errors else 200)


class CompanyListView(AdministrationMixin, TabbedListView):
    """All companies with how many people each has; the deleted ones only where they are asked for."""

    permission = "tenant.create"
    table_class, filterset_class, fragment = CompanyTable, CompanyFilter, "rows"
    template_name, tab_field = "accounts/company_list.html", "status"

    def get_queryset(self) -> QuerySet[Tenant]:
        """All companies that there are, or those that are deleted."""
        every = Tenant.objects.manageable_by(self.request.user).for_list()
        is_about_deleted = self.request.GET.get("status") == TenantStatus.DELETED
        return (every.deleted() if is_about_deleted else every.living()).with_people()

    def tab_choices(self) -> list[tuple[str, Any]]:
        """Every status."""
        return TenantStatus.choices

    def tab_counts(self) -> dict[str, int]:
        """How many companies have each status."""
        return counted_by_status(Tenant.objects.manageable_by(self.request.user), TenantStatus)


@administration_page("tenant.create")
def create_company(request: HttpRequest) -> HttpResponse:
    """Add a company; its first administrator is invited next."""
    form = PlatformCompanyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with shown_refusal(request) as refusal:
            made = tenants.create_tenant(actor=request.user, **form.company_fields())
            messages.success(request, _("%s is here. Invite its first administrator") % made.name)
            return redirect("accounts:company_detail", made.pk)
        form.refuse(refusal)
    crumbs = [(_("Companies"), reverse("accounts:company_list")), (_("New company"), "")]
    context = {"form": form, "crumbs": crumbs}
    return render(request, "accounts/company_form.html", context, status=422 if form.errors else 200)


def _found(request: HttpRequest, company_id: int) -> CompanyPage:
    """The page of a company, for the platform's administrator; for everybody else there is none. Raises Http404."""
    if not decide(request.user, "tenant.suspend"):
        raise Http404
    return CompanyPage(request, get_object_or_404(Tenant.objects.manageable_by(request.user), pk=company_id))


@login_required
@saved_when_fresh(PlatformCompanyForm)
def company_detail(request: HttpRequest, company_id: int) -> HttpResponse:
    """One company; a POST saves all that the platform decides. One's own has a page with less."""
    if company_id == request.user.tenant_id:
        return redirect("accounts:company")
    page = _found(request, company_id)
    if request.method != "POST":
        return page.shown()
    page.form = form = PlatformCompanyForm(request.POST)
    if form.is_valid():
        expected = form.cleaned_data["if_match"] or None
        with shown_refusal(request) as refusal:
            tenants.update_tenant(actor=request.user, tenant=page.tenant, if_match=expected, **form.company_fields())
        if not refusal:
            messages.success(request, _("%s is saved") % form.cleaned_data["name"])
            return redirect(page.address)
        form.refuse(refusal)
    return page.shown(422)


@require_POST
@freshly_authenticated
def change_company_status(request: HttpRequest, company_id: int) -> HttpResponse:
    """Suspend a company, or let it work again."""
    page, status = _found(request, company_id), request.POST.get("status")
    if status not in {TenantStatus.ACTIVE, TenantStatus.SUSPENDED}:
        raise InvalidInput(_("There is no such status."))
    words = _("%s is suspended") if status == TenantStatus.SUSPENDED else _("%s may work again")
    return page.change("status", words % page.tenant.name, tenants.update_tenant, tenant=page.tenant, status=status)


@require_POST
@freshly_authenticated
def delete_company(request: HttpRequest, company_id: int) -> HttpResponse:
    """Delete a company: all it holds is hidden, and nobody of it gets in."""
    page = _found(request, company_id)
    return page.change("delete", _("%s is deleted") % page.tenant.name, tenants.delete_tenant, tenant=page.tenant)


@require_POST
@freshly_authenticated
def restore_company(request: HttpRequest, company_id: int) -> HttpResponse:
    """Bring a deleted company back."""
    page = _found(request, company_id)
    was_suspended = page.tenant.former_status == TenantStatus.SUSPENDED
    words = _("%s is back, still suspended") if was_suspended else _("%s is back; its people sign in anew")
    return page.change("restore", words % page.tenant.name, tenants.restore_tenant, tenant=page.tenant)
