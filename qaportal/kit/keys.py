"""The keys of this installation: those it is given, and those that come out of its secret key."""

import base64
from functools import cache

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


@cache
def derived(secret: str, label: str) -> bytes:
    """The 32 bytes that belong to the label; neither the secret nor the key of another label can be told from them."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"qaportal/{label}".encode()).derive(secret.encode())


def derived_fernet_key(secret: str, label: str) -> str:
    """The same in the form that Fernet takes."""
    return base64.urlsafe_b64encode(derived(secret, label)).decode()


def parse(text: str) -> list[str]:
    """The Fernet keys of a list separated by commas, newest first; raises ValueError that shows none of them."""
    found = [key.strip() for key in text.split(",") if key.strip()]
    for position, key in enumerate(found, start=1):
        try:
            Fernet(key)
        except ValueError as error:
            raise ValueError(f"key {position} is no Fernet key, which is 32 bytes in URL-safe base64") from error
    return found
