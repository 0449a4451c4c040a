"""Pages that lead to the company's identity provider and back."""

from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import AuthProcess
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from ..forms import CompanySignInForm
from ..models import IdentityProvider
from ..sign_in.oidc import ProviderError
from ..sign_in.reauthentication import provider_of
from ..sign_in.social import CompanyAdapter, CompanyCallback, CompanyOAuth2Adapter, refused_page

ASK_AGAIN = {"prompt": "login", "max_age": "0"}
"""Tells a provider to ask for the sign-in although there is a session with it."""


@never_cache
@require_http_methods(["GET", "POST"])
def company_sign_in(request: HttpRequest) -> HttpResponse:
    """Find the company's provider by the mail domain, and lead on to it by a page of the portal.

    A form may only be sent to the portal itself, redirections of its answer included; so the answer is a page.
    """
    form = CompanySignInForm(request.POST or None)
    following = get_next_redirect_url(request)
    if request.method == "POST" and form.is_valid():
        provider = IdentityProvider.objects.usable().for_address(form.cleaned_data["login"]).first()
        if provider is not None:
            way = reverse("openid_connect_login", kwargs={"provider_id": provider.pk})
            way += f"?{urlencode({'next': following})}" if following else ""
            return render(request, "account/company_leave.html", {"provider": provider, "way": way})
        form.add_error("login", _("No company signs in with addresses of this domain. Use your password instead."))
    context = {"form": form, "next": following}
    return render(request, "account/company.html", context, status=422 if form.errors else 200)


@never_cache
@require_GET
def company_login(request: HttpRequest, provider_id: Any) -> HttpResponse:
    """Lead to the provider."""
    if request.user.is_authenticated:
        return redirect(get_next_redirect_url(request) or "home")
    return _to_provider(request, str(provider_id), AuthProcess.LOGIN)


@never_cache
@require_GET
def company_callback(request: HttpRequest, provider_id: Any) -> HttpResponse:
    """Take whoever comes back from the provider in."""
    adapter = CompanyOAuth2Adapter(request, str(provider_id))
    try:
        return CompanyCallback.adapter_view(adapter)(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except ProviderError as error:
        return refused_page(request, error.message, status=502)


@never_cache
@require_GET
@login_required
def reauthenticate_at_company(request: HttpRequest) -> HttpResponse:
    """Let somebody who comes by his company's provider confirm there who he is."""
    provider = provider_of(request)
    if provider is None:
        return redirect("account_reauthenticate")
    return _to_provider(request, str(provider.pk), AuthProcess.REDIRECT, auth_params=ASK_AGAIN)


def _to_provider(request: HttpRequest, key: str, process: str, **more: Any) -> HttpResponse:
    try:
        provider = CompanyAdapter().get_provider(request, key)
        following = get_next_redirect_url(request) or reverse("home")
        return provider.redirect(request, process, next_url=following, **more)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except ProviderError as error:
        return refused_page(request, error.message, status=502)
