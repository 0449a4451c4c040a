"""Which values are secrets, told by their names, and documents without such values."""

import re
from collections.abc import Collection, Mapping
from typing import Any

MASK = "***"
SECRET_WORDS = (
    "password",
    "passwd",
    "passphrase",
    "token",
    "secret",
    "hash",
    "credential",
    "authorization",
    "cookie",
    "recovery",
    "api_key",
    "apikey",
    "private_key",
    "privatekey",
    "upload_url",
    "uploadurl",
)
"""A value whose name holds one of these is a secret."""
SECRET_NAMES = frozenset({"otp", "totp", "csrf", "session", "sessionid", "jwt"})
"""Words of a name that make its value a secret when they stand alone: `user_otp`, but not `footprint`."""
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_NAMED = re.compile(
    r'"(?P<key>[\w .-]{1,100})"\s{0,20}:\s{0,20}(?P<json>"(?:[^"\\]++|\\.)*+"?|[^\s"\[\]{},]++)'  # JSON
    r"|(?P<name>(?<![\w.-])[\w.-]{1,100})=(?P<form>[^\s&;\"'<>]++)"  # a form, an address, a cookie
    r"|(?P<mark>(?<![\w.-])[\w.-]{1,100})=[\"'](?P<attribute>[^\"'<>]++)(?=[\"'])"  # an attribute
    r"|^(?P<head>[\w-]{1,100}):[ \t]{1,20}(?P<line>[^\r\n]++)"  # a header
    r"|<(?P<tag>[\w.:-]{1,100})>(?P<xml>[^<]++)(?=</)",  # XML
    re.DOTALL | re.MULTILINE,
)


def is_secret(name: str, *, more: Collection[str] = ()) -> bool:
    """Whether a value of this name is a secret; `more` are whole names that are so here."""
    lowered = name.lower()
    if lowered in more or any(word in lowered for word in SECRET_WORDS):
        return True
    return any(word.lower() in SECRET_NAMES for word in _WORDS.findall(name))


def _is_secret_of_client(name: str) -> bool:
    """The same for names that clients choose: the hash of a commit or a file is none."""
    return is_secret(name.lower().replace("hash", ""))


def without_secrets(value: Any) -> Any:
    """The document with a mask where a name says that its value is a secret: headers of requests hold such."""
    if isinstance(value, Mapping):
        return {
            name: MASK if child and _is_secret_of_client(name) else without_secrets(child)
            for name, child in value.items()
        }
    return [without_secrets(child) for child in value] if isinstance(value, list) else value


def text_without_secrets(text: str) -> str:
    """A text that is no document, or a part of one: values are masked that stand behind a name, as JSON, forms and
    XML write them."""
    return _NAMED.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    name = found["key"] or found["name"] or found["mark"] or found["head"] or found["tag"]
    if not _is_secret_of_client(name):
        return found.group()
    kind = next(kind for kind in ("json", "form", "attribute", "line", "xml") if found[kind] is not None)
    mask = f'"{MASK}"' if kind == "json" else MASK
    return f"{found.group()[: found.start(kind) - found.start()]}{mask}"
