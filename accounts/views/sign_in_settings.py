"""The page on which an administrator decides how people of the company sign in."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from qaportal.kit.text import key_in
from qaportal.kit.views import render_fragment, shown_refusal, wants_fragment

from .. import policies
from ..forms.sign_in_settings import DomainForm, IdentityProviderForm
from ..models import Tenant, TenantDomain
from ..permissions import decide
from ..services import domains, identity_providers, tenants
from ..sign_in import oidc
from ..sign_in.reauthentication import freshly_authenticated
from .sign_in_settings_page import SignInSettingsPage


def _page(request: HttpRequest) -> SignInSettingsPage:
    """The page of the actor's company; an administrator of the platform names one. Raises Denied and Http404."""
    visible = Tenant.objects.visible_to(request.user)
    wanted = request.user.tenant_id or key_in(request.GET.get("tenant")) or 0
    tenant = visible.filter(pk=wanted).first()
    if tenant is None:
        raise Http404
    policies.can_manage_sign_in(request.user, tenant).require()
    return SignInSettingsPage(request, tenant)


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
    page = _page(request)
    if request.method != "POST":
        return page.shown()
    page.form = form = IdentityProviderForm(request.POST, actor=request.user, tenant=page.tenant)
    if form.is_valid():
        with shown_refusal(request) as refusal:
            identity_providers.save_identity_provider(actor=request.user, tenant=page.tenant, **form.cleaned_data)
        if not refusal:
            return _saved(request, page)
        form.refuse(refusal)
    return page.shown(422)


def _saved(request: HttpRequest, page: SignInSettingsPage) -> HttpResponse:
    """The page again; whose own session ended with those that were opened by password, he signs in anew."""
    if request.session.exists(request.session.session_key):
        messages.success(request, _("The identity provider is saved"))
        return redirect(page.address)
    logout(request)
    messages.success(request, _("Saved. Your session was opened by password and has ended: sign in with your company"))
    return redirect("accounts:company_sign_in")


@require_POST
@freshly_authenticated
def check_identity_provider(request: HttpRequest) -> HttpResponse:
    """Look at what the typed issuer publishes, and tell what is wrong; nothing is saved."""
    page = _page(request)
    page.form = form = IdentityProviderForm(request.POST, actor=request.user, tenant=page.tenant)
    form.full_clean()
    problems = [str(words) for words in form.errors.get("issuer", [])]
    found = [oidc.Finding(False, words) for words in problems] or oidc.check_provider(form.cleaned_data["issuer"])
    if wants_fragment(request):
        return render_fragment(request, f"{page.template}#findings", {"findings": found})
    page.findings = found
    return page.shown(422 if form.errors else 200)


@require_POST
@freshly_authenticated
def remove_identity_provider(request: HttpRequest) -> HttpResponse:
    """Disconnect the identity provider."""
    page, words = _page(request), _("The identity provider is disconnected")
    return page.change("remove", words, identity_providers.remove_identity_provider, tenant=page.tenant)


@require_POST
@freshly_authenticated
def change_second_factor_rule(request: HttpRequest) -> HttpResponse:
    """Ask everybody for a second factor, or no longer."""
    page, required = _page(request), request.POST.get("required") == "on"
    words = _("Everybody is asked for a second factor") if required else _("A second factor is optional")
    service = tenants.set_second_factor_required
    return page.change("second-factor", words, service, tenant=page.tenant, required=required)


@require_POST
@freshly_authenticated
def add_domain(request: HttpRequest) -> HttpResponse:
    """Claim a mail domain."""
    page = _page(request)
    page.domain_form = form = DomainForm(request.POST)
    if form.is_valid():
        with shown_refusal(request) as refusal:
            domains.add_domain(actor=request.user, tenant=page.tenant, domain=form.cleaned_data["domain"])
            return redirect(page.address)
        form.refuse(refusal)
    return page.shown(422)


def _domain(page: SignInSettingsPage, domain_id: int) -> TenantDomain:
    return get_object_or_404(page.domains, pk=domain_id)


@require_POST
@freshly_authenticated
def remove_domain(request: HttpRequest, domain_id: int) -> HttpResponse:
    """Give a mail domain up."""
    page = _page(request)
    domain = _domain(page, domain_id)
    words = _("%s is removed") % domain.domain
    return page.change(f"domain-{domain.pk}", words, domains.remove_domain, domain=domain)


@require_POST
@freshly_authenticated
def verify_domain(request: HttpRequest, domain_id: int) -> HttpResponse:
    """Confirm that a mail domain belongs to the company; for administrators of the platform."""
    page = _page(request)
    domain = _domain(page, domain_id)
    policies.can_verify_domain(request.user).require()
    words = _("%s is confirmed") % domain.domain
    return page.change(f"domain-{domain.pk}", words, domains.verify_domain, domain=domain)
