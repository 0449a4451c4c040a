"""The page on which an administrator decides how people of the company sign in."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from qaportal.kit import outbound
from qaportal.kit.addresses import literal
from qaportal.kit.forms import PortalForm
from qaportal.kit.views import render_fragment, shown_refusal, wants_fragment

from .. import audit, policies
from ..audit.filters import whole_number
from ..models import IdentityProvider, Role, Tenant, TenantDomain, User
from ..permissions import decide
from ..services import domains, identity_providers, tenants
from ..sign_in import oidc
from ..sign_in.reauthentication import freshly_authenticated
from ..sign_in.social import callback_address


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
    default_role = forms.ModelChoiceField(
        label=gettext_lazy("Role of people who are added"), queryset=Role.objects.none(), empty_label=None
    )
    creates_users = forms.BooleanField(
        label=gettext_lazy("Add people who arrive for the first time"), required=False, initial=True
    )
    is_enabled = forms.BooleanField(label=gettext_lazy("People can sign in through it"), required=False, initial=True)
    is_only_way = forms.BooleanField(
        label=gettext_lazy("Nobody signs in by password"),
        required=False,
        help_text=gettext_lazy("Passwords are refused on pages and in the API; API tokens go on working."),
    )

    def __init__(self, *args: Any, actor: User, tenant: Tenant, **kwargs: Any) -> None:
        """Offer the roles that the actor may give."""
        super().__init__(*args, **kwargs)
        roles = Role.objects.visible_to(actor).of_tenant(tenant.pk).exclude(code="super_admin")
        allowed = [role.pk for role in roles if policies.can_grant(actor, role)]
        self.fields["default_role"].queryset = Role.objects.filter(pk__in=allowed).order_by("pk")
        self.fields["default_role"].label_from_instance = lambda role: role.label
        self.fields["default_role"].initial = next((role.pk for role in roles if role.code == "tester"), None)

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


def _tenant_of(request: HttpRequest) -> Tenant:
    """The actor's company; an administrator of the platform names one. Raises Denied and Http404."""
    if request.user.tenant_id is not None:
        tenant = request.user.tenant
    else:
        wanted = request.GET.get("tenant", "")
        tenant = Tenant.objects.visible_to(request.user).filter(pk=whole_number(wanted) or 0).first()
    if tenant is None:
        raise Http404
    policies.can_manage_sign_in(request.user, tenant).require()
    return tenant


def _address(request: HttpRequest) -> str:
    """The page again, of the same company."""
    named = {"tenant": request.GET["tenant"]} if request.GET.get("tenant") else {}
    return reverse("accounts:sign_in_settings") + (f"?{urlencode(named)}" if named else "")


def _show(
    request: HttpRequest,
    tenant: Tenant,
    *,
    form: IdentityProviderForm | None = None,
    domain_form: DomainForm | None = None,
    findings: list[oidc.Finding] | None = None,
) -> HttpResponse:
    provider = IdentityProvider.objects.filter(tenant=tenant).first()
    initial = audit.snapshot(provider, identity_providers.FIELDS) if provider else {}
    context = {
        "tenant": tenant,
        "provider": provider,
        "callback": callback_address(provider) if provider else "",
        "has_secret": provider is not None and bool(provider.__dict__["client_secret"]),
        "form": form or IdentityProviderForm(initial=initial, actor=request.user, tenant=tenant),
        "domain_form": domain_form or DomainForm(),
        "domains": tenant.domains.order_by("domain"),
        "may_verify": bool(policies.can_verify_domain(request.user)),
        "findings": findings,
        "query": _address(request).partition("?")[2],
    }
    refused = (form is not None and form.errors) or (domain_form is not None and domain_form.errors)
    return render(request, "accounts/sign_in_settings.html", context, status=422 if refused else 200)


@never_cache
@freshly_authenticated
def sign_in_settings(request: HttpRequest) -> HttpResponse:
    """How people of the company sign in; a POST saves the identity provider.

    An administrator of the platform who named no company chooses one: its page leads here.
    """
    if request.method != "POST" and request.user.tenant_id is None and "tenant" not in request.GET:
        decide(request.user, "sign_in.manage").require()
        messages.warning(request, _("Choose the company: its page leads to its sign-in settings"))
        return redirect("accounts:company_list")
    tenant = _tenant_of(request)
    if request.method != "POST":
        return _show(request, tenant)
    form = IdentityProviderForm(request.POST, actor=request.user, tenant=tenant)
    if form.is_valid():
        with shown_refusal(request) as refusal:
            identity_providers.save_identity_provider(actor=request.user, tenant=tenant, **form.cleaned_data)
        if not refusal:
            messages.success(request, _("The identity provider is saved"))
            return redirect(_address(request))
        form.refuse(refusal)
    return _show(request, tenant, form=form)


@require_POST
@freshly_authenticated
def check_identity_provider(request: HttpRequest) -> HttpResponse:
    """Look at what the typed issuer publishes, and tell what is wrong; nothing is saved."""
    tenant = _tenant_of(request)
    form = IdentityProviderForm(request.POST, actor=request.user, tenant=tenant)
    form.full_clean()
    problems = [str(words) for words in form.errors.get("issuer", [])]
    findings = [oidc.Finding(False, words) for words in problems] or oidc.check_provider(form.cleaned_data["issuer"])
    if wants_fragment(request):
        return render_fragment(request, "accounts/sign_in_settings.html#findings", {"findings": findings})
    return _show(request, tenant, form=form, findings=findings)


@require_POST
@freshly_authenticated
def remove_identity_provider(request: HttpRequest) -> HttpResponse:
    """Disconnect the identity provider."""
    identity_providers.remove_identity_provider(actor=request.user, tenant=_tenant_of(request))
    messages.success(request, _("The identity provider is disconnected"))
    return redirect(_address(request))


@require_POST
@freshly_authenticated
def change_second_factor_rule(request: HttpRequest) -> HttpResponse:
    """Ask everybody for a second factor, or no longer."""
    required = request.POST.get("required") == "on"
    tenants.set_second_factor_required(actor=request.user, tenant=_tenant_of(request), required=required)
    words = _("Everybody is asked for a second factor") if required else _("A second factor is everybody's own choice")
    messages.success(request, words)
    return redirect(_address(request))


@require_POST
@freshly_authenticated
def add_domain(request: HttpRequest) -> HttpResponse:
    """Claim a mail domain."""
    tenant, form = _tenant_of(request), DomainForm(request.POST)
    if form.is_valid():
        with shown_refusal(request) as refusal:
            domains.add_domain(actor=request.user, tenant=tenant, domain=form.cleaned_data["domain"])
            return redirect(_address(request))
        form.refuse(refusal)
    return _show(request, tenant, domain_form=form)


def _domain(request: HttpRequest, domain_id: int) -> TenantDomain:
    return get_object_or_404(TenantDomain.objects.select_related("tenant"), pk=domain_id, tenant=_tenant_of(request))


@require_POST
@freshly_authenticated
def remove_domain(request: HttpRequest, domain_id: int) -> HttpResponse:
    """Give a mail domain up."""
    domains.remove_domain(actor=request.user, domain=_domain(request, domain_id))
    return redirect(_address(request))


@require_POST
@freshly_authenticated
def verify_domain(request: HttpRequest, domain_id: int) -> HttpResponse:
    """Confirm that a mail domain belongs to the company; for administrators of the platform."""
    domain = _domain(request, domain_id)
    with shown_refusal(request) as refusal:
        domains.verify_domain(actor=request.user, domain=domain)
    if refusal:
        messages.error(request, refusal.message)
    return redirect(_address(request))
