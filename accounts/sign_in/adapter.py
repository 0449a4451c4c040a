"""How django-allauth behaves in the portal."""

import time
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qaportal.kit import secrets
from qaportal.kit.errors import Denied
from qaportal.kit.limits import rate_limit
from qaportal.kit.requests import client_address, client_network

from .. import audit
from ..middleware import SEEN_KEY
from ..models import User
from ..services import attempts, identity_providers
from ..services.passwords import record_password_change
from ..services.registration import UNCONFIRMED
from ..services.seats import hold_tenant
from .reauthentication import is_fresh, provider_of
from .second_factor import IDENTITY_PROVIDER, WAY_KEY, way_being_taken

NOTICES = {
    "account/email/password_changed": "password_changed",
    "account/email/password_set": "password_changed",
    "account/email/password_reset": "password_changed",
}
"""The mails of allauth that the portal sends, as kinds of its own notice."""

LONGEST_USER_AGENT = UserSession._meta.get_field("user_agent").max_length


class AccountAdapter(DefaultAccountAdapter):
    """No open registration; sign-ins and passwords stand in the audit trail, mail goes through jobs."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation."""
        return False

    @transaction.atomic
    def set_password(self, user: User, password: str) -> None:
        """Store the password and end every other sign-in of the person."""
        super().set_password(user, password)
        record_password_change(user=user)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Bound how many passwords one network tries, whoever's they are; raises TooMany."""
        rate_limit("sign_in_page", client_network(request), settings.SIGN_IN_RATE)

    def get_login_stages(self) -> list[str]:
        """After the password, the second factor of whoever has one."""
        return ["accounts.sign_in.stages.SecondFactorStage"]

    def pre_login(self, request: HttpRequest, user: User, **hooks: Any) -> HttpResponse | None:
        """Turn away whoever is suspended, himself or his company, has an unconfirmed address, or took a closed way."""
        if not user.may_sign_in:
            return self.respond_user_inactive(request, user)
        if user.must_verify_email:  # whoever registered himself confirms his address first
            attempts.record_failure(user=user, way=way_being_taken(request, user), reason="email_unverified")
            request.session[UNCONFIRMED] = user.email
            return redirect("accounts:verification_resend")
        return super().pre_login(request, user, **hooks)

    def login(self, request: HttpRequest, user: User) -> None:
        """Open the session, list it, and write it into the audit trail, unless the way in was closed."""
        try:
            self._open_session(request, user)
        except Denied as refusal:
            raise refused_way(request, user, refusal) from refusal

    @transaction.atomic
    def _open_session(self, request: HttpRequest, user: User) -> None:
        way = way_being_taken(request, user)
        if way != IDENTITY_PROVIDER:
            hold_tenant(tenant_id=user.tenant_id)
            identity_providers.require_password_allowed(user=user)
        super().login(request, user)
        request.session[WAY_KEY], request.session[SEEN_KEY] = way, int(time.time())
        UserSession.objects.create(
            user=user,
            session_key=request.session.session_key,
            ip=client_address(request),
            user_agent=request.headers.get("User-Agent", "").replace("\x00", "")[:LONGEST_USER_AGENT],
        )
        audit.record("user.signed_in", actor=user, target=user, tenant=user.tenant, way=way)

    @transaction.atomic
    def logout(self, request: HttpRequest) -> None:
        """Close the session and write it into the audit trail."""
        user, key = request.user, request.session.session_key
        super().logout(request)
        if user.is_authenticated:
            UserSession.objects.filter(session_key=key).delete()
            audit.record("user.signed_out", actor=user, target=user, tenant=user.tenant, way="page")

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that limits count by, the same as for failed sign-ins."""
        return client_address(request)

    def is_safe_url(self, url: str) -> bool:
        """Whether an address to lead on to stays on the host that is asked."""
        request = allauth_context.request
        return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Let a job mail what happened to the account; what the portal's own services tell is not told twice."""
        from ..jobs import send_security_notice

        if notice := NOTICES.get(template_prefix):
            send_security_notice.defer(user_id=user.pk, notice=notice)

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Whether the person has to confirm who he is: after 15 minutes, however he signed in."""
        return not is_fresh(allauth_context.request)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """The ways to confirm who one is, in the portal's words; at the company's provider for those who come by it."""
        methods = super().get_reauthentication_methods(user)
        for method in methods:
            method["description"] = REAUTHENTICATION_WORDS[method["id"]]
        if provider := provider_of(allauth_context.request):
            words = _("Sign in again with %s") % provider.name
            url = reverse("accounts:reauthenticate_at_company")
            methods.insert(0, {"id": "identity_provider", "description": words, "url": url})
        return methods


def refused_way(request: HttpRequest, user: User, refusal: Denied) -> ImmediateHttpResponse:
    """The page that refuses somebody who came by password where the identity provider is the only way."""
    clear_login(request)
    attempts.record_failure(user=user, way="page", reason=refusal.code)
    page = render(request, "account/company_refused.html", {"reason": refusal.reason}, status=403)
    return ImmediateHttpResponse(page)


REAUTHENTICATION_WORDS = {
    "reauthenticate": gettext_lazy("Use your password"),
    "mfa_reauthenticate": gettext_lazy("Use a code of your app, or a recovery code"),
    "mfa_reauthenticate:webauthn": gettext_lazy("Use a security key"),
}


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of second factors are encrypted at rest; words are the portal's own."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("The code is not right. Codes change every 30 seconds and work once."),
    }

    def encrypt(self, text: str) -> str:
        """The secret as the database keeps it."""
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret itself."""
        return secrets.decrypt(encrypted_text)

    def get_totp_label(self, user: User) -> str:
        """What the app calls the account: the address, and the portal's host to tell two portals apart."""
        return f"{user.email} ({urlsplit(settings.ORIGIN).hostname})"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """What a key is bound to: the host that is asked, as browsers demand."""
        host = urlsplit(f"//{allauth_context.request.get_host()}").hostname
        return {"id": host, "name": settings.MFA_TOTP_ISSUER}
