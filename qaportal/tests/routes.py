"""Every address of the portal, read from the URL configuration: what the house tests walk."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

OPEN_TO_THE_ANONYMOUS = {
    "account_login": "signing in",
    "account_logout": "signing out when nobody is signed in leads to the sign-in",
    "account_signup": "registering with an address of a company that is here",
    "accounts:verification_resend": "whoever registered has yet to confirm his address",
    "accounts:verify_email": "the link is the credential",
    "accounts:invitation_accept": "the link is the credential",
    "account_reset_password": "forgotten password",
    "account_reset_password_done": "forgotten password",
    "account_reset_password_from_key": "forgotten password",
    "account_reset_password_from_key_done": "forgotten password",
    "account_inactive": "says that the account is closed",
    "accounts:company_sign_in": "signing in with the company's identity provider",
    "openid_connect_login": "signing in with the company's identity provider",
    "openid_connect_callback": "where the identity provider sends people back to",
    "mfa_authenticate": "the second factor, between the password and the session",
    "theme": "light and dark are chosen before signing in too",
    "upload-file": "the signed address is the credential",
    "auth-login": "signing in by API",
    "auth-refresh": "the refresh token is the credential",
    "auth-register": "registering with an address of a company's mail domain",
    "auth-verify-email": "the code of the mail is the credential",
    "auth-resend-verification": "asked by people who cannot sign in yet",
    "auth-forgot-password": "forgotten password",
    "auth-reset-password": "the part of the mailed link is the credential",
    "tenant-auth-login": "signing in by API",
    "tenant-auth-refresh": "the refresh token is the credential",
    "operations:livez": "asked by supervisors and load balancers",
    "operations:readyz": "asked by supervisors and load balancers",
    "operations:robots": "tells search engines to stay away",
}
"""The only addresses that answer somebody who is not signed in, each with its reason."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address with what is needed to call it."""

    name: str
    pattern: str
    kwargs: tuple[str, ...]
    callback: Callable

    @property
    def is_api(self) -> bool:
        """Whether it lies below `/api/`."""
        return self.pattern.startswith("api/")

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods that it answers; function views do not tell theirs, so both kinds of forms are tried."""
        if actions := getattr(self.callback, "actions", None):
            return tuple(sorted(actions))
        view = getattr(self.callback, "cls", None) or getattr(self.callback, "view_class", None)
        if view is None:
            return ("get", "post")
        offered = ("get", "post", "put", "patch", "delete")
        return tuple(method for method in offered if hasattr(view, method))

    def __str__(self) -> str:
        return self.name or self.pattern


def _walk(patterns: list, prefix: str, namespace: str, kwargs: tuple[str, ...]) -> Iterator[Route]:
    for each in patterns:
        pattern = prefix + str(each.pattern).lstrip("^")
        names = kwargs + tuple(each.pattern.converters or each.pattern.regex.groupindex)
        if isinstance(each, URLResolver):
            inner = f"{namespace}{each.namespace}:" if each.namespace else namespace
            yield from _walk(each.url_patterns, pattern, inner, names)
        elif isinstance(each, URLPattern):
            yield Route(f"{namespace}{each.name}" if each.name else "", pattern, names, each.callback)


def all_routes() -> list[Route]:
    """Every address, named or not."""
    return list(_walk(get_resolver().url_patterns, "", "", ()))


def named_routes() -> list[Route]:
    """Every address that has a name."""
    return [route for route in all_routes() if route.name]


def own_routes() -> list[Route]:
    """Those without the data administration: its tables are walked by `test_house_admin.py`, one by one."""
    return [route for route in named_routes() if not route.name.startswith("admin:")]
