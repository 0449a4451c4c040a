"""A real OpenID provider on loopback, in a process of its own, for tests."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import requests

_SERVE = """
import sys
from oidc_provider_mock import run_server_in_thread
with run_server_in_thread(require_client_registration=True, require_nonce=True) as server:
    print(server.server_port, flush=True)
    sys.stdin.read()
"""


class LocalProvider:
    """The provider, with what its people and its clients do."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://localhost:{port}"

    def add_person(self, subject: str, **claims: object) -> None:
        """Somebody who can sign in there."""
        requests.put(f"{self.issuer}/users/{subject}", json=claims, timeout=10).raise_for_status()

    def add_client(self, redirect_uri: str) -> tuple[str, str]:
        """Register a client; answers its id and its secret."""
        wanted = {"redirect_uris": [redirect_uri], "token_endpoint_auth_method": "client_secret_basic"}
        answer = requests.post(f"{self.issuer}/oauth2/clients", json=wanted, timeout=10)
        answer.raise_for_status()
        return answer.json()["client_id"], answer.json()["client_secret"]

    def sign_in(self, address: str, subject: str) -> str:
        """Sign in at the address the portal led to; answers the address that leads back."""
        form = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=10)
        assert form.status_code == 302, form.text
        return form.headers["Location"]

    def deny(self, address: str) -> str:
        """Refuse at the address the portal led to; answers the address that leads back."""
        return requests.post(address, data={"action": "deny"}, allow_redirects=False, timeout=10).headers["Location"]


@contextmanager
def running_provider() -> Iterator[LocalProvider]:
    """Start the provider on a free port, and stop it."""
    command = [sys.executable, "-c", _SERVE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            yield LocalProvider(int(process.stdout.readline()))
        finally:
            process.stdin.close()
            process.wait(timeout=10)


def parameters_of(address: str) -> dict[str, str]:
    """The parameters of an address, each once."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
