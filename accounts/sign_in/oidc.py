"""OpenID Connect: what a provider publishes of itself, and what its signed word about a person is worth.

Every call goes through the guarded client of the kit: an administrator types the address.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlsplit

import jwt
import requests
from allauth.account.internal.emailkit import valid_email_or_none
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from qaportal.kit import outbound
from qaportal.kit.text import problem_in

from ..services.identity_providers import Identity

WELL_KNOWN = "/.well-known/openid-configuration"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that only the provider can make; none that the client's secret could make too."""
LEEWAY = 60
"""Seconds that the clocks of portal and provider may differ."""
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
"""What a sign-in needs; whatever else a provider publishes of this kind has to be as safe."""


class ProviderError(Exception):
    """The provider cannot be used, or what it says cannot be believed; the words are for people."""

    def __init__(self, message: str) -> None:
        """Keep the words."""
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a provider publishes of itself."""

    issuer: str
    document: dict[str, Any]

    def endpoint(self, name: str) -> str:
        """The address of one of its endpoints, empty where it has none."""
        return str(self.document.get(name) or "")

    @property
    def takes_secret_in_header(self) -> bool:
        """Whether the token endpoint wants the client's secret as basic authentication, not in the form."""
        methods = self.document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return "client_secret_post" not in methods


def fetch_json(url: str, *, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """The JSON object at an address of the provider; raises ProviderError."""
    host = urlsplit(url).hostname or url
    try:
        with outbound.session() as session:
            response = session.get(url, headers={"Accept": "application/json", **(headers or {})})
        if response.status_code != requests.codes.ok:
            raise ProviderError(
                _("%(host)s answered with status %(status)s.") % {"host": host, "status": response.status_code}
            )
        found = response.json()
    except outbound.OutboundFailed as error:
        raise ProviderError(error.message) from error
    except (requests.RequestException, ValueError, RecursionError) as error:
        raise ProviderError(_("%s did not answer as an OpenID provider does.") % host) from error
    if not isinstance(found, dict):
        raise ProviderError(_("%s did not answer as an OpenID provider does.") % host)
    return found


def discover(issuer: str) -> Discovery:
    """What the provider publishes; raises ProviderError where it is not the issuer or lacks what a sign-in needs."""
    document = fetch_json(issuer.rstrip("/") + WELL_KNOWN)
    named = document.get("issuer")
    if not isinstance(named, str) or named.rstrip("/") != issuer.rstrip("/"):
        raise ProviderError(
            _("The provider calls itself %(named)s, not %(issuer)s. Enter the issuer as it spells it.")
            % {"named": str(named)[:200], "issuer": issuer}
        )
    more = {name for name, value in document.items() if name.endswith("_endpoint") and value}
    for name in (*ENDPOINTS, *sorted(more - {*ENDPOINTS})):
        problem = outbound.check_url(document.get(name) or "")
        if problem or not _is_as_safe(document[name], issuer):
            raise ProviderError(_("The provider publishes no usable %s.") % name[:100])
    return Discovery(named, document)


def _is_as_safe(endpoint: str, issuer: str) -> bool:
    """A provider that is reached encrypted does not send people and secrets on in clear."""
    return urlsplit(endpoint).scheme == "https" or urlsplit(issuer).scheme == "http"


def verified_claims(*, discovery: Discovery, id_token: str, client_id: str, nonce: str) -> dict[str, Any]:
    """What the signed token says; raises ProviderError unless this provider made it for this portal and sign-in."""
    keys = fetch_json(discovery.endpoint("jwks_uri"))
    try:
        key = _key_of(id_token, keys)
        claims = jwt.decode(
            id_token,
            key,
            algorithms=list(ALGORITHMS),
            audience=client_id,
            issuer=discovery.issuer,
            leeway=LEEWAY,
            options={"require": ["iss", "aud", "exp", "iat", "sub"]},
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise ProviderError(_("The provider's word cannot be believed: its token is not valid.")) from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", client_id) != client_id or (several and "azp" not in claims):
        raise ProviderError(_("The provider's word cannot be believed: it is for somebody else."))
    if not constant_time_compare(str(claims.get("nonce", "")), nonce):
        raise ProviderError(_("The provider's word cannot be believed: it belongs to another sign-in."))
    return claims


def _key_of(id_token: str, keys: dict[str, Any]) -> Any:
    """The key that the token names, else the only one there is."""
    known = jwt.PyJWKSet.from_dict(keys).keys
    wanted = jwt.get_unverified_header(id_token).get("kid")
    fitting = [key for key in known if key.public_key_use in {None, "sig"} and wanted in {None, key.key_id}]
    if len(fitting) != 1:
        raise ValueError("no key, or several, fit the token")
    return fitting[0]


def user_information(*, discovery: Discovery, access_token: str, subject: str) -> dict[str, Any]:
    """What the provider tells beside the token, where it offers that; raises ProviderError for another person's."""
    address = discovery.endpoint("userinfo_endpoint")
    if not address:
        return {}
    told = fetch_json(address, headers={"Authorization": f"Bearer {access_token}"})
    if told.get("sub") != subject:
        raise ProviderError(_("The provider's word cannot be believed: it speaks of two people."))
    return told


def identity_in(claims: dict[str, Any]) -> Identity:
    """The person that the claims speak of."""
    first, last, full, email = (_clean(claims.get(name)) for name in ("given_name", "family_name", "name", "email"))
    if not first and not last:
        first, _blank, last = full.partition(" ")
    is_verified = claims.get("email_verified") is True or claims.get("email_verified") == "true"
    return Identity(claims["sub"], valid_email_or_none(email) or "", is_verified, first, last)


def _clean(claim: Any) -> str:
    """The claim as a text that can be stored; nothing for what is no text."""
    return claim.strip() if isinstance(claim, str) and not problem_in(claim) else ""


def exchange_code(
    *, discovery: Discovery, client_id: str, client_secret: str, code: str, redirect_uri: str, verifier: str
) -> tuple[str, str]:
    """The access token and the signed token for the code that came back; raises ProviderError.

    The secret goes in the form, or in a header to providers that take it nowhere else.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
        "client_id": client_id,
    }
    basic = None
    if client_secret and discovery.takes_secret_in_header:
        basic = requests.auth.HTTPBasicAuth(quote_plus(client_id), quote_plus(client_secret))
    elif client_secret:
        form["client_secret"] = client_secret
    try:
        with outbound.session() as session:
            response = session.post(
                discovery.endpoint("token_endpoint"), data=form, auth=basic, headers={"Accept": "application/json"}
            )
        answer = response.json()
        if response.status_code != requests.codes.ok:
            raise ProviderError(_refused(answer))
        return str(answer["access_token"]), str(answer["id_token"])
    except outbound.OutboundFailed as error:
        raise ProviderError(error.message) from error
    except (requests.RequestException, ValueError, TypeError, KeyError, RecursionError) as error:
        raise ProviderError(_("The provider did not answer with a token that says who signed in.")) from error


def _refused(answer: Any) -> str:
    """The provider's own code for what it did not like; its other words may hold anything."""
    code = str(answer.get("error", "")) if isinstance(answer, dict) else ""
    if re.fullmatch(r"[a-z_]{1,60}", code):
        return _("The provider refused the portal: %s. Client id and client secret may be wrong.") % code
    return _("The provider refused the portal. Client id and client secret may be wrong.")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at when a provider was checked."""

    is_good: bool
    words: str


def check_provider(issuer: str) -> list[Finding]:
    """Look at what the provider publishes, and say what is fine and what is wrong."""
    try:
        found = discover(issuer)
        keys = jwt.PyJWKSet.from_dict(fetch_json(found.endpoint("jwks_uri"))).keys
    except ProviderError as error:
        return [Finding(False, error.message)]
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return [Finding(False, _("The provider publishes no keys that signatures can be checked with."))]
    good = [
        Finding(True, _("%s answers and names itself as it should.") % found.issuer),
        Finding(True, _("Keys to check signatures with: %s") % len(keys)),
    ]
    offered = found.document.get("id_token_signing_alg_values_supported") or ["RS256"]
    if not set(map(str, offered)) & set(ALGORITHMS):
        good.append(Finding(False, _("It signs in a way that the portal does not accept: %s") % offered))
    scopes = found.document.get("scopes_supported")
    if isinstance(scopes, list) and "email" not in scopes:
        good.append(Finding(False, _("It offers no scope “email”: the portal learns no addresses from it.")))
    return good
