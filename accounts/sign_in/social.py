"""How django-allauth signs people in through their company's OpenID Connect provider."""

import secrets
import time
from typing import Any, NoReturn

import requests
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from qaportal.kit import outbound
from qaportal.kit.errors import Denied, PortalError
from qaportal.kit.text import problem_in

from ..models import IdentityProvider
from ..services import identity_providers
from . import oidc
from .oidc import ProviderError

LONGEST_SUBJECT = SocialAccount._meta.get_field("uid").max_length


def refused_page(request: HttpRequest, reason: str, *, status: int = 403) -> HttpResponse:
    """The page that says why somebody was not let in through his company's provider."""
    return render(request, "account/company_refused.html", {"reason": reason}, status=status)


def callback_address(provider: IdentityProvider) -> str:
    """The address to which the provider sends people back; it begins with the configured origin."""
    return settings.ORIGIN + reverse("openid_connect_callback", kwargs={"provider_id": provider.pk})


class CompanyClient(OAuth2Client):
    """Makes the address that leads to the provider."""

    def get_redirect_url(self, authorization_url: str, scope: list[str], extra_params: dict[str, str]) -> str:
        """The address with its parameters; one that has some already keeps them."""
        parameters = {
            "client_id": self.consumer_key,
            "redirect_uri": self.callback_url,
            "scope": " ".join(scope),
            "response_type": "code",
            "state": self.state,
            **extra_params,
        }
        return f"{authorization_url}{'&' if '?' in authorization_url else '?'}{urlencode(parameters)}"


class CompanyOAuth2Adapter(OpenIDConnectOAuth2Adapter):
    """Talks to one company's provider, believing nothing that it does not sign."""

    client_class = CompanyClient
    nonce = ""
    """What the token has to repeat; set from the state of this sign-in."""

    @cached_property
    def discovery(self) -> oidc.Discovery:
        """What the provider publishes now."""
        return oidc.discover(self.get_provider().app.settings["server_url"])

    @property
    def openid_config(self) -> dict[str, Any]:
        """The same as allauth reads it."""
        return self.discovery.document

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """The configured one, whatever host was asked."""
        return settings.ORIGIN + reverse("openid_connect_callback", kwargs={"provider_id": self.provider_id})

    def get_access_token_data(
        self, request: HttpRequest, app: SocialApp, client: OAuth2Client, pkce_code_verifier: str | None = None
    ) -> dict[str, Any]:
        """The tokens for the code that came back."""
        access_token, id_token = oidc.exchange_code(
            discovery=self.discovery,
            client_id=app.client_id,
            client_secret=app.secret,
            code=request.GET["code"][:4000],
            redirect_uri=client.callback_url,
            verifier=pkce_code_verifier or "",
        )
        return {"access_token": access_token, "id_token": id_token}

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        """The access token, which is used once and not kept."""
        return SocialToken(token=data["access_token"])

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, response: dict[str, Any], **more: Any
    ) -> SocialLogin:
        """Who signed in, as the signed token says it, with what the provider tells beside it."""
        claims = oidc.verified_claims(
            discovery=self.discovery, id_token=response["id_token"], client_id=app.client_id, nonce=self.nonce
        )
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or problem_in(subject):
            raise ProviderError(_("The provider names the person in a way that the portal cannot keep."))
        told = oidc.user_information(discovery=self.discovery, access_token=token.token, subject=subject)
        login = self.get_provider().sociallogin_from_response(request, {"sub": subject})
        login.identity = oidc.identity_in({**told, **claims})
        login.authenticated_at = claims.get("auth_time")
        return login


class CompanyProvider(OpenIDConnectProvider):
    """One company's provider as allauth sees it."""

    oauth2_adapter_class = CompanyOAuth2Adapter
    pkce_enabled_default = True

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **more: Any
    ) -> HttpResponse:
        """Lead to the provider; state, PKCE and a nonce tie what comes back to this browser and this sign-in."""
        nonce = secrets.token_urlsafe(24)
        parameters = {"nonce": nonce, **more.pop("auth_params", {})}
        kept = {"nonce": nonce}
        return super().redirect(
            request, process, next_url, kept, auth_params=parameters, scope=self.get_default_scope(), **more
        )


