"""A security key in software, for tests: it answers what a browser would send."""

import base64
import hashlib
import json
import secrets
import struct

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class SoftKey:
    """One key, bound to the host `testserver` unless told otherwise."""

    def __init__(self, host: str = "testserver", origin: str = "https://testserver") -> None:
        self.host, self.origin = host, origin
        self.id = secrets.token_bytes(16)
        self.private = ec.generate_private_key(ec.SECP256R1())

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": f"webauthn.{kind}", "challenge": challenge, "origin": self.origin}).encode()

    def _state(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + struct.pack(">BI", flags, 0)

    def _answer(self, **response: bytes) -> str:
        return json.dumps(
            {
                "id": text(self.id),
                "rawId": text(self.id),
                "type": "public-key",
                "response": {name: text(data) for name, data in response.items()},
                "clientExtensionResults": {},
            }
        )

    def create(self, options: dict) -> str:
        """What the browser sends when the key is set up."""
        public = cbor.encode(dict(ES256.from_cryptography_key(self.private.public_key())))
        state = self._state(0x41) + bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": state})
        data = self._client_data("create", options["publicKey"]["challenge"])
        return self._answer(clientDataJSON=data, attestationObject=attestation)

    def get(self, options: dict, *, spoil: bool = False) -> str:
        """What the browser sends when the key is used; `spoil` makes the signature wrong."""
        data, state = self._client_data("get", options["publicKey"]["challenge"]), self._state(0x01)
        signed = state + hashlib.sha256(data).digest()
        signature = self.private.sign(signed + b"!" if spoil else signed, ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=data, authenticatorData=state, signature=signature)
