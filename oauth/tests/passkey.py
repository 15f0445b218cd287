"""An authenticator for tests that keeps passkeys, as a phone or a security key does (Web Authentication, section 6)."""

import hashlib
import json
import os
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.test import Client
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

from oauth.models import User

PRESENT, VERIFIED, WITH_CREDENTIAL = 1, 4, 64


class Passkey:
    """One passkey. `flags` is what the authenticator says of its person: there, and who they are."""

    def __init__(self, *, origin: str = "", flags: int = PRESENT | VERIFIED) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(16)
        self.handle = ""
        self.origin, self.flags = origin, flags

    def register(self, options: dict[str, Any], **client: Any) -> str:
        """The answer to the options of a page that adds a passkey."""
        public = options["publicKey"]
        self.handle = public["user"]["id"]
        length = len(self.id).to_bytes(2, "big")
        credential = bytes(16) + length + self.id + cbor.encode(ES256.from_cryptography_key(self.key.public_key()))
        data = self._data(public["rp"]["id"], self.flags | WITH_CREDENTIAL) + credential
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            clientDataJSON=websafe_encode(self._client("webauthn.create", public["challenge"], client)),
            attestationObject=websafe_encode(attestation),
        )

    def use(self, options: dict[str, Any], **client: Any) -> str:
        """The answer to the options of a page that asks for a passkey."""
        public = options["publicKey"]
        data, said = self._data(public["rpId"], self.flags), self._client("webauthn.get", public["challenge"], client)
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=websafe_encode(said),
            authenticatorData=websafe_encode(data),
            signature=websafe_encode(signature),
            userHandle=self.handle,
        )

    def _data(self, host: str, flags: int) -> bytes:
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + bytes(4)

    def _client(self, kind: str, challenge: str, client: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin or settings.PUBLIC_URL}
        return json.dumps(said | client).encode()

    def _answer(self, **response: str) -> str:
        name = websafe_encode(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def give_passkey(client: Any, passkey: Passkey | None = None, name: str = "My phone") -> Passkey:
    """Add a passkey on the page; the client has confirmed that it is the person."""
    passkey = passkey or Passkey()
    options = client.get("/security/passkeys/add").context["js_data"]["creation_options"]
    answer = client.post("/security/passkeys/add", {"name": name, "credential": passkey.register(options)})
    assert answer.status_code == 302, answer.content.decode()
    return passkey


def rows(user: User) -> Any:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)


def sign_in_alone(client: Client, passkey: Passkey, **more: str) -> Any:
    options = client.get("/sign-in/passkey").json()["request_options"]
    return client.post("/sign-in/passkey", {"credential": passkey.use(options)} | more)


def second_step(client: Client, passkey: Passkey, **client_data: Any) -> Any:
    options = client.get("/sign-in/code").context["js_data"]["request_options"]
    return client.post("/sign-in/code", {"credential": passkey.use(options, **client_data)})
