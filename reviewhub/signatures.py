"""Signed documents: JSON in one canonical form, signed with Ed25519 (RFC 8032), for anybody to check.

The form is the part of RFC 8785 that needs no numbers with a fraction: objects with ASCII keys in the order of their
code points, arrays, texts, whole numbers of up to 53 bits, true, false and null; no spaces; UTF-8.
"""

import hashlib
import json
from base64 import urlsafe_b64encode
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

MOST = 2**53 - 1  # RFC 7493 §2.2: a larger number is not the same in every program


class NoCanonicalForm(ValueError):
    """Another program might write the value in another way."""


def canonical(value: Any) -> bytes:
    """Return the value as canonical JSON. Raises NoCanonicalForm."""
    _check(value)
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except UnicodeEncodeError as error:  # half of a surrogate pair
        raise NoCanonicalForm(str(error)) from error


def _check(value: Any) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise NoCanonicalForm(f"{key!r} is no key of a signed document.")
            _check(item)
    elif isinstance(value, list):
        for item in value:
            _check(item)
    elif isinstance(value, int):
        if abs(value) > MOST:
            raise NoCanonicalForm(f"{value} is too large for a signed document.")
    elif value is not None and not isinstance(value, str):
        raise NoCanonicalForm(f"{value!r} cannot stand in a signed document.")


def sign(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with `key_id` and `signature`, which is over all the rest, `key_id` included."""
    key = _private_key(settings.EVIDENCE_KEY)
    signed = document | {"key_id": _public_key(key)["kid"]}
    return signed | {"signature": _text(key.sign(canonical(signed)))}


def public_keys() -> list[dict[str, str]]:
    """Return the public keys as JWKs (RFC 8037), the one that signs now first, then those of former documents."""
    texts = dict.fromkeys([settings.EVIDENCE_KEY, *settings.EVIDENCE_KEY_FALLBACKS])
    return [_public_key(_private_key(text)) for text in texts]


@cache
def _private_key(text: str) -> Ed25519PrivateKey:
    """Derive the key from the setting, which may be any text, and another one's stand-in (RFC 5869)."""
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"ReviewHub evidence, Ed25519").derive(text.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)


def _public_key(key: Ed25519PrivateKey) -> dict[str, str]:
    """Return the public half; its `kid` is its thumbprint (RFC 7638)."""
    needed = {"crv": "Ed25519", "kty": "OKP", "x": _text(key.public_key().public_bytes_raw())}
    thumbprint = _text(hashlib.sha256(canonical(needed)).digest())
    return needed | {"alg": "EdDSA", "use": "sig", "kid": thumbprint}


def _text(raw: bytes) -> str:
    """Return base64url without padding (RFC 7515 §2)."""
    return urlsafe_b64encode(raw).decode().rstrip("=")