class CompanyCallback(OAuth2CallbackView):
    """What the provider sends people back to."""

    def _get_state(self, request: HttpRequest, provider: CompanyProvider) -> tuple[Any, HttpResponse | None]:
        """The state of this sign-in, with the nonce that it was begun with."""
        state, response = super()._get_state(request, provider)
        if state:
            self.adapter.nonce = (state.get("data") or {}).get("nonce", "")
        return state, response


class CompanyAdapter(DefaultSocialAccountAdapter):
    """Knows the providers of companies, and by which rule somebody who comes from one is let in."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """The provider with this key as an application of allauth, which is stored nowhere."""
        usable = IdentityProvider.objects.usable()
        found = usable.filter(pk=provider).first() if provider else None
        return [self._app_of(found)] if found else []

    @staticmethod
    def _app_of(provider: IdentityProvider) -> SocialApp:
        return SocialApp(
            provider=CompanyProvider.id,
            provider_id=str(provider.pk),
            name=provider.name,
            client_id=provider.client_id,
            secret=provider.client_secret,
            settings={"server_url": provider.issuer},
        )

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> CompanyProvider:
        """The provider with this key; raises SocialApp.DoesNotExist."""
        return CompanyProvider(request, app=self.get_app(request, provider=provider, client_id=client_id))

    def get_requests_session(self) -> requests.Session:
        """The guarded way out."""
        return outbound.session()

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Nobody signs up by himself: who is added is decided by the company's own rule."""
        return False

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: CompanyProvider,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> NoReturn:
        """Say in words what went wrong on the way."""
        words = {
            AuthError.CANCELLED: _("You did not sign in at %s.") % provider.name,
            AuthError.DENIED: _("%s did not let you in.") % provider.name,
        }
        usual = _("The sign-in was not completed: it took too long, or was begun in another browser.")
        raise ImmediateHttpResponse(refused_page(request, words.get(error, usual)))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the person by the company's rule, or say why he is not let in."""
        provider = IdentityProvider.objects.usable().select_related("tenant", "default_role")
        provider = provider.get(pk=sociallogin.account.provider)
        try:
            if sociallogin.state.get("process") == AuthProcess.REDIRECT:
                _confirm(request, provider, sociallogin)
            else:
                sociallogin.user = identity_providers.arrive(provider=provider, identity=sociallogin.identity)
        except PortalError as refusal:
            identity_providers.record_refusal(provider=provider, email=sociallogin.identity.email, reason=refusal.code)
            raise ImmediateHttpResponse(refused_page(request, refusal.message)) from refusal


def _confirm(request: HttpRequest, provider: IdentityProvider, sociallogin: SocialLogin) -> None:
    """Note that the person confirmed at his provider who he is; raises Denied for another one, or one not asked."""
    subject = sociallogin.identity.subject
    links = identity_providers.links_of(provider)
    if not request.user.is_authenticated or not links.filter(uid=subject, user=request.user).exists():
        raise Denied(_("You signed in at %s as somebody else.") % provider.name, "another_person")
    if not _is_recent(sociallogin.authenticated_at):
        raise Denied(
            _("%s does not say that it asked you to sign in again. Confirm in another way, or sign out and in again.")
            % provider.name,
            "not_asked_again",
        )
    record_authentication(request, request.user, "socialaccount", reauthenticated=True, provider=str(provider.pk))


def _is_recent(moment: Any) -> bool:
    """Whether this is a time of a sign-in, in seconds since 1970, that was lately and not in the future."""
    if not isinstance(moment, int | float) or isinstance(moment, bool):
        return False
    now = time.time()  # whole numbers may be larger than any float, so nothing is subtracted from them
    return now - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT <= moment <= now + oidc.LEEWAY
