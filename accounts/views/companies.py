"""The company that somebody administers, and all companies for the platform's administrator."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qaportal.kit.concurrency import etag
from qaportal.kit.errors import InvalidInput
from qaportal.kit.views import FilteredListView, FragmentMixin, Refusal, shown_refusal

from .. import policies
from ..administration import AdministrationMixin, administration_page, choice_tabs, kept_query
from ..choices import TenantStatus
from ..filters import CompanyFilter
from ..forms.companies import CompanyForm, PlatformCompanyForm
from ..models import Tenant, User
from ..services import seats, tenants
from ..sign_in.reauthentication import freshly_authenticated
from ..tables import CompanyTable

LIVING_PEOPLE = Coalesce(
    Subquery(
        User.objects.living()
        .filter(tenant=OuterRef("pk"))
        .order_by()
        .values("tenant")
        .annotate(number=Count("pk"))
        .values("number")
    ),
    0,
)


@administration_page("tenant.manage")
def company(request: HttpRequest) -> HttpResponse:
    """The reader's own company: its name, and what the platform decides; whoever has none chooses among all."""
    tenant = request.user.tenant
    if tenant is None:
        return redirect("accounts:company_list")
    form = CompanyForm(request.POST or None, initial={"name": tenant.name, "if_match": etag(tenant)})
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


class CompanyListView(AdministrationMixin, FragmentMixin, FilteredListView):
    """All companies with how many people each has; the deleted ones only where they are asked for."""

    permission = "tenant.create"
    table_class, filterset_class, fragment = CompanyTable, CompanyFilter, "rows"
    template_name = "accounts/company_list.html"

    def get_queryset(self) -> QuerySet[Tenant]:
        """The companies that the reader administers."""
        found = Tenant.objects.administered_by(self.request.user)
        found = found if self.request.GET.get("status") == TenantStatus.DELETED else found.living()
        return found.annotate(people=LIVING_PEOPLE)

    def chips(self, filterset: Any) -> list[dict[str, str]]:
        """The active filters but the status, which the tabs show."""
        return [chip for chip in super().chips(filterset) if chip["name"] != "status"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tabs with counts, and what the search carries along."""
        every = Tenant.objects.administered_by(self.request.user).order_by()
        counts = every.aggregate(
            **{status: Count("pk", filter=Q(status=status)) for status in TenantStatus.values},
            all=Count("pk", filter=~Q(status=TenantStatus.DELETED)),
        )
        return super().get_context_data(**kwargs) | {
            "tabs": choice_tabs(self.request, "status", TenantStatus.choices, counts),
            "kept_by_search": kept_query(self.request, "q"),
        }


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


def _found(request: HttpRequest, company_id: int) -> Tenant:
    """The company, for the platform's administrator; for everybody else there is none. Raises Http404."""
    return get_object_or_404(Tenant.objects.administered_by(request.user), pk=company_id)


def _render_company(
    request: HttpRequest,
    tenant: Tenant,
    *,
    form: PlatformCompanyForm | None = None,
    refusal: Refusal | None = None,
    refused: str = "",
) -> HttpResponse:
    initial = PlatformCompanyForm.initial_of(tenant) | {"if_match": etag(tenant)}
    context = {
        "company": tenant,
        "form": form or PlatformCompanyForm(initial=initial),
        "crumbs": [(_("Companies"), reverse("accounts:company_list")), (tenant.name, "")],
        "seats_taken": seats.seats_taken(tenant=tenant),
        "projects": tenant.projects.living().count(),
        "domains": tenant.domains.order_by("domain"),
        "refusal": refusal,
        "refused": refused,
    }
    status = refusal.status if refusal else 422 if form is not None else 200
    return render(request, "accounts/company_detail.html", context, status=status)


@login_required
def company_detail(request: HttpRequest, company_id: int) -> HttpResponse:
    """One company; a POST saves all that the platform decides. One's own has a page with less."""
    if company_id == request.user.tenant_id:
        return redirect("accounts:company")
    tenant = _found(request, company_id)
    if request.method != "POST":
        return _render_company(request, tenant)
    form = PlatformCompanyForm(request.POST)
    if form.is_valid():
        with shown_refusal(request) as refusal:
            expected = form.cleaned_data["if_match"] or None
            tenants.update_tenant(actor=request.user, tenant=tenant, if_match=expected, **form.company_fields())
        if not refusal:
            messages.success(request, _("%s is saved") % form.cleaned_data["name"])
            return redirect("accounts:company_detail", tenant.pk)
        form.refuse(refusal)
    return _render_company(request, tenant, form=form)


def _changed(
    request: HttpRequest, tenant: Tenant, control: str, change: Callable[[], object], words: str
) -> HttpResponse:
    """Do it, say so and show the page; a refusal stands beside the control."""
    with shown_refusal(request) as refusal:
        change()
    if refusal:
        return _render_company(request, tenant, refusal=refusal, refused=control)
    messages.success(request, words)
    return redirect("accounts:company_detail", tenant.pk)


@require_POST
@login_required
def change_company_status(request: HttpRequest, company_id: int) -> HttpResponse:
    """Suspend a company, or let it work again."""
    tenant, status = _found(request, company_id), request.POST.get("status")
    if status not in {TenantStatus.ACTIVE, TenantStatus.SUSPENDED}:
        raise InvalidInput(_("There is no such status."))
    words = _("%s is suspended") if status == TenantStatus.SUSPENDED else _("%s may work again")

    def change() -> None:
        tenants.update_tenant(actor=request.user, tenant=tenant, status=status)

    return _changed(request, tenant, "status", change, words % tenant.name)


@require_POST
@freshly_authenticated
def delete_company(request: HttpRequest, company_id: int) -> HttpResponse:
    """Delete a company: all it holds is hidden, and nobody of it gets in."""
    tenant = _found(request, company_id)

    def change() -> None:
        tenants.delete_tenant(actor=request.user, tenant=tenant)

    return _changed(request, tenant, "delete", change, _("%s is deleted") % tenant.name)


@require_POST
@login_required
def restore_company(request: HttpRequest, company_id: int) -> HttpResponse:
    """Bring a deleted company back."""
    tenant = _found(request, company_id)

    def change() -> None:
        tenants.restore_tenant(actor=request.user, tenant=tenant)

    return _changed(request, tenant, "restore", change, _("%s is back; its people sign in anew") % tenant.name)
