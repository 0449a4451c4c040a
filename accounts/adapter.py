"""How django-allauth behaves in the portal."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from qaportal.kit.requests import client_address

from . import audit
from .models import User
from .services.passwords import record_password_change
from .services.registration import UNCONFIRMED


class AccountAdapter(DefaultAccountAdapter):
    """No open registration; sign-ins and passwords stand in the audit trail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation."""
        return False

    def set_password(self, user: User, password: str) -> None:
        """Store the password and end every API sign-in of the person."""
        super().set_password(user, password)
        record_password_change(user=user)

    def pre_login(self, request: HttpRequest, user: User, **hooks: Any) -> HttpResponse | None:
        """Ask whoever registered himself to confirm his address first, and offer to mail the link again."""
        if user.must_verify_email:
            request.session[UNCONFIRMED] = user.email
            return redirect("accounts:verification_resend")
        return super().pre_login(request, user, **hooks)

    def login(self, request: HttpRequest, user: User) -> None:
        """Open the session and write it into the audit trail."""
        super().login(request, user)
        audit.record("user.signed_in", actor=user, target=user, tenant=user.tenant, way="page")

    def logout(self, request: HttpRequest) -> None:
        """Close the session and write it into the audit trail."""
        user = request.user
        super().logout(request)
        if user.is_authenticated:
            audit.record("user.signed_out", actor=user, target=user, tenant=user.tenant, way="page")

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that limits count by, the same as for failed sign-ins."""
        return client_address(request)
