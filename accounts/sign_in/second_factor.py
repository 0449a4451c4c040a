"""Whether somebody has a second factor, and whether he would need one: asked by every door of the portal."""

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.translation import gettext as _

from qaportal.kit.errors import Denied

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts as one; recovery codes only stand in for one that is lost."""

WAY_KEY = "sign_in_way"
"""Where a session keeps how it was opened."""
PASSWORD, IDENTITY_PROVIDER = "page", "identity_provider"


def has_second_factor(user: AbstractBaseUser) -> bool:
    """Whether the person has an app or a key that proves who he is beside the password."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists()


def holds_second_factor() -> Exists:
    """The same as an expression, for queries of people."""
    return Exists(Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=FACTORS))


def second_factor_required(user: AbstractBaseUser) -> bool:
    """Whether the person's company asks everybody for one, or the platform its administrators."""
    return settings.PLATFORM_SECOND_FACTOR if user.tenant is None else user.tenant.requires_second_factor


def known_second_factor(user: AbstractBaseUser) -> bool:
    """The same for somebody who was just loaded, by the query that loaded him where it told."""
    known = getattr(user, "holds_second_factor", None)
    return has_second_factor(user) if known is None else known


def lacks_second_factor(user: AbstractBaseUser) -> bool:
    """Whether the person has yet to set up the one that he needs, unless he comes by an identity provider."""
    return second_factor_required(user) and not known_second_factor(user)


def second_factor_missing(request: HttpRequest) -> bool:
    """Whether the session may do nothing before a second factor is set up.

    Sign-ins through the company's identity provider are exempt: the provider is trusted to have asked for it.
    """
    user = request.user
    return user.is_authenticated and way_of(request) != IDENTITY_PROVIDER and lacks_second_factor(user)


def missing(user: AbstractBaseUser) -> Denied:
    """The refusal in the words that every door says."""
    if user.tenant is None:
        words = _("The platform asks its administrators for a second factor. Sign in in a browser and set one up.")
    else:
        words = _("Your company asks for a second factor. Sign in to the portal in a browser and set one up.")
    return Denied(words, "second_factor_missing")


def way_of(request: HttpRequest) -> str:
    """How the session was opened: by password on the page, or through the company's identity provider."""
    return request.session.get(WAY_KEY, PASSWORD)


def way_being_taken(request: HttpRequest, user: AbstractBaseUser) -> str:
    """How the sign-in that goes on now began; the second factor that followed it does not count."""
    methods = [record["method"] for record in get_authentication_records(request, user)]
    first = next((method for method in reversed(methods) if method != "mfa"), "password")
    return IDENTITY_PROVIDER if first == "socialaccount" else PASSWORD
